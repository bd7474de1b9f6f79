"""Counts how often the plan takes batteries out of Auto by day for the sake of prices (pure)."""

from collections.abc import Callable, Collection
import datetime as dt

from ..battery.mode_requests import BatteryCommand
from ..planner import Departed, is_departure
from ..venus import Mode
from .control_memory import ControlMemory


class DepartureCounter:
    """Follows the orders that are carried out; batteries are known by their BLE MAC."""

    def __init__(self, memory: Callable[[], ControlMemory]) -> None:
        """Count in the plan's memory, so that a restart begins no new count."""
        self._memory = memory
        self._lent_away: set[str] = set()

    def lent(self, key: str) -> None:
        """Note that a battery is lent: what it does meanwhile brings it to Auto no more than away."""
        if self._is_away(key):
            self._lent_away.add(key)

    def carried_out(
        self, key: str, order: BatteryCommand, local: dt.datetime, *, is_bounded: bool
    ) -> None:
        """Count an order that takes a battery out of Auto; call it before that order is stored.

        `is_bounded` tells whether that is for the sake of prices, `local` is now.
        """
        memory, was_away = self._memory(), self._is_away(key)
        self._lent_away.discard(key)
        if is_departure(local, is_for_price=is_bounded, was_away=was_away, is_away=_is_away(order)):
            memory.departures.count(key, local.date())

    def departed(self, keys: Collection[str], today: dt.date, *, is_settling: bool) -> Departed:
        """Return how often batteries have left Auto today, and whether to go on out of it is free.

        That is of batteries by `keys`; one that a person commands hinders no other. `is_settling` tells
        whether the clock was set just now, and may be set again.
        """
        made = self._memory().departures
        if not is_settling:
            made.forget_later(today)
        mine = {key: made.of(key, today) for key in keys if not self._is_by_owner(key)}
        return Departed.of(mine, {key for key in mine if self._is_away(key)})

    def _is_away(self, key: str) -> bool:
        return key in self._lent_away or _is_away(self._memory().orders.get(key))

    def _is_by_owner(self, key: str) -> bool:
        memory = self._memory()
        chosen = (each.batteries for each in memory.overrides)
        return key in memory.standing_back or any(each is None or key in each for each in chosen)


def _is_away(order: BatteryCommand | None) -> bool:
    """Tell whether an order keeps a battery out of Auto; None: there is none."""
    return order is not None and order.mode not in (Mode.AUTO, Mode.AI)
