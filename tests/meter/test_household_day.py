"""The day of a household that batteries follow, and the figures that come of it."""

from itertools import pairwise

import pytest

from scripts.bench_lib.household_day import SECONDS, household_day
from scripts.bench_lib.meter import Ours
from scripts.bench_lib.meter_world import TICK, Run, Tally, World
from simulator.following import FOLLOW_PROFILES


def test_the_day_is_a_day_and_always_the_same() -> None:
    """It has the energy of a household and of a small roof, and many steps."""
    day = household_day()
    assert len(day) == SECONDS
    assert day == household_day() != household_day(seed=2)
    assert 5_000 < sum(max(power, 0) for power in day) / 3600 < 7_000
    assert 5_000 < sum(max(-power, 0) for power in day) / 3600 < 7_000
    assert sum(abs(after - before) > 200 for before, after in pairwise(day)) > 500


def test_what_a_perfect_follower_does_not_have_counts() -> None:
    """Beyond the limits nobody can help; below them each Wh counts, also between batteries."""
    tally = Tally()
    for load, outputs in ((3000, [2500, 0]), (800, [900, -200]), (-400, [0, -500])):
        for _ in range(round(3600 / TICK)):
            tally.note(load, outputs, 2500)
    assert tally.imported == pytest.approx(100 + 100)
    assert tally.exported == 0
    assert tally.exchanged == pytest.approx(200)
    assert tally.mean == pytest.approx(200 / 3)


def test_an_hour_of_cooking_is_followed() -> None:
    """Nothing flows between the batteries, and the grid is far closer to 0 W than the load."""
    hour = household_day()[int(18.1 * 3600) : int(18.6 * 3600)]
    run = Run(profile=FOLLOW_PROFILES["e3"], count=2, trace=hour, seed=1)
    got = World(run, Ours("ct")).follow_trace()
    assert got.exchanged < 0.25
    assert got.mean < 0.2 * sum(map(abs, hour)) / len(hour)
