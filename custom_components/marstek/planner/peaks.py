"""Peaks that a grid operator bills: the mean power of quarter hours or hours of a month.

Where the highest mean of a month has its price, one charge beside an oven can cost more than it
saves in weeks. Powers are W drawn from the grid; what is fed in counts as 0, as in the meters
whose means are billed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_HELD: Final = 120.0
"""Seconds for which a sample counts, unless another follows."""
_MOST: Final = 100_000.0
"""W; a sample above it is none of a home and counts as unread."""
_SHARE_UNREAD: Final = 0.35
_SHARE_READ: Final = 0.95
_SOON: Final = 1 / 3
"""Share of an interval within which a limit has to be reached to count as a peak that runs."""
_BILLED_DAYS: Final = 3


class PeakTariff(StrEnum):
    """Kind of means that are billed."""

    NONE = "none"
    QUARTER_HOURS = "quarter_hours"
    """The highest quarter hour of a month (Belgium)."""
    HOURS = "hours"
    """The highest hours of a month on three different days (Norway)."""

    @property
    def length(self) -> timedelta:
        """Return the length of an interval whose mean is billed."""
        return timedelta(minutes=15 if self is PeakTariff.QUARTER_HOURS else 60)

    @property
    def near(self) -> float:
        """Return the share of a limit, 0..1, from which on the mean of an hour makes a peak likely.

        The highest quarter of an hour is taken to draw a third more than the mean of that hour.
        """
        return 0.75 if self is PeakTariff.QUARTER_HOURS else 0.95


@dataclass(frozen=True, slots=True)
class DemandInterval:
    """DemandInterval that runs, as it is at a moment; times in s, energy in Ws drawn from the grid."""

    length: float
    elapsed: float
    """0 <= elapsed < length."""
    read: float
    """How much of `elapsed` was read."""
    energy: float
    """Drawn while it was read."""

    @classmethod
    def unused(cls, length: timedelta) -> DemandInterval:
        """Return one that has just begun."""
        return cls(length.total_seconds(), 0.0, 0.0, 0.0)

    @property
    def mean(self) -> float:
        """Return the mean of the whole interval in W if nothing more is drawn; unread counts as 0."""
        return self.energy / self.length

    def left_for(self, limit: float) -> float:
        """Return the W that may be drawn for the rest so that the mean stays at a limit in W.

        What was not read counts as if it had been drawn at the limit. Negative where the limit is
        exceeded already.
        """
        used = self.energy + limit * (self.elapsed - self.read)
        return (limit * self.length - used) / (self.length - self.elapsed)

    def rest(self, limit: float) -> float:
        """Return the W, at least 0, that may be drawn from now on so that 5 % of a limit are left.

        What was saved earlier in the interval is not caught up on: the next one begins with the
        power at which this one ends.
        """
        safe = _SHARE_READ * limit
        return min(safe, max(0.0, self.left_for(safe)))

    def room(self, limit: float, house: float | None) -> int:
        """Return the W that batteries may charge with together, at least 0.

        `limit` is the mean in W that costs nothing more, of which 5 % are left. `house` is what is
        drawn without the batteries, negative when it feeds in; without a reading (None) they get
        35 % of the limit. Where the limit is exceeded already, what the house feeds in is still
        theirs.
        """
        rest = self.rest(limit)
        free = min(rest, _SHARE_UNREAD * limit) if house is None else rest - house
        return max(0, int(free))

    def is_heading_above(self, limit: float, drawn: float | None) -> bool:
        """Return whether the mean will be above a limit in W, and soon, at the power drawn now.

        Soon is within a third of the length: until then a kettle may be off again. Without a
        reading (None) nothing is known to head anywhere.
        """
        if drawn is None or drawn <= 0:
            return False
        rest = self.length - self.elapsed
        until_reached = max(0.0, self.left_for(limit) * rest / drawn)
        return until_reached < rest and until_reached <= _SOON * self.length


class DemandMeter:
    """Energy drawn in the interval that runs, from samples of the power."""

    def __init__(self, length: timedelta) -> None:
        """Start with nothing read."""
        self._length = length
        self._start: datetime | None = None
        self._read = 0.0
        self._energy = 0.0
        self._last: tuple[datetime, float | None] | None = None

    @property
    def length(self) -> timedelta:
        """Return the length of an interval."""
        return self._length

    def note(self, now: datetime, power: float | None) -> tuple[datetime, float] | None:
        """Note the W drawn from `now` on, None where they are unknown.

        Return the start (UTC) and mean in W of the interval that has ended since the last sample,
        if one has; what was not read of it counts as 0. A clock that is set back makes all of the
        interval unread.
        """
        if power is not None and power > _MOST:
            power = None
        now = now.astimezone(UTC)
        start = self._start_of(now)
        ended: tuple[datetime, float] | None = None
        if self._last is not None and now < self._last[0]:
            self._restart(start)
            self._last = None
        if self._start != start:
            if self._start is not None:
                self._count(self._start, self._start + self._length)
                ended = self._start, self._energy / self._length.total_seconds()
            self._restart(start)
        self._count(start, now)
        self._last = now, power
        return ended

    def at(self, now: datetime) -> DemandInterval:
        """Return the interval that runs as it was at the last sample, by a moment not before it."""
        now = now.astimezone(UTC)
        start = self._start_of(now)
        length, elapsed = self._length.total_seconds(), (now - start).total_seconds()
        if start != self._start:
            return DemandInterval(length, elapsed, 0.0, 0.0)
        return DemandInterval(length, elapsed, min(self._read, elapsed), self._energy)

    def _start_of(self, now: datetime) -> datetime:
        """Return the start of the interval that contains a moment."""
        return _EPOCH + (now - _EPOCH) // self._length * self._length

    def _restart(self, start: datetime) -> None:
        self._start, self._read, self._energy = start, 0.0, 0.0

    def _count(self, start: datetime, end: datetime) -> None:
        """Add what the last sample has drawn between two moments, as long as it counts."""
        if self._last is None or self._last[1] is None:
            return
        begun, power = self._last
        end = min(end, begun + timedelta(seconds=_LONGEST_HELD))
        span = (end - max(begun, start)).total_seconds()
        if span > 0:
            self._read += span
            self._energy += span * max(0.0, power or 0.0)


@dataclass(slots=True)
class MonthPeaks:
    """Highest mean of each day of a month, in W, of one kind of tariff."""

    kind: PeakTariff = PeakTariff.NONE
    days: dict[date, float] = field(default_factory=dict)
    """By local day; all of the same month."""

    def note(self, kind: PeakTariff, day: date, mean: float) -> None:
        """Note the mean of an interval that began on a day; another month or kind starts anew."""
        if kind is not self.kind or not self._of_month(day):
            self.kind, self.days = kind, {}
        self.days[day] = max(mean, self.days.get(day, 0.0))

    def peak(self, kind: PeakTariff, day: date) -> float:
        """Return the peak of the month so far in W, 0 while none is known.

        For hours that is the mean of the highest ones of up to three days.
        """
        highest = sorted(self._known(kind, day).values(), reverse=True)
        if kind is PeakTariff.HOURS:
            highest = highest[:_BILLED_DAYS]
            return sum(highest) / len(highest) if highest else 0.0
        return highest[0] if highest else 0.0

    def free(self, kind: PeakTariff, day: date) -> float:
        """Return the mean in W up to which an interval of a day changes no peak.

        For hours that is the day's own highest or the third highest day, whichever is more.
        """
        if kind is not PeakTariff.HOURS:
            return self.peak(kind, day)
        known = self._known(kind, day)
        highest = sorted(known.values(), reverse=True)
        third = highest[_BILLED_DAYS - 1] if len(highest) >= _BILLED_DAYS else 0.0
        return max(third, known.get(day, 0.0))

    def _of_month(self, day: date) -> bool:
        return all((each.year, each.month) == (day.year, day.month) for each in self.days)

    def _known(self, kind: PeakTariff, day: date) -> Mapping[date, float]:
        return self.days if kind is self.kind and self._of_month(day) else {}
