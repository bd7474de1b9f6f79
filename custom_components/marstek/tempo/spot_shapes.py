"""First stage of the price reader: the shapes in which integrations publish prices.

There is no common format, so that the whole tree of attributes or of an answer is searched. A shape
is a function that takes a node of the tree: `_SHAPES` are those of prices with times, and `_undated` finds
lists of a day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from itertools import islice
import re
from typing import Final

from .spot_model import DayList, PriceUnit, Row, Series, number_of
from .spot_times import ENDS, STARTS, bounds_of, moment_of
from .spot_units import is_of_something_else, plain, unit_by_name, unit_in, unit_of_text

_DEEPEST: Final = 6
_MOST_ROWS: Final = 4000
_LONGEST_NAME: Final = 40
_PAIR: Final = 2
# Nobody chooses among more.
_MOST_COLUMNS: Final = 12
_TIMES: Final = frozenset({*STARTS, *ENDS})
# Fewer moments among names are no list of prices.
_LEAST_DATED: Final = 2
_PAST: Final = "yesterday"
_LEAST_HOURS: Final = 20
_HOUR_NAME: Final = re.compile(r"(.*?)([01][0-9]|2[0-3])h(d?)")
_TODAY: Final = ("today", "heute", "vandaag", "aujourdhui", "hoy", "hoje", "oggi", "idag", "dnes")
_TOMORROW: Final = (
    *("tomorrow", "nextday", "morgen", "demain", "mañana", "manana", "amanhã", "amanha"),
    *("domani", "imorgon", "imorgen", "zítra", "zitra"),
)
_OFFSETS: Final = (*((word, 0) for word in _TODAY), *((word, 1) for word in _TOMORROW))
_DAY_WORD: Final = re.compile(
    "|".join((*_TODAY, *_TOMORROW, "next_day", "i_dag", "i_morgen", "[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    re.IGNORECASE,
)
# Hours, half hours and quarters of a day of 23, 24 or 25 hours.
_LENGTHS: Final = frozenset(hours * parts for hours in (23, 24, 25) for parts in (1, 2, 4))
# Not of when something was updated, or ends.
_OWN_DATE: Final = re.compile("(price|delivery|current|today)?(date|day)(today)?")
_LONGEST_DATE: Final = 10
_PRICES: Final = ("total", "price", "value", "valueincvat", "priceincvat", "marketprice")
_PER_ENERGY: Final = re.compile(r"price.*per(k|m)wh")
# Lists under such names are of something else, or nobody's word.
_OTHERS: Final = ("forecast", "predict", "export", "sell", "feedin", "production", "gas")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the search is."""

    zone: tzinfo
    name: str = ""
    unit: PriceUnit | None = None
    told: date | None = None
    depth: int = 0
    path: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """Return the names that lead here, without the words for a day."""
        words = (_DAY_WORD.sub("", name).strip("_- ") for name in self.path)
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Found:
    """All that a search has found: series with dates, or else lists without."""

    series: tuple[Series, ...] = ()
    lists: tuple[DayList, ...] = ()

    def of(self, subject: str) -> Found:
        """Return what is of a subject."""
        return Found(
            tuple(each for each in self.series if each.subject == subject),
            tuple(each for each in self.lists if each.subject == subject),
        )

    @property
    def all(self) -> tuple[Series | DayList, ...]:
        """Return everything, in the order in which it stands."""
        return (*self.series, *self.lists)


def search(payload: object, zone: tzinfo) -> Found:
    """Return the prices in a payload, in the order in which they stand.

    Lists without dates count only where nothing has dates.
    """
    return _search(payload, zone, _dated, _undated)


def search_uncertain(payload: object, zone: tzinfo) -> Found:
    """Return what may be prices, by names that say nothing: a person has to choose among them."""
    return _search(payload, zone, _columns_of_numbers, _unnamed)


def _search(
    payload: object,
    zone: tzinfo,
    dated: Callable[[object, _Place], Iterable[Series]],
    undated: Callable[[object, _Place], Iterable[DayList]],
) -> Found:
    nodes = list(_walk(payload, _Place(zone)))
    series = [each for node, place in nodes for each in dated(node, place)]
    if sum(len(each.rows) for each in series) > _MOST_ROWS:
        return Found()
    if series:
        return Found(tuple(series))
    lists = [each for node, place in nodes for each in undated(node, place)]
    if sum(len(each.prices) for each in lists) > _MOST_ROWS:
        return Found()
    return Found(lists=tuple(lists))


def _walk(node: object, place: _Place) -> Iterator[tuple[object, _Place]]:
    """Yield all nodes of a tree that may hold prices, depth first, each with its place."""
    if place.depth > _DEEPEST or is_of_something_else(node):
        return
    yield node, place
    if isinstance(node, Mapping):
        inside = replace(
            place,
            unit=unit_in(node) or place.unit,
            told=_date_in(node) or place.told,
            depth=place.depth + 1,
        )
        for name, value in node.items():
            known = plain(name)
            if not any(other in known for other in _OTHERS):
                path = (*place.path, _shown(name))
                yield from _walk(value, replace(inside, name=known, path=path))
    elif isinstance(node, (list, tuple)) and len(node) <= _MOST_ROWS:
        below = replace(place, depth=place.depth + 1)
        for value in node:
            if isinstance(value, (Mapping, list, tuple)):
                yield from _walk(value, below)


