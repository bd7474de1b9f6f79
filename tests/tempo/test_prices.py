"""The six prices and how old they are."""

from datetime import date, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    OFFICIAL,
    OFFICIAL_SINCE,
    Colour,
    are_outdated,
    last_tariff_change,
)
from tests.support.pair import thorough


@pytest.mark.parametrize(
    ("colour", "off_peak", "price"),
    [
        (Colour.BLUE, True, 0.1356),
        (Colour.BLUE, False, 0.1654),
        (Colour.WHITE, True, 0.1536),
        (Colour.WHITE, False, 0.1921),
        (Colour.RED, True, 0.1615),
        (Colour.RED, False, 0.7295),
    ],
)
def test_official_prices(colour: Colour, off_peak: bool, price: float) -> None:
    """Those of 1 August 2026 (docs/tempo-facts.md, section "Prices")."""
    assert OFFICIAL.of(colour, off_peak=off_peak) == price


@pytest.mark.parametrize(
    ("today", "change"),
    [
        (date(2026, 1, 31), date(2025, 8, 1)),
        (date(2026, 2, 1), date(2026, 2, 1)),
        (date(2026, 7, 31), date(2026, 2, 1)),
        (date(2026, 8, 1), date(2026, 8, 1)),
        (date(2026, 12, 31), date(2026, 8, 1)),
    ],
)
def test_prices_change_in_february_and_august(today: date, change: date) -> None:
    """On the first, that day included."""
    assert last_tariff_change(today) == change


def test_official_prices_grow_old_on_1_february_2027() -> None:
    """Not a day earlier."""
    assert not are_outdated(OFFICIAL_SINCE, date(2027, 1, 31))
    assert are_outdated(OFFICIAL_SINCE, date(2027, 2, 1))


@thorough
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_prices_of_today_are_never_outdated(today: date, age: int) -> None:
    """Those from before the last change always are."""
    since = today - timedelta(days=age)
    assert are_outdated(since, today) is (since < last_tariff_change(today))
    assert not are_outdated(today, today)
    assert are_outdated(last_tariff_change(today) - timedelta(days=1), today)
