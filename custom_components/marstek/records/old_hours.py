"""Hours of an old log: means of what was sampled, and energies integrated from power (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
import datetime as dt
from itertools import pairwise
from typing import Final

from .old_log import Sample

_MEANS: Final = ("soc", "battery_power", "temperature")
_HOUR: Final = dt.timedelta(hours=1)
# A log of every five minutes may miss two; over a longer gap nothing is assumed.
_LONGEST_HOLD: Final = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class HourMean:
    """Mean, smallest and largest of an hour."""

    mean: float
    low: float
    high: float


@dataclass(slots=True)
class OldHours:
    """What is to be imported, by sensor and start of the hour in UTC."""

    means: dict[str, dict[dt.datetime, HourMean]] = field(default_factory=dict)
    energies: dict[str, dict[dt.datetime, float]] = field(default_factory=dict)
    """kWh in each hour; every hour from the first sample to the last has a value."""


def hours_of_log(samples: Sequence[Sample]) -> OldHours:
    """Return the hours of samples in the order of time."""
    found = OldHours()
    for key in _MEANS:
        by_hour: dict[dt.datetime, list[float]] = {}
        for sample in samples:
            known: float | None = getattr(sample, key)
            if known is not None:
                by_hour.setdefault(_hour(sample.moment), []).append(known)
        if by_hour:
            found.means[key] = {
                hour: HourMean(sum(each) / len(each), min(each), max(each))
                for hour, each in by_hour.items()
            }
    charged, discharged = _empty_hours(samples), _empty_hours(samples)
    for hour, energy in _energies(samples):
        if energy < 0:
            charged[hour] -= energy
        else:
            discharged[hour] += energy
    found.energies = {"energy_charged": charged, "energy_discharged": discharged}
    return found


def _empty_hours(samples: Sequence[Sample]) -> dict[dt.datetime, float]:
    hour, last = _hour(samples[0].moment), _hour(samples[-1].moment)
    count = (last - hour) // _HOUR + 1
    return {hour + number * _HOUR: 0.0 for number in range(count)}


def _energies(samples: Iterable[Sample]) -> Iterator[tuple[dt.datetime, float]]:
    """Yield energies in kWh by hour, + discharges: each power holds until the next sample."""
    for sample, following in pairwise(samples):
        if sample.ac_power is None or following.moment - sample.moment > _LONGEST_HOLD:
            continue
        start = sample.moment
        while start < following.moment:
            end = min(following.moment, _hour(start) + _HOUR)
            yield _hour(start), sample.ac_power * ((end - start) / _HOUR) / 1000
            start = end


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
