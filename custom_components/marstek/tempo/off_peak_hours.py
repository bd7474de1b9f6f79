"""Off-peak hours of a tariff, whatever decides on them: what they have in common.

Whether it is off-peak depends on what a clock on the wall shows, so that the next change is found by
trying the moments at which that clock passes a bound.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import chain
from typing import Final

from .wall_clock import DAY, RESOLUTION, local_of

# Days that are searched at once. They overlap, since a country may change sides of the date line.
_CHUNK: Final = 8
_OVERLAP: Final = 2


@dataclass(frozen=True, slots=True)
class Interval:
    """A span of time within which nothing changes; bounds are UTC, so that they can be subtracted."""

    start: datetime
    end: datetime
    is_off_peak: bool

    @property
    def duration(self) -> timedelta:
        """Return how long it really lasts."""
        return self.end - self.start


class OffPeakHours(ABC):
    """Hours in which electricity is cheap, which begin and end again and again.

    All methods take moments of any zone, answer in UTC and raise ValueError for a moment without a zone.
    """

    __slots__ = ()

    zone: tzinfo

    @abstractmethod
    def is_off_peak(self, moment: datetime) -> bool:
        """Tell whether a moment is off-peak."""

    def is_middle(self, moment: datetime) -> bool:
        """Tell whether a moment is neither off-peak nor the dearest of its day."""
        local_of(moment, self.zone)
        return False

    def middle_changes(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield when `is_middle` changes between two moments, beside each change of the price."""
        yield from ()

    @abstractmethod
    def bounds_on(self, day: date) -> tuple[datetime, ...]:
        """Return the moments of a local day at which something may change."""

    def next_change(self, after: datetime) -> datetime:
        """Return the first moment after this one at which off-peak begins or ends."""
        state = self.is_off_peak(after)
        return next(
            moment
            for first in range(-1, self._days_searched + 1, _CHUNK)
            for moment in self._possible_changes(after, range(first, first + _CHUNK + _OVERLAP))
            if moment > after and self.is_off_peak(moment) is not state
        )

    def current(self, moment: datetime) -> Interval:
        """Return the whole interval in which a moment lies."""
        state = self.is_off_peak(moment)
        start = next(
            earlier
            for last in range(2, 1 - self._days_searched, -_CHUNK)
            for earlier in reversed(
                self._possible_changes(moment, range(last - _CHUNK - _OVERLAP, last))
            )
            if earlier <= moment and self.is_off_peak(earlier - RESOLUTION) is not state
        )
        return Interval(start, self.next_change(moment), state)

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the intervals between two moments in order, without gap or overlap.

        The first and the last are cut at `start` and `end`; nothing when these are not in order.
        """
        since, until = (local_of(each, self.zone).astimezone(UTC) for each in (start, end))
        while since < until:
            change = min(self.next_change(since), until)
            yield Interval(since, change, self.is_off_peak(since))
            since = change

    @property
    @abstractmethod
    def _days_searched(self) -> int:
        """Return within how many days something changes."""

    def _possible_changes(self, around: datetime, days: range) -> tuple[datetime, ...]:
        """Return when something may change on the days around a moment, in order."""
        return _changes_around(self, local_of(around, self.zone).date(), days)


@lru_cache(maxsize=256)
def _changes_around(hours: OffPeakHours, today: date, days: range) -> tuple[datetime, ...]:
    """Return the moments of the days around one, in order: asked for several times a minute."""
    bounds = (hours.bounds_on(today + day * DAY) for day in days)
    return tuple(sorted(set(chain.from_iterable(bounds))))
