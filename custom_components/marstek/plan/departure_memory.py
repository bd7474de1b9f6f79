"""Stored count of departures from Auto by day, so that a restart begins no new count."""

from dataclasses import dataclass, field
import datetime as dt
from typing import Any

from ..planner import MOST_COUNTED, DepartureCount
from ..stored import StoredPart, day, fields, whole


@dataclass(slots=True)
class DepartureMemory(DepartureCount):
    """Departures from Auto for the sake of prices by local day, and by BLE MAC in it."""

    interrupted: dict[str, dt.date] = field(default_factory=dict)
    """Local day on which others took over a battery that was out of Auto, by BLE MAC."""

    def store(self) -> dict[str, Any]:
        """Return the counts for `restore`, fit for JSON; nothing while there are none."""
        found: dict[str, Any] = {}
        if self.days:
            # A list, as whoever stores a mapping may sort it.
            found["days"] = [
                {"day": each.isoformat(), "made": dict(made)} for each, made in self.days.items()
            ]
        if self.interrupted:
            days = {key: each.isoformat() for key, each in self.interrupted.items()}
            found["interrupted"] = days
        return found

    @classmethod
    def restore(cls, stored: StoredPart) -> DepartureMemory:
        """Return the stored counts, without unreadable ones."""
        return cls(dict(stored.each("days", _day)), stored.mapping("interrupted", day))


def _day(stored: object) -> tuple[dt.date, dict[str, int]]:
    given = fields(stored)
    read = whole(0, MOST_COUNTED)
    return day(given.get("day")), {
        key: read(made) for key, made in fields(given.get("made")).items()
    }
