"""First stage of the price reader: the shapes in which prices stand beside their times.

There is no common format. A shape is a function that takes a node of the tree and returns its rows as
mappings of names; `_SHAPES` lists them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import islice
import re
from typing import Final

from .spot_lists import rows_of_a_date
from .spot_model import Row, Series, number_of
from .spot_times import ENDS, STARTS, bounds_of, moment_of
from .spot_tree import MOST_ROWS, OTHERS, Place
from .spot_units import plain, unit_by_name, unit_of_text

_PAIR: Final = 2
# Nobody chooses among more.
_MOST_COLUMNS: Final = 12
_TIMES: Final = frozenset({*STARTS, *ENDS})
# Fewer moments among names are no list of prices.
_LEAST_DATED: Final = 2
_PRICES: Final = ("total", "price", "value", "valueincvat", "priceincvat", "marketprice")
_PER_ENERGY: Final = re.compile(r"price.*per(k|m)wh")


def dated_in(node: object, place: Place) -> Iterator[Series]:
    """Yield the rows of a node in which each price has its time, under a name that says so."""
    rows = list(rows_of_a_date(node, place)) if isinstance(node, (list, tuple)) else []
    if items := _items(node, place.zone):
        name = next((name for item in items if (name := _price_name(item)) is not None), None)
        if name is not None:
            rows += islice(_rows_by(name, items, place), MOST_ROWS + 1)
    if rows:
        yield Series(tuple(rows), place.subject)


def columns_in(node: object, place: Place) -> Iterator[Series]:
    """Yield a series for each column of numbers beside times, whatever it is called."""
    items = _items(node, place.zone)
    names = dict.fromkeys(name for item in items for name in item if name not in _TIMES)
    wanted = (name for name in names if not any(other in name for other in OTHERS))
    for name in islice(wanted, _MOST_COLUMNS):
        rows = tuple(islice(_rows_by(name, items, place), MOST_ROWS + 1))
        if len(rows) >= _LEAST_DATED:
            yield Series(rows, f"{place.subject} {name}".strip())


type _Items = Sequence[Mapping[str, object]]


def _items(node: object, zone: tzinfo) -> _Items:
    """Return rows as mappings with plain names, whose first time is a start; empty without any."""
    shapes = (shape(node, zone) for shape in _SHAPES)
    items = next((found for found in shapes if found), [])
    if not items or any(name in item for item in items for name in STARTS):
        return items
    names = [name for name in items[0] if _is_time(items, name, zone)]
    renamed = dict(zip(names, ("start", "end"), strict=False))
    return [
        {renamed.get(name, name): value for name, value in item.items()} if names else {}
        for item in items
    ]


def _is_time(items: _Items, name: str, zone: tzinfo) -> bool:
    """Tell whether a column holds moments that are written as such."""
    values = [item.get(name) for item in items]
    return all(
        isinstance(value, (str, datetime)) and moment_of(value, zone) is not None
        for value in values
    )


def _rows(node: object, _: tzinfo) -> _Items:
    """Return a list of mappings: `[{"start": …, "price": …}, …]`."""
    if not isinstance(node, (list, tuple)) or len(node) > MOST_ROWS:
        return []
    return [
        {plain(name): value for name, value in item.items()}
        for item in node
        if isinstance(item, Mapping)
    ]


def _by_start(node: object, zone: tzinfo) -> _Items:
    """Return prices by their start: `{"2026-11-18T00:00:00+01:00": 0.12, …}`.

    Other attributes may stand beside them, and a gap may be given as null.
    """
    if not isinstance(node, Mapping):
        return []
    items = [
        {"start": name, "price": value}
        for name, value in node.items()
        if isinstance(name, (str, datetime)) and moment_of(name, zone) is not None
    ]
    return items if len(items) >= _LEAST_DATED else []


def _pairs(node: object, zone: tzinfo) -> _Items:
    """Return pairs of a time and a price: `[["2026-11-18T00:00:00+01:00", 0.12], …]`."""
    if not isinstance(node, (list, tuple)) or not _LEAST_DATED <= len(node) <= MOST_ROWS:
        return []
    pairs = [each for each in node if isinstance(each, (list, tuple)) and len(each) == _PAIR]
    if len(pairs) != len(node) or any(moment_of(pair[0], zone) is None for pair in pairs):
        return []
    return [{"start": pair[0], "price": pair[1]} for pair in pairs]


def _columns(node: object, zone: tzinfo) -> _Items:
    """Return lists that stand side by side: `{"time": […], "price": […]}`."""
    if not isinstance(node, Mapping):
        return []
    lists = {plain(name): value for name, value in node.items() if isinstance(value, list)}
    times = next((each for each in lists.values() if _are_moments(each, zone)), [])
    same = {name: each for name, each in lists.items() if len(each) == len(times)}
    return [dict(zip(same, row, strict=True)) for row in zip(*same.values(), strict=True) if times]


def _are_moments(values: list[object], zone: tzinfo) -> bool:
    """Tell whether a list begins and ends with moments that are written as such."""
    return _LEAST_DATED <= len(values) <= MOST_ROWS and all(
        isinstance(value, (str, datetime)) and moment_of(value, zone) is not None
        for value in (values[0], values[-1])
    )


_SHAPES: Final = (_rows, _by_start, _pairs, _columns)
"""Ways in which prices stand beside their times; the first that fits a node counts."""


def _price_name(item: Mapping[str, object]) -> str | None:
    """Return the name of the price in a row, None when it has none or no start.

    An unknown name counts where it is the only number of the row.
    """
    if not any(name in item for name in STARTS):
        return None
    found = [name for name in _PRICES if name in item]
    found += [name for name in item if _PER_ENERGY.fullmatch(name)]
    if not found:
        numbers = [
            name
            for name, value in item.items()
            if name not in _TIMES and number_of(value) is not None
        ]
        is_certain = len(numbers) == 1 and not any(other in numbers[0] for other in OTHERS)
        found = numbers if is_certain else []
    return found[0] if found else None


def _rows_by(name: str, items: _Items, place: Place) -> Iterator[Row]:
    """Yield the rows of a list whose price has a name; what makes no sense is left out."""
    named = unit_by_name(name)
    for number, (start, end) in bounds_of(items, name, place.zone).items():
        item = items[number]
        if (price := number_of(item[name])) is not None:
            yield Row(start, end, price, named or unit_of_text(item.get("unit")) or place.unit)
