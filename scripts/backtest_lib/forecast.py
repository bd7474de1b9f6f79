"""A forecast of the sun as services give it: the course of a clear day, its energy a little wrong."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from .world import Slots

_ERROR: Final = 0.25
"""Of the logarithm of a day's energy (docs/policy.md section 4)."""
_DAYS: Final = 4
_HOUR: Final = timedelta(hours=1)


class SunForecast:
    """What is said of each day, whenever it is asked for."""

    def __init__(self, slots: Slots) -> None:
        """Say something of all days."""
        self._slots = slots
        random = Random(f"forecast {slots.start.year}")
        pv: dict[date, float] = defaultdict(float)
        sky: dict[date, float] = defaultdict(float)
        for day, own, bright in zip(slots.days, slots.pv, slots.sky, strict=True):
            pv[day] += own
            sky[day] += bright
        self._clouds = {
            day: pv[day] / sky[day] * random.lognormvariate(-_ERROR * _ERROR / 2, _ERROR)
            for day in pv
            if sky[day]
        }

    def by_hour(self, number: int) -> dict[datetime, float]:
        """Return the W of the hours of some days, from the hour of a slot on."""
        slots = self._slots
        first = number - number % 4
        last = min(len(slots) - 3, first + _DAYS * 96)
        return {
            slots.moment(n): 250 * sum(slots.sky[n : n + 4]) * self._clouds.get(slots.days[n], 0.0)
            for n in range(first, last, 4)
        }
