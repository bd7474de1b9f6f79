"""Energy totals of one direction, from counters and power: each guard by itself."""

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.energy import LONGEST_STEP, EnergyMeter
from custom_components.marstek.stored import StoredPart

NOON = 1_795_000_000.0
RESOLUTION = 10.0
MOST = 2500.0


def counted(meter: EnergyMeter, *steps: tuple[float, float]) -> EnergyMeter:
    """Feed counters in Wh at seconds after noon."""
    for counter, second in steps:
        meter.add_counter(counter, NOON + second, resolution=RESOLUTION, max_power=MOST)
    return meter


def test_a_clock_that_is_set_back_adds_nothing() -> None:
    """Power over a negative time is no energy, and judges no counter."""
    meter = EnergyMeter()
    meter.add_power(1000.0, NOON, resolution=None)
    meter.add_power(1000.0, NOON - 3600, resolution=None)
    assert meter.total == 0.0
    assert meter.gapped
    meter.add_power(1000.0, NOON - 3600 + 360, resolution=None)
    assert meter.total == pytest.approx(100.0)


def test_a_clock_that_is_set_back_makes_no_counter_plausible() -> None:
    """Only what may flow in no time is believed of a counter that was read 'before' the last."""
    meter = counted(EnergyMeter(), (1000.0, 0), (1015.0, -3600))
    assert meter.total == 1015.0
    counted(meter, (1500.0, -7200))
    assert meter.total == 1015.0


@pytest.mark.parametrize("step", [-1.0, -10.0, -20.0])
def test_a_counter_that_steps_back_a_little_is_the_same(step: float) -> None:
    """Rounding takes back up to two steps: no reset, and the old counter stays the base."""
    meter = counted(EnergyMeter(), (1000.0, 0), (1000.0 + step, 60))
    assert (meter.total, meter.counter, meter.strange) == (1000.0, 1000.0, None)
    counted(meter, (1010.0, 120))
    assert meter.total == 1010.0


def test_a_counter_that_falls_far_starts_again_after_three_readings() -> None:
    """Two readings are a glitch; three that go on from each other are a reset."""
    meter = counted(EnergyMeter(), (1000.0, 0), (0.0, 60), (0.0, 120))
    assert (meter.total, meter.counter) == (1000.0, 1000.0)
    counted(meter, (10.0, 180))
    assert (meter.total, meter.counter) == (1000.0, 10.0)
    counted(meter, (30.0, 240))
    assert meter.total == 1020.0


def test_small_steps_are_counted_once() -> None:
    """What was integrated while the counter stood is not added again when it moves."""
    meter = counted(EnergyMeter(), (1000.0, 0))
    for minute in range(13):
        meter.add_power(300.0, NOON + 60 * minute, resolution=RESOLUTION)
    # 60 Wh have flowed: more than 50 Wh past a counter that stands.
    assert meter.total == pytest.approx(1060.0)
    counted(meter, (1060.0, 720))
    assert meter.total == pytest.approx(1060.0)
    assert (meter.unseen, meter.shown) == (0.0, 0.0)


def test_power_alone_rises_the_total_only_without_a_counter() -> None:
    """Below 50 Wh the counter is waited for; without one, the integral is the total."""
    waiting, alone = EnergyMeter(), EnergyMeter()
    for minute in range(6):
        waiting.add_power(300.0, NOON + 60 * minute, resolution=RESOLUTION)
        alone.add_power(300.0, NOON + 60 * minute, resolution=None)
    assert waiting.total == 0.0
    assert alone.total == pytest.approx(25.0)


def test_a_long_gap_is_not_integrated() -> None:
    """Nothing is assumed about power that was not read for more than ten minutes."""
    meter = EnergyMeter()
    meter.add_power(600.0, NOON, resolution=None)
    meter.add_power(600.0, NOON + LONGEST_STEP, resolution=None)
    assert meter.total == pytest.approx(100.0)
    meter.add_power(600.0, NOON + 2 * LONGEST_STEP + 1, resolution=None)
    assert meter.total == pytest.approx(100.0)


def flowed(meter: EnergyMeter, hours: range, share: float) -> EnergyMeter:
    """Let 100 Wh an hour flow, of which the counter tells a share."""
    for hour in hours:
        for minute in range(0, 61, 6):
            meter.add_power(100.0, NOON + 3600 * hour + 60 * minute, resolution=RESOLUTION)
        counter = (meter.counter or 0.0) + 100.0 * share
        counted(meter, (counter, 3600.0 * (hour + 1)))
    return meter


def test_a_counter_is_judged_by_all_the_energy_that_was_compared() -> None:
    """Three hours of 100 Wh are enough to trust it no more, and again to trust it anew."""
    meter = counted(EnergyMeter(), (1000.0, 0))
    trusted = [
        flowed(meter, hours, share).trusted
        for hours, share in ((range(2), 0.4), (range(2, 4), 0.4), (range(4, 8), 1.0))
    ]
    assert trusted == [True, False, True]


def test_a_gap_spoils_no_more_than_one_comparison() -> None:
    """A counter is judged again once it has moved after power was missing."""
    meter = counted(EnergyMeter(), (1000.0, 0))
    meter.add_power(100.0, NOON - 2 * LONGEST_STEP, resolution=RESOLUTION)
    flowed(meter, range(1), 0.4)
    assert (meter.compared_power, meter.gapped) == (0.0, False)
    flowed(meter, range(1, 6), 0.4)
    assert not meter.trusted


@pytest.mark.parametrize(
    "stored",
    [
        {"counter": 900.0},
        {"total": "many", "counter": 900.0},
        {"total": 0.0, "counter": 900.0, "is_unknown": True},
    ],
)
def test_a_total_that_could_not_be_read_is_unknown(stored: dict[str, object]) -> None:
    """Missing, damaged, or unknown already before the restart: it begins at the counter."""
    meter = EnergyMeter.restore(StoredPart(stored))
    assert meter.shown_total is None
    assert counted(meter, (900.0, 0)).shown_total == 900.0


def test_only_a_total_that_is_unknown_goes_on_from_what_was_shown() -> None:
    """One that was read is not counted twice."""
    unknown, known = EnergyMeter(is_unknown=True), EnergyMeter(total=900.0)
    for meter in (unknown, known):
        meter.resume(900.0)
        assert meter.shown_total == 900.0


@given(
    st.lists(
        st.tuples(
            st.floats(-7200, 7200),
            st.floats(0, MOST),
            st.none() | st.floats(0, 1e6),
        ),
        max_size=30,
    )
)
def test_a_total_never_falls(readings: list[tuple[float, float, float | None]]) -> None:
    """Whatever clocks and counters do."""
    meter, now, last = EnergyMeter(), NOON, 0.0
    for step, power, counter in readings:
        now += step
        meter.add_power(power, now, resolution=RESOLUTION)
        if counter is not None:
            meter.add_counter(counter, now, resolution=RESOLUTION, max_power=MOST)
        assert meter.total >= last
        last = meter.total
