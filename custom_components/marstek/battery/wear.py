"""Wear of a battery's flash memory: writes counted by day, and limits on orders that nobody gave.

Slots, and probably modes, are written to flash by the battery (docs/protocol.md 2.9), so a faulty
automation or a price that flaps could wear it out. A person's own command is counted and never
limited, nor is anything that ends a charge or returns the battery to Auto.
"""

from dataclasses import dataclass
import datetime as dt
from enum import StrEnum
from typing import Any, Final, Self

from ..stored import StoredPart, day, whole

LEAST_INTERVAL: Final = 30.0
"""Seconds between two orders of the plan or of automations."""
DAILY_WRITES: Final = 60
"""Slot writes and mode changes of one battery and day after which the plan gives no orders."""
PLAN_WRITES: Final = 20
"""How many of them are the plan's alone."""
_MOST_WRITES: Final = 100_000


class Giver(StrEnum):
    """Origin of a command."""

    PERSON = "person"
    AUTOMATION = "automation"
    PLAN = "plan"


class Refusal(StrEnum):
    """Why an order is not given."""

    TOO_SOON = "too_soon"
    USED_UP = "used_up"


@dataclass(slots=True)
class Wear:
    """Writes to one battery on one day."""

    day: dt.date = dt.date.min
    writes: int = 0
    """Slot writes and mode changes on `day`; renewals of Passive are not counted."""
    ordered_at: float = float("-inf")
    """Monotonic s of the last order of the plan or of an automation; not stored."""

    def count(self, today: dt.date) -> None:
        """Count a slot write or a change of the mode."""
        self.writes = self.writes_on(today) + 1
        self.day = today

    def writes_on(self, today: dt.date) -> int:
        """Return the number of writes of a day."""
        return self.writes if self.day == today else 0

    def pause(self, now: float) -> float:
        """Return the seconds until the next order may be given."""
        return max(0.0, self.ordered_at + LEAST_INTERVAL - now)

    def is_used_up(self, giver: Giver, today: dt.date) -> bool:
        """Tell whether the writes of a day are used up for somebody."""
        match giver:
            case Giver.PERSON:
                return False
            case Giver.AUTOMATION:
                return self.writes_on(today) >= DAILY_WRITES - PLAN_WRITES
            case Giver.PLAN:
                return self.writes_on(today) >= DAILY_WRITES

    def refusal(self, giver: Giver, now: float, today: dt.date) -> Refusal | None:
        """Return why an order may not be given now, None when it may."""
        if self.is_used_up(giver, today):
            return Refusal.USED_UP
        if giver is not Giver.PERSON and self.pause(now) > 0:
            return Refusal.TOO_SOON
        return None

    def ordered(self, now: float) -> None:
        """Note an order of the plan or of an automation."""
        self.ordered_at = now

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {"day": self.day.isoformat(), "writes": self.writes}

    @classmethod
    def restore(cls, stored: StoredPart) -> Self:
        """Return the stored counts, with 0 for an unreadable one."""
        return cls(
            stored.value("day", day, dt.date.min),
            stored.value("writes", whole(0, _MOST_WRITES), 0),
        )
