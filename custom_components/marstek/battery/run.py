"""Passive for a while: what a person wants of a battery, and what it goes back to afterwards."""

from dataclasses import dataclass, replace
import datetime as dt
import math
from typing import Any, Self

from ..stored import fields, flag, moment, one_of, optional, power, whole
from ..venus import Mode


@dataclass(frozen=True, slots=True)
class Before:
    """What a person took a battery out of."""

    mode: Mode = Mode.AUTO
    setpoint: int = 0
    """The owner's setpoint then, in W, + discharges."""
    base: Mode = Mode.AUTO
    """Where `mode` was a person's own choice: what was before that."""
    by_owner: bool = False
    """True for Manual with a slot of ours; False for Manual with the slots as they are."""

    @property
    def below(self) -> Before:
        """What is left when the person's own choice is taken back too."""
        return replace(self, mode=self.base, base=Mode.AUTO, by_owner=False)

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "mode": self.mode,
            "setpoint": self.setpoint,
            "base": self.base,
            "by_hand": self.by_owner,
        }

    @classmethod
    def restore(cls, stored: object) -> Self:
        """Return it as it was stored; ValueError for what it can't be."""
        given = fields(stored)
        return cls(
            one_of(Mode)(given.get("mode")),
            power(given.get("setpoint")),
            one_of(Mode)(given.get("base")),
            flag(given.get("by_hand", False)),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """Passive at a power until something ends it, then back to what was before."""

    power: int
    """In W, + discharges, - charges."""
    before: Before
    until: dt.datetime | None = None
    """When it ends; None for no such moment."""
    target: int | None = None
    """State of charge in % at which it ends, from below or from above; None for no such."""
    is_over: bool = False
    """True from its end on until the battery is proven to be back."""

    @property
    def is_endless(self) -> bool:
        """Tell whether nothing but a person ends it."""
        return self.until is None and self.target is None

    def is_reached(self, soc: int | None) -> bool:
        """Tell whether a state of charge in % is where it ends."""
        if self.target is None or soc is None or self.power == 0:
            return False
        return soc >= self.target if self.power < 0 else soc <= self.target

    def seconds_to_target(self, soc: int | None, capacity: float | None) -> float:
        """Return about how long it takes to its target, from % of a capacity in Wh on."""
        if self.target is None or soc is None or capacity is None or self.power == 0:
            return math.inf
        return 36 * abs(self.target - soc) * capacity / abs(self.power)

    def is_past(self, now: dt.datetime) -> bool:
        """Tell whether its end has come."""
        return self.is_over or (self.until is not None and now >= self.until)

    def at_power(self, power: int) -> Run:
        """Return the same at another power; without end where that turns its sense around."""
        if self.power * power > 0:
            return replace(self, power=power)
        return Run(power, self.before)

    def followed_by(self, setpoint: int) -> Run:
        """Return the same with another setpoint, in W, once it is over."""
        return replace(self, before=replace(self.before, setpoint=setpoint))

    def store(self) -> dict[str, Any]:
        """Return what `restore_run` takes."""
        return {
            "power": self.power,
            "before": self.before.store(),
            "until": self.until and self.until.isoformat(),
            "target": self.target,
            "is_over": self.is_over,
        }


def restore_run(stored: object) -> Run:
    """Return a run as it was stored; ValueError for what can't be one."""
    given = fields(stored)
    return Run(
        power(given.get("power")),
        Before.restore(given.get("before")),
        optional(moment, given.get("until")),
        optional(whole(0, 100), given.get("target")),
        is_over=flag(given.get("is_over", False)),
    )
