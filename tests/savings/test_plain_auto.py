"""The run in plain Auto that shows what a plan has added: its physics, its gaps, and a red eve."""

from datetime import UTC, datetime, timedelta
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.savings import (
    LONGEST_GAP,
    MeteredSpan,
    PlainAuto,
    PlanGain,
    StorageState,
)

START = datetime(2026, 11, 16, 22, tzinfo=UTC)
FIVE = timedelta(minutes=5)
HOURS = FIVE / timedelta(hours=1)
CAPACITY = 9000.0
VALUE = 0.15
LOAD = st.floats(-4000, 4000)


def storage(
    stored: float, *, is_auto: bool = True, count: int = 2, standby: float = 8.0
) -> StorageState:
    """Return the batteries of a home, of which each holds 4.5 kWh."""
    return StorageState(
        count, 4500.0 * count, stored, 2500.0 * count, 2500.0 * count, standby, is_auto
    )


def span(
    battery: float, grid: float | None, start: datetime = START, solar: float = 0.0
) -> MeteredSpan:
    """Return a span of five minutes."""
    return MeteredSpan(start, start + FIVE, battery, grid, solar=solar)


def follow(
    run: PlainAuto, battery: float, load: float, its: StorageState, solar: float = 0.0
) -> tuple[PlainAuto, PlanGain]:
    """Return a run after five minutes of a house that draws `load` Wh without its batteries."""
    run, gain = run.follow(span(battery, load - battery, run.at, solar), its, VALUE)
    assert gain is not None
    return run, gain


@given(LOAD, st.floats(0, 3000), st.floats(0, CAPACITY))
def test_energy_is_neither_made_nor_more_than_fits(
    load: float, solar: float, stored: float
) -> None:
    """What Auto gives comes from the cells or the sun, with losses, and within all bounds."""
    its = storage(stored)
    exchange, after = its.serve(load, solar, stored, HOURS)
    assert -1e-6 <= after <= CAPACITY + 1e-6
    assert exchange <= solar * HOURS + stored - after + 1e-6
    resting = 2 * 8.0 * HOURS
    assert -its.max_charge * HOURS - resting <= exchange <= its.max_discharge * HOURS


@given(LOAD, st.floats(500, 8500))
def test_self_consumption_never_crosses_zero(load: float, stored: float) -> None:
    """Auto neither feeds in from the cells nor charges from the grid, save what it draws at rest."""
    exchange, _ = storage(stored, standby=0.0).serve(load, 0.0, stored, HOURS)
    left = load * HOURS - exchange
    assert left * load >= -1e-6
    assert abs(left) <= abs(load * HOURS) + 1e-6


@pytest.mark.parametrize(
    ("battery", "grid", "its", "expected"),
    [
        (40.0, 5.0, storage(4000.0), True),
        (-40.0, 0.0, storage(4000.0), True),
        (0.0, 40.0, storage(4000.0), False),
        (0.0, -40.0, storage(4000.0), False),
        (0.0, 5.0, storage(4000.0), None),
        (0.0, 40.0, storage(4000.0, is_auto=False), None),
        (0.0, 40.0, storage(100.0), None),
        (0.0, -40.0, storage(8900.0), None),
        (40.0, None, storage(4000.0), None),
    ],
)
def test_whether_auto_has_a_meter(
    battery: float, grid: float | None, its: StorageState, expected: bool | None
) -> None:
    """Batteries that could serve a clear load and do not have none; others show nothing."""
    assert its.follows(span(battery, grid)) is expected


def test_small_loads_cost_more() -> None:
    """Of 100 W that one battery gives a quarter is lost, of 1,000 W a tenth (docs/policy.md)."""
    for power, loss in ((100.0, 0.28), (1000.0, 0.097)):
        exchange, after = storage(4000.0, count=1).serve(power, 0.0, 4000.0, 1.0)
        assert exchange == pytest.approx(power)
        assert (4000.0 - after) / power - 1 == pytest.approx(loss, abs=0.01)


def test_the_sun_of_solar_inputs_serves_first() -> None:
    """What it gives beyond the load is stored; full cells take nothing."""
    exchange, after = storage(4000.0, count=1).serve(300.0, 1300.0, 4000.0, 1.0)
    assert exchange == pytest.approx(300.0)
    assert after == 4500.0
    exchange, after = storage(1000.0, count=1).serve(300.0, 1300.0, 1000.0, 1.0)
    assert 1850 < after < 1950


@given(st.lists(st.tuples(st.floats(-150, 150), LOAD, st.floats(-150, 150)), max_size=50))
def test_a_home_that_never_leaves_auto_gains_nothing(
    spans: list[tuple[float, float, float]],
) -> None:
    """Whatever its batteries do, and whatever they are read to hold."""
    run, stored = PlainAuto.begin(START, storage(4000.0)), 4000.0
    for battery, load, change in spans:
        stored = min(max(stored + change, 0.0), CAPACITY)
        run, gain = follow(run, battery, load, storage(stored))
        assert gain.worth == 0
        assert gain.exchange.avoided == pytest.approx(0, abs=1e-9)
        assert gain.exchange.forgone == pytest.approx(0, abs=1e-9)


