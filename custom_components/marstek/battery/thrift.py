"""Spares a battery's flash: refuses orders of automations and of the plan that wear it out."""

from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.core import Context
from homeassistant.util import dt as dt_util

from ..errors import TooSoonError, WornError
from ..venus import Clock, Mode
from .memory import Memory, MemoryStore
from .mode_requests import BatteryCommand
from .wear import Giver, Refusal

LAST_ORDERS: Final = 8
"""Orders that the plan may give on a day whose writes are used up: a night must still begin."""


def giver_of(context: Context | None) -> Giver:
    """Return the origin of a call: an automation where its context has no user."""
    return Giver.PERSON if context is not None and context.user_id else Giver.AUTOMATION


class Thrift:
    """Decides on each order whether its writes are worth their wear."""

    def __init__(
        self,
        store: MemoryStore,
        clock: Clock,
        current_mode: Callable[[], Mode | None],
        on_used_up: Callable[[bool], None],
    ) -> None:
        """Count in `store`; `on_used_up` hears when the writes of a day are used up, and no more."""
        self._store = store
        self._clock = clock
        self._current_mode = current_mode
        self._on_used_up = on_used_up
        self._used_up_on: dt.date | None = None
        self._last: BatteryCommand | None = None
        self._last_orders: tuple[dt.date, int] = dt.date.min, 0
        """How many of the last orders were given on a day."""

    @property
    def _memory(self) -> Memory:
        return self._store.memory

    def look(self) -> None:
        """Take the repair back on the next day."""
        if self._used_up_on is not None and self._used_up_on != dt_util.now().date():
            self._used_up_on = None
            self._on_used_up(False)

    def check_mode(self, mode: Mode, giver: Giver) -> None:
        """Raise WornError or TooSoonError for a mode that an automation may not choose now.

        Auto, which ends all commands, is always allowed, and so is the mode that is on:
        another power in Passive is not written to flash.
        """
        current = self._current_mode()
        if mode is Mode.PASSIVE and mode is not current:
            # It may follow a command that failed; only its share of the day is limited.
            self.check_slots(giver)
        elif mode not in (Mode.AUTO, current):
            self._check(giver)

    def check_setpoint(self, power: int, giver: Giver) -> None:
        """Raise WornError for a setpoint in W that an automation may not write to a slot now.

        Less charging is always allowed. Seconds between two setpoints are seen to by `Commands`,
        which write the latest when a minute is over.
        """
        kept = self._memory.commanded
        is_lowered = kept.kept is not None and kept.power < 0 and power > kept.power
        if self._current_mode() is Mode.MANUAL and not is_lowered:
            self.check_slots(giver)

    def check_slots(self, giver: Giver) -> None:
        """Raise WornError where an automation may write no slot any more on this day."""
        if self._memory.wear.is_used_up(giver, dt_util.now().date()):
            self._tell()
            raise WornError

    def _check(self, giver: Giver) -> None:
        if giver is Giver.PERSON:
            return
        wear, now = self._memory.wear, self._clock.time()
        match wear.refusal(giver, now, dt_util.now().date()):
            case Refusal.USED_UP:
                self._tell()
                raise WornError
            case Refusal.TOO_SOON:
                raise TooSoonError
        wear.ordered(now)

    def pause_before(self, order: BatteryCommand) -> float:
        """Return the seconds that the plan waits before an order; 0 for one that must not wait.

        An order that failed, or no longer stands, is given again without a pause.
        """
        if order == self._last or self._is_always_given(order):
            return 0.0
        return self._memory.wear.pause(self._clock.time())

    def check_order(self, order: BatteryCommand) -> None:
        """Raise WornError for an order of the plan for which no writes are left on this day."""
        if order != self._last and not self._ends_something(order):
            self._check_change(order)
        self._memory.wear.ordered(self._clock.time())
        self._last = order

    def _check_change(self, order: BatteryCommand) -> None:
        """Raise WornError where the writes of the day are used up, and the last orders too."""
        today, mode = dt_util.now().date(), order.mode
        is_new_power = mode is Mode.PASSIVE and self._current_mode() is mode
        if is_new_power or not self._memory.wear.is_used_up(Giver.PLAN, today):
            return
        day, given = self._last_orders
        given = given if day == today else 0
        is_begun = order.window is not None and not self._is_first_of_window(order)
        if is_begun or given >= LAST_ORDERS:
            self._tell()
            raise WornError
        self._last_orders = today, given + 1

    def _is_always_given(self, order: BatteryCommand) -> bool:
        """Tell of Auto, of less charging, and of the first order in the slots of a window."""
        return self._ends_something(order) or self._is_first_of_window(order)

    def _ends_something(self, order: BatteryCommand) -> bool:
        """Tell of Auto and of less charging."""
        last = self._last
        power = 0 if last is None or last.power is None else last.power
        is_less = power < 0 and order.power is not None and order.power > power
        return order.mode is Mode.AUTO or is_less

    def _is_first_of_window(self, order: BatteryCommand) -> bool:
        """Tell of the first order in the slots of a window, by the end of that."""
        last = self._last
        before = None if last is None or last.window is None else last.window.end
        return order.window is not None and before != order.window.end

    def _tell(self) -> None:
        if self._used_up_on is None:
            self._used_up_on = dt_util.now().date()
            self._on_used_up(True)
