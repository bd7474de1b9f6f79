"""Day-ahead prices, in whatever shape an integration tells them.

There is no common format: prices are looked for in all that an entity's attributes or an action's
answer hold, by what the common integrations call them. What can't be understood without doubt is
no price: a missing one is expected from the days before, a wrong one empties batteries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from statistics import median
from typing import Final

from .spot_rows import QUARTER, PriceUnit, Series, series_of

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
    SEVERAL = "several_subjects"
    """Prices of several homes or areas."""


class SpotError(ValueError):
    """Something that tells no prices; `problem` says why."""

    def __init__(self, problem: SpotProblem, subjects: Sequence[str] = ()) -> None:
        """Keep the reason, and for SEVERAL the names among which to choose."""
        super().__init__(f"No day-ahead prices: {problem}")
        self.problem = problem
        self.subjects = tuple(subjects)


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
    subject: str | None = None,
) -> Offer:
    """Return the prices in attributes or an answer; raise SpotError when there are none.

    `day` is the local one on which it was told: lists named `today` and `tomorrow` go by it. `unit`
    holds whatever the source says, `assumed` where it says nothing. `subject` is one of the names
    of an earlier SEVERAL.
    """
    found = series_of(payload, zone, day)
    if subject is not None:
        found = [series for series in found if series.subject == subject] or found
    if not found:
        raise SpotError(SpotProblem.NO_PRICES)
    if unit is None:
        unit = _unit_of_all(found) or assumed or _plausible(found)
        found = [_in_unit(series, unit, is_forced=False) for series in found]
    else:
        found = [_in_unit(series, unit, is_forced=True) for series in found]
    return Offer(_by_quarter(found, zone), unit)


def _in_unit(series: Series, unit: PriceUnit, *, is_forced: bool) -> Series:
    rows = (
        replace(row, unit=unit if is_forced or row.unit is None else row.unit)
        for row in series.rows
    )
    return replace(series, rows=tuple(rows))


def _unit_of_all(found: Sequence[Series]) -> PriceUnit | None:
    rows = (row for series in found for row in series.rows)
    return next((row.unit for row in rows if row.unit is not None), None)


def _plausible(found: Sequence[Series]) -> PriceUnit:
    """Return the unit that prices without one must have; raise SpotError when that is unclear."""
    middle = median(abs(row.price) for series in found for row in series.rows)
    if middle <= _MOST_CURRENCY:
        return PriceUnit.KWH
    if middle <= _MOST_CENTS:
        return PriceUnit.CENT
    if middle >= _LEAST_MWH:
        return PriceUnit.MWH
    raise SpotError(SpotProblem.UNCLEAR_UNIT)


def _by_quarter(found: Sequence[Series], zone: tzinfo) -> Mapping[datetime, float]:
    """Return the price of each quarter of an hour.

    Of several series of one day the finer wins as a whole, else the first; later ones only add
    times. Raises SpotError where series of one resolution differ by more than rounding: SEVERAL
    when their names tell them apart.
    """
    prices: dict[datetime, float] = {}
    owners: dict[datetime, Series] = {}
    steps: dict[date, timedelta] = {}
    for series in sorted(found, key=lambda each: each.step):
        own = _quarters(series)
        for moment, price in own.items():
            day = moment.astimezone(zone).date()
            if steps.setdefault(day, series.step) != series.step:
                continue
            other = owners.setdefault(moment, series)
            known = prices.setdefault(moment, price)
            if other is not series and abs(known - price) > max(
                _rounding(other), _rounding(series)
            ):
                raise _contradiction(found)
    return dict(sorted(prices.items()))


def _quarters(series: Series) -> Mapping[datetime, float]:
    """Return the price of each quarter of an hour in one series; raise SpotError when there are two."""
    prices: dict[datetime, float] = {}
    for row in series.rows:
        price = round(row.price * _IN_KWH[row.unit or PriceUnit.KWH], 6)
        if abs(price) > _HIGHEST:
            raise SpotError(SpotProblem.UNCLEAR_UNIT)
        moment = row.start
        while moment < row.end:
            if prices.setdefault(moment, price) != price:
                raise SpotError(SpotProblem.CONTRADICTING)
            moment += QUARTER
    return prices


def _rounding(series: Series) -> float:
    """Return by how much prices of a series may be rounded, in currency per kWh."""
    decimals = max(_decimals(row.price) for row in series.rows)
    factor = max(_IN_KWH[row.unit or PriceUnit.KWH] for row in series.rows)
    return 0.501 * 10.0**-decimals * factor + 1e-6


def _decimals(price: float) -> int:
    """Return how many decimals a price is told with, at most six."""
    return next((count for count in range(6) if round(price, count) == price), 6)


def _contradiction(found: Sequence[Series]) -> SpotError:
    """Return the error for series that differ: a choice where each has a name of its own."""
    subjects = sorted({series.subject for series in found})
    if len(subjects) > 1 and all(subjects):
        return SpotError(SpotProblem.SEVERAL, subjects)
    return SpotError(SpotProblem.CONTRADICTING)
