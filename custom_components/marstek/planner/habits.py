"""Usual load and solar production of a home, learnt from its own hours (docs/policy.md 2)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any, Final, Self

from .forecast import Expected, Forecast
from .sun import Sun

HISTORY: Final = timedelta(days=35)
"""How far back hours are asked for: a week of holidays and another without records included."""

_HALF_LIFE: Final = 5.0
_OTHER_KIND: Final = 0.25
# Fewer days of hours than this are no habit; a day with less of its hours is none.
_LEAST_DAYS: Final = 3
_LEAST_HOURS: Final = 18
_HOURS: Final = 24
_HOUR: Final = timedelta(hours=1)
# W that no home draws.
_MOST_POWER: Final = 1e6
# More than any home has statistics of.
_MOST_DAYS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of history: mean powers in W, None when unknown."""

    start: datetime
    load: float | None
    """Of the house, without what batteries drew."""
    pv: float | None = None
    is_left_out: bool = False
    """Whether its load is no habit, because of something that batteries don't serve, or of a gap."""


def after_gaps(known: Iterable[datetime]) -> frozenset[datetime]:
    """Return which of the hours follow a gap, by their starts in UTC.

    Counters count all of the gap in such an hour.
    """
    return frozenset(after for before, after in pairwise(sorted(known)) if after - before > _HOUR)


@dataclass(frozen=True, slots=True)
class Habits:
    """Mean powers in W by the hour of the local day."""

    zone: tzinfo
    work: tuple[float, ...]
    """Load of the 24 hours of a working day."""
    rest: tuple[float, ...]
    """Load of the 24 hours of a day off."""
    sun: Sun
    days: int
    """How many days were learnt from, 0 when these are a mere assumption."""

    @classmethod
    def learn(
        cls, hours: Iterable[Hour], today: date, zone: tzinfo, *, most_load: float
    ) -> Self | None:
        """Return the habits that complete days before `today` show, None for too few of them.

        Of the sun, hours of `today` count too. Recent days count more, days of the other kind less. An hour of more than `most_load` W,
        or of less than nothing, is an error of a meter and left out, as are hours that are missing,
        and those after a gap.
        """
        loads: dict[date, dict[int, float]] = defaultdict(dict)
        suns: dict[date, dict[int, float]] = defaultdict(dict)
        left_out: dict[date, int] = defaultdict(int)
        for hour in _without_gaps(list(hours)):
            local = hour.start.astimezone(zone)
            if hour.is_left_out:
                left_out[local.date()] += 1
            elif hour.load is not None and 0 <= hour.load <= most_load and local.date() < today:
                loads[local.date()][local.hour] = hour.load
            if hour.pv is not None and 0 <= hour.pv <= most_load:
                suns[local.date()][local.hour] = hour.pv
        days = {
            day: known for day, known in loads.items() if len(known) + left_out[day] >= _LEAST_HOURS
        }
        if len(days) < _LEAST_DAYS:
            return None
        return cls(
            zone,
            _profile(days, lambda day: _weight(day, today) * (_OTHER_KIND if _is_rest(day) else 1)),
            _profile(days, lambda day: _weight(day, today) * (1 if _is_rest(day) else _OTHER_KIND)),
            Sun.learn(suns, today),
            len(days),
        )

    @classmethod
    def assume(cls, daily_load: float, zone: tzinfo) -> Self:
        """Return the habits of a home that draws so many Wh a day, for want of a history."""
        flat = (daily_load / _HOURS,) * _HOURS
        return cls(zone, flat, flat, Sun.none(), 0)

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "work": self.work,
            "rest": self.rest,
            "pv": self.sun.usual,
            "weather": self.sun.store(),
            "days": self.days,
        }

    @classmethod
    def restore(cls, stored: object, zone: tzinfo) -> Self | None:
        """Return stored habits, None for unreadable ones."""
        match stored:
            case {
                "work": list(work),
                "rest": list(rest),
                "pv": list(pv),
                "days": int(days),
                **others,
            } if 0 <= days <= _MOST_DAYS:
                profiles = work, rest, pv
            case _:
                return None
        if not all(len(each) == _HOURS and all(map(_is_power, each)) for each in profiles):
            return None
        load, rest_load, usual = (tuple(map(float, each)) for each in profiles)
        sun = Sun.restore(usual, others.get("weather"))
        return cls(zone, work=load, rest=rest_load, sun=sun, days=days)

    def forecast(
        self, now: datetime, until: datetime, pv: Mapping[datetime, float] | None = None
    ) -> Forecast:
        """Return the expected powers in W from the hour of `now` on; both moments are aware.

        `pv` holds forecast powers of the sun in W by the start of their hour, in UTC; hours that it
        lacks are as the last days let expect, as long as it has none of their day.
        """
        start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        end = max(until.astimezone(UTC), start + _HOUR)
        known = pv or {}
        forecast_days = {moment.astimezone(self.zone).date() for moment in known}
        values: list[Expected] = []
        while start < end:
            local = start.astimezone(self.zone)
            loads = self.rest if _is_rest(local.date()) else self.work
            day, hour = local.date(), local.hour
            own = 0.0 if day in forecast_days else self.sun.power(day, hour)
            values.append(Expected(start, loads[hour], max(0.0, known.get(start, own))))
            start += _HOUR
        return Forecast(tuple(values), start)


def _without_gaps(hours: Sequence[Hour]) -> list[Hour]:
    """Return hours without what those after a gap have counted of it."""
    load = after_gaps(_start(hour) for hour in hours if hour.load is not None)
    sun = after_gaps(_start(hour) for hour in hours if hour.pv is not None)
    return [
        replace(
            hour,
            pv=None if _start(hour) in sun else hour.pv,
            is_left_out=hour.is_left_out or _start(hour) in load,
        )
        for hour in hours
    ]


def _start(hour: Hour) -> datetime:
    return hour.start.astimezone(UTC)


def _is_power(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value < _MOST_POWER


def _is_rest(day: date) -> bool:
    return day.weekday() >= 5


def _weight(day: date, today: date) -> float:
    return float(0.5 ** ((today - day).days / _HALF_LIFE))


def _profile(
    days: Mapping[date, Mapping[int, float]], weigh: Callable[[date], float]
) -> tuple[float, ...]:
    """Return the weighted mean of each hour, that of all hours for one that was never known."""
    sums, weights = [0.0] * _HOURS, [0.0] * _HOURS
    for day, known in days.items():
        weight = weigh(day)
        for hour, load in known.items():
            sums[hour] += weight * load
            weights[hour] += weight
    mean = sum(sums) / sum(weights)
    return tuple(
        total / weight if weight else mean for total, weight in zip(sums, weights, strict=True)
    )
