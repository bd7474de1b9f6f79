"""Who commands a battery: a caller claims it, takes it when its command is done, and returns it.

A claim keeps the plan from commanding while a command waits or is carried out. Should that be cut
short, the plan goes on at once: it yields to what was carried out only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import datetime as dt
from typing import Protocol

from homeassistant.core import callback


class Steward(Protocol):
    """Commands a battery while no person does."""

    @callback
    def async_claimed(self) -> None:
        """Stop commanding: a caller's command waits for its turn."""

    @callback
    def async_begun(self) -> None:
        """Note that a caller's command is being sent, so that the earlier one no longer counts."""

    @callback
    def async_taken(self, until: dt.datetime | None) -> None:
        """Yield to a caller's command, until `until` where that is known."""

    @callback
    def async_released(self) -> None:
        """Go on: no command was carried out since the claim."""

    @callback
    def async_returned(self) -> bool:
        """Take back a battery that a person needs no more; return whether that is done."""

    @callback
    def async_planned_charge(self, until: dt.datetime) -> dt.datetime | None:
        """Return when a planned charge begins or goes on before then; None for none."""

    @callback
    def async_may_discharge(self) -> bool:
        """Return whether a fixed power may be discharged, of which the rest is fed in."""


class Ownership:
    """Informs the stewards of one battery of commands that are not theirs."""

    def __init__(self) -> None:
        """Start without a steward."""
        self._stewards: list[Steward] = []
        self._claims = 0
        self._is_taken = False
        self._begun = 0
        """How many claims there have been."""
        self._overruled = 0
        """How many of them a person has overruled."""

    @callback
    def async_add(self, steward: Steward) -> Callable[[], None]:
        """Inform `steward` from now on; return a function that ends this."""
        self._stewards.append(steward)
        return lambda: self._stewards.remove(steward)

    @property
    def is_claimed(self) -> bool:
        """Tell whether a command by hand waits or is being carried out."""
        return self._claims > 0

    @contextmanager
    def async_claim(self) -> Iterator[None]:
        """Keep stewards from commanding meanwhile; they go on unless `async_take` is called."""
        if not self._claims:
            self._is_taken = False
        self._claims += 1
        self._begun += 1
        for steward in tuple(self._stewards):
            steward.async_claimed()
        try:
            yield
        finally:
            self._claims -= 1
            if not self._claims and not self._is_taken:
                for steward in tuple(self._stewards):
                    steward.async_released()

    @callback
    def async_begin(self) -> None:
        """Inform that a claimed battery is about to be commanded."""
        for steward in tuple(self._stewards):
            steward.async_begun()

    @callback
    def async_take(self, until: dt.datetime | None = None) -> None:
        """Inform that a person has commanded, until then if that is known.

        Not where the battery was handed back while the command was carried out.
        """
        if self._claims and self._overruled == self._begun:
            return
        self._is_taken = True
        for steward in tuple(self._stewards):
            steward.async_taken(until)

    @callback
    def async_overrule(self) -> None:
        """Let the stewards go on after the commands that are being carried out, whatever they do."""
        self._overruled, self._is_taken = self._begun, False

    @callback
    def async_return(self) -> bool:
        """Inform that the battery is free; return whether a steward takes it over."""
        answers = [steward.async_returned() for steward in tuple(self._stewards)]
        return any(answers)

    @callback
    def async_planned_charge(self, until: dt.datetime) -> dt.datetime | None:
        """Return when a charge that is planned begins, or goes on, before then; None for none."""
        begins = [steward.async_planned_charge(until) for steward in tuple(self._stewards)]
        return min((each for each in begins if each is not None), default=None)

    @callback
    def async_may_discharge(self) -> bool:
        """Return whether a fixed power may be discharged, of which the rest is fed in."""
        return all(steward.async_may_discharge() for steward in tuple(self._stewards))
