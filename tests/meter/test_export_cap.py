"""A cap on export: the grid gets the surplus up to it, and batteries charge only what is beyond."""

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.meter.emulator import CtEmulator
from custom_components.marstek.meter.regulator import Regulator
from custom_components.marstek.meter.sample import SampleLog
from custom_components.marstek.meter.shares import wanted
from scripts.bench_lib.meter import Ours
from scripts.bench_lib.meter_world import Run, World
from simulator.following import FOLLOW_PROFILES

_WATTS = st.floats(-20_000, 20_000)


@given(load=_WATTS, aim=st.floats(-800, 800), cap=st.floats(0, 30_000))
def test_what_batteries_shall_do(load: float, aim: float, cap: float) -> None:
    """They never charge below the cap nor while the house imports, and keep the export at it."""
    power = wanted(load, aim, cap)
    grid = load - power
    if load > 0:
        assert power >= 0
    if not cap:
        assert grid == pytest.approx(aim) or (power == 0 and 0 < load < aim)
    elif power < 0:
        assert load < -cap
        assert grid == pytest.approx(-cap)
    elif power > 0:
        assert grid == pytest.approx(max(aim, -cap))
    else:
        assert -cap - 0.01 <= grid <= max(aim, -cap) + 0.01


@pytest.mark.parametrize(
    ("load", "power"), [(600, 590), (10, 0), (-300, 0), (-500, 0), (-1700, -1200)]
)
def test_examples(load: float, power: float) -> None:
    """An aim of 10 W and a cap of 500 W."""
    assert wanted(load, 10, 500) == power


def test_without_a_cap_all_surplus_is_charged() -> None:
    """As ever: the grid is held at the aim on both sides."""
    assert [wanted(load, 10, 0) for load in (600, 5, -300)] == [590, 0, -310]


@pytest.mark.parametrize("kind", ["e3", "hmg"])
def test_batteries_keep_the_export_at_the_cap(kind: str) -> None:
    """They charge the peak only, stand at 0 W below it, and carry the load of the evening."""
    trace = [-300.0] * 40 + [-1700.0] * 60 + [-300.0] * 60 + [700.0] * 60
    run = Run(profile=FOLLOW_PROFILES[kind], count=2, trace=trace, seed=1)
    ours = Ours("ct")
    assert isinstance(ours.emulator, CtEmulator)
    ours.emulator.regulator.export_cap = 500.0
    world = World(run, ours)
    powers = dict[int, float]()
    for tick in range(len(trace) * 20):
        _, outputs = world.step(1000.0 + tick / 20, tick / 20)
        powers[tick] = sum(outputs)
    seen = [powers[second * 20 - 1] for second in (40, 100, 160, 220)]
    assert seen == pytest.approx([0, -1200, 0, 700], abs=25)


def test_the_error_is_what_batteries_do_beyond_or_short_of_it() -> None:
    """Export below the cap is no error while batteries are at rest."""
    regulator = Regulator(SampleLog(), 10.0, export_cap=500.0)
    regulator.report("a", 0.0, 1.0)
    assert [regulator.error(grid, 1.0) for grid in (60, -400, -600)] == [50, 0, -100]
    regulator.report("a", -200.0, 2.0)
    assert regulator.error(-400, 2.0) == 100
