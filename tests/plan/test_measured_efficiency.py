"""Efficiency that the plan goes by."""

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.plan.measured_efficiency import HIGHEST, LOWEST, efficiency_of

_USUAL = 0.80


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ([], _USUAL),
        ([(5120.0, None)], _USUAL),
        ([(0.0, 0.9)], _USUAL),
        ([(5120.0, 0.85)], 0.85),
        ([(5120.0, 0.86), (5120.0, None)], 0.83),
        ([(2048.0, 0.70), (6144.0, 0.90)], 0.85),
        ([(5120.0, 0.55)], LOWEST),
        ([(5120.0, 0.99)], HIGHEST),
    ],
)
def test_what_is_measured_counts_by_capacity(
    measured: list[tuple[float, float | None]], expected: float
) -> None:
    """What is not measured yet counts as usual, and what can't be as the bound."""
    assert efficiency_of(measured, _USUAL) == pytest.approx(expected)


@given(
    st.lists(st.tuples(st.floats(0, 2e4), st.none() | st.floats(0.5, 1)), max_size=6),
    st.floats(LOWEST, HIGHEST),
)
def test_it_stays_within_bounds(measured: list[tuple[float, float | None]], usual: float) -> None:
    """Whatever batteries claim, in whole percents."""
    found = efficiency_of(measured, usual)
    assert LOWEST - 0.005 <= found <= HIGHEST + 0.005
    assert found == usual or found == round(found, 2)
