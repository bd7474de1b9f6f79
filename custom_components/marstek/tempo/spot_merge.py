"""Last stage of the price reader: one price for each quarter of an hour.

Integrations publish the same day several times: hourly means beside quarters, rounded copies, or
several areas. Copies are dropped; what differs by more than rounding is an error or a choice.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from .spot_model import QUARTER, PriceUnit, Series, SpotError, SpotProblem
from .spot_units import IN_KWH

# More is no price of a kWh in any currency.
_HIGHEST: Final = 1000.0


def by_quarter(found: Sequence[Series], zone: tzinfo) -> Mapping[datetime, float]:
    """Return the price of each quarter of an hour.

    Of several series of one day the finer wins as a whole, else the first; later ones only add
    times. Raises SpotError where series of one resolution differ by more than rounding: SEVERAL
    when their names tell them apart.
    """
    prices: dict[datetime, float] = {}
    owners: dict[datetime, Series] = {}
    steps: dict[date, timedelta] = {}
    for series in sorted(found, key=lambda each: each.step):
        own = quarters_of(series)
        for moment, price in own.items():
            day = moment.astimezone(zone).date()
            if steps.setdefault(day, series.step) != series.step:
                continue
            other = owners.setdefault(moment, series)
            known = prices.setdefault(moment, price)
            if other is not series and abs(known - price) > max(
                rounding_of(other), rounding_of(series)
            ):
                raise _contradiction(found)
    return dict(sorted(prices.items()))


def quarters_of(series: Series) -> Mapping[datetime, float]:
    """Return the price of each quarter of an hour in one series; raise SpotError when there are two."""
    prices: dict[datetime, float] = {}
    for row in series.rows:
        price = round(row.price * IN_KWH[row.unit or PriceUnit.KWH], 6)
        if abs(price) > _HIGHEST:
            raise SpotError(SpotProblem.UNCLEAR_UNIT)
        moment = row.start
        while moment < row.end:
            if prices.setdefault(moment, price) != price:
                raise SpotError(SpotProblem.CONTRADICTING)
            moment += QUARTER
    return prices


def rounding_of(series: Series) -> float:
    """Return by how much prices of a series may be rounded, in currency per kWh."""
    decimals = max(decimals_of(row.price) for row in series.rows)
    factor = max(IN_KWH[row.unit or PriceUnit.KWH] for row in series.rows)
    return 0.501 * 10.0**-decimals * factor + 1e-6


def decimals_of(price: float) -> int:
    """Return how many decimals a price is given with, at most six."""
    return next((count for count in range(6) if round(price, count) == price), 6)


def _contradiction(found: Sequence[Series]) -> SpotError:
    """Return the error for series that differ: a choice where each has a name of its own."""
    subjects = sorted({series.subject for series in found})
    if len(subjects) > 1 and all(subjects):
        return SpotError(SpotProblem.SEVERAL, subjects)
    return SpotError(SpotProblem.CONTRADICTING)
