"""Shapes of the price reader in which only a name or a date beside them places prices.

Lists of a day, and one attribute for each hour. Which day a list without a date is of is found out
later, in `spot_days`.
"""

from collections.abc import Iterator, Mapping, Sequence
import re
from typing import Final

from .spot_model import DayList, Row, number_of
from .spot_tree import TODAY, TOMORROW, Place, date_of
from .spot_units import plain

_LEAST_HOURS: Final = 20
_HOUR_NAME: Final = re.compile(r"(.*?)([01][0-9]|2[0-3])h(d?)")
_PAST: Final = "yesterday"
_OFFSETS: Final = (*((term, 0) for term in TODAY), *((term, 1) for term in TOMORROW))
# Hours, half hours and quarters of a day of 23, 24 or 25 hours.
_LENGTHS: Final = frozenset(hours * parts for hours in (23, 24, 25) for parts in (1, 2, 4))


def lists_in(node: object, place: Place) -> Iterator[DayList]:
    """Yield prices that only a name places: in a list of a day, or one for each hour."""
    if isinstance(node, Mapping):
        yield from _by_hour_names(node, place)
    elif isinstance(node, (list, tuple)) and node:
        yield from _bare(node, place)


def _by_hour_names(node: Mapping[object, object], place: Place) -> Iterator[DayList]:
    """Yield prices under names such as `price_00h` and `price_next_day_00h`.

    The hour that clocks repeat in autumn is named with a `d`.
    """
    groups: dict[str, list[tuple[tuple[int, int], float]]] = {}
    for name, value in node.items():
        match, price = _HOUR_NAME.fullmatch(plain(name)), number_of(value)
        if match is not None and price is not None:
            hour = int(match[2]), 1 if match[3] else 0
            groups.setdefault(match[1], []).append((hour, price))
    for name, prices in groups.items():
        if len(prices) >= _LEAST_HOURS:
            yield DayList(
                prices=tuple(price for _, price in prices),
                offset=int(any(term in name for term in TOMORROW)),
                subject=place.subject,
                unit=place.unit,
                hours=tuple(hour for hour, _ in prices),
                stated=place.stated,
            )


def _bare(node: Sequence[object], place: Place) -> Iterator[DayList]:
    """Yield a list of numbers that is named after its day."""
    offset = _offset_by_name(place.name)
    if offset is not None and (prices := _numbers(node)):
        yield DayList(prices, offset, place.subject, place.unit, stated=place.stated)


def unnamed_lists_in(node: object, place: Place) -> Iterator[DayList]:
    """Yield a list of numbers of a day, whatever it is called."""
    if not isinstance(node, (list, tuple)) or not place.path or _PAST in place.name:
        return
    if prices := _numbers(node):
        yield DayList(prices, 0, place.subject, place.unit, stated=place.stated)


def rows_of_a_date(node: Sequence[object], place: Place) -> Iterator[Row]:
    """Yield the rows of a list of numbers whose name is a date, or that has only a date beside it."""
    named = date_of(place.path[-1]) if place.path else None
    day = named or (place.stated if _offset_by_name(place.name) is None else None)
    if day is not None and (prices := _numbers(node)):
        yield from DayList(prices, 0, place.subject, place.unit).rows_on(day, place.zone)


def _offset_by_name(name: str) -> int | None:
    """Return how many days after today a list is of by its name."""
    return next((days for term, days in _OFFSETS if name.endswith(term)), None)


def _numbers(node: Sequence[object]) -> tuple[float | None, ...]:
    """Return the prices of a day in a row, empty where a list can't be that."""
    if len(node) not in _LENGTHS:
        return ()
    prices = tuple(map(number_of, node))
    return prices if any(price is not None for price in prices) else ()
