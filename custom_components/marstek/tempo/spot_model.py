"""Day-ahead prices as they are read: rows of a list, their unit, and why nothing could be read.

The stages of the reader (`spot_search`, `spot_times`, `spot_units`, `spot_days`, `spot_merge`) share these classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_STEPS: Final = (HOUR, HOUR / 2, QUARTER)
# Neither a price nor milliseconds since 1970; comparing takes integers of any length, and no NaN.
_MOST_NUMBER: Final = 1e15


class PriceUnit(StrEnum):
    """Units in which prices are published."""

    KWH = "kwh"
    """Currency of the home per kWh."""
    CENT = "cent"
    """Its hundredth per kWh."""
    MWH = "mwh"
    """Currency of the home per MWh."""


@dataclass(frozen=True, slots=True)
class Row:
    """A price and when it is; bounds are UTC and fill quarters of an hour."""

    start: datetime
    end: datetime
    price: float
    unit: PriceUnit | None


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one list, in the order in which they are given."""

    rows: tuple[Row, ...]
    subject: str
    """Names that lead to it, such as that of a home or an area, separated by spaces."""

    @property
    def step(self) -> timedelta:
        """Return its resolution: the shortest row."""
        return min(row.end - row.start for row in self.rows)


@dataclass(frozen=True, slots=True)
class DayList:
    """Prices of one day in the order of its hours, published without a date."""

    prices: tuple[float | None, ...]
    """None is a gap."""
    offset: int
    """Days after the one that the source calls today."""
    subject: str
    unit: PriceUnit | None = None
    hours: tuple[tuple[int, int], ...] = ()
    """Hour of the clock and fold of each price, where names say them; else they are in a row."""
    stated: date | None = None
    """The date beside the list of what the source calls today."""

    def rows_on(self, day: date, zone: tzinfo) -> tuple[Row, ...]:
        """Return its rows if it is of a local day; empty where it has not the length of that day.

        24, 48 or 96 prices on a day when clocks change go by the clock: the hour that does not exist
        is left out, and so is the one that comes twice, of which only one is given.
        """
        midnight, end = (
            datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + DAY)
        )
        if self.hours:
            starts = [_by_clock(day, HOUR * hour, zone, fold) for hour, fold in self.hours]
            step = HOUR
        elif (step := (end - midnight) / len(self.prices)) in _STEPS:
            starts = [midnight + number * step for number in range(len(self.prices))]
        elif (step := DAY / len(self.prices)) in _STEPS:
            starts = [
                _by_clock(day, number * step, zone, None) for number in range(len(self.prices))
            ]
        else:
            return ()
        return tuple(
            Row(start, start + step, price, self.unit)
            for start, price in zip(starts, self.prices, strict=True)
            if start is not None and price is not None
        )


def _by_clock(day: date, clock: timedelta, zone: tzinfo, fold: int | None) -> datetime | None:
    """Return in UTC when the clock of a day shows a time; None when it never does.

    Without a fold also None where it does so twice.
    """
    local = datetime.combine(day, time()) + clock
    first, second = (local.replace(tzinfo=zone, fold=each).astimezone(UTC) for each in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != local or (fold is None and first != second):
        return None
    return second if fold else first


class SpotProblem(StrEnum):
    """Reason why a payload gives no prices."""

    NO_PRICES = "no_prices"
    UNCLEAR_UNIT = "unclear_unit"
    CONTRADICTING = "contradicting_prices"
    """Two prices for the same time."""
    SEVERAL = "several_subjects"
    """Prices of several homes or areas."""
    UNCERTAIN = "uncertain_prices"
    """Numbers that may be prices, under names that say nothing."""


class SpotError(ValueError):
    """A payload gives no prices; `problem` is the reason."""

    def __init__(self, problem: SpotProblem, subjects: Sequence[str] = ()) -> None:
        """Keep the reason, and for SEVERAL and UNCERTAIN the names to choose among."""
        super().__init__(f"No day-ahead prices: {problem}")
        self.problem = problem
        self.subjects = tuple(subjects)


def number_of(value: object) -> float | None:
    """Return a finite number; a text or a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # An integer of hundreds of digits becomes no float.
    return float(value) if -_MOST_NUMBER < value < _MOST_NUMBER else None
