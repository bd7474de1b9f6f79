"""Orders that a plan may give, and the modes and slots that they take (docs/protocol.md 2.9)."""

from dataclasses import dataclass
import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..venus import Mode, ModeRequest, Slot
from .commanded import BackTo
from .renewal import countdown
from .slot_mirror import EVENING_SLOT, MORNING_SLOT, OWNER_SLOT, SAFETY_SLOT, cleared

# The last minute of a day can't be in a slot: 0 W for a minute is expected (docs/protocol.md 2.9).
_LAST_MINUTE: Final = dt.time(23, 59)
# A battery's clock may be a little slow.
_TRIAL_BEFORE: Final = dt.timedelta(minutes=3)
_TRIAL: Final = dt.timedelta(minutes=10)
PLAN_SLOTS: Final = frozenset({EVENING_SLOT, MORNING_SLOT})


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """Discharging through a red day, which Auto ignores: it acts only if Auto never arrives."""

    day: dt.date
    start: dt.time
    end: dt.time
    power: int
    """In W, positive."""


@dataclass(frozen=True, slots=True)
class SlotWindow:
    """When slots may act. Moments are in the zone of the battery's own clock."""

    start: dt.datetime
    end: dt.datetime
    """When the power of the order ends: for charging the end guard, otherwise the end of the night."""
    safety: SafetyNet | None = None


@dataclass(frozen=True, slots=True)
class BatteryCommand:
    """Order of the plan to one battery.

    Without a `window` it is Auto (or AI), or Passive at `power`. With one it is Manual, confined to
    that window, so that the battery ends it by itself should Home Assistant never come back.
    """

    power: int | None = None
    """Setpoint in W, + discharges, 0 holds; None is Auto or AI."""
    window: SlotWindow | None = None
    until: dt.datetime | None = None
    """When Passive at `power` ends by itself at the latest; None: while it is kept up."""
    is_ai: bool = False

    @property
    def mode(self) -> Mode:
        """The mode that this takes."""
        if self.power is None:
            return Mode.AI if self.is_ai else Mode.AUTO
        return Mode.PASSIVE if self.window is None else Mode.MANUAL

    def by_passive(self) -> BatteryCommand:
        """Return the same without slots; a power other than 0 W ends when the slots would."""
        if self.window is None:
            return self
        return BatteryCommand(self.power, until=self.window.end if self.power else None)

    def as_trial(self, now: dt.datetime) -> BatteryCommand:
        """Return the same in a slot of some minutes, which acts at once if the clock is right."""
        if self.until is None:
            return self
        zone = self.until.tzinfo
        end = min(self.until, (now + _TRIAL).astimezone(zone))
        return BatteryCommand(self.power, SlotWindow((now - _TRIAL_BEFORE).astimezone(zone), end))


AUTO: Final = BatteryCommand()
AI: Final = BatteryCommand(is_ai=True)


def request_for(order: BatteryCommand, now: dt.datetime) -> ModeRequest:
    """Return the mode change that an order takes at a moment in the zone of its window."""
    if order.power is None:
        return ModeRequest(order.mode)
    if order.window is None:
        return ModeRequest(Mode.PASSIVE, power=order.power, duration=countdown(order.until, now))
    slots: tuple[Slot, ...] = night_slots(order.power, order.window, now)
    if order.window.safety is not None:
        slots = (*slots, _safety_slot(order.window.safety))
    return ModeRequest(Mode.MANUAL, power=order.power, slots=slots)


def night_slots(power: int, window: SlotWindow, now: dt.datetime) -> tuple[Slot, Slot]:
    """Return both slots of the plan: the rest of a window on this day, and on the next.

    The one that is not needed is disabled, which is also what becomes of both when the window
    has less than a minute left. Bounds are by the clock on the wall.
    """
    today = now.date()
    if window.end.date() > today:
        start = window.start.time() if window.start.date() == today else dt.time()
        evening = _slot(EVENING_SLOT, start, _LAST_MINUTE, today, power)
        morning = _slot(MORNING_SLOT, dt.time(), window.end.time(), window.end.date(), power)
        return evening, morning
    if window.start.date() == today:
        end = window.end.time()
        return _slot(EVENING_SLOT, window.start.time(), end, today, power), cleared(MORNING_SLOT)
    return (
        cleared(EVENING_SLOT),
        _slot(MORNING_SLOT, dt.time(), window.end.time(), today, power),
    )


def _slot(number: int, start: dt.time, end: dt.time, day: dt.date, power: int) -> Slot:
    """Return a slot of one day, disabled when it would be empty."""
    first, last = f"{start:%H:%M}", f"{end:%H:%M}"
    if first >= last:
        return cleared(number)
    return Slot(number, first, last, 1 << day.weekday(), power)


def _safety_slot(net: SafetyNet) -> Slot:
    return _slot(SAFETY_SLOT, net.start, net.end, net.day, net.power)


def owner_slot(power: int, day: dt.date) -> Slot:
    """Return the slot of Manual by hand: all of `day` and of the next one."""
    days = 1 << day.weekday() | 1 << (day.weekday() + 1) % 7
    return Slot(OWNER_SLOT, "00:00", "23:59", days, power)


def owner_request(mode: Mode, power: int, until: dt.datetime | None = None) -> ModeRequest:
    """Return the request for a mode at a setpoint in W; Passive ends by itself at `until`."""
    match mode:
        case Mode.MANUAL:
            return ModeRequest(mode, power=power, slots=(owner_slot(power, dt_util.now().date()),))
        case Mode.PASSIVE:
            return ModeRequest(mode, power=power, duration=countdown(until, dt_util.utcnow()))
    return ModeRequest(mode)


def return_request(back_to: BackTo) -> ModeRequest:
    """Return the request that brings a battery back.

    Manual without an own slot gets a slot that does nothing.
    """
    if back_to.mode is Mode.MANUAL and not back_to.by_owner:
        return ModeRequest(Mode.MANUAL, slots=(cleared(OWNER_SLOT),))
    return owner_request(back_to.mode, back_to.setpoint)
