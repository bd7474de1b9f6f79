"""Stored count of departures from Auto by day, so that a restart begins no new count."""

from dataclasses import dataclass
from typing import Any

from ..planner import MOST_COUNTED, DepartureCount
from ..stored import StoredPart, day, whole


@dataclass(slots=True)
class DepartureMemory(DepartureCount):
    """Departures from Auto for the sake of prices on one local day, by BLE MAC."""

    def store(self) -> dict[str, Any]:
        """Return the counts for `restore`, fit for JSON; nothing while there are none."""
        return {} if self.day is None else {"day": self.day.isoformat(), "made": dict(self.made)}

    @classmethod
    def restore(cls, stored: StoredPart) -> DepartureMemory:
        """Return the stored counts, without unreadable ones."""
        return cls(stored.optional("day", day), stored.mapping("made", whole(0, MOST_COUNTED)))
