"""The slow trim against a peak that runs, with any load and any sensor."""

from collections.abc import Collection, Mapping
from itertools import pairwise

from hypothesis import given, strategies as st

from custom_components.marstek.planner.peak_cut import (
    COUNTDOWN,
    LEAST_ERROR,
    LEAST_INTERVAL,
    DemandSample,
    PeakCut,
)
from tests.planner.test_optimised_properties import brief

_ALLOWED = 2375.0
_BOTH = {"a": 2500, "b": 2500}

type Written = list[tuple[float, str, int]]


def _play(
    loads: list[tuple[float, float]],
    most: Mapping[str, int],
    *,
    share: float = 1.0,
    silent: Collection[int] = (),
) -> tuple[Written, list[float]]:
    """Return what is sent, and the grid's power, where batteries give a share of what is asked.

    `silent` are numbers of samples at which no battery answers.
    """
    cut, given_now = PeakCut(), dict.fromkeys(most, 0)
    written: Written = []
    shown: list[float] = []
    now = 0.0
    for number, (pause, load) in enumerate(loads):
        now += pause
        grid = load - share * sum(given_now.values())
        shown.append(grid)
        sample = DemandSample(now, grid, _ALLOWED, is_heading=grid > _ALLOWED)
        answering = {} if number in silent else most
        for key, power in cut.note(sample, answering).items():
            written.append((now, key, power))
            given_now[key] = power
        held = cut.held(now)
        given_now = {key: power if key in held else 0 for key, power in given_now.items()}
    return written, shown


_LOADS = st.lists(st.tuples(st.floats(1, 40), st.floats(-2000, 9000)), max_size=60)


@brief
@given(
    _LOADS,
    st.sampled_from([{}, {"a": 800}, _BOTH]),
    st.floats(0.5, 1),
    st.sets(st.integers(0, 59), max_size=10),
)
def test_no_battery_is_written_to_too_often(
    loads: list[tuple[float, float]], most: Mapping[str, int], share: float, silent: set[int]
) -> None:
    """Once in ten seconds at most, within what it can give, and never a charge."""
    written, _ = _play(loads, most, share=share, silent=silent)
    assert all(0 <= power <= most[key] for _, key, power in written)
    for key in most:
        moments = [at for at, each, _ in written if each == key]
        assert all(later - at >= LEAST_INTERVAL for at, later in pairwise(moments))


@brief
@given(st.lists(st.floats(0, _ALLOWED), max_size=60))
def test_nothing_is_written_without_a_peak(loads: list[float]) -> None:
    """However the load jumps below what may be drawn."""
    assert _play([(5, load) for load in loads], _BOTH)[0] == []


@brief
@given(st.lists(st.sampled_from([400.0, 9000.0]), max_size=30))
def test_one_sample_is_no_change(loads: list[float]) -> None:
    """A peak has to be seen twice in a row before anything is sent."""
    written, _ = _play([(5, load) for load in loads], _BOTH)
    if not any(a == b == 9000.0 for a, b in pairwise(loads)):
        assert written == []


def test_an_oven_is_cut() -> None:
    """Within some samples, to what may be drawn, and renewed while it is on."""
    written, shown = _play([(5, 4000)] * 40, {"a": 2500})
    assert written[0] == (10.0, "a", 1625)
    assert all(grid <= _ALLOWED + LEAST_ERROR for grid in shown[4:])
    moments = [at for at, _, _ in written]
    assert {power for _, _, power in written} == {1625}
    assert all(later - at < COUNTDOWN for at, later in pairwise(moments))


def test_a_battery_that_gives_less_is_asked_for_more() -> None:
    """240 W of 275 are what a real one gave."""
    _, shown = _play([(5, 4000)] * 40, {"a": 2500}, share=0.87)
    assert shown[-1] <= _ALLOWED + LEAST_ERROR


def test_several_batteries_share_a_large_load() -> None:
    """One after the other."""
    written, shown = _play([(5, 6000)] * 20, _BOTH)
    assert written[:2] == [(10, "a", 2500), (10, "b", 1125)]
    assert shown[-1] == _ALLOWED


def test_it_ends_two_minutes_after_the_load() -> None:
    """At 0 W until then; a second kettle is the same peak."""
    cut, power = PeakCut(), 0
    ends: list[int] = []
    for now in range(5, 400, 5):
        load = 4000.0 if now < 60 else 300.0
        sample = DemandSample(now, load - power, _ALLOWED, is_heading=load > _ALLOWED)
        power = cut.note(sample, {"a": 2500}).get("a", power)
        if now > 60 and not cut.is_on:
            ends.append(now)
    assert power == 0
    assert 180 <= ends[0] <= 200


def test_a_sensor_that_dies_ends_it() -> None:
    """No sample, no command: the countdown is over within a minute."""
    cut = PeakCut()
    for now in (5.0, 10.0):
        cut.note(DemandSample(now, 4000, _ALLOWED, is_heading=True), {"a": 2500})
    assert cut.held(69) == {"a"}
    assert cut.held(70) == frozenset()


def test_a_battery_that_is_taken_away_is_forgotten() -> None:
    """The others go on with what it gave."""
    cut = PeakCut()
    for now in (5.0, 10.0):
        cut.note(DemandSample(now, 6000, _ALLOWED, is_heading=True), _BOTH)
    assert cut.total == 3625
    cut.note(DemandSample(15, 2400, _ALLOWED, is_heading=True), {"b": 2500})
    assert cut.total == 1125
    assert cut.held(15) == {"b"}
    assert cut.note(DemandSample(20, 9000, _ALLOWED, is_heading=True), {}) == {}
    assert not cut.is_on


def test_a_command_that_was_lost_is_sent_again() -> None:
    """As it was: what the grid shows says nothing of it."""
    cut = PeakCut()
    sent: list[tuple[int, int]] = []
    for now in range(5, 60, 5):
        given_now = 0 if len(sent) < 2 else 1625
        sample = DemandSample(now, 4000 - given_now, _ALLOWED, is_heading=True)
        for key, power in cut.note(sample, {"a": 2500}).items():
            sent.append((now, power))
            if len(sent) == 1:
                cut.missed(key)
    assert sent[:2] == [(10, 1625), (20, 1625)]
    assert {power for _, power in sent} == {1625}
