"""The pure parts of runs: what ends them, what is stored of them, when Passive was left."""

import datetime as dt
import json
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.commanded import BackTo, Commanded
from custom_components.marstek.battery.passive_exits import PassiveExits, is_other
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.venus import LEAST_TELLING, Mode

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
POWERS = st.integers(-2500, 2500)
MODES = st.sampled_from(list(Mode))
BACK = st.builds(BackTo, MODES, POWERS, MODES, st.booleans())
RUNS = st.builds(
    Commanded.run,
    POWERS,
    BACK,
    st.none()
    | st.datetimes(  # The moments that a clock can show.
        dt.datetime(1970, 1, 1),  # noqa: DTZ001
        dt.datetime(9999, 1, 1),  # noqa: DTZ001
        timezones=st.just(dt.UTC),
    ),
    st.none() | st.integers(11, 100),
    is_over=st.booleans(),
)


@given(RUNS)
def test_what_is_stored_comes_back(run: Commanded) -> None:
    """As it was, through a file."""
    assert Commanded.restore(StoredPart(json.loads(json.dumps(run.store())))) == run


@given(RUNS, st.data())
def test_damaged_files_are_read_as_nothing(run: Commanded, data: st.DataObject) -> None:
    """Whatever became of one value, nothing is raised."""
    stored = run.store()
    key = data.draw(st.sampled_from(sorted(stored["run"])))
    junk = st.none() | st.text() | st.integers() | st.lists(st.integers())
    stored["run"][key] = data.draw(junk)
    restored = Commanded.restore(StoredPart(stored))
    assert restored == Commanded() or restored.is_run


@given(RUNS, POWERS)
def test_another_power_never_turns_an_end_around(run: Commanded, power: int) -> None:
    """A charge to 80 % does not become a discharge to 80 %."""
    changed = run.at_power(power)
    assert changed.power == power
    assert changed.back_to == run.back_to
    same = run.power * power > 0
    assert (changed.until, changed.target) == ((run.until, run.target) if same else (None, None))


@pytest.mark.parametrize(
    ("power", "soc", "ends"),
    [(-800, 79, False), (-800, 80, True), (800, 81, False), (800, 80, True), (0, 80, False)],
)
def test_target(power: int, soc: int, *, ends: bool) -> None:
    """Charging ends from below, discharging from above, holding never."""
    run = Commanded.run(power, BackTo(), target=80)
    assert run.is_reached(soc) is ends
    assert not run.is_reached(None)
    assert not Commanded.run(power, BackTo()).is_reached(soc)


def test_time_to_target() -> None:
    """5 kWh at 1 kW take five hours."""
    run = Commanded.run(-1000, BackTo(), target=100)
    assert run.seconds_to_target(0, 5000.0) == 5 * 3600
    assert run.seconds_to_target(99, 5000.0) == 180
    assert run.seconds_to_target(None, 5000.0) == run.seconds_to_target(50, None) == math.inf
    assert Commanded.run(-1000, BackTo()).seconds_to_target(50, 5000.0) == math.inf
    assert Commanded.run(0, BackTo(), target=80).seconds_to_target(50, 5000.0) == math.inf


def test_end() -> None:
    """A run is past from its end on, or once it is told to be over."""
    run = Commanded.run(800, BackTo(), NOON)
    assert not run.is_past(NOON - dt.timedelta(seconds=1))
    assert run.is_past(NOON)
    assert not Commanded.run(800, BackTo()).is_past(NOON)
    assert Commanded.run(800, BackTo(), is_over=True).is_past(NOON)


@given(POWERS.filter(lambda power: abs(power) >= LEAST_TELLING), st.floats(0.3, 1.1))
def test_a_power_that_is_followed_is_no_departure(asked: int, share: float) -> None:
    """Also when the battery gives less than it was asked for, as it does near full."""
    assert not is_other(asked, round(asked * share))
    assert is_other(asked, 0)
    assert is_other(asked, -asked)


def test_two_reads_in_a_row() -> None:
    """One read is not enough, and none counts until the battery has had time to follow."""
    watch = PassiveExits()
    watch.sent(100.0)
    assert not watch.look(-800, 0, 105.0)
    assert not watch.look(-800, 0, 130.0)
    assert not watch.look(-800, -790, 160.0)
    assert not watch.look(-800, 0, 190.0)
    assert watch.look(-800, 0, 220.0)
    watch.found(220.0)
    assert not watch.look(-800, 0, 250.0)
    assert not watch.look(100, 0, 280.0)
    assert not watch.look(-800, None, 310.0)


def test_too_many() -> None:
    """Three within half an hour are too many, each counted once until it is sent again."""
    watch = PassiveExits()
    for moment in (0.0, 700.0, 1400.0):
        assert not watch.is_too_many(moment)
        watch.found(moment)
        watch.found(moment + 1)
        assert not watch.is_steady(moment + 2)
        watch.sent(moment + 2)
    assert watch.is_too_many(1402.0)
    assert not watch.is_too_many(1900.0)
    assert not watch.is_steady(1402.0 + 800)
    assert watch.is_steady(1402.0 + 900)


@given(st.integers(0, 100))
def test_the_power_alone_tells_for_a_while(later: int) -> None:
    """What was read long ago, or before Passive was sent anew, tells nothing."""
    watch = PassiveExits()
    watch.sent(0.0)
    watch.look(-800, -780, 20.0)
    assert watch.is_surely_in(20.0 + later) == (later < 75)
    watch.look(-800, -500, 130.0)
    assert not watch.is_surely_in(130.0)
    watch.look(-800, -800, 160.0)
    watch.sent(161.0)
    assert not watch.is_surely_in(162.0)
