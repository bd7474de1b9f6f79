"""Load and sun of a home in quarters of an hour, the steps of a replay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

QUARTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarters:
    """Quarters of an hour in a row; kW."""

    start: datetime
    """In UTC."""
    hours: tuple[float, ...]
    """Hour of the local clock at which each begins, such as 17.25."""
    load: tuple[float, ...]
    """Of the house, without what batteries draw."""
    pv: tuple[float, ...]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.hours)

    def moment(self, number: int) -> datetime:
        """Return when one starts, in UTC."""
        return self.start + number * QUARTER

    @property
    def end(self) -> datetime:
        """Return when the last one ends, in UTC."""
        return self.moment(len(self))
