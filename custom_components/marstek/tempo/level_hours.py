"""Off-peak hours of a contract with prices by hour, day and month, of which there may be more than two.

Off-peak are the hours that cost less than the mean of a week in their month. So batteries may charge
in the cheap levels only, and are in Auto in the dear ones; with two levels it is the cheaper one. A
month of one price has no off-peak hours. On a day of more than two prices there are middle hours
too: neither off-peak nor the dearest of the day.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final, override

from .hour_rules import HourRules
from .off_peak_hours import OffPeakHours
from .wall_clock import DAY, RESOLUTION, bounds_of_day, local_of
from .windows import OffPeakWindow

# The off-peak hours of a season come back within a year.
_DAYS_SEARCHED: Final = 400
_LEAST_DIFFERENCE: Final = 1e-9
_TWO_LEVELS: Final = 2


class LevelProblem(StrEnum):
    """Why prices of hours can't be a tariff."""

    HOURS_LEFT = "hours_left"
    """Some hours have no price."""
    ONE_PRICE = "one_price"
    """No hour is cheaper than others of its month."""


class LevelError(ValueError):
    """Prices of hours can't be a tariff; `problem` says why."""

    def __init__(self, problem: LevelProblem) -> None:
        """Keep the reason."""
        super().__init__(f"Unusable prices of hours: {problem}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class LevelHours(OffPeakHours):
    """The cheap hours among prices of all hours, in currency per kWh. Raises LevelError."""

    prices: HourRules
    zone: tzinfo = field(init=False)
    _means: dict[int, float] = field(init=False, repr=False, compare=False)
    """Mean of a week of each month that has cheap hours."""

    def __post_init__(self) -> None:
        """Find the mean prices; refuse prices by which there is nothing to plan."""
        if not self.prices.is_complete:
            raise LevelError(LevelProblem.HOURS_LEFT)
        object.__setattr__(self, "zone", self.prices.zone)
        object.__setattr__(self, "_means", _means(self.prices))
        if not self._means:
            raise LevelError(LevelProblem.ONE_PRICE)

    @property
    def windows(self) -> tuple[OffPeakWindow, ...]:
        """Return no windows: its hours may differ from day to day."""
        return ()

    @property
    def lowest(self) -> float:
        """Return the lowest price of a kWh."""
        return min(rule.value for rule in self.prices.rules)

    @property
    def highest(self) -> float:
        """Return the highest price of a kWh."""
        return max(rule.value for rule in self.prices.rules)

    @override
    def is_off_peak(self, moment: datetime) -> bool:
        """Tell whether a moment costs less than the mean of its month."""
        mean = self._means.get(local_of(moment, self.zone).month)
        price = self.prices.value_at(moment)
        return mean is not None and price is not None and price < mean - _LEAST_DIFFERENCE

    @override
    def is_middle(self, moment: datetime) -> bool:
        """Tell whether it is neither off-peak nor the dearest hour of a day of three prices or more."""
        prices = _prices_of_day(self.prices, local_of(moment, self.zone).date())
        price = self.prices.value_at(moment)
        if len(prices) <= _TWO_LEVELS or price is None or self.is_off_peak(moment):
            return False
        return price < max(prices) - _LEAST_DIFFERENCE

    @override
    def middle_changes(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the midnights between two moments after which the same price is another level."""
        day = local_of(start, self.zone).date() + DAY
        while (moment := _midnight(day, self.zone)) < end:
            if self.is_middle(moment) is not self.is_middle(moment - RESOLUTION):
                yield moment
            day += DAY

    @property
    @override
    def _days_searched(self) -> int:
        return _DAYS_SEARCHED

    @override
    def bounds_on(self, day: date) -> tuple[datetime, ...]:
        """Return the bounds of a day; none in a season of one price, which is left out at once."""
        if not {day.month, (day - DAY).month} & self._means.keys():
            return ()
        return bounds_of_day(self.prices.bounds, self.zone, day)


def _means(prices: HourRules) -> dict[int, float]:
    """Return the mean price of a week in each month in which prices differ."""
    hours: dict[int, dict[float, float]] = {}
    for part in prices.day_parts():
        if part.number is not None and part.is_of_each_week:
            month = hours.setdefault(part.month, {})
            price = prices.rules[part.number].value
            month[price] = month.get(price, 0.0) + part.hours
    return {
        month: sum(price * length for price, length in found.items()) / sum(found.values())
        for month, found in hours.items()
        if max(found) - min(found) > _LEAST_DIFFERENCE
    }


@lru_cache(maxsize=64)
def _prices_of_day(prices: HourRules, day: date) -> frozenset[float]:
    """Return the prices of a local day: asked for each period of a plan."""
    found = (prices.value_at(moment) for moment in bounds_of_day(prices.bounds, prices.zone, day))
    return frozenset(price for price in found if price is not None)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
