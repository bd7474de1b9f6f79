"""What the sun is expected to give after what it gave: usual days, their weather, and how it lasts."""

from datetime import date, timedelta
import json
from random import Random

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner.sun import Sun, Suns

TODAY = date(2026, 6, 20)
TOMORROW = TODAY + timedelta(days=1)
NOON = 12
CLEAR = {hour: max(0.0, 1500.0 - 40 * (hour - NOON) ** 2) for hour in range(24)}
ENERGY = sum(CLEAR.values())


def days(*factors: float, until: date = TODAY) -> dict[date, dict[int, float]]:
    """Return whole days of so much of a clear day each, the last one the day before `until`."""
    return {
        until - timedelta(days=number): {hour: factor * power for hour, power in CLEAR.items()}
        for number, factor in enumerate(reversed(factors), 1)
    }


def energy(sun: Sun, day: date) -> float:
    """Return the Wh that are expected of a day."""
    return sum(sun.power(day, hour) for hour in range(24))


def test_days_that_are_all_alike_go_on() -> None:
    """Whatever has come of today so far."""
    for hours in range(25):
        today = {hour: CLEAR[hour] for hour in range(hours)}
        sun = Sun.learn({**days(*[1.0] * 20), TODAY: today}, TODAY)
        assert sun.factor == 1
        assert energy(sun, TODAY) == pytest.approx(ENERGY)
        assert energy(sun, TOMORROW + timedelta(days=3)) == pytest.approx(ENERGY)


def test_a_dull_day_lets_expect_less_which_fades() -> None:
    """By the usual persistence, as long as a home has shown none of its own."""
    dull = {hour: power / 4 for hour, power in CLEAR.items()}
    evening = Sun.learn({**days(*[1.0] * 20), TODAY: dull}, TODAY)
    assert evening.factor == pytest.approx(0.25)
    assert 0.3 < evening.persistence < 0.5
    energies = [energy(evening, TODAY + timedelta(days=ahead)) for ahead in range(5)]
    assert energies == sorted(energies)
    assert 0.25 * ENERGY < energies[1] < 0.8 * ENERGY
    assert energies[4] > 0.95 * ENERGY


def test_midnight_changes_little() -> None:
    """What an evening lets expect of tomorrow holds when tomorrow has come."""
    random = Random(3)
    before = [random.uniform(0.4, 1.6) for _ in range(30)]
    for last in (0.2, 1.0, 1.8):
        today = {hour: last * power for hour, power in CLEAR.items()}
        evening = Sun.learn({**days(*before), TODAY: today}, TODAY)
        night = Sun.learn(days(*before, last, until=TOMORROW), TOMORROW)
        assert energy(night, TOMORROW) == pytest.approx(energy(evening, TOMORROW), rel=0.1)


def test_a_morning_counts_by_what_it_is_of_the_day() -> None:
    """An hour at dawn says little, half of the day half."""
    usual = days(*[1.0] * 20)
    dawn = Sun.learn({**usual, TODAY: dict.fromkeys(range(7), 0.0)}, TODAY)
    noon = Sun.learn({**usual, TODAY: dict.fromkeys(range(12), 0.0)}, TODAY)
    assert 0.85 < dawn.factor <= 1
    assert 0.4 < noon.factor < 0.6
    missing = Sun.learn({**usual, TODAY: {3: 0.0, 11: CLEAR[11]}}, TODAY)
    assert missing.factor == 1


def test_persistence_is_that_of_the_home() -> None:
    """Weather that lasts for days lasts on; weather that turns each day does not."""
    lasting = Sun.learn(days(*[1.3] * 8, *[0.5] * 8, *[1.3] * 8, *[0.5] * 8), TODAY)
    turning = Sun.learn(days(*[1.3, 0.5] * 16), TODAY)
    random = Random(1)
    chance = Sun.learn(days(*(random.uniform(0.3, 1.5) for _ in range(34))), TODAY)
    assert turning.persistence == 0
    assert chance.persistence < 0.35
    assert lasting.persistence > 0.6
    assert energy(lasting, TODAY) < energy(turning, TODAY)


def test_only_the_last_two_weeks_are_usual() -> None:
    """A summer that is over lets nothing be expected of autumn."""
    sun = Sun.learn(days(*[2.0] * 20, *[0.5] * 14), TODAY)
    assert sum(sun.usual) == pytest.approx(0.5 * ENERGY)


def test_nothing_known_is_no_sun() -> None:
    """Neither without days nor in a polar night."""
    for suns in ({}, days(*[0.0] * 20), {TODAY: dict(CLEAR)}):
        sun = Sun.learn(suns, TODAY)
        assert energy(sun, TODAY) == energy(sun, TOMORROW) == 0
        assert sun.store() is None


_FACTORS = st.lists(st.floats(0, 20), max_size=35)
_TODAY = st.dictionaries(st.integers(0, 23), st.floats(0, 1e5))


@given(_FACTORS, _TODAY)
def test_whatever_came_something_sound_is_expected(
    factors: list[float], today: dict[int, float]
) -> None:
    """Never less than nothing, nor more than four usual days; and a restart changes nothing."""
    suns: Suns = {**days(*factors), TODAY: today}
    sun = Sun.learn(suns, TODAY)
    for ahead in range(-2, 9):
        day = TODAY + timedelta(days=ahead)
        for hour in range(24):
            assert 0 <= sun.power(day, hour) <= 4 * sun.usual[hour]
    stored = json.loads(json.dumps(sun.store()))
    assert Sun.restore(sun.usual, stored) == sun


_FINE = {"day": "2026-06-20", "factor": 0.5, "persistence": 0.3}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {**_FINE, "day": "yesterday"},
        {**_FINE, "day": 5},
        {**_FINE, "factor": -1},
        {**_FINE, "factor": float("nan")},
        {**_FINE, "persistence": 2},
        {**_FINE, "persistence": "0.3"},
    ],
)
def test_damaged_weather_is_usual_weather(wrong: object) -> None:
    """A stored file that is older than weather, or damaged, still tells the usual day."""
    usual = tuple(CLEAR.values())
    assert Sun.restore(usual, wrong) == Sun(usual)
    assert Sun.restore(usual, _FINE).factor == 0.5
