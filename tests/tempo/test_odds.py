"""How likely colours are, held against the colours of twelve years."""

from collections import Counter
from datetime import date

import pytest

from custom_components.marstek.tempo import DECREES, Colour, Quotas, expected_price, is_lawful, odds
from tests.tempo.history import DAY, HISTORY

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
_SUNDAY = 6
_SATURDAY = 5
# Days at the mean of the month that are added to what was counted, since some were rare.
_WEIGHT = 5

type _Key = tuple[int, bool]


def _shares(colour: Colour) -> dict[tuple[_Key, Colour], float]:
    """Return by month, Saturday and the colour before how often a colour came where it could."""
    counts: Counter[tuple[_Key, Colour, bool]] = Counter()
    for day, own in HISTORY.items():
        before = HISTORY.get(day - DAY)
        if before is not None and is_lawful(colour, day):
            key = (day.month, colour is WHITE and day.weekday() == _SATURDAY)
            counts[key, before, own is colour] += 1
    shares: dict[tuple[_Key, Colour], float] = {}
    for key in {key for key, _, _ in counts}:
        hits, misses = (
            sum(counts[key, before, is_it] for before in Colour) for is_it in (True, False)
        )
        mean = hits / (hits + misses)
        for before in Colour:
            came = counts[key, before, True]
            seen = came + counts[key, before, False]
            shares[key, before] = (came + _WEIGHT * mean) / (seen + _WEIGHT)
    return shares


def _day_in(month: int, *, saturday: bool, colour: Colour) -> date:
    """Return a day of a month that may have a colour."""
    year = 2024 if month >= 9 else 2025
    days = (date(year, month, number) for number in range(2, 29))
    return next(d for d in days if is_lawful(colour, d) and (d.weekday() == _SATURDAY) is saturday)


@pytest.mark.parametrize("colour", [RED, WHITE])
def test_tables_are_those_of_the_real_days(colour: Colour) -> None:
    """To the percent and a half that rounding and the last season make."""
    for ((month, saturday), before), share in _shares(colour).items():
        day = _day_in(month, saturday=saturday, colour=colour)
        told = odds(day, {day - DAY: before}, Quotas())[colour]
        assert told == pytest.approx(share, abs=0.015), (day, before)


def test_odds_are_odds() -> None:
    """They add up, are never negative, and what the calendar forbids has none."""
    for day in HISTORY:
        for known in ({}, {day - DAY: BLUE}, {day - DAY: WHITE}, {day - DAY: RED}):
            chances = odds(day, known, Quotas())
            assert sum(chances.values()) == pytest.approx(1)
            assert min(chances.values()) >= 0
            assert is_lawful(RED, day) or chances[RED] == 0
            assert day.weekday() != _SUNDAY or chances[WHITE] == 0


def test_an_unknown_eve_lies_between_the_known() -> None:
    """Nothing known of the day before is neither the best nor the worst of it."""
    day = date(2026, 1, 14)
    known = [odds(day, {day - DAY: colour}, Quotas())[RED] for colour in Colour]
    unknown = odds(day, {day - 2 * DAY: BLUE}, Quotas())[RED]
    assert min(known) < unknown < max(known)


def test_no_red_day_is_left() -> None:
    """When all are used, none is to be expected."""
    day = date(2026, 3, 30)
    assert odds(day, {day - DAY: RED}, Quotas(red=1))[RED] == 0


def test_the_expected_price() -> None:
    """It is that of the colour when that is sure, and the mean otherwise."""
    assert (
        expected_price(DECREES[-1].tempo, {RED: 1.0}, off_peak=False) == DECREES[-1].tempo.red_peak
    )
    half = expected_price(DECREES[-1].tempo, {BLUE: 0.5, RED: 0.5}, off_peak=True)
    assert half == pytest.approx(
        (DECREES[-1].tempo.blue_off_peak + DECREES[-1].tempo.red_off_peak) / 2
    )
