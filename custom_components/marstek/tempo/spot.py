"""Reader of day-ahead prices, in whatever shape an integration publishes them.

Its stages, each a module: shapes (`spot_search`), times (`spot_times`), units (`spot_units`), subject
(here), days of lists without dates, checked against the entity's own state (`spot_days`), and the merge
of copies (`spot_merge`). What can't be understood without doubt is no price: a missing one is expected
from the days before, a wrong one empties batteries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from .spot_days import Clues, Dating, date_of_lists, withdrawn_by, without_copies
from .spot_merge import by_quarter
from .spot_model import DAY, HOUR, DayList, PriceUnit, Series, SpotError, SpotProblem
from .spot_search import Found, search, search_uncertain
from .spot_units import common_unit, in_unit, stated_unit


@dataclass(frozen=True, slots=True)
class Offer:
    """Prices that were found."""

    prices: Mapping[datetime, float]
    """Currency per kWh of quarters of an hour, by their starts in UTC."""
    unit: PriceUnit
    """Unit in which the source publishes them."""
    step: timedelta = HOUR
    """Resolution: the time that the shortest row holds."""
    is_unit_stated: bool = True
    """Whether the source, or the owner, says the unit; else it was judged by the size of prices."""
    provisional: frozenset[datetime] = frozenset()
    """Starts of those whose day is likely, but not proven."""
    withdrawn: frozenset[datetime] = frozenset()
    """Starts of provisional prices of earlier offers that turned out to be of another day."""
    lists: tuple[DayList, ...] = ()
    """Lists without dates that they come from, for the `Clues` of the next reading."""


def read_prices(
    payload: object,
    *,
    zone: tzinfo,
    day: date,
    unit: PriceUnit | None = None,
    assumed: PriceUnit | None = None,
    subject: str | None = None,
    clues: Clues | None = None,
) -> Offer:
    """Return the prices in attributes or an answer; raise SpotError when there are none.

    `day` is the local one that lists named `today` are of where there are no `clues`. `unit` replaces
    what the source says, `assumed` counts where it says nothing. `subject` is one of the names of an
    earlier SEVERAL or UNCERTAIN.
    """
    found = _chosen(payload, zone, subject)
    series, lists = list(found.series), list(found.lists)
    common = unit or common_unit([*series, *lists], assumed)
    is_forced = unit is not None
    is_stated = is_forced or stated_unit([*series, *lists]) is not None
    dating = Dating(day, is_proven=True)
    withdrawn: frozenset[datetime] = frozenset()
    if lists:
        lists = without_copies([in_unit(each, common, is_forced=is_forced) for each in lists])
        if clues is not None:
            dating = date_of_lists(lists, zone, clues)
            withdrawn = frozenset(withdrawn_by(lists, dating, zone, clues))
        series = _placed(lists, dating.today, zone)
        if not series:
            raise SpotError(SpotProblem.NO_PRICES)
    else:
        series = [in_unit(each, common, is_forced=is_forced) for each in series]
    prices = by_quarter(series, zone)
    return Offer(
        prices,
        common,
        step=min(each.step for each in series),
        is_unit_stated=is_stated,
        provisional=frozenset() if dating.is_proven else frozenset(prices),
        withdrawn=withdrawn - prices.keys(),
        lists=tuple(lists),
    )


def _chosen(payload: object, zone: tzinfo, subject: str | None) -> Found:
    """Return the prices of a subject, or all that are certain to be prices; SpotError without any.

    What only may be prices counts where a person has chosen it.
    """
    found = search(payload, zone)
    if subject is not None and (mine := found.of(subject)).all:
        return mine
    uncertain = search_uncertain(payload, zone) if subject is not None or not found.all else Found()
    if subject is not None and (mine := uncertain.of(subject)).all:
        return mine
    if found.all:
        return found
    if names := sorted({each.subject for each in uncertain.all}):
        raise SpotError(SpotProblem.UNCERTAIN, names)
    raise SpotError(SpotProblem.NO_PRICES)


def _placed(lists: Sequence[DayList], today: date, zone: tzinfo) -> list[Series]:
    """Return the series that lists are when a day is today; those that do not fit are left out."""
    rows = ((each, each.rows_on(today + each.offset * DAY, zone)) for each in lists)
    return [Series(placed, each.subject) for each, placed in rows if placed]