def test_a_red_eve_is_the_merit_of_the_plan() -> None:
    """A charge at night adds nothing while it is stored, and what red hours cost when it is used.

    The house draws 500 W all the time; in Auto the batteries would be empty in the evening.
    """
    run = PlainAuto.begin(START, storage(0.0))
    blue, red, added, worth, stored = 0.1356, 0.7295, 0.0, 0.0, 0.0
    for _ in range(36):
        stored += 5000 * HOURS * 0.9
        stored = min(stored, CAPACITY)
        run, gain = follow(run, -5000 * HOURS, 500 * HOURS, storage(stored, is_auto=False))
        added += gain.exchange.money(blue, 0.0) + gain.worth
        worth += gain.worth
    assert stored == CAPACITY
    assert run.stored == 0.0
    assert worth == pytest.approx(CAPACITY / 1000 * VALUE)
    bought = 36 * 5000 * HOURS / 1000
    assert added == pytest.approx(worth - bought * blue, abs=0.01)
    while stored > 1:
        stored = max(0.0, stored - 500 * HOURS / 0.9)
        run, gain = follow(run, min(500 * HOURS, stored), 500 * HOURS, storage(stored))
        added += gain.exchange.money(red, 0.0) + gain.worth
    assert run.stored == run.real
    assert run.worth == 0.0
    assert added == pytest.approx(0.9 * CAPACITY / 1000 * red - bought * blue, abs=0.15)


def test_a_held_night_keeps_what_auto_would_have_given() -> None:
    """Then the difference is in the cells, at what it is worth."""
    run, added = PlainAuto.begin(START, storage(4000.0)), 0.0
    for _ in range(24):
        run, gain = follow(run, 0.0, 600 * HOURS, storage(4000.0, is_auto=False))
        assert gain.exchange.avoided < 0
        added += gain.worth
    given = 24 * 600 * HOURS
    assert run.real - run.stored == pytest.approx(given * 1.16, rel=0.03)
    assert added == pytest.approx((run.real - run.stored) * VALUE / 1000)


def apart() -> PlainAuto:
    """Return a run in which the true batteries hold 3 kWh more."""
    return PlainAuto(START, 2, CAPACITY, 2000.0, 5000.0, 3.0 * VALUE)


def test_in_auto_both_do_the_same_until_one_can_not() -> None:
    """Losses of the model play no part then; the difference stays, until the model is empty."""
    run, gain = follow(apart(), 40.0, 50.0, storage(4950.0))
    assert gain.exchange.avoided == 0.0
    assert gain.worth == pytest.approx(0.0)
    assert run.real - run.stored == pytest.approx(3000.0)
    for number in range(60):
        run, gain = follow(run, 40.0, 50.0, storage(4900.0 - 50.0 * number))
    assert run.stored == 0.0
    assert gain.exchange.avoided == pytest.approx(40.0, abs=2.0)


@pytest.mark.parametrize("gap", [timedelta(minutes=4), LONGEST_GAP])
def test_a_short_gap_is_bridged(gap: timedelta) -> None:
    """Both have moved alike in it; nothing is counted, and the run goes on."""
    run, gain = apart().follow(span(40.0, 10.0, START + gap), storage(4500.0), VALUE)
    assert gain is None
    assert (run.stored, run.real, run.worth) == (1500.0, 4500.0, apart().worth)
    assert run.at == START + gap + FIVE


@pytest.mark.parametrize(
    ("start", "its"),
    [
        (START + LONGEST_GAP + FIVE, storage(4500.0)),
        (START - timedelta(hours=1), storage(4500.0)),
        (START, storage(4500.0, count=1)),
        (START, storage(4500.0, count=3)),
    ],
    ids=["long gap", "clock set back", "a battery gone", "a battery added"],
)
def test_a_run_that_can_not_go_on_begins_anew(start: datetime, its: StorageState) -> None:
    """What was counted stays counted."""
    run, gain = apart().follow(span(40.0, 10.0, start), its, VALUE)
    assert gain is None
    assert (run.stored, run.real, run.worth) == (4500.0, 4500.0, 0.0)


def test_without_a_meter_it_is_not_known() -> None:
    """A load that nobody measured is no load of 0."""
    with pytest.raises(ValueError, match="load"):
        apart().follow(span(40.0, None), storage(4500.0), VALUE)


@pytest.mark.parametrize("capacity", [-1.0, math.nan, math.inf])
def test_batteries_have_figures(capacity: float) -> None:
    """Others are refused."""
    with pytest.raises(ValueError, match="capacity"):
        StorageState(1, capacity, 0.0, 2500.0, 2500.0)


@given(st.floats(0, 3), LOAD, st.floats(-150, 150), st.floats(0, 0.5))
def test_prices_scale_what_was_added(
    factor: float, load: float, battery: float, value: float
) -> None:
    """Twice the worth of a kWh, twice what its difference is counted as."""
    one, two = (
        PlainAuto(START, 2, CAPACITY, 2000.0, 5000.0).follow(
            span(battery, load * HOURS), storage(5000.0, is_auto=False), each
        )[1]
        for each in (value, value * factor)
    )
    assert one is not None
    assert two is not None
    assert two.worth == pytest.approx(factor * one.worth, abs=1e-9)
    assert two.exchange == one.exchange
