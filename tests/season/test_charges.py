"""What charges drew is held against what was expected."""

from datetime import date

import pytest

from scripts.season_lib.charges import Charge, agreement
from scripts.season_lib.mishaps import Mishap, fate_of


def charge(expected: float, drawn: float, day: int = 1) -> Charge:
    """Return a charge of three batteries."""
    return Charge(date(2026, 1, day), expected, drawn, 15360)


@pytest.mark.parametrize(
    ("expected", "drawn", "good"),
    [
        (10000, 10600, True),
        (10000, 10700, False),
        (10000, 9340, False),
        (500, 640, True),
        (500, 700, False),
    ],
)
def test_a_charge_may_differ_by_a_share_and_by_what_can_be_read(
    expected: float, drawn: float, *, good: bool
) -> None:
    """5 % and one percent of charge, both ways."""
    assert charge(expected, drawn).is_as_expected is good


def test_the_farthest_deviation_is_told_with_its_sign_and_evening() -> None:
    """Nights without anything to draw do not count."""
    agreed = agreement([charge(10000, 10200), charge(5000, 4500, 7), charge(0, 0, 9)])
    assert agreed.charges == 2
    assert agreed.worst == pytest.approx(-0.1)
    assert agreed.worst_evening == date(2026, 1, 7)
    assert agreed.mean == pytest.approx(0.06)
    assert agreed.total == pytest.approx(-0.02)


def test_no_charge_is_no_deviation() -> None:
    """A season may have none."""
    assert agreement([]).worst_evening is None


def test_fates_are_the_same_in_each_run_and_of_all_kinds_in_a_season() -> None:
    """A finding can be looked at again."""
    days = [date.fromordinal(date(2025, 9, 1).toordinal() + number) for number in range(365)]
    fates = [fate_of(day, 3) for day in days]
    assert fates == [fate_of(day, 3) for day in days]
    assert {fate.mishap for fate in fates} == {*Mishap}
    assert all(fate.at.hour >= 21 or fate.at.hour < 6 for fate in fates)
