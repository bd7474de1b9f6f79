"""First stage of the price reader: the shapes in which integrations publish prices.

There is no common format, so that the whole tree of attributes or of an answer is searched. A shape
is a function that takes a node of the tree and yields its rows; `_SHAPES` lists them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice
import re
from typing import Final

from .spot_model import DAY, HOUR, QUARTER, PriceUnit, Row, Series, number_of
from .spot_times import ENDS, STARTS, bounds_of, moment_of
from .spot_units import is_of_something_else, plain, unit_by_name, unit_in, unit_of_text

_DEEPEST: Final = 6
_MOST_ROWS: Final = 4000
_LONGEST_NAME: Final = 40
# Fewer moments among names are no list of prices.
_LEAST_DATED: Final = 2
_LEAST_HOURS: Final = 20
_HOUR_NAME: Final = re.compile(r"(.*?)([01][0-9]|2[0-3])h(d?)")
_TOMORROW: Final = ("nextday", "tomorrow")
_PRICES: Final = ("total", "price", "value", "valueincvat", "priceincvat", "marketprice")
_PER_ENERGY: Final = re.compile(r"price.*per(k|m)wh")
# Lists under such names are of something else, or nobody's word.
_OTHERS: Final = ("forecast", "predict", "export", "sell", "feedin", "production", "gas")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the search is."""

    zone: tzinfo
    day: date
    name: str = ""
    unit: PriceUnit | None = None
    depth: int = 0
    path: tuple[str, ...] = ()


def series_of(payload: object, zone: tzinfo, day: date) -> list[Series]:
    """Return all series that are told on a local day, in the order in which they stand.

    Prices without dates count only where nothing says when they are.
    """
    place = _Place(zone, day)
    for find in _SHAPES:
        found = list(_walk(payload, place, find))
        if sum(len(series.rows) for series in found) > _MOST_ROWS:
            return []
        if found:
            return found
    return []


type _Find = Callable[[object, _Place], Iterator[Row]]


def _walk(node: object, place: _Place, find: _Find) -> Iterator[Series]:
    """Yield what is found in a tree, depth first."""
    if place.depth > _DEEPEST or is_of_something_else(node):
        return
    if rows := tuple(islice(find(node, place), _MOST_ROWS + 1)):
        yield Series(rows, " ".join(place.path))
    if isinstance(node, Mapping):
        unit = unit_in(node) or place.unit
        for name, value in node.items():
            known = plain(name)
            if not any(other in known for other in _OTHERS):
                path = (*place.path, _shown(name))
                below = replace(place, name=known, unit=unit, depth=place.depth + 1, path=path)
                yield from _walk(value, below, find)
    elif isinstance(node, (list, tuple)) and len(node) <= _MOST_ROWS:
        below = replace(place, depth=place.depth + 1)
        for value in node:
            if isinstance(value, (Mapping, list, tuple)):
                yield from _walk(value, below, find)


def _shown(name: object) -> str:
    """Return a name as it can be shown to people, who may have to choose by it."""
    return "".join(each for each in str(name)[:_LONGEST_NAME] if each.isprintable())


def _dated(node: object, place: _Place) -> Iterator[Row]:
    """Yield the rows of a list in which each price has its start, or of prices by start."""
    if isinstance(node, Mapping):
        # Other attributes may stand beside the dated ones, and a gap may be told as null.
        items: list[Mapping[str, object]] = [
            {"start": name, "price": value}
            for name, value in node.items()
            if isinstance(name, (str, datetime)) and moment_of(name, place.zone) is not None
        ]
        if len(items) < _LEAST_DATED:
            return
    elif isinstance(node, (list, tuple)) and len(node) <= _MOST_ROWS:
        items = [
            {plain(name): value for name, value in item.items()}
            for item in node
            if isinstance(item, Mapping)
        ]
    else:
        return
    name = next((name for item in items if (name := _price_name(item)) is not None), None)
    if name is not None:
        yield from _rows_by(name, items, place)


def _price_name(item: Mapping[str, object]) -> str | None:
    """Return the name of the price in a row, None when it has none or no start.

    An unknown name counts where it is the only number of the row.
    """
    if not any(name in item for name in STARTS):
        return None
    found = [name for name in _PRICES if name in item]
    found += [name for name in item if _PER_ENERGY.fullmatch(name)]
    if not found:
        times = {*STARTS, *ENDS}
        numbers = [
            name
            for name, value in item.items()
            if name not in times and number_of(value) is not None
        ]
        is_certain = len(numbers) == 1 and not any(other in numbers[0] for other in _OTHERS)
        found = numbers if is_certain else []
    return found[0] if found else None


def _rows_by(name: str, items: Sequence[Mapping[str, object]], place: _Place) -> Iterator[Row]:
    """Yield the rows of a list whose price has a name; what makes no sense is left out."""
    named = unit_by_name(name)
    for number, (start, end) in bounds_of(items, name, place.zone).items():
        item = items[number]
        if (price := number_of(item[name])) is not None:
            yield Row(start, end, price, named or unit_of_text(item.get("unit")) or place.unit)


def _undated(node: object, place: _Place) -> Iterator[Row]:
    """Yield prices that only a name places: in a list of a day, or one for each hour."""
    if isinstance(node, Mapping):
        yield from _by_hour_names(node, place)
    elif isinstance(node, (list, tuple)) and node:
        yield from _bare(node, place)


def _by_hour_names(node: Mapping[object, object], place: _Place) -> Iterator[Row]:
    """Yield prices under names such as `price_00h` and `price_next_day_00h`.

    The hour that clocks repeat in autumn is named with a `d`.
    """
    groups: dict[str, list[tuple[datetime, float]]] = {}
    for name, value in node.items():
        match, price = _HOUR_NAME.fullmatch(plain(name)), number_of(value)
        if match is None or price is None:
            continue
        day = place.day + DAY * any(word in match[1] for word in _TOMORROW)
        local = datetime.combine(day, time(int(match[2])), place.zone)
        start = local.replace(fold=1 if match[3] else 0).astimezone(UTC)
        if start.astimezone(place.zone).hour == local.hour:
            groups.setdefault(match[1], []).append((start, price))
    for prices in groups.values():
        if len(prices) >= _LEAST_HOURS:
            for start, price in prices:
                yield Row(start, start + HOUR, price, place.unit)


def _bare(node: Sequence[object], place: _Place) -> Iterator[Row]:
    """Yield the prices of a list of numbers that is named after its day, as long as that is."""
    days = {"today": place.day, "tomorrow": place.day + DAY}
    day = next((days[name] for name in days if place.name.endswith(name)), None)
    if day is None:
        return
    midnight, end = (
        datetime.combine(date_, time(), place.zone).astimezone(UTC) for date_ in (day, day + DAY)
    )
    step = (end - midnight) / len(node)
    if step not in (HOUR, QUARTER):
        return
    for number, value in enumerate(node):
        start, price = midnight + number * step, number_of(value)
        if price is not None:
            yield Row(start, start + step, price, place.unit)


_SHAPES: Final[tuple[_Find, ...]] = (_dated, _undated)
"""Ways to find rows, in the order in which they are tried; the first that finds any counts."""
