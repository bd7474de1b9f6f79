"""Compares what a battery does with what it was told."""

from enum import StrEnum
from typing import Final

from ..battery.mode_requests import BatteryCommand
from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from ..venus import Mode, Purpose, agrees, is_idle

# A battery ramps up, and its slots follow its own clock, which may be some minutes off.
_PATIENCE: Final = 300.0
# Cells that are full, or rest between their packs, take nothing for longer than a ramp lasts.
_EXHAUSTED_AFTER: Final = 900.0


class Finding(StrEnum):
    """Kind of a deviation from an order."""

    LAPSE = "lapse"
    """Another mode, in a way that the firmware is known for."""
    CHANGED = "changed"
    """Another mode: somebody else's doing, or a lapse that is not known."""
    IDLE = "idle"
    """The right mode, but no power: it has not acted since it was told."""
    EXHAUSTED = "exhausted"
    """The right mode, but no more power: it has acted before, and its cells take or give no more,
    or its own clock says that its slot is over."""
    OTHER_POWER = "other_power"
    """The right mode, but another power: another slot acts."""


class DeviationWatch:
    """Looks at one battery while an order stands. Times are those of the battery's clock, in s."""

    def __init__(self, battery: Battery) -> None:
        """Look at `battery`."""
        self._battery = battery
        self._begun = float("-inf")
        self._deviating_since: float | None = None
        self._was_silent = False
        self.has_acted = False
        """Whether power has flowed as it was told since the order was carried out."""

    def begin(self) -> None:
        """Begin anew: an order was carried out."""
        self._begun = self._battery.clock.time()
        self._deviating_since = None
        self._was_silent = False
        self.has_acted = False

    def look(self, order: BatteryCommand) -> Finding | None:
        """Return the deviation from an order, None for none or while it can't be judged."""
        battery = self._battery
        if battery.is_occupied:
            return None
        if not battery.is_reachable:
            self._was_silent = True
            self._deviating_since = None
            return None
        is_read = battery.mode_read_at > self._begun and Reading.MODE in battery.data.fresh
        if is_read and battery.data.mode is not order.mode:
            return self._of_mode(battery.data.mode)
        return self._of_power(order)

    def _of_mode(self, mode: Mode | None) -> Finding:
        """Tell a known fault of the firmware from somebody's doing (docs/protocol.md 2.9 and 6)."""
        power = self._battery.data.ac_power
        if mode is Mode.PASSIVE and power is not None and is_idle(power):
            # A countdown that nobody remembers has ended.
            return Finding.LAPSE
        if mode is Mode.AUTO and self._was_silent:
            # It was reset.
            return Finding.LAPSE
        return Finding.CHANGED

    def _of_power(self, order: BatteryCommand) -> Finding | None:
        battery, now = self._battery, self._battery.clock.time()
        if battery.profile.has_pv:
            return self._of_cells(order, now)
        power = battery.data.ac_power
        if order.power is None or power is None:
            return None
        if order.power and power * order.power > 0 and not is_idle(power):
            self.has_acted = True
        if agrees(order.power, power, battery.data.soc, Purpose.WATCH):
            self._deviating_since = None
            return None
        if self._deviating_since is None:
            self._deviating_since = now
        stands_still = order.power != 0 and is_idle(power)
        has_ended = stands_still and self.has_acted
        if now - self._deviating_since < (_EXHAUSTED_AFTER if has_ended else _PATIENCE):
            return None
        self._deviating_since = None
        if has_ended:
            return Finding.EXHAUSTED
        return Finding.IDLE if stands_still else Finding.OTHER_POWER

    def _of_cells(self, order: BatteryCommand, now: float) -> Finding | None:
        """Return whether cells beside the sun take or give no more; its power hides all else."""
        power = self._battery.data.battery_power
        if not order.power or power is None:
            return None
        if not is_idle(power):
            self.has_acted |= power * order.power > 0
            self._deviating_since = None
            return None
        if self._deviating_since is None:
            self._deviating_since = now
        if not self.has_acted or now - self._deviating_since < _EXHAUSTED_AFTER:
            return None
        self._deviating_since = None
        return Finding.EXHAUSTED