def _date_in(node: Mapping[object, object]) -> date | None:
    """Return the date that a mapping gives for the prices in it, None without one or with several."""
    dates = {
        found
        for name, value in node.items()
        if _OWN_DATE.fullmatch(plain(name)) and (found := _date_of(value)) is not None
    }
    return next(iter(dates)) if len(dates) == 1 else None


def _date_of(value: object) -> date | None:
    """Return a date without a time."""
    if isinstance(value, str) and len(value) <= _LONGEST_DATE:
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _shown(name: object) -> str:
    """Return a name as it can be shown to people, who may have to choose by it."""
    return "".join(each for each in str(name)[:_LONGEST_NAME] if each.isprintable())


def _dated(node: object, place: _Place) -> Iterator[Series]:
    """Yield the rows of a node in which each price has its time, under a name that says so."""
    rows = list(_of_a_date(node, place)) if isinstance(node, (list, tuple)) else []
    if items := _items(node, place.zone):
        name = next((name for item in items if (name := _price_name(item)) is not None), None)
        if name is not None:
            rows += islice(_rows_by(name, items, place), _MOST_ROWS + 1)
    if rows:
        yield Series(tuple(rows), place.subject)


def _columns_of_numbers(node: object, place: _Place) -> Iterator[Series]:
    """Yield a series for each column of numbers beside times, whatever it is called."""
    items = _items(node, place.zone)
    names = dict.fromkeys(name for item in items for name in item if name not in _TIMES)
    wanted = (name for name in names if not any(other in name for other in _OTHERS))
    for name in islice(wanted, _MOST_COLUMNS):
        rows = tuple(islice(_rows_by(name, items, place), _MOST_ROWS + 1))
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
    if not isinstance(node, (list, tuple)) or len(node) > _MOST_ROWS:
        return []
    return [
        {plain(name): value for name, value in item.items()}
        for item in node
        if isinstance(item, Mapping)
    ]


def _by_start(node: object, zone: tzinfo) -> _Items:
    """Return prices by their start: `{"2026-11-18T00:00:00+01:00": 0.12, …}`.

    Other attributes may stand beside them, and a gap may be told as null.
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
    if not isinstance(node, (list, tuple)) or not _LEAST_DATED <= len(node) <= _MOST_ROWS:
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
    return _LEAST_DATED <= len(values) <= _MOST_ROWS and all(
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
        is_certain = len(numbers) == 1 and not any(other in numbers[0] for other in _OTHERS)
        found = numbers if is_certain else []
    return found[0] if found else None


def _rows_by(name: str, items: _Items, place: _Place) -> Iterator[Row]:
    """Yield the rows of a list whose price has a name; what makes no sense is left out."""
    named = unit_by_name(name)
    for number, (start, end) in bounds_of(items, name, place.zone).items():
        item = items[number]
        if (price := number_of(item[name])) is not None:
            yield Row(start, end, price, named or unit_of_text(item.get("unit")) or place.unit)


def _undated(node: object, place: _Place) -> Iterator[DayList]:
    """Yield prices that only a name places: in a list of a day, or one for each hour."""
    if isinstance(node, Mapping):
        yield from _by_hour_names(node, place)
    elif isinstance(node, (list, tuple)) and node:
        yield from _bare(node, place)


def _by_hour_names(node: Mapping[object, object], place: _Place) -> Iterator[DayList]:
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
                offset=int(any(word in name for word in _TOMORROW)),
                subject=place.subject,
                unit=place.unit,
                hours=tuple(hour for hour, _ in prices),
                told=place.told,
            )


def _bare(node: Sequence[object], place: _Place) -> Iterator[DayList]:
    """Yield a list of numbers that is named after its day."""
    offset = _offset_by_name(place.name)
    if offset is not None and (prices := _numbers(node)):
        yield DayList(prices, offset, place.subject, place.unit, told=place.told)


def _unnamed(node: object, place: _Place) -> Iterator[DayList]:
    """Yield a list of numbers of a day, whatever it is called."""
    if not isinstance(node, (list, tuple)) or not place.path or _PAST in place.name:
        return
    if prices := _numbers(node):
        yield DayList(prices, 0, place.subject, place.unit, told=place.told)


def _of_a_date(node: Sequence[object], place: _Place) -> Iterator[Row]:
    """Yield the rows of a list of numbers whose name is a date, or that has only a date beside it."""
    named = _date_of(place.path[-1]) if place.path else None
    day = named or (place.told if _offset_by_name(place.name) is None else None)
    if day is not None and (prices := _numbers(node)):
        yield from DayList(prices, 0, place.subject, place.unit).rows_on(day, place.zone)


def _offset_by_name(name: str) -> int | None:
    """Return how many days after today a list is of by its name."""
    return next((days for word, days in _OFFSETS if name.endswith(word)), None)


def _numbers(node: Sequence[object]) -> tuple[float | None, ...]:
    """Return the prices of a day in a row, empty where a list can't be that."""
    if len(node) not in _LENGTHS:
        return ()
    prices = tuple(map(number_of, node))
    return prices if any(price is not None for price in prices) else ()
