"""Reader of day-ahead prices, in whatever shape an integration publishes them.

Its stages, each a module: shapes (`spot_shapes`), times (`spot_times`), units (`spot_units`), subject
(here) and the merge of copies (`spot_merge`). What can't be understood without doubt is no price: a
missing one is expected from the days before, a wrong one empties batteries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from .spot_merge import by_quarter
from .spot_model import PriceUnit, SpotError, SpotProblem
from .spot_shapes import series_of
from .spot_units import in_one_unit


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
    in_units, common = in_one_unit(found, unit, assumed)
    return Offer(by_quarter(in_units, zone), common)
