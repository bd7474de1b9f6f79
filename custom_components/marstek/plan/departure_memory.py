"""Stored count of departures from Auto by day, so that a restart begins no new count."""

from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from ..stored import StoredPart, day, whole

_MOST: Final = 1000


@dataclass(slots=True)
class DepartureMemory:
    """Departures from Auto for the sake of prices on one local day, by BLE MAC."""

    day: dt.date | None = None
    """None while none was ever made."""
    made: dict[str, int] = field(default_factory=dict)

    def count(self, key: str, today: dt.date) -> None:
        """Count a departure of a battery."""
        if self.day != today:
            self.day, self.made = today, {}
        self.made[key] = min(self.made.get(key, 0) + 1, _MOST)

    def forget_later(self, today: dt.date) -> None:
        """Forget a day to come: it was never there, as the clock has been set back since."""
        if self.day is not None and self.day > today:
            self.day, self.made = None, {}

    def of(self, key: str, today: dt.date) -> int:
        """Return the departures that a battery has made on a day."""
        return self.made.get(key, 0) if self.day == today else 0

    def store(self) -> dict[str, Any]:
        """Return the counts for `restore`, fit for JSON; nothing while there are none."""
        return {} if self.day is None else {"day": self.day.isoformat(), "made": dict(self.made)}

    @classmethod
    def restore(cls, stored: StoredPart) -> DepartureMemory:
        """Return the stored counts, without unreadable ones."""
        return cls(stored.optional("day", day), stored.mapping("made", whole(0, _MOST)))
