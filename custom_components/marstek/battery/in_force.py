"""Setpoint that a battery follows as far as is known here."""

from homeassistant.util import dt as dt_util

from ..venus import Mode
from .memory import Memory
from .slot_mirror import covers


def setpoint_in_force(memory: Memory, mode: Mode | None) -> int | None:
    """Return the setpoint of Passive, or of the slot that acts, in W, + discharges; else None.

    None also where two slots act at once with different powers: which of them wins is not known.
    """
    if mode is Mode.PASSIVE:
        commanded = memory.commanded
        return commanded.power if commanded.keeps(Mode.PASSIVE) else None
    if mode is not Mode.MANUAL:
        return None
    now = dt_util.now()
    entries = memory.schedule.entries.values()
    powers = {entry.slot.power for entry in entries if entry.is_certain and covers(entry.slot, now)}
    return powers.pop() if len(powers) == 1 else None
