"""Usual sun of a home, how much of it there is now, and for how long its weather lasts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Self

_HOURS: Final = 24
_USUAL_DAYS: Final = 14
# A day with less of its hours is not counted.
_LEAST_HOURS: Final = 18
# Correlation of two days' sun that is assumed as long as a home's own says little, and the number
# of pairs of days that its own has to outweigh: of weather stations in Europe it is 0.3 to 0.5.
_ASSUMED: Final = 0.4
_ASSUMED_PAIRS: Final = 10
_MOST_PERSISTENCE: Final = 0.9
# A day of many times the usual sun is an error of a meter, or the end of weeks of fog.
_MOST_FACTOR: Final = 4.0
_STEPS: Final = 20

type Suns = Mapping[date, Mapping[int, float]]
"""Mean powers in W by local day and hour, as far as they are known."""


@dataclass(frozen=True, slots=True)
class Sun:
    """What the sun is expected to give: a usual day, and the weather of the day `day`.

    Weather is the factor of the usual day that a day gives. It fades towards 1: of what a day
    has more or less than usual, the next one has `persistence`, 0 to 0.9, on average.
    """

    usual: tuple[float, ...]
    """Mean powers in W of the 24 hours of a day."""
    day: date | None = None
    factor: float = 1.0
    persistence: float = 0.0

    @classmethod
    def learn(cls, suns: Suns, today: date) -> Self:
        """Return what the days before `today`, and its own hours so far, let expect."""
        whole = {
            day: known for day, known in suns.items() if day < today and len(known) >= _LEAST_HOURS
        }
        since = today - timedelta(days=_USUAL_DAYS)
        usual = _means([known for day, known in whole.items() if day >= since])
        total = sum(usual)
        if total <= 0:
            return cls(usual)
        # Hours that are missing are as the others of their day, not dark.
        factors = {
            day: sum(known.values()) / expected
            for day, known in whole.items()
            if (expected := sum(usual[hour] for hour in known)) > 0
        }
        persistence = _persistence(factors)
        factor = 1 + persistence * (factors.get(today - timedelta(days=1), 1.0) - 1)
        # What has come of today counts as it is, the rest as yesterday lets expect.
        gone = suns.get(today, {}).items()
        factor += sum(power - factor * usual[hour] for hour, power in gone) / total
        factor = min(max(0.0, factor), _MOST_FACTOR)
        return cls(usual, today, _rounded(factor), _rounded(persistence))

    @classmethod
    def none(cls) -> Self:
        """Return the sun of a home of which nothing is known."""
        return cls((0.0,) * _HOURS)

    def power(self, day: date, hour: int) -> float:
        """Return the W that are expected in an hour of a local day."""
        usual = self.usual[hour]
        if self.day is None or day < self.day:
            return usual
        ahead = (day - self.day).days
        return max(0.0, usual * (1 + self.persistence**ahead * (self.factor - 1)))

    def store(self) -> dict[str, Any] | None:
        """Return the weather for `restore`, fit for JSON."""
        if self.day is None:
            return None
        return {
            "day": self.day.isoformat(),
            "factor": self.factor,
            "persistence": self.persistence,
        }

    @classmethod
    def restore(cls, usual: tuple[float, ...], stored: object) -> Self:
        """Return stored weather over a usual day, none for one that can't be read."""
        match stored:
            case {
                "day": str(day),
                "factor": int() | float() as factor,
                "persistence": int() | float() as persistence,
            } if 0 <= factor <= _MOST_FACTOR and 0 <= persistence <= _MOST_PERSISTENCE:
                try:
                    return cls(usual, date.fromisoformat(day), float(factor), float(persistence))
                except ValueError:
                    return cls(usual)
        return cls(usual)


def _rounded(value: float) -> float:
    """Return a value in steps so large that a cloud of some minutes makes no new plan."""
    return round(value * _STEPS) / _STEPS


def _means(days: Sequence[Mapping[int, float]]) -> tuple[float, ...]:
    """Return the mean of each hour, 0 for hours of which nothing is known."""
    means: list[float] = []
    for hour in range(_HOURS):
        powers = [known[hour] for known in days if hour in known]
        means.append(sum(powers) / len(powers) if powers else 0.0)
    return tuple(means)


def _persistence(factors: Mapping[date, float]) -> float:
    """Return the correlation of days that follow each other, drawn towards the assumed one."""
    mean = sum(factors.values()) / len(factors)
    apart = {day: factor - mean for day, factor in factors.items()}
    pairs = [
        (apart[day], other)
        for day in apart
        if (other := apart.get(day + timedelta(days=1))) is not None
    ]
    spread = sum((first * first + second * second) / 2 for first, second in pairs)
    own = sum(first * second for first, second in pairs) / spread if spread > 0 else _ASSUMED
    weighed = (len(pairs) * own + _ASSUMED_PAIRS * _ASSUMED) / (len(pairs) + _ASSUMED_PAIRS)
    return min(max(0.0, weighed), _MOST_PERSISTENCE)
