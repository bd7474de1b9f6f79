"""The ten slots of Manual: whose each number is (PROTOCOL.md 2.9)."""

from typing import Final

from ..venus import Slot

SLOTS: Final = 10
# Slot numbers are shared by all parts of the project: 6 is for commands by hand.
HAND_SLOT: Final = 6
# Slots of the plan: the part of a night before midnight, the part after it; and the safety net.
EVENING_SLOT: Final = 7
MORNING_SLOT: Final = 8
SAFETY_SLOT: Final = 5
OWNER_SLOTS: Final = (0, 1, 2, 3, 4, 9)
"""What the integration leaves to the owner."""
BACKUP_SLOT: Final = 9
"""What UPS overwrites, while it disables all others."""


def cleared(number: int) -> Slot:
    """Return a disabled slot: what its other fields hold does not matter."""
    return Slot(number, "00:00", "23:59", 0, 0, enabled=False)


def is_cleared(slot: Slot) -> bool:
    """Tell whether a slot holds nothing that could be switched on again."""
    return not slot.enabled and not slot.days
