"""Surcharges by hour and season on day-ahead prices: what is paid, and the periods of the planner."""

import datetime as dt
from itertools import pairwise

from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.plan.tariff.dynamic_data import dynamic_data, dynamic_periods
from custom_components.marstek.plan.tariff.export_prices import ExportPrices
from custom_components.marstek.plan.tariff_settings import (
    ExportSettings,
    TariffSettings,
    dynamic_of,
    settings_of,
)
from custom_components.marstek.planner import Period
from custom_components.marstek.tempo import PriceBook, read_rules

HOUR = dt.timedelta(hours=1)
MIDNIGHT = dt.datetime(2026, 1, 13, tzinfo=dt.UTC)
# Three levels of a German grid fee: high in the evening of winter, low at night, else the middle.
FEES = "17-20 Q1,Q4 0.15\n0-6 Q1,Q4 0.01\n0.08"


def settings(fees: str, *, vat: float = 0.0, surcharge: float = 0.0) -> TariffSettings:
    """Return day-ahead prices with fees of hours in the zone of Home Assistant."""
    zone = dt_util.get_default_time_zone()
    rules = read_rules(fees, "en", zone, low=-1, high=1)
    options = {"vat": vat, "surcharge": surcharge, "surcharge_hours": rules.store()}
    return settings_of({"tariff": "dynamic"}, {"dynamic": options})


def book(prices: list[float]) -> PriceBook:
    """Return hourly prices from midnight on."""
    known = PriceBook()
    quarters = {MIDNIGHT + n * HOUR / 4: price for n, price in enumerate(_each(prices, 4))}
    known.learn(quarters, MIDNIGHT)
    return known


def _each(prices: list[float], times: int) -> list[float]:
    return [price for price in prices for _ in range(times)]


def test_what_is_paid_by_the_hour() -> None:
    """The fee of the hour comes on top of VAT and surcharge; extremes and changes count it."""
    mine = settings(FEES, vat=10, surcharge=0.02)
    data = dynamic_data(mine, book([0.1] * 24), MIDNIGHT + 5 * HOUR)
    assert data.price == pytest.approx(0.14)
    assert data.next_price == pytest.approx(0.21)
    assert data.next_price_change == MIDNIGHT + 6 * HOUR
    assert (data.price_lowest, data.price_highest) == pytest.approx((0.14, 0.28))
    data = dynamic_data(mine, book([0.1] * 24), MIDNIGHT + 20 * HOUR)
    assert data.price == pytest.approx(0.21)
    assert data.next_price is None


@given(
    st.lists(st.floats(-0.5, 1), max_size=40),
    st.sampled_from([FEES, "0.05", "22-6 Mon-Thu -0.03", "1:30-1:45 0.5"]),
    st.integers(0, 40 * 60),
)
def test_periods_have_the_fee_of_their_hour(prices: list[float], fees: str, minutes: int) -> None:
    """In a row from the true start on; each quarter costs its price and its fee."""
    mine, known = settings(fees, vat=20, surcharge=0.03), book(prices)
    now = MIDNIGHT + minutes * HOUR / 60
    periods = list(dynamic_periods(mine, known, now))
    assert periods[0].start <= now < periods[0].end
    assert all(before.end == after.start for before, after in pairwise(periods))
    for period in periods if prices else ():
        moment = max(period.start, now)
        while moment < period.end:
            fee = mine.dynamic.hourly.value_at(moment) or 0.0
            price = known.price_at(moment)
            shown = period.expected_price if price is None else period.price
            if price is not None:
                assert shown == pytest.approx(1.2 * price + 0.03 + fee, abs=1e-5)
            assert shown is not None
            moment += HOUR / 4


def test_what_is_fed_in_has_fees_of_its_own() -> None:
    """Prices of a source of export change with its hours too."""
    source = settings("17-20 -0.05").dynamic
    rules = {"surcharge_hours": source.hourly.store(), "price_entities": ["sensor.spot"]}
    mine = ExportPrices(ExportSettings(0.0, source=dynamic_of(rules)), book([0.1] * 24), dt.UTC)
    (period,) = mine.on([Period(MIDNIGHT, MIDNIGHT + HOUR, is_off_peak=True)], MIDNIGHT)
    assert period.export_price == pytest.approx(0.1)
    parts = mine.on([Period(MIDNIGHT, MIDNIGHT + 24 * HOUR, is_off_peak=True)], MIDNIGHT)
    assert [each.export_price for each in parts] == pytest.approx([0.1, 0.05, 0.1])
    assert parts[1].start == MIDNIGHT + 17 * HOUR


def test_older_options_have_none() -> None:
    """An entry of before knows no surcharges of hours."""
    assert not settings_of({"tariff": "dynamic"}, {"dynamic": {}}).dynamic.hourly.rules
