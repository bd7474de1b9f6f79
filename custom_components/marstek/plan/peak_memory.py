"""Stored state of the peaks: what was billed this month, and the hold that a peak has ended."""

from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from ..planner import MonthPeaks, PeakTariff
from ..stored import StoredPart, day, moment, number, one_of, whole

_MOST_MEAN: Final = 1e6
"""W; more is drawn by no home."""
_MOST_HOLDS: Final = 1000


@dataclass(slots=True)
class PeakMemory:
    """Highest means of the month, and until when batteries serve the house through a peak."""

    month: MonthPeaks = field(default_factory=MonthPeaks)
    serves_until: dt.datetime | None = None
    """None while no hold was ended by a peak."""
    served_day: dt.date | None = None
    """Local day that `served` is about."""
    served: int = 0
    """How many holds were ended on that day."""

    def store(self) -> dict[str, Any]:
        """Return the state for `restore`, fit for JSON; nothing while nothing was noted."""
        if self == PeakMemory():
            return {}
        return {
            "kind": self.month.kind,
            "days": {each.isoformat(): mean for each, mean in self.month.days.items()},
            "serves_until": self.serves_until and self.serves_until.isoformat(),
            "served_day": self.served_day and self.served_day.isoformat(),
            "served": self.served,
        }

    @classmethod
    def restore(cls, stored: StoredPart) -> PeakMemory:
        """Return the stored state, without its unreadable values."""
        kind = stored.value("kind", one_of(PeakTariff), PeakTariff.NONE)
        month, on_bad = MonthPeaks(kind), stored.noting("days")
        for name, mean in stored.mapping("days", number(0.0, _MOST_MEAN)).items():
            try:
                month.note(kind, day(name), mean)
            except ValueError:
                on_bad(name)
        return cls(
            month,
            stored.optional("serves_until", moment),
            stored.optional("served_day", day),
            stored.value("served", whole(0, _MOST_HOLDS), 0),
        )
