"""What feeding in earns: constants, net metering that ends, and a source with or without prices."""

import datetime as dt
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.plan.tariff.export_prices import ExportPrices
from custom_components.marstek.plan.tariff_settings import (
    DynamicSettings,
    ExportSettings,
    export_of,
)
from custom_components.marstek.planner import Period
from custom_components.marstek.tempo import PARIS, HourRule, HourRules, OffPeakWindow, PriceBook

HOUR = dt.timedelta(hours=1)
NOON = dt.datetime(2026, 12, 31, 12, tzinfo=PARIS).astimezone(dt.UTC)
MIDNIGHT = dt.datetime(2027, 1, 1, tzinfo=PARIS).astimezone(dt.UTC)
SOURCE = DynamicSettings(entities=("sensor.spot",), surcharge=-0.015)


def exports(
    settings: ExportSettings, prices: dict[dt.datetime, float] | None = None
) -> ExportPrices:
    """Return what feeding in earns, with hourly prices of the source."""
    book = PriceBook()
    quarters = {
        start + n * HOUR / 4: price for start, price in (prices or {}).items() for n in range(4)
    }
    book.learn(quarters, NOON)
    return ExportPrices(settings, book, PARIS)


def test_a_constant_is_left_to_the_economy() -> None:
    """Also a negative one: no period is cut or marked."""
    mine = exports(ExportSettings(-0.02))
    periods = (Period(NOON, NOON + HOUR, is_off_peak=True, price=0.3),)
    assert mine.on(periods, NOON) == periods
    assert mine.price_at(NOON, 0.3) == -0.02


def test_net_metering_ends_at_midnight() -> None:
    """Until then a kWh fed in earns what one costs, afterwards the constant."""
    mine = exports(ExportSettings(0.05, net_metered_until=dt.date(2026, 12, 31)))
    period = Period(NOON - HOUR, MIDNIGHT + 6 * HOUR, is_off_peak=True, price=0.3)
    parts = mine.on((period,), NOON)
    assert [(each.end, each.export_price) for each in parts] == [
        (MIDNIGHT, 0.3),
        (MIDNIGHT + 6 * HOUR, 0.05),
    ]
    assert parts[0].start == NOON - HOUR
    assert mine.price_at(NOON, None) is None


def test_prices_of_a_source_have_its_surcharge() -> None:
    """What it has not told is expected by the hour, and unknown for what is noted."""
    told = {NOON + n * HOUR: 0.1 - 0.05 * n for n in range(4)}
    mine = exports(ExportSettings(0.07, source=SOURCE), told)
    assert mine.price_at(NOON, 0.3) == pytest.approx(0.085)
    assert mine.price_at(NOON + 3 * HOUR, 0.3) == pytest.approx(-0.065)
    assert mine.price_at(NOON + 5 * HOUR, 0.3) is None
    period = Period(NOON, NOON + 6 * HOUR, is_off_peak=True, price=0.3)
    parts = mine.on((period,), NOON)
    earned = [each.export_price for each in parts]
    assert earned[:4] == pytest.approx([0.085, 0.035, -0.015, -0.065])
    assert all(each is not None for each in earned)


def test_a_source_that_never_told_is_the_constant() -> None:
    """As the form says."""
    mine = exports(ExportSettings(0.07, source=SOURCE))
    (part,) = mine.on((Period(NOON, NOON + HOUR, is_off_peak=True, price=0.3),), NOON)
    assert part.export_price == 0.07
    assert mine.price_at(NOON, 0.3) is None


HOURS = HourRules(
    (
        HourRule(0.15, (OffPeakWindow(dt.time(17), dt.time(20)),)),
        HourRule(0.02, (), frozenset({4})),
    ),
    PARIS,
)


