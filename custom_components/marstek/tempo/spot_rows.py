"""Searches what an integration tells for prices and the times that they are of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import islice, pairwise
import re
from typing import Final

QUARTER: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
# Neither a price nor milliseconds since 1970; comparing takes integers of any length, and no NaN.
_LONGEST_ROW: Final = timedelta(hours=25)
_QUARTER_S: Final = 900
_DEEPEST: Final = 6
_MOST_ROWS: Final = 4000
_LONGEST_NAME: Final = 40
# Fewer moments among names are no list of prices.
_LEAST_DATED: Final = 2
_LEAST_HOURS: Final = 20
_HOUR_NAME: Final = re.compile(r"(.*?)([01][0-9]|2[0-3])h(d?)")
_TOMORROW: Final = ("nextday", "tomorrow")
# Arithmetic with a moment near the ends of the calendar overflows, and no price is of there.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100
# Seconds since 1970, and from which number on they are milliseconds.
_LEAST_EPOCH: Final = 1e9
_MILLISECONDS: Final = 1e11
_MOST_NUMBER: Final = 1e15
# Names without underscores, in the order in which they are preferred.
_STARTS: Final = (
    *("start", "starttime", "startsat", "from", "validfrom", "starttimestamp"),
    *("hour", "time", "datetime", "timestamp"),
)
_ENDS: Final = ("end", "endtime", "endsat", "till", "until", "to", "validto", "endtimestamp")
_PRICES: Final = ("total", "price", "value", "valueincvat", "priceincvat", "marketprice")
_PER_ENERGY: Final = re.compile(r"price.*per(k|m)wh")
_CENTS: Final = frozenset(
    {"ct", "cts", "c", "cent", "cents", "c€", "€c", "¢", "p", "pence", "öre", "øre", "ore"}
)
_CENT_FLAGS: Final = ("priceincents", "usecent")
# Lists under such names are of something else, or nobody's word.
_OTHERS: Final = ("forecast", "predict", "export", "sell", "feedin", "production", "gas")
_NO_PRICES: Final = frozenset({"w", "kw", "wh", "kwh", "mwh", "%", "°c", "v", "a", "g", "kg", "m³"})


class PriceUnit(StrEnum):
    """What prices are told in."""

    KWH = "kwh"
    """Currency of the home per kWh."""
    CENT = "cent"
    """Its hundredth per kWh."""
    MWH = "mwh"
    """Currency of the home per MWh."""


@dataclass(frozen=True, slots=True)
class Row:
    """A price and when it is; bounds are UTC and fill quarters of an hour."""

    start: datetime
    end: datetime
    price: float
    unit: PriceUnit | None


@dataclass(frozen=True, slots=True)
class Series:
    """The rows of one list, in the order in which they are told."""

    rows: tuple[Row, ...]
    subject: str
    """Names that lead to it, such as that of a home or an area, separated by spaces."""

    @property
    def step(self) -> timedelta:
        """Return its resolution: the shortest row."""
        return min(row.end - row.start for row in self.rows)


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
    for find in (_dated, _undated):
        found = list(_walk(payload, place, find))
        if sum(len(series.rows) for series in found) > _MOST_ROWS:
            return []
        if found:
            return found
    return []


type _Find = Callable[[object, _Place], Iterator[Row]]


def _walk(node: object, place: _Place, find: _Find) -> Iterator[Series]:
    """Yield what is found in a tree, depth first."""
    if place.depth > _DEEPEST or _is_of_something_else(node):
        return
    if rows := tuple(islice(find(node, place), _MOST_ROWS + 1)):
        yield Series(rows, " ".join(place.path))
    if isinstance(node, Mapping):
        unit = _told_unit(node) or place.unit
        for name, value in node.items():
            plain = _plain(name)
            if not any(other in plain for other in _OTHERS):
                path = (*place.path, _shown(name))
                below = replace(place, name=plain, unit=unit, depth=place.depth + 1, path=path)
                yield from _walk(value, below, find)
    elif isinstance(node, (list, tuple)) and len(node) <= _MOST_ROWS:
        below = replace(place, depth=place.depth + 1)
        for value in node:
            if isinstance(value, (Mapping, list, tuple)):
                yield from _walk(value, below, find)


def _is_of_something_else(node: object) -> bool:
    """Tell whether a mapping says that what it holds is no price."""
    unit = node.get("unit_of_measurement") if isinstance(node, Mapping) else None
    return isinstance(unit, str) and unit.lower() in _NO_PRICES


def _shown(name: object) -> str:
    """Return a name as it can be shown to people, who may have to choose by it."""
    return "".join(each for each in str(name)[:_LONGEST_NAME] if each.isprintable())


def _plain(name: object) -> str:
    return str(name).lower().replace("_", "").replace("-", "").replace(" ", "")


def _told_unit(node: Mapping[object, object]) -> PriceUnit | None:
    """Return the unit that a mapping tells for what it holds."""
    told = {_plain(name): value for name, value in node.items()}
    unit = _unit(told.get("unitofmeasurement")) or _unit(told.get("unit"))
    if unit in (None, PriceUnit.KWH) and any(told.get(flag) is True for flag in _CENT_FLAGS):
        return PriceUnit.CENT
    return unit


def _unit(text: object) -> PriceUnit | None:
    if not isinstance(text, str):
        return None
    currency, _, energy = text.lower().replace(" ", "").rpartition("/")
    is_cents = currency in _CENTS
    if energy == "kwh":
        return PriceUnit.CENT if is_cents else PriceUnit.KWH
    return PriceUnit.MWH if energy == "mwh" and not is_cents else None


def _dated(node: object, place: _Place) -> Iterator[Row]:
    """Yield the rows of a list in which each price has its start, or of prices by start."""
    if isinstance(node, Mapping):
        # Other attributes may stand beside the dated ones, and a gap may be told as null.
        items: list[Mapping[str, object]] = [
            {"start": name, "price": value}
            for name, value in node.items()
            if isinstance(name, (str, datetime)) and _moment(name, place.zone) is not None
        ]
        if len(items) < _LEAST_DATED:
            return
    elif isinstance(node, (list, tuple)) and len(node) <= _MOST_ROWS:
        items = [
            {_plain(name): value for name, value in item.items()}
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
    if not any(name in item for name in _STARTS):
        return None
    found = [name for name in _PRICES if name in item]
    found += [name for name in item if _PER_ENERGY.fullmatch(name)]
    if not found:
        times = {*_STARTS, *_ENDS}
        numbers = [
            name for name, value in item.items() if name not in times and _number(value) is not None
        ]
        is_certain = len(numbers) == 1 and not any(other in numbers[0] for other in _OTHERS)
        found = numbers if is_certain else []
    return found[0] if found else None


def _rows_by(name: str, items: Sequence[Mapping[str, object]], place: _Place) -> Iterator[Row]:
    """Yield the rows of a list whose price has a name; what makes no sense is left out."""
    named = _unit_by_name(name)
    starts = _starts(items, name, place.zone)
    ordered = sorted(set(starts.values()))
    following = dict(pairwise(ordered))
    step = min((b - a for a, b in pairwise(ordered)), default=None)
    for number, start in starts.items():
        item = items[number]
        price = _number(item[name])
        end = _end(item, start, following.get(start), step, place.zone)
        if price is not None and end is not None and _is_whole(start, end):
            yield Row(start, end, price, named or _unit(item.get("unit")) or place.unit)


def _starts(items: Sequence[Mapping[str, object]], name: str, zone: tzinfo) -> dict[int, datetime]:
    """Return the start in UTC of each row that has one, by its number.

    Local times without an offset are ambiguous in the hour that clocks repeat: the second of two
    equal ones is the later. A time that clocks skip is left out.
    """
    starts: dict[int, datetime] = {}
    seen: set[datetime] = set()
    for number, item in enumerate(items):
        told = next((item[key] for key in _STARTS if key in item), None)
        if name not in item or (start := _moment(told, zone)) is None:
            continue
        local = _local(told)
        if local is not None:
            if local in seen:
                start = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
            seen.add(local)
            if start.astimezone(zone).replace(tzinfo=None) != local:
                continue
        starts[number] = start
    return starts


def _local(told: object) -> datetime | None:
    """Return a moment that is told without an offset, None for any other."""
    try:
        moment = datetime.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        return None
    is_local = isinstance(moment, datetime) and moment.tzinfo is None
    return moment.replace(fold=0) if is_local and isinstance(moment, datetime) else None


def _unit_by_name(name: str) -> PriceUnit | None:
    """Return the unit that the name of a price tells."""
    if name == "marketprice" or name.endswith("permwh"):
        return PriceUnit.MWH
    if name.endswith("perkwh"):
        return PriceUnit.CENT if "ct" in name or "cent" in name else PriceUnit.KWH
    return None


def _end(
    item: Mapping[str, object],
    start: datetime,
    following: datetime | None,
    step: timedelta | None,
    zone: tzinfo,
) -> datetime | None:
    """Return when a price ends: as told, else with the next one, the last as those before."""
    told = next((item[key] for key in _ENDS if item.get(key) is not None), None)
    if told is not None:
        begun = next((item[key] for key in _STARTS if key in item), None)
        local_start, local_end = _local(begun), _local(told)
        if local_start is None or local_end is None:
            return _moment(told, zone)
        # By local time, which may be set within the row.
        if local_end > local_start:
            end = start + (local_end - local_start)
            return end if following is None else min(end, following)
    if step is None or step > _HOUR:
        return None
    if following is None or following - start > _HOUR:
        return start + step
    return following


def _is_whole(start: datetime, end: datetime) -> bool:
    """Tell whether quarters of an hour fill a span that is no longer than a day."""
    return (
        timedelta() < end - start <= _LONGEST_ROW
        and start.timestamp() % _QUARTER_S == 0
        and end.timestamp() % _QUARTER_S == 0
    )


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
        match, price = _HOUR_NAME.fullmatch(_plain(name)), _number(value)
        if match is None or price is None:
            continue
        day = place.day + _DAY * any(word in match[1] for word in _TOMORROW)
        local = datetime.combine(day, time(int(match[2])), place.zone)
        start = local.replace(fold=1 if match[3] else 0).astimezone(UTC)
        if start.astimezone(place.zone).hour == local.hour:
            groups.setdefault(match[1], []).append((start, price))
    for prices in groups.values():
        if len(prices) >= _LEAST_HOURS:
            for start, price in prices:
                yield Row(start, start + _HOUR, price, place.unit)


def _bare(node: Sequence[object], place: _Place) -> Iterator[Row]:
    """Yield the prices of a list of numbers that is named after its day, as long as that is."""
    days = {"today": place.day, "tomorrow": place.day + _DAY}
    day = next((days[name] for name in days if place.name.endswith(name)), None)
    if day is None:
        return
    midnight, end = (
        datetime.combine(date_, time(), place.zone).astimezone(UTC) for date_ in (day, day + _DAY)
    )
    step = (end - midnight) / len(node)
    if step not in (_HOUR, QUARTER):
        return
    for number, value in enumerate(node):
        start, price = midnight + number * step, _number(value)
        if price is not None:
            yield Row(start, start + step, price, place.unit)


def _number(value: object) -> float | None:
    """Return a finite number; a text or a truth value is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # An integer of hundreds of digits becomes no float.
    return float(value) if -_MOST_NUMBER < value < _MOST_NUMBER else None


def _moment(value: object, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC: an ISO text with a time, a datetime, or seconds since 1970.

    None for anything else, and for a moment that is not in the years 2000 to 2100.
    """
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if ":" in value else None
        elif (number := _number(value)) is not None and number >= _LEAST_EPOCH:
            value = datetime.fromtimestamp(
                number / 1000 if number >= _MILLISECONDS else number, UTC
            )
        if not isinstance(value, datetime):
            return None
        if value.utcoffset() is None:
            value = value.replace(tzinfo=zone)
        moment = value.astimezone(UTC)
    except ValueError, OverflowError, OSError:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
