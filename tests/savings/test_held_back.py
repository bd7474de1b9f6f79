"""What batteries neither gave nor took in a hold: bounded by powers and by what they hold."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.savings import (
    NOTHING_HELD,
    HeldEnergy,
    MeteredSpan,
    StorageState,
    held_back,
)

START = datetime(2026, 6, 10, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
STORAGE = StorageState(2, 9000, 4500, 5000, 5000)


def span(grid: float | None) -> MeteredSpan:
    """Return five minutes in which the grid gives so many Wh."""
    return MeteredSpan(START, START + FIVE, 0.0, grid)


def test_a_house_that_draws_is_not_served() -> None:
    """As far as batteries could have given that."""
    assert held_back(span(50), STORAGE, NOTHING_HELD) == HeldEnergy(50, 0)
    assert held_back(span(900), STORAGE, NOTHING_HELD).not_served == pytest.approx(5000 / 12)


def test_sun_is_refused() -> None:
    """As far as batteries could have taken it."""
    assert held_back(span(-80), STORAGE, NOTHING_HELD) == HeldEnergy(0, 80)


def test_without_a_meter_nothing_is_known() -> None:
    """Nothing is guessed."""
    assert held_back(span(None), STORAGE, NOTHING_HELD) == NOTHING_HELD


@given(st.lists(st.floats(-2000, 2000), max_size=120))
def test_a_hold_never_costs_more_than_the_batteries_hold(grids: list[float]) -> None:
    """However long it is: given and taken as batteries would have, one after the other."""
    held = NOTHING_HELD
    for grid in grids:
        held += held_back(span(grid), STORAGE, held)
        assert -1e-6 <= STORAGE.stored - held.not_served + held.sun_refused <= 9000 + 1e-6
