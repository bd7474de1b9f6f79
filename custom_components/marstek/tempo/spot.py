"""Day-ahead prices, in whatever shape an integration tells them.

There is no common format: prices are looked for in all that an entity's attributes or an action's
answer hold, by what the common integrations call them. What can't be understood without doubt is
no price: a missing one is expected from the days before, a wrong one empties batteries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from statistics import median
from typing import Final

from .spot_rows import QUARTER, PriceUnit, Row, rows_of

# More is no price of a kWh in any currency.
_HIGHEST: Final = 1000.0
# Medians of what has no unit: up to the first it is a currency, up to the second its hundredth,
# from the third on the price of a MWh. In between it may be either of the last two.
_MOST_CURRENCY: Final = 2.0
_MOST_CENTS: Final = 20.0
_LEAST_MWH: Final = 60.0


_IN_KWH: Final = {PriceUnit.KWH: 1.0, PriceUnit.CENT: 0.01, PriceUnit.MWH: 0.001}


class SpotProblem(StrEnum):
    """Why something tells no prices."""

    NO_PRICES = "no_prices"
    UNCLEAR_UNIT = "unclear_unit"
    CONTRADICTING = "contradicting_prices"
    """Two prices for the same time."""


class SpotError(ValueError):
    """Something that tells no prices; `problem` says why."""

    def __init__(self, problem: SpotProblem) -> None:
        """Keep the reason."""
        super().__init__(f"No day-ahead prices: {problem}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Offer:
    """Prices that were found."""

    prices: Mapping[datetime, float]
    """Currency per kWh of quarters of an hour, by their starts in UTC."""
    unit: PriceUnit
    """What they were told in."""


def read_prices(
    payload: object,
    *,
    zone: tzinfo,
    day: date,
    unit: PriceUnit | None = None,
    assumed: PriceUnit | None = None,
) -> Offer:
    """Return the prices in attributes or an answer; raise SpotError when there are none.

    `day` is the local one on which it was told: lists named `today` and `tomorrow` go by it. `unit`
    holds whatever the source says, `assumed` where it says nothing.
    """
    rows = rows_of(payload, zone, day)
    if not rows:
        raise SpotError(SpotProblem.NO_PRICES)
    if unit is None:
        unit = _unit_of_all(rows) or assumed or _plausible(rows)
        rows = [replace(row, unit=row.unit or unit) for row in rows]
    else:
        rows = [replace(row, unit=unit) for row in rows]
    return Offer(_by_quarter(rows), unit)


def _unit_of_all(rows: Sequence[Row]) -> PriceUnit | None:
    return next((row.unit for row in rows if row.unit is not None), None)


def _plausible(rows: Sequence[Row]) -> PriceUnit:
    """Return the unit that prices without one must have; raise SpotError when that is unclear."""
    middle = median(abs(row.price) for row in rows)
    if middle <= _MOST_CURRENCY:
        return PriceUnit.KWH
    if middle <= _MOST_CENTS:
        return PriceUnit.CENT
    if middle >= _LEAST_MWH:
        return PriceUnit.MWH
    raise SpotError(SpotProblem.UNCLEAR_UNIT)


def _by_quarter(rows: Sequence[Row]) -> Mapping[datetime, float]:
    """Return the price of each quarter of an hour; raise SpotError when there are two."""
    found: dict[datetime, float] = {}
    for row in rows:
        price = round(row.price * _IN_KWH[row.unit or PriceUnit.KWH], 6)
        if abs(price) > _HIGHEST:
            raise SpotError(SpotProblem.UNCLEAR_UNIT)
        moment = row.start
        while moment < row.end:
            if found.setdefault(moment, price) != price:
                raise SpotError(SpotProblem.CONTRADICTING)
            moment += QUARTER
    return dict(sorted(found.items()))
