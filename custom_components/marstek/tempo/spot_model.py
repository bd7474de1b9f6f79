"""Day-ahead prices as they are read: rows of a list, their unit, and why nothing could be read.

The stages of the reader (`spot_shapes`, `spot_times`, `spot_units`, `spot_merge`) share these classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

QUARTER: Final = timedelta(minutes=15)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
# Neither a price nor milliseconds since 1970; comparing takes integers of any length, and no NaN.
_MOST_NUMBER: Final = 1e15


class PriceUnit(StrEnum):
    """What prices are told in."""

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
    """The rows of one list, in the order in which they are told."""

    rows: tuple[Row, ...]
    subject: str
    """Names that lead to it, such as that of a home or an area, separated by spaces."""

    @property
    def step(self) -> timedelta:
        """Return its resolution: the shortest row."""
        return min(row.end - row.start for row in self.rows)


class SpotProblem(StrEnum):
    """Why something tells no prices."""

    NO_PRICES = "no_prices"
    UNCLEAR_UNIT = "unclear_unit"
    CONTRADICTING = "contradicting_prices"
    """Two prices for the same time."""
    SEVERAL = "several_subjects"
    """Prices of several homes or areas."""


class SpotError(ValueError):
    """Something that tells no prices; `problem` says why."""

    def __init__(self, problem: SpotProblem, subjects: Sequence[str] = ()) -> None:
        """Keep the reason, and for SEVERAL the names among which to choose."""
        super().__init__(f"No day-ahead prices: {problem}")
        self.problem = problem
        self.subjects = tuple(subjects)


def number_of(value: object) -> float | None:
    """Return a finite number; a text or a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # An integer of hundreds of digits becomes no float.
    return float(value) if -_MOST_NUMBER < value < _MOST_NUMBER else None
