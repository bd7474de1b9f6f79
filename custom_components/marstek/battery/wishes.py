"""The mode changes that commands by hand take."""

import datetime as dt

from homeassistant.util import dt as dt_util

from ..venus import Mode, ModeWish, Slot
from .renewal import countdown
from .run import Before
from .slots import HAND_SLOT, cleared


def hand_slot(power: int, day: dt.date) -> Slot:
    """Return the slot of Manual by hand: all of `day` and of the next one."""
    days = 1 << day.weekday() | 1 << (day.weekday() + 1) % 7
    return Slot(HAND_SLOT, "00:00", "23:59", days, power)


def wish_by_hand(mode: Mode, power: int, until: dt.datetime | None = None) -> ModeWish:
    """Return what a mode takes at a setpoint in W; Passive ends by itself by then."""
    match mode:
        case Mode.MANUAL:
            return ModeWish(mode, power=power, slots=(hand_slot(power, dt_util.now().date()),))
        case Mode.PASSIVE:
            return ModeWish(mode, power=power, duration=countdown(until, dt_util.utcnow()))
    return ModeWish(mode)


def wish_back(before: Before) -> ModeWish:
    """Return what brings a battery back; into Manual without a slot of ours by none that acts."""
    if before.mode is Mode.MANUAL and not before.by_hand:
        return ModeWish(Mode.MANUAL, slots=(cleared(HAND_SLOT),))
    return wish_by_hand(before.mode, before.setpoint)
