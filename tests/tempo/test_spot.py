"""Day-ahead prices in all the shapes that integrations have, and in none."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import Offer, PriceUnit, SpotError, SpotProblem, read_prices
from tests.support.examples import thorough

_PAYLOADS = sorted((Path(__file__).parents[1] / "data" / "spot").glob("*.json"))
_PARIS = ZoneInfo("Europe/Paris")
_DAY = date(2026, 11, 18)
_MIDNIGHT = datetime(2026, 11, 18, tzinfo=_PARIS)
_HOUR = timedelta(hours=1)
_QUARTER = timedelta(minutes=15)


def _read(payload: object, **known: Any) -> Offer:
    return read_prices(payload, zone=_PARIS, day=_DAY, **known)


def _rows(*prices: object, step: timedelta = _HOUR, **more: object) -> list[dict[str, object]]:
    return [
        {"start": (_MIDNIGHT + number * step).isoformat(), "price": price, **more}
        for number, price in enumerate(prices)
    ]


def _problem(payload: object) -> SpotProblem:
    with pytest.raises(SpotError) as refusal:
        _read(payload)
    return refusal.value.problem


@pytest.mark.parametrize("path", _PAYLOADS, ids=lambda path: path.stem)
def test_known_shapes(path: Path) -> None:
    """Each is understood to the quarter of an hour, in the unit that it tells."""
    told = json.loads(path.read_text("utf-8"))
    unit = PriceUnit(told["known"]) if "known" in told else None
    offer = read_prices(
        told["payload"],
        zone=ZoneInfo(told["zone"]),
        day=date.fromisoformat(told["day"]),
        unit=unit,
    )
    expected = told["expected"]
    assert len(offer.prices) == expected["quarters"]
    assert offer.unit == expected["unit"]
    for moment, price in expected["prices"].items():
        assert offer.prices[datetime.fromisoformat(moment).astimezone(UTC)] == price
    starts = list(offer.prices)
    assert all(after - before == _QUARTER for before, after in pairwise(starts))
    assert starts[0].astimezone(ZoneInfo(told["zone"])).hour == 0


def test_moments_of_all_kinds() -> None:
    """Attributes hold datetimes too, and some integrations forget the zone."""
    for start in (
        _MIDNIGHT,
        _MIDNIGHT.replace(tzinfo=None),
        "2026-11-18 00:00",
        _MIDNIGHT.timestamp(),
        _MIDNIGHT.timestamp() * 1000,
    ):
        offer = _read([{"start": start, "end": _MIDNIGHT + _HOUR, "price": 0.1}])
        assert next(iter(offer.prices)) == _MIDNIGHT.astimezone(UTC)
        assert len(offer.prices) == 4


@pytest.mark.parametrize(
    ("middle", "unit"),
    [(0.0, "kwh"), (0.31, "kwh"), (-0.02, "kwh"), (2.0, "kwh"), (9.5, "cent"), (80.0, "mwh")],
)
def test_units_that_are_plain_to_see(middle: float, unit: str) -> None:
    """Without a word about it the size of prices tells."""
    offer = _read(_rows(middle - 0.001, middle, middle + 0.001))
    assert offer.unit == unit
    factor = {"kwh": 1, "cent": 100, "mwh": 1000}[unit]
    assert sorted(offer.prices.values())[4] == pytest.approx(middle / factor)


def test_a_unit_that_is_not_plain_to_see() -> None:
    """30 may be ct of a dear country or EUR of a windy day: that is for the owner to say."""
    rows = _rows(30, 31, 32)
    assert _problem(rows) is SpotProblem.UNCLEAR_UNIT
    assert next(iter(_read(rows, assumed=PriceUnit.CENT).prices.values())) == 0.3
    assert next(iter(_read(rows, unit=PriceUnit.MWH).prices.values())) == 0.03
    told = {"unit_of_measurement": "ct/kWh", "prices": rows}
    assert _read(told).unit is PriceUnit.CENT
    assert _read(told, assumed=PriceUnit.MWH).unit is PriceUnit.CENT
    assert _read(told, unit=PriceUnit.MWH).unit is PriceUnit.MWH


def test_two_prices_for_one_hour() -> None:
    """Two areas or two homes in one answer: which one is meant is for the owner to say."""
    several = {"SE3": _rows(0.1, 0.2), "SE4": _rows(0.1, 0.3)}
    assert _problem(several) is SpotProblem.SEVERAL
    with pytest.raises(SpotError) as refusal:
        _read(several)
    assert refusal.value.subjects == ("SE3", "SE4")
    assert _read(several, subject="SE4").prices[(_MIDNIGHT + _HOUR).astimezone(UTC)] == 0.3
    assert _problem([*_rows(0.1, 0.2), *_rows(0.1, 0.3)]) is SpotProblem.CONTRADICTING
    assert len(_read({"SE3": _rows(0.1, 0.2), "SE4": _rows(0.1, 0.2)}).prices) == 8


def test_gaps_stay_gaps() -> None:
    """What is missing in between is not filled with what was before."""
    offer = _read([*_rows(0.1, 0.2), *_rows(None, None, None, None, 0.5, 0.6)[4:]])
    assert len(offer.prices) == 16
    assert (_MIDNIGHT + 2 * _HOUR).astimezone(UTC) not in offer.prices


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "0.12",
        [],
        {},
        {"today": 24 * ["0.1"]},
        {"today": 23 * [0.1]},
        {"today": 24 * [None]},
        {"today": 24 * [True]},
        {"yesterday": 24 * [0.1]},
        _rows("0.1", "0.2"),
        _rows(float("nan"), float("inf")),
        _rows(0.1),
        _rows(0.1, 0.2, step=timedelta(hours=3)),
        _rows(0.1, 0.2, step=timedelta(minutes=10)),
        _rows(0.1, 0.2, end="2026-11-17T00:00:00+01:00"),
        _rows(0.1, 0.2, end="2027-11-17T00:00:00+01:00"),
        _rows(0.1, 0.2, end="soon"),
        [{"start": "2026-11-18", "end": "2026-11-19", "price": 0.1}],
        [{"start": 7, "end": 8, "price": 0.1}],
        [{"start": 1e300, "end": 8, "price": 0.1}],
        {"forecast": _rows(0.1, 0.2)},
        {"gas_prices": _rows(0.1, 0.2)},
        {"unit_of_measurement": "kWh", "hours": _rows(0.1, 0.2)},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": _rows(0.1, 0.2)}}}}}}},
        _rows(*range(5000)),
    ],
)
def test_what_is_no_price(payload: object) -> None:
    """Nothing is made of it."""
    assert _problem(payload) is SpotProblem.NO_PRICES


def test_a_price_that_nobody_would_pay() -> None:
    """A unit that makes such prices is the wrong one."""
    with pytest.raises(SpotError) as refusal:
        _read(_rows(1e6, 1e6), unit=PriceUnit.KWH)
    assert refusal.value.problem is SpotProblem.UNCLEAR_UNIT


def _local_day(day: date, step: timedelta = _HOUR) -> list[datetime]:
    """Return the starts of all rows of a day in Paris, clock changes included."""
    moment = datetime.combine(day, datetime.min.time(), _PARIS).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), _PARIS).astimezone(UTC)
    starts = []
    while moment < end:
        starts.append(moment)
        moment += step
    return starts


@pytest.mark.parametrize("step", [_HOUR, _QUARTER])
@pytest.mark.parametrize("has_end", [True, False])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), _DAY])
def test_local_times_without_offset(day: date, has_end: bool, step: timedelta) -> None:
    """Order tells the two hours of one name apart on the days when clocks change."""
    starts = _local_day(day, step)
    rows = []
    for number, start in enumerate(starts):
        local = start.astimezone(_PARIS).replace(tzinfo=None)
        row: dict[str, object] = {"start": local.isoformat(), "price": number / 1000}
        if has_end:
            row["end"] = (start + step).astimezone(_PARIS).replace(tzinfo=None).isoformat()
        rows.append(row)
    prices = _read({"unit": "EUR/kWh", "rows": rows}).prices
    for number, start in enumerate(starts):
        assert prices[start] == number / 1000
    assert len(prices) == len(starts) * (step // _QUARTER)


def test_an_hour_that_does_not_exist() -> None:
    """A list of 24 equal hours on the day that has 23 costs at most the doubtful one."""
    rows = [{"start": f"2026-03-29T{hour:02}:00:00", "price": hour / 100} for hour in range(24)]
    prices = _read({"unit": "EUR/kWh", "rows": rows}).prices
    for hour in (0, 1, 3, 4, 23):
        start = datetime(2026, 3, 29, hour, tzinfo=_PARIS).astimezone(UTC)
        assert prices[start] == hour / 100


def test_a_null_is_a_gap() -> None:
    """One missing price costs only itself, in every shape."""
    hours = {
        (_MIDNIGHT + hour * _HOUR).isoformat(): None if hour == 23 else 50.0 + hour
        for hour in range(24)
    }
    tomorrow = {(_MIDNIGHT + (24 + hour) * _HOUR).isoformat(): 80.0 for hour in range(24)}
    offer = _read({"today_hours": hours, "tomorrow_hours": tomorrow}, unit=PriceUnit.MWH)
    assert len(offer.prices) == 47 * 4
    assert (_MIDNIGHT + 23 * _HOUR).astimezone(UTC) not in offer.prices


def test_moments_beside_other_attributes() -> None:
    """The dated ones are rows, the others are not looked at."""
    dated = {(_MIDNIGHT + hour * _HOUR).isoformat(): 2.1 + hour / 100 for hour in range(24)}
    offer = _read({"attributes": {**dated, "icon": "mdi:cash", "friendly_name": "Price"}})
    assert len(offer.prices) == 24 * 4


def test_hours_by_name() -> None:
    """Twenty-four attributes for today, and as many for tomorrow."""
    told = {f"price_{hour:02}h": 0.1 + hour / 1000 for hour in range(24)}
    told |= {f"price_next_day_{hour:02}h": 0.2 + hour / 1000 for hour in range(24)}
    prices = _read({"attributes": {**told, "unit_of_measurement": "€/kWh"}}).prices
    assert len(prices) == 48 * 4
    assert prices[(_MIDNIGHT + 5 * _HOUR).astimezone(UTC)] == 0.105
    assert prices[(_MIDNIGHT + 29 * _HOUR).astimezone(UTC)] == 0.205


@pytest.mark.parametrize(
    "prices",
    [
        {f"price_{hour:02}h": 30.0 for hour in range(24)},
        {(_MIDNIGHT + hour * _HOUR).isoformat(): 30.0 for hour in range(24)},
        {"today": [30.0] * 24},
        {
            "time": [(_MIDNIGHT + hour * _HOUR).isoformat() for hour in range(24)],
            "price": [30.0] * 24,
        },
    ],
)
def test_the_unit_beside_prices_holds_for_them(prices: dict[str, object]) -> None:
    """In whatever shape they stand there: the size of 30 could be either."""
    offer = _read({"attributes": {**prices, "unit_of_measurement": "ct/kWh"}})
    assert set(offer.prices.values()) == {0.3}
    assert offer.is_unit_stated
    with pytest.raises(SpotError) as caught:
        _read({"attributes": prices})
    assert caught.value.problem is SpotProblem.UNCLEAR_UNIT


def test_the_finer_list_wins_as_a_whole() -> None:
    """Hourly means beside quarters of an hour contradict nothing, in whatever order."""
    quarters = _rows(*(number / 1000 for number in range(96)), step=_QUARTER)
    hours = _rows(*((4 * hour + 1.5) / 1000 for hour in range(24)))
    for told in ({"a": quarters, "b": hours}, {"a": hours, "b": quarters}):
        prices = _read({"unit": "EUR/kWh", **told}).prices
        assert [prices[start] for start in sorted(prices)] == [n / 1000 for n in range(96)]


def test_rounded_and_not() -> None:
    """The first list wins; what differs by rounding is no contradiction."""
    exact = _rows(0.12345, 0.23456, 0.34567)
    rounded = _rows(0.12, 0.23, 0.35)
    prices = _read({"unit": "EUR/kWh", "a": exact, "b": rounded}).prices
    assert prices[_MIDNIGHT.astimezone(UTC)] == 0.12345


def test_a_column_of_another_name() -> None:
    """The only number of each row is the price, whatever it is called."""
    rows = [{"start": row["start"], "prijs": row["price"]} for row in _rows(0.1, 0.2, 0.3)]
    assert len(_read(rows).prices) == 12


@pytest.mark.parametrize(
    "shape",
    [
        lambda starts, prices: [list(pair) for pair in zip(starts, prices, strict=True)],
        lambda starts, prices: {"time": starts, "price": prices},
        lambda starts, prices: {"tijdstip": starts, "prijs": prices},
        lambda starts, prices: [
            {"zeitpunkt": start, "preis": price}
            for start, price in zip(starts, prices, strict=True)
        ],
    ],
)
def test_pairs_columns_and_times_of_any_name(shape: Any) -> None:
    """What holds moments is the time, and the number beside it the price."""
    starts = [(_MIDNIGHT + hour * _HOUR).isoformat() for hour in range(24)]
    prices = [hour / 100 for hour in range(24)]
    found = _read({"unit": "EUR/kWh", "data": shape(starts, prices)}).prices
    assert [found[(_MIDNIGHT + hour * _HOUR).astimezone(UTC)] for hour in range(24)] == prices


@pytest.mark.parametrize(("today", "tomorrow"), [("Heute", "Morgen"), ("aujourd'hui", "demain")])
def test_days_in_other_languages(today: str, tomorrow: str) -> None:
    """Lists are named in the language of whoever wrote the template."""
    lists = {f"preise_{today}": 24 * [0.1], f"preise_{tomorrow}": 24 * [0.2]}
    prices = _read(lists).prices
    assert prices[(_MIDNIGHT + 30 * _HOUR).astimezone(UTC)] == 0.2


def test_numbers_that_may_be_prices() -> None:
    """Columns and lists of names that say nothing are asked for once, and never guessed."""
    rows = [
        {
            "start": (_MIDNIGHT + hour * _HOUR).isoformat(),
            "netto": 0.1,
            "brutto": 0.2,
            "verbruik": 3,
        }
        for hour in range(24)
    ]
    with pytest.raises(SpotError) as refusal:
        _read({"rows": rows})
    assert refusal.value.problem is SpotProblem.UNCERTAIN
    assert refusal.value.subjects == ("rows brutto", "rows netto", "rows verbruik")
    assert set(_read({"rows": rows}, subject="rows brutto").prices.values()) == {0.2}
    lists = {"spot": 24 * [0.1], "load": 24 * [3.0]}
    assert _problem(lists) is SpotProblem.UNCERTAIN
    assert set(_read(lists, subject="spot").prices.values()) == {0.1}
    assert _problem({"load": 24 * [3.0]}) is SpotProblem.UNCERTAIN
    with pytest.raises(SpotError):
        _read({"load": 24 * [3.0]}, subject="spot")


@pytest.mark.parametrize(
    ("text", "price", "unit"),
    [
        ("Rp./kWh", 9.0, "cent"),
        ("snt/kWh", 9.0, "cent"),
        ("EUR per kWh", 9.0, "kwh"),
        ("zorkmid/kWh", 9.0, "cent"),
        ("zorkmid/kWh", 0.3, "kwh"),
        ("zorkmid/MWh", 0.3, "mwh"),
    ],
)
def test_units_of_any_words(text: str, price: float, unit: str) -> None:
    """A word that is no known currency is none: the size of the prices tells."""
    told = {"unit_of_measurement": text, "data": _rows(price, price, price)}
    assert _read(told).unit == unit


def _as_rows(times: list[str], prices: list[float | None]) -> object:
    return [{"start": start, "price": price} for start, price in zip(times, prices, strict=True)]


_SHAPES: dict[str, Callable[[list[str], list[float | None]], object]] = {
    "rows": _as_rows,
    "rows in Dutch": lambda times, prices: [
        {"tijdstip": start, "prijs": price} for start, price in zip(times, prices, strict=True)
    ],
    "by start": lambda times, prices: {**dict(zip(times, prices, strict=True)), "icon": "mdi:cash"},
    "pairs": lambda times, prices: [list(pair) for pair in zip(times, prices, strict=True)],
    "columns": lambda times, prices: {"time": times, "price": prices},
}
_UNITS = {"EUR/kWh": 1.0, "ct/kWh": 100.0, "€/MWh": 1000.0, "Rp./kWh": 100.0, None: 1.0}


@thorough
@given(
    st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), _DAY]),
    st.sampled_from([_HOUR, timedelta(minutes=30), _QUARTER]),
    st.booleans(),
    st.sets(st.integers(0, 99), max_size=8),
    st.sampled_from(sorted(_SHAPES)),
    st.booleans(),
    st.sampled_from(list(_UNITS)),
    st.sampled_from([(), ("Home",), ("Home", "Cabin")]),
)
def test_any_shape_says_the_same(
    day: date,
    step: timedelta,
    is_local: bool,
    gaps: set[int],
    shape: str,
    has_copy: bool,
    unit: str | None,
    homes: tuple[str, ...],
) -> None:
    """Any shape, unit and home, local times or not, with gaps, doubled by a mean: one truth."""
    starts = _local_day(day, step)
    truth = {
        start: None if number in gaps else 0.1 + (number % 37) / 1000
        for number, start in enumerate(starts)
    }
    # A mapping can't hold the two hours of one name.
    is_local &= shape != "by start"

    def written(start: datetime) -> str:
        local = start.astimezone(_PARIS)
        return (local.replace(tzinfo=None) if is_local else local).isoformat()

    def told(offset: float) -> object:
        prices = [
            None if price is None else round((price + offset) * _UNITS[unit], 6)
            for price in truth.values()
        ]
        return _SHAPES[shape]([written(start) for start in starts], prices)

    payload: dict[str, Any] = {"unit_of_measurement": unit, "prices": told(0.0)}
    if homes:
        payload["prices"] = {name: told(0.05 * number) for number, name in enumerate(homes)}
    if has_copy and step is _QUARTER and not homes:
        hours = [start.astimezone(_PARIS).isoformat() for start in _local_day(day)]
        payload["means"] = _as_rows(hours, [0.5 * _UNITS[unit] for _ in hours])
    if len(homes) > 1:
        assert _problem(payload) is SpotProblem.SEVERAL
    prices = _read(payload, subject="prices Home" if homes else None).prices
    for start, price in truth.items():
        assert prices.get(start) == (None if price is None else pytest.approx(price))
    assert len(prices) == sum(price is not None for price in truth.values()) * (step // _QUARTER)


_LEAVES = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.sampled_from(["2026-11-18T00:00:00+01:00", "2026-11-18T01:00:00", "EUR/kWh", "x", ""])
    | st.dates().map(date.isoformat)
    | st.datetimes()
)
_NAMES = st.sampled_from(
    [
        *("start", "end", "price", "value", "today", "tomorrow", "raw_today", "unit", "total"),
        *("hour", "date", "time", "0001-01-01", "9999-12-31", "2026-11-18"),
    ]
) | st.text(max_size=3)
_TREES = st.recursive(
    _LEAVES,
    lambda below: st.lists(below, max_size=26) | st.dictionaries(_NAMES, below, max_size=5),
    max_leaves=60,
)


@thorough
@given(_TREES)
def test_rubbish_never_breaks_anything(payload: object) -> None:
    """There are finite prices of whole quarters of an hour, or a reason why not."""
    try:
        offer = _read(payload)
    except SpotError:
        return
    assert offer.prices
    for start, price in offer.prices.items():
        assert abs(price) <= 1000
        assert start.timestamp() % 900 == 0


@thorough
@given(
    st.lists(st.floats(-500, 4000), min_size=23, max_size=25),
    st.sampled_from([_HOUR, _QUARTER, timedelta(minutes=30)]),
    st.sampled_from([("EUR/kWh", 1.0), ("ct/kWh", 0.01), ("€/MWh", 0.001), ("SEK / MWh", 0.001)]),
    st.booleans(),
    st.randoms(),
)
def test_what_is_told_is_what_is_read(
    prices: list[float],
    step: timedelta,
    unit: tuple[str, float],
    has_end: bool,
    random: Any,
) -> None:
    """In any order, with ends or without, in any unit."""
    text, factor = unit
    prices = [price * 0.1 if factor == 1 else price for price in prices]
    rows = _rows(*prices, step=step)
    if has_end:
        for row in rows:
            start = datetime.fromisoformat(str(row["start"]))
            row["end"] = (start + step).isoformat()
    random.shuffle(rows)
    offer = _read({"attributes": {"unit_of_measurement": text, "data": rows}})
    for number, price in enumerate(prices):
        start = (_MIDNIGHT + number * step).astimezone(UTC)
        for part in range(step // _QUARTER):
            found = offer.prices[start + part * _QUARTER]
            assert found == pytest.approx(price * factor, abs=1e-6)
    assert len(offer.prices) == len(prices) * (step // _QUARTER)


@pytest.mark.parametrize("year", ["0001", "1990", "2200", "9999"])
@pytest.mark.parametrize("offset", ["+00:00", "-12:00", "+14:00", ""])
def test_prices_at_the_ends_of_the_calendar_are_none(year: str, offset: str) -> None:
    """Arithmetic with them would overflow; what is told beside them is read."""
    rows = _rows(0.1, 0.2)
    far = [
        {"start": f"{year}-{rest}{offset}", "price": 0.3}
        for rest in ("01-01T00:00:00", "12-31T22:00:00", "12-31T23:00:00")
    ]
    offer = _read({"unit_of_measurement": "EUR/kWh", "data": [*rows, *far]})
    assert set(offer.prices.values()) == {0.1, 0.2}
    assert {start.year for start in offer.prices} == {_MIDNIGHT.year}


@pytest.mark.parametrize("day", ["0001-01-01", "1990-06-01", "2200-06-01", "9999-12-31"])
def test_dates_at_the_ends_of_the_calendar_are_none(day: str) -> None:
    """Neither as the name of a list nor beside one."""
    offer = _read({day: 24 * [0.3], "date": day, "today": 24 * [0.1]})
    assert set(offer.prices.values()) == {0.1}
