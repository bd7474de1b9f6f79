"""Peaks that are billed: what is counted, and that no charge makes one."""

import datetime as dt
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner.model import House
from custom_components.marstek.planner.peaks import DemandMeter, MonthPeaks, PeakTariff
from custom_components.marstek.planner.phases import Room, budget, unloaded

_BEGIN: Final = dt.datetime(2026, 11, 10, 18, tzinfo=dt.UTC)
_QUARTER: Final = PeakTariff.QUARTER_HOURS
_KINDS: Final = (_QUARTER, PeakTariff.HOURS)
_loads = st.lists(st.integers(-3000, 9000), min_size=1, max_size=60)
_limits = st.integers(500, 9000)


def _minutes(count: float) -> dt.datetime:
    return _BEGIN + dt.timedelta(minutes=count)


@given(st.sampled_from(_KINDS), _loads, _limits)
def test_no_charge_takes_a_mean_above_the_limit(
    kind: PeakTariff, loads: list[int], limit: int
) -> None:
    """Decided each minute: as long as batteries charge, what is drawn is within the limit."""
    meter = DemandMeter(kind.length)
    for minute, load in enumerate(loads):
        now = _minutes(minute)
        meter.note(now, None)
        room = meter.at(now).room(limit, load)
        assert 0 <= room <= max(0, limit - load)
        meter.note(now, load + room)
        if not room:
            continue
        # Should the house go on like that, the interval ends within the limit.
        interval = meter.at(now)
        rest = interval.length - interval.elapsed
        drawn = interval.energy + rest * max(0, load + room)
        # What is exceeded already may go on being charged from the sun.
        assert drawn <= max(limit * interval.length, interval.energy)


@given(
    st.lists(
        st.tuples(st.floats(-120, 120), st.one_of(st.none(), st.floats(-5000, 20_000))),
        max_size=40,
    ),
    _limits,
)
def test_a_clock_that_jumps_and_readings_that_are_missing(
    samples: list[tuple[float, float | None]], limit: int
) -> None:
    """Nothing is read that was not, and what was not read counts as drawn at the limit."""
    meter, now = DemandMeter(_QUARTER.length), _BEGIN
    for step, power in samples:
        now += dt.timedelta(minutes=step)
        ended = meter.note(now, power)
        interval = meter.at(now)
        assert 0 <= interval.read <= interval.elapsed < interval.length
        assert 0 <= interval.energy <= interval.read * 20_000
        assert interval.room(limit, None) <= 0.35 * limit
        assert interval.left_for(limit) <= limit * interval.length / (
            interval.length - interval.elapsed
        )
        assert ended is None or 0 <= ended[1] <= 20_000


def test_unread_counts_as_at_the_limit() -> None:
    """Begun in the middle of a quarter hour: neither more nor less than the limit is left."""
    meter = DemandMeter(_QUARTER.length)
    meter.note(_minutes(10), 1000.0)
    assert meter.at(_minutes(10)).left_for(2500) == pytest.approx(2500)
    # A sample counts for two minutes.
    meter.note(_minutes(14), 1000.0)
    assert meter.at(_minutes(14)).read == 120


def test_the_mean_of_an_interval() -> None:
    """It is reported once it is over, with what was fed in as 0."""
    meter = DemandMeter(_QUARTER.length)
    for minute in range(15):
        assert meter.note(_minutes(minute), 6000.0 if minute < 5 else -2000.0) is None
    assert meter.note(_minutes(15), 0.0) == (_BEGIN, 2000.0)
    assert meter.at(_minutes(15)).energy == 0


def test_a_house_that_has_used_the_quarter_hour_up() -> None:
    """Nothing is left for batteries, also once the oven is off."""
    meter = DemandMeter(_QUARTER.length)
    for minute in range(9):
        meter.note(_minutes(minute), 6000.0 if minute < 8 else 300.0)
    assert meter.at(_minutes(8)).room(2500, 300.0) == 0
    assert meter.at(_minutes(15)).room(2500, 300.0) == 2075


def test_a_peak_runs_when_it_is_near() -> None:
    """Not in the first minute of a kettle, but in time for an oven."""
    meter = DemandMeter(_QUARTER.length)
    heading = []
    for minute in range(12):
        meter.note(_minutes(minute), 4000.0)
        heading.append(meter.at(_minutes(minute)).is_heading_above(2500, 4000.0))
    # 2.5 kW for 15 minutes are used up after 9.4 minutes at 4 kW.
    assert heading == [False] * 5 + [True] * 7
    assert not meter.at(_minutes(11)).is_heading_above(2500, None)
    assert not meter.at(_minutes(11)).is_heading_above(4000, 4000.0)


def test_a_month() -> None:
    """Quarter hours: the highest. Hours: those of three days. Another month begins anew."""
    peaks, day = MonthPeaks(), dt.date(2026, 11, 10)
    for number, mean in enumerate((3000.0, 5000.0, 4000.0, 1000.0)):
        peaks.note(_QUARTER, day + dt.timedelta(number), mean)
    assert peaks.peak(_QUARTER, day) == peaks.free(_QUARTER, day) == 5000
    assert peaks.peak(PeakTariff.HOURS, day) == 0
    assert peaks.free(_QUARTER, dt.date(2026, 12, 1)) == 0
    for number, mean in enumerate((3000.0, 5000.0, 4000.0, 1000.0)):
        peaks.note(PeakTariff.HOURS, day + dt.timedelta(number), mean)
    assert peaks.peak(PeakTariff.HOURS, day) == 4000
    assert peaks.free(PeakTariff.HOURS, day + dt.timedelta(1)) == 5000
    assert peaks.free(PeakTariff.HOURS, day + dt.timedelta(5)) == 3000
    peaks.note(PeakTariff.HOURS, dt.date(2026, 12, 1), 700.0)
    assert list(peaks.days.values()) == [700.0]


@given(
    st.dictionaries(st.dates(dt.date(2026, 11, 1), dt.date(2026, 11, 30)), st.floats(0, 9000)),
    st.dates(dt.date(2026, 11, 1), dt.date(2026, 11, 30)),
    st.sampled_from(_KINDS),
)
def test_what_is_free_changes_no_peak(
    days: dict[dt.date, float], day: dt.date, kind: PeakTariff
) -> None:
    """From the third day on: an interval at that mean leaves the peak of the month as it is."""
    peaks = MonthPeaks(kind, dict(days))
    free, before = peaks.free(kind, day), peaks.peak(kind, day)
    peaks.note(kind, day, free)
    if len(days) >= 3:
        assert peaks.peak(kind, day) == pytest.approx(before)


def test_a_house_with_a_peak_leaves_less() -> None:
    """The lower one of both limits counts, now and for what is planned."""
    house = House(9000, 1000.0, peak_limit=2375, peak_room=700)
    assert budget(house) == Room(house).left == 700
    assert budget(unloaded(house)) == 2375
    assert budget(House(3000, 2700.0, peak_limit=2375, peak_room=700)) == 150
