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

    def interrupted(self, key: str, today: dt.date) -> None:
        """Note, before its order is dropped, that others command a battery for a while.

        A hold that goes on later on the local day `today` is the one that they have interrupted.
        """
        if self._is_away(key, today):
            self._memory().departures.interrupted[key] = today

    def ordered(self, key: str, order: BatteryCommand | None) -> None:
        """Note the order of the plan for a battery: in Auto no hold goes on that was interrupted."""
        if order is not None and not _is_away(order) and not self._is_by_owner(key):
            self.ended(key)

    def ended(self, key: str) -> None:
        """Note that the plan holds a battery no more for the sake of prices: a later hold is another."""
        self._memory().departures.interrupted.pop(key, None)

    def carried_out(
        self, key: str, order: BatteryCommand, local: dt.datetime, *, is_bounded: bool
    ) -> None:
        """Count an order that takes a battery out of Auto; call it before that order is stored.

        `is_bounded` tells whether that is for the sake of prices, `local` is now.
        """
        memory, today = self._memory(), local.date()
        was_away = self._is_away(key, today)
        was_selling = self._is_interrupted(key, today) or _sells(memory.orders.get(key))
        if not _is_away(order) and self._is_by_owner(key):
            self.interrupted(key, today)
        else:
            self.ended(key)
        if is_departure(
            local,
            is_for_price=is_bounded,
            was_away=was_away,
            is_away=_is_away(order),
            begins_sale=_sells(order) and not was_selling,
        ):
            memory.departures.count(key, today)

    def departed(self, keys: Collection[str], today: dt.date) -> Departed:
        """Return how often batteries have left Auto today, and whether to go on out of it is free.

        That is of batteries by `keys`; one that a person commands hinders no other.
        """
        made = self._memory().departures
        mine = {key: made.of(key, today) for key in keys if not self._is_by_owner(key)}
        away = {key for key in mine if self._is_away(key, today)}
        selling = {key for key in away if _sells(self._memory().orders.get(key))}
        return Departed.of(mine, away, selling)

    def _is_away(self, key: str, today: dt.date) -> bool:
        order = self._memory().orders.get(key)
        return self._is_interrupted(key, today) or _is_away(order)

    def _is_interrupted(self, key: str, today: dt.date) -> bool:
        return self._memory().departures.interrupted.get(key) == today

    def _is_by_owner(self, key: str) -> bool:
        memory = self._memory()
        chosen = (each.batteries for each in memory.overrides)
        return key in memory.standing_back or any(each is None or key in each for each in chosen)


def _is_away(order: BatteryCommand | None) -> bool:
    """Tell whether an order keeps a battery out of Auto; None: there is none."""
    return order is not None and order.mode not in (Mode.AUTO, Mode.AI)


def _sells(order: BatteryCommand | None) -> bool:
    return order is not None and (order.power or 0) > 0
