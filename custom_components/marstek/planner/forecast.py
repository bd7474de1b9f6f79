"""What the house is expected to draw and the sun to give."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Self

from .moments import utc

_JOULES_IN_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Expected:
    """Mean powers in W from a moment on, neither negative."""

    start: datetime
    load: float
    """Of the house, without what batteries draw."""
    pv: float = 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Powers that hold until the next ones, the last until `end`.

    Raises ValueError when moments are out of order or have no zone, or powers are negative.
    """

    values: tuple[Expected, ...]
    end: datetime

    def __post_init__(self) -> None:
        """Refuse what is no step function of time."""
        bounds = [*(utc(value.start) for value in self.values), utc(self.end)]
        if not self.values or any(before >= after for before, after in pairwise(bounds)):
            raise ValueError("A forecast needs values in order")
        if any(not (value.load >= 0 and value.pv >= 0) for value in self.values):
            raise ValueError("Expected powers can't be negative")


@dataclass(frozen=True, slots=True)
class Energies:
    """A forecast made ready to be summed: bounds in s since the epoch, energies in kWh before each."""

    bounds: tuple[float, ...]
    load_until: tuple[float, ...]
    pv_until: tuple[float, ...]

    @classmethod
    def of(cls, forecast: Forecast) -> Self:
        """Return the energies of a forecast."""
        bounds = [*(value.start.timestamp() for value in forecast.values), forecast.end.timestamp()]
        load, pv = [0.0], [0.0]
        for value, (start, end) in zip(forecast.values, pairwise(bounds), strict=True):
            load.append(load[-1] + value.load * (end - start) / _JOULES_IN_KWH)
            pv.append(pv[-1] + value.pv * (end - start) / _JOULES_IN_KWH)
        return cls(tuple(bounds), tuple(load), tuple(pv))

    def covers(self, start: float, end: float) -> bool:
        """Return whether all of a time is forecast."""
        return self.bounds[0] <= start and end <= self.bounds[-1]

    def between(self, start: float, end: float) -> tuple[float, float]:
        """Return the kWh of house and sun between two moments within the forecast."""
        load_start, pv_start = self._until(start)
        load_end, pv_end = self._until(end)
        return load_end - load_start, pv_end - pv_start

    def _until(self, moment: float) -> tuple[float, float]:
        """Return the kWh from the start of the forecast to a moment."""
        bounds = self.bounds
        number = min(max(1, bisect_right(bounds, moment)), len(bounds) - 1)
        start = bounds[number - 1]
        share = min(1.0, max(0.0, (moment - start) / (bounds[number] - start)))
        load, pv = self.load_until, self.pv_until
        return (
            load[number - 1] + share * (load[number] - load[number - 1]),
            pv[number - 1] + share * (pv[number] - pv[number - 1]),
        )
