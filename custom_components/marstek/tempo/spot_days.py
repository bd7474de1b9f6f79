"""Stage of the price reader that finds out which day a list without a date is of.

Entities with lists named `today` and `tomorrow` are written at midnight, at a restart or every hour,
often before their integration has fetched new lists. So when a list was seen does not prove its day:
a date beside it does, and so do what is known already, a change, and the state of the entity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from .price_book import PriceBook
from .spot_merge import decimals_of, quarters_of, rounding_of
from .spot_model import DAY, DayList, Series

# Days back that a list may be left over from.
_LONGEST_STALE: Final = 7
# A tariff with so few prices repeats itself each day; an exchange does not.
_FEW_PRICES: Final = 4
# A state that agrees with more of the rows than this share says nothing about the hour.
_MOST_ALIKE: Final = 0.25
_LEAST_DIGITS: Final = 3
_MOST_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Clues:
    """Evidence beside the payload for the day of lists without dates."""

    at: datetime
    """When the source wrote them (aware)."""
    book: PriceBook
    """The prices known so far."""
    state: float | None = None
    """The state of the entity, which may be the price of this hour."""
    before: tuple[DayList, ...] = ()
    """The lists that were read last, since Home Assistant runs."""


@dataclass(frozen=True, slots=True)
class Dating:
    """The day that a source calls today, and whether that is proven or provisional."""

    today: date
    is_proven: bool


def without_copies(lists: Sequence[DayList]) -> list[DayList]:
    """Return lists without those of tomorrow that repeat today's.

    Some integrations fill them so until tomorrow is published; no exchange has the same prices twice.
    """
    if _is_repeating(lists):
        return list(lists)
    todays = {(each.subject, each.prices) for each in lists if each.offset == 0}
    return [each for each in lists if each.offset == 0 or (each.subject, each.prices) not in todays]


def date_of_lists(lists: Sequence[DayList], zone: tzinfo, clues: Clues) -> Dating:
    """Return the day that lists call today, by the strongest evidence that there is."""
    today = clues.at.astimezone(zone).date()
    for each in lists:
        if each.stated is not None and -_LONGEST_STALE <= (each.stated - today).days <= 1:
            return Dating(each.stated, True)
    is_known, is_proven = _is_known_as(lists, today, zone, clues.book)
    if is_known and is_proven:
        return Dating(today, True)
    if _is_changed(lists, clues.before):
        return Dating(today, True)
    is_fresh = is_known or _is_repeating(lists)
    if not is_fresh and (stale := _stale_day(lists, today, zone, clues.book)):
        return stale
    if _is_tomorrow_now(lists, zone, clues):
        return Dating(today - DAY, True)
    if is_known:
        return Dating(today, False)
    if not any(each.rows_on(today, zone) for each in lists):
        return Dating(today - DAY, False)
    is_yesterday, is_sure = _is_known_as(lists, today - DAY, zone, clues.book)
    return Dating(today, is_known is None and is_yesterday is False and is_sure)


def withdrawn_by(
    lists: Sequence[DayList], dating: Dating, zone: tzinfo, clues: Clues
) -> Iterator[datetime]:
    """Yield the starts of provisional prices that stem from one of the lists, by another day.

    They were learnt before there was evidence, and are no prices of that later day.
    """
    last = clues.at.astimezone(zone).date() + 2 * DAY
    for each in () if _is_repeating(lists) else lists:
        day = dating.today + (1 + each.offset) * DAY
        while day <= last:
            is_known, _ = _agrees(each, day, zone, clues.book)
            if is_known:
                yield from filter(clues.book.is_provisional, _quarters(each, day, zone))
            day += DAY


def _stale_day(
    lists: Sequence[DayList], today: date, zone: tzinfo, book: PriceBook
) -> Dating | None:
    """Return the past day that the book knows the lists from."""
    for back in range(1, _LONGEST_STALE + 1):
        day = today - back * DAY
        is_known, is_proven = _is_known_as(lists, day, zone, book)
        if is_known:
            return Dating(day, is_proven)
    return None


def _is_known_as(
    lists: Sequence[DayList], today: date, zone: tzinfo, book: PriceBook
) -> tuple[bool | None, bool]:
    """Tell whether the book has the lists by this day, None when it has not enough of it.

    The list of today counts, that of tomorrow only where the first is not known. The second value
    tells whether the prices in the book are proven.
    """
    for each in sorted(lists, key=lambda each: each.offset):
        found = _agrees(each, today + each.offset * DAY, zone, book)
        if found[0] is not None:
            return found
    return None, False


def _agrees(each: DayList, day: date, zone: tzinfo, book: PriceBook) -> tuple[bool | None, bool]:
    """Tell whether the book has these prices on a day, and whether they are proven there."""
    quarters = _quarters(each, day, zone)
    known = [
        (start, price, other)
        for start, price in quarters.items()
        if (other := book.price_at(start)) is not None
    ]
    if not quarters or 2 * len(known) < len(quarters):
        return None, False
    most = rounding_of(Series(each.rows_on(day, zone), each.subject))
    is_alike = all(abs(price - other) <= most for _, price, other in known)
    return is_alike, not any(book.is_provisional(start) for start, _, _ in known)


def _quarters(each: DayList, day: date, zone: tzinfo) -> dict[datetime, float]:
    return dict(quarters_of(Series(each.rows_on(day, zone), each.subject)))


def _is_changed(lists: Sequence[DayList], before: Sequence[DayList]) -> bool:
    """Tell whether the list of today is another one than that which was read last."""
    mine, others = (
        {each.subject: each.prices for each in found if each.offset == 0}
        for found in (lists, before)
    )
    return any(mine[name] != others[name] for name in mine.keys() & others.keys())


def _is_repeating(lists: Sequence[DayList]) -> bool:
    """Tell whether prices are those of a tariff, the same each day, not of an exchange."""
    return len({price for each in lists for price in each.prices}) <= _FEW_PRICES


def _is_tomorrow_now(lists: Sequence[DayList], zone: tzinfo, clues: Clues) -> bool:
    """Tell whether the state is the price of this hour in the list of tomorrow, not of today.

    A state that agrees with the list of today proves nothing: it may be computed from it. A rounded
    one, with which many rows agree, says nothing either.
    """
    state = clues.state
    if state is None or len(_digits(state)) < _LEAST_DIGITS:
        return False
    today = clues.at.astimezone(zone).date()
    agreeing = set[int]()
    for each in lists:
        rows = each.rows_on(today, zone)
        alike = [row for row in rows if _is_alike(row.price, state)]
        if any(row.start <= clues.at < row.end for row in alike) and (
            each.offset == 0 or len(alike) <= _MOST_ALIKE * len(rows)
        ):
            agreeing.add(each.offset)
    return agreeing == {1}


def _is_alike(price: float, state: float) -> bool:
    """Tell whether two numbers differ by no more than the rounding of the coarser one."""
    decimals = min(decimals_of(price), decimals_of(state))
    return abs(price - state) <= 0.501 * 10.0**-decimals


def _digits(number: float) -> str:
    """Return the significant digits of a number."""
    text = f"{abs(number):.{_MOST_DIGITS}f}".replace(".", "")
    return text.strip("0")
