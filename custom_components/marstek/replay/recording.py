"""Measured hours of a home, made ready for a replay: gaps are filled, and counted.

A gap can't be left out, since what batteries hold goes on from one hour to the next. A day with
fewer than 18 known hours is played, so that they do, but its money doesn't count.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from statistics import fmean
from typing import Final

from ..planner.habits import Hour, after_gaps
from .quarters import Quarters

LEAST_DAYS: Final = 14
"""Fewer days say nothing of a contract."""
_LEAST_HOURS: Final = 18
_NEAR: Final = 7
# In W. A counter that was replaced or reset shows thousands of kWh in an hour.
_MOST_POWER: Final = 50_000
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

type _Power = tuple[float, float]
"""Load and sun in kW."""


class RecordingError(Exception):
    """Too few days are known; `days` are those that are."""

    def __init__(self, days: int) -> None:
        """Keep the number."""
        super().__init__(f"{days} days with 18 known hours, of {LEAST_DAYS} that are needed")
        self.days = days


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """A day by the local clock."""

    day: date
    quarters: range
    filled: int
    """Hours that were not known."""
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """Days in a row without a gap."""

    quarters: Quarters
    days: tuple[RecordedDay, ...]

    @property
    def counted(self) -> tuple[RecordedDay, ...]:
        """Return the days whose money counts."""
        return tuple(each for each in self.days if each.is_counted)

    @property
    def filled(self) -> int:
        """Return how many hours of them were not known, and filled."""
        return sum(each.filled for each in self.counted)

    @property
    def left_out(self) -> int:
        """Return how many days do not count."""
        return len(self.days) - len(self.counted)

    @property
    def daily_load(self) -> float:
        """Return the mean load of a day in Wh."""
        return 24_000 * fmean(self.quarters.load)

    @property
    def has_sun(self) -> bool:
        """Tell whether the sun gave anything."""
        return any(self.quarters.pv)


def recording_of(hours: Iterable[Hour], first: date, last: date, zone: tzinfo) -> Recording:
    """Return the hours of some days, from the first to the last that are known.

    A negative load is sun that nobody measures. An hour beyond 50 kW is an error of a
    meter and counts as missing, and so does the hour after a gap. Raises RecordingError for less than 14 known days.
    """
    known = _without_followers(
        {hour.start.astimezone(UTC): power for hour in hours if (power := _power(hour)) is not None}
    )
    spans = {day: _hours_of(day, zone) for day in _days(first, last)}
    sound = [
        day for day, span in spans.items() if sum(each in known for each in span) >= _LEAST_HOURS
    ]
    if len(sound) < LEAST_DAYS:
        raise RecordingError(len(sound))
    usual = _Usual(known, zone)
    counted, local_hours = frozenset(sound), list[float]()
    powers: list[_Power] = []
    days: list[RecordedDay] = []
    for day in _days(sound[0], sound[-1]):
        missing, before = 0, len(powers)
        for moment in spans[day]:
            missing += moment not in known
            powers += [known.get(moment) or usual.power(moment)] * 4
            local = moment.astimezone(zone)
            local_hours += [local.hour + local.minute / 60 + n / 4 for n in range(4)]
        days.append(RecordedDay(day, range(before, len(powers)), missing, day in counted))
    load, pv = zip(*powers, strict=True)
    start = spans[sound[0]][0]
    return Recording(Quarters(start=start, hours=tuple(local_hours), load=load, pv=pv), tuple(days))


def _days(first: date, last: date) -> Iterable[date]:
    return (first + number * _DAY for number in range((last - first).days + 1))


def _hours_of(day: date, zone: tzinfo) -> list[datetime]:
    """Return the hours of a local day in UTC: 23 to 25."""
    start, end = (
        datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + _DAY)
    )
    # Statistics begin with hours of UTC, also where the local clock is half an hour beside it.
    start = start.replace(minute=0)
    return [start + number * _HOUR for number in range(round((end - start) / _HOUR))]


def _without_followers(known: Mapping[datetime, _Power]) -> dict[datetime, _Power]:
    """Return the hours without those that follow a gap."""
    followers = after_gaps(known)
    return {moment: power for moment, power in known.items() if moment not in followers}


def _power(hour: Hour) -> _Power | None:
    if hour.load is None or hour.pv is None:
        return None
    load, pv = max(0.0, hour.load), hour.pv + max(0.0, -hour.load)
    return (load / 1000, pv / 1000) if load <= _MOST_POWER and 0 <= pv <= _MOST_POWER else None


class _Usual:
    """Usual powers of an hour: the mean of the same hour of days near it, else of all."""

    def __init__(self, known: Mapping[datetime, _Power], zone: tzinfo) -> None:
        self._known = known
        self._zone = zone
        by_hour: dict[int, list[_Power]] = defaultdict(list)
        for moment, power in known.items():
            by_hour[moment.astimezone(zone).hour].append(power)
        self._mean = _mean(known.values())
        self._by_hour = {hour: _mean(powers) for hour, powers in by_hour.items()}

    def power(self, moment: datetime) -> _Power:
        near = [
            power
            for days in range(-_NEAR, _NEAR + 1)
            if (power := self._known.get(moment + days * _DAY)) is not None
        ]
        hour = moment.astimezone(self._zone).hour
        return _mean(near) if near else self._by_hour.get(hour, self._mean)


def _mean(powers: Iterable[_Power]) -> _Power:
    loads, suns = zip(*powers, strict=True)
    return fmean(loads), fmean(suns)