def test_prices_of_hours() -> None:
    """By the lines of a contract, in hours without one the constant, and nothing after its end."""
    mine = exports(ExportSettings(0.05, HOURS, until=dt.date(2026, 12, 31)))
    period = Period(NOON, MIDNIGHT + 6 * HOUR, is_off_peak=True, price=0.3)
    parts = mine.on((period,), NOON)
    assert [(each.start - NOON, each.export_price) for each in parts] == [
        (0 * HOUR, 0.05),
        (5 * HOUR, 0.15),
        (8 * HOUR, 0.05),
        (12 * HOUR, 0.0),
    ]
    assert mine.price_at(NOON + 6 * HOUR, None) == 0.15
    assert mine.next_bound(NOON, NOON + 6 * HOUR) == NOON + 5 * HOUR
    assert mine.next_bound(NOON, NOON + HOUR) is None
    later = exports(ExportSettings(0.05, HOURS)).on((period,), NOON)
    assert [each.export_price for each in later] == [0.05, 0.15, 0.05, 0.02]


def test_each_kind_may_end() -> None:
    """A constant and a source earn nothing after the last day; net metering has an end of its own."""
    last = NOON.date()
    told = {NOON + n * HOUR: 0.1 for n in range(20)}
    for settings in (
        ExportSettings(0.05, until=last),
        ExportSettings(0.05, source=SOURCE, until=last),
    ):
        mine = exports(settings, told)
        assert mine.price_at(MIDNIGHT - HOUR, 0.3) != 0
        assert mine.price_at(MIDNIGHT, 0.3) == 0.0
        parts = mine.on((Period(NOON, MIDNIGHT + HOUR, is_off_peak=True, price=0.3),), NOON)
        assert parts[-1].start == MIDNIGHT
        assert parts[-1].export_price == 0.0
    both = exports(ExportSettings(0.05, until=last, net_metered_until=dt.date(2027, 1, 1)))
    assert both.price_at(MIDNIGHT, 0.3) == 0.3


def test_options_of_older_versions_and_half_a_source() -> None:
    """One without a source is a constant; a source that is not chosen now is kept, and not used."""
    source = {"price_entities": ["sensor.spot"]}
    assert export_of({}) == ExportSettings()
    assert export_of({"feed_in": 0.1}) == ExportSettings(0.1)
    assert export_of({"export_kind": "source", "feed_in": 0.1}) == ExportSettings(0.1)
    assert export_of({"export_kind": "constant", "export_source": source}).source is None
    assert export_of({"export_kind": "source", "export_source": source}).source is not None
    hours = HOURS.store()
    assert not export_of({"export_kind": "constant", "export_hours": hours}).hours.rules
    assert export_of({"export_kind": "hours", "export_hours": hours}).hours.store() == hours
    assert export_of({"export_kind": "hours", "export_hours": []}).is_constant
    assert export_of({"export_until": "2026-12-31"}).until == dt.date(2026, 12, 31)


@given(
    st.lists(st.floats(-0.5, 1), max_size=30),
    st.lists(st.integers(1, 40), min_size=1, max_size=10),
    st.dates(dt.date(2026, 12, 29), dt.date(2027, 1, 4)) | st.none(),
    st.booleans(),
    st.booleans(),
)
def test_periods_stay_in_a_row(
    prices: list[float],
    lengths: list[int],
    until: dt.date | None,
    has_source: bool,
    has_hours: bool,
) -> None:
    """From the same start to the same end, without a hole, and each with one price each way."""
    told = {NOON + n * HOUR: price for n, price in enumerate(prices)}
    settings = ExportSettings(
        0.07,
        HOURS if has_hours else HourRules(),
        SOURCE if has_source else None,
        net_metered_until=until,
    )
    mine = exports(settings, told)
    periods, start = [], NOON - HOUR / 2
    for length in lengths:
        periods.append(Period(start, start + length * HOUR / 4, is_off_peak=True, price=0.3))
        start = periods[-1].end
    now = max(NOON - HOUR / 2, min(NOON, periods[0].end - HOUR / 8))
    parts = mine.on(periods, now)
    assert (parts[0].start, parts[-1].end) == (periods[0].start, periods[-1].end)
    assert all(before.end == after.start for before, after in pairwise(parts))
    assert parts[0].end > now
