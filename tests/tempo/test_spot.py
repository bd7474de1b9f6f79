"""Day-ahead prices in all the shapes that integrations have, and in none."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import Offer, PriceUnit, SpotError, SpotProblem, read_prices
from tests.venus.bench import thorough

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
    """Two areas or two homes in one answer: which one is meant can't be known."""
    assert _problem({"SE3": _rows(0.1, 0.2), "SE4": _rows(0.1, 0.3)}) is SpotProblem.CONTRADICTING
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


_LEAVES = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.sampled_from(["2026-11-18T00:00:00+01:00", "2026-11-18T01:00:00", "EUR/kWh", "x", ""])
    | st.datetimes()
)
_NAMES = st.sampled_from(
    ["start", "end", "price", "value", "today", "tomorrow", "raw_today", "unit", "total", "hour"]
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
