"""Probabilities of blue, white and red for a day without an announcement.

The tables hold shares of the days of 2014 to 2026, by the colour of the day before (docs/policy.md
section 5); they don't know of the weather.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from .calendar import Colour, Quotas, can_be_red, can_be_white
from .prices import Prices

type Odds = Mapping[Colour, float]
"""Probabilities that add up to 1."""

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
# How far back a known day is looked for; the colour before it matters little.
_DAYS_BACK: Final = 3

# By month: after a blue, a white and a red day.
_RED: Final[Mapping[int, tuple[float, float, float]]] = MappingProxyType(
    {
        11: (0.01, 0.05, 0.14),
        12: (0.09, 0.17, 0.50),
        1: (0.30, 0.28, 0.81),
        2: (0.11, 0.10, 0.69),
        3: (0.06, 0.04, 0.67),
    }
)
_WHITE: Final[Mapping[int, tuple[float, float, float]]] = MappingProxyType(
    {
        11: (0.09, 0.67, 0.37),
        12: (0.28, 0.59, 0.43),
        1: (0.36, 0.49, 0.18),
        2: (0.29, 0.63, 0.27),
        3: (0.16, 0.59, 0.21),
        4: (0.06, 0.44, 0.26),
        5: (0.02, 0.35, 0.03),
        6: (0.02, 0.37, 0.03),
    }
)
_WHITE_SATURDAY: Final[Mapping[int, tuple[float, float, float]]] = MappingProxyType(
    {
        12: (0.09, 0.41, 0.69),
        1: (0.32, 0.57, 0.83),
        2: (0.04, 0.25, 0.43),
        3: (0.00, 0.09, 0.11),
    }
)
_NEVER: Final = (0.0, 0.0, 0.0)
_BEFORE: Final = (Colour.BLUE, Colour.WHITE, Colour.RED)


def odds(day: date, known: Mapping[date, Colour], quotas: Quotas) -> Odds:
    """Return the probability of each colour for a day, 0..1, without its own colour in `known`.

    What the calendar or the quotas forbid has no chance. Where the day before is unknown, it is
    taken to be as likely as its own odds say.
    """
    return _odds(day, known, quotas, _DAYS_BACK)


def expected_price(prices: Prices, chances: Odds, *, off_peak: bool) -> float:
    """Return the mean price of a kWh in EUR."""
    return sum(chance * prices.of(colour, off_peak=off_peak) for colour, chance in chances.items())


def likeliest(chances: Odds) -> Colour:
    """Return the colour of greatest probability; of equals blue, then white."""
    return max(Colour, key=lambda colour: chances.get(colour, 0.0))


def brier_score(chances: Odds, colour: Colour) -> float:
    """Return how far odds were from the colour that came: 0 for sure and right, 2 for sure and wrong.

    It is the sum of the squared distances of the three probabilities from 0 or 1.
    """
    return sum((chances.get(each, 0.0) - (each is colour)) ** 2 for each in Colour)


def _odds(day: date, known: Mapping[date, Colour], quotas: Quotas, days_back: int) -> Odds:
    before = known.get(day - _DAY)
    if before is not None:
        chances: Odds = {before: 1.0}
    elif days_back == 0:
        chances = {Colour.BLUE: 1.0}
    else:
        chances = _odds(day - _DAY, known, quotas, days_back - 1)
    reds = _RED.get(day.month, _NEVER) if can_be_red(day, known, quotas) else _NEVER
    table = _WHITE_SATURDAY if day.weekday() == _SATURDAY else _WHITE
    whites = table.get(day.month, _NEVER) if can_be_white(day, known, quotas) else _NEVER
    red = sum(chances.get(colour, 0.0) * p for colour, p in zip(_BEFORE, reds, strict=True))
    white = sum(chances.get(colour, 0.0) * p for colour, p in zip(_BEFORE, whites, strict=True))
    return {Colour.BLUE: 1.0 - red - white, Colour.WHITE: white, Colour.RED: red}
