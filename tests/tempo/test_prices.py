"""The six prices and how old they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    DECREES,
    Colour,
    Decree,
    are_outdated,
    decree_of,
    decree_on,
    next_tariff_move,
)
from tests.support.examples import thorough


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
    assert DECREES[-1].tempo.of(colour, off_peak=off_peak) == price


NEXT = replace(
    DECREES[-1],
    since=date(2027, 2, 1),
    tempo=replace(DECREES[-1].tempo, red_peak=0.8, blue_off_peak=0.14),
    peak=0.23,
)
"""A decree that is not known yet."""


@pytest.fixture(name="two_rows")
def two_rows_fixture() -> Iterator[tuple[Decree, ...]]:
    """Return a table with a decree to come."""
    with patch("custom_components.marstek.tempo.decrees.DECREES", (*DECREES, NEXT)) as rows:
        yield rows


@pytest.mark.parametrize(
    ("day", "move"),
    [
        (date(2026, 1, 31), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 8, 1)),
        (date(2026, 7, 31), date(2026, 8, 1)),
        (date(2026, 8, 1), date(2027, 2, 1)),
        (date(2026, 12, 31), date(2027, 2, 1)),
    ],
)
def test_prices_move_in_february_and_august(day: date, move: date) -> None:
    """On the first; on that day itself the next one is half a year away."""
    assert next_tariff_move(day) == move


def test_a_row_holds_from_its_day_on(two_rows: tuple[Decree, ...]) -> None:
    """Not a day earlier; before all rows the oldest holds."""
    assert decree_on(date(2027, 1, 31)) == two_rows[0]
    assert decree_on(date(2027, 2, 1)) == two_rows[1]
    assert decree_on(date(2020, 1, 1)) == two_rows[0]


def test_whose_prices_they_are(two_rows: tuple[Decree, ...]) -> None:
    """The subscription is that of the contract; one other price is an owner's own."""
    assert decree_of(replace(NEXT.tempo, subscription=30.0)) == NEXT
    assert decree_of(DECREES[0].tempo) == DECREES[0]
    assert decree_of(replace(NEXT.tempo, white_peak=0.3)) is None


def test_the_table_is_in_order() -> None:
    """A row for each move, on a day on which the tariff moves."""
    days = [row.since for row in DECREES]
    assert days == sorted(set(days))
    assert all(next_tariff_move(day - timedelta(days=1)) == day for day in days)


def test_the_newest_row_grows_old_at_the_next_move() -> None:
    """Not a day earlier: until then the table has the prices of today."""
    newest = DECREES[-1].since
    move = next_tariff_move(newest)
    assert not are_outdated(newest, move - timedelta(days=1))
    assert are_outdated(newest, move)


@thorough
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_prices_of_today_are_never_outdated(today: date, age: int) -> None:
    """Those from before the last move always are."""
    since = today - timedelta(days=age)
    moved = any(
        (since + timedelta(days=number)).timetuple()[1:3] in ((2, 1), (8, 1))
        for number in range(1, age + 1)
    )
    assert are_outdated(since, today) is moved
    assert not are_outdated(today, today)
