"""What became of an order of the plan on one battery."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..battery.mode_requests import BatteryCommand
from ..battery.runtime import Battery
from ..venus import VenusError


class Outcome(StrEnum):
    """Outcome of an order; also types of events."""

    DONE = "done"
    FAILED = "failed"
    OVERRIDDEN = "overridden"
    """Somebody else changed the mode, and insists."""
    PUT_BACK = "put_back"
    """The battery had left the mode by itself."""
    CHANGED = "changed"
    """Somebody else changed the mode, and it was put back."""
    SLOT_TAKEN = "slot_taken"
    """A slot that had acted stopped, and acts again since it was written anew."""
    CLOCK_WRONG = "clock_wrong"
    FOREIGN_SLOTS = "foreign_slots"
    EXHAUSTED = "exhausted"
    """It takes no more for now, although its state of charge leaves room."""
    SLOTS_RIGHT = "slots_right"
    """What was wrong with its slots or its clock no longer is."""


DOUBTS: Final = (Outcome.CLOCK_WRONG, Outcome.FOREIGN_SLOTS)
"""Why a battery is not commanded by slots."""


@dataclass(frozen=True, slots=True)
class ExecutionReport:
    """Outcome of an order on one battery."""

    battery: Battery
    outcome: Outcome
    order: BatteryCommand
    error: VenusError | None = None
