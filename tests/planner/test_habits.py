"""Habits: learnt from hours with holes, outliers, a missing week and a new meter."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
import json
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner.habits import Habits, Hour

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 18)
MOST = 9000.0


def usual(moment: datetime) -> float:
    """Return a load that depends on the hour, and on the kind of day."""
    local = moment.astimezone(PARIS)
    return 200.0 + 50 * local.hour + (400 if local.weekday() >= 5 else 0)


def hours(days: int = 28, *, until: date = TODAY) -> Iterator[Hour]:
    """Yield the hours of so many days before a day."""
    moment = datetime(until.year, until.month, until.day, tzinfo=PARIS).astimezone(UTC)
    for _ in range(days * 24):
        moment -= timedelta(hours=1)
        sun = 800.0 if 9 <= moment.astimezone(PARIS).hour < 16 else 0.0
        yield Hour(moment, usual(moment), sun)


def learnt(*samples: Hour) -> Habits:
    """Return habits that there have to be."""
    habits = Habits.learn(samples, TODAY, PARIS, most_load=MOST)
    assert habits is not None
    return habits


def test_both_kinds_of_day_lean_on_each_other() -> None:
    """A working day is nearly as working days were, a day off as days off."""
    habits = learnt(*hours())
    for hour in range(24):
        base = 200 + 50 * hour
        assert base < habits.work[hour] < base + 100
        assert base + 150 < habits.rest[hour] < base + 400
    assert habits.days == 28
    assert habits.sun.usual[12] == pytest.approx(800)
    assert habits.sun.usual[3] == 0


def test_too_few_days_are_no_habit() -> None:
    """Two days tell nothing, three do; hours of today don't count."""
    assert Habits.learn(hours(2), TODAY, PARIS, most_load=MOST) is None
    assert learnt(*hours(3)).days == 3
    tomorrow = TODAY + timedelta(days=1)
    assert Habits.learn(hours(3, until=tomorrow), TODAY, PARIS, most_load=MOST) is None


def test_holes_and_a_missing_week() -> None:
    """Missing hours, None and a week without records leave the means as they were."""
    whole = learnt(*hours())
    week = {TODAY - timedelta(days=number) for number in range(8, 15)}
    holed = [
        Hour(each.start, None) if (each.start.hour + each.start.day) % 7 == 3 else each
        for each in hours()
        if each.start.astimezone(PARIS).date() not in week
        and (each.start.hour + each.start.day) % 11 != 5
    ]
    habits = learnt(*holed)
    assert habits.work == pytest.approx(whole.work, rel=0.35)


@pytest.mark.parametrize("length", [1, 6, 40])
def test_an_hour_after_a_gap_is_left_out(length: int) -> None:
    """Counters show all of the gap in it, whether hours are missing or unknown."""
    whole = list(hours())
    end = 100
    for gap in ([], [Hour(each.start, None) for each in whole[end + 1 : end + 1 + length]]):
        samples = [*whole[: end + 1], *gap, *whole[end + 1 + length :]]
        samples[end] = Hour(whole[end].start, 0.0, 0.0)
        expected = learnt(*samples)
        samples[end] = Hour(whole[end].start, MOST - 1, MOST - 1)
        assert learnt(*samples) == expected
        assert expected.work == pytest.approx(learnt(*whole).work, rel=0.05)


def test_sunny_hours_without_records() -> None:
    """The sun of their day and of the next is as usual: the hour after them holds all of theirs."""
    samples = [
        each if each.start.astimezone(PARIS).hour not in (10, 11, 12) or number >= 24 else None
        for number, each in enumerate(hours())
    ]
    known = [each for each in samples if each is not None]
    (index,) = (n for n, each in enumerate(known[:24]) if each.start.astimezone(PARIS).hour == 13)
    known[index] = replace(known[index], pv=3200.0)
    habits = learnt(*known)
    assert habits.sun.usual[13] == pytest.approx(800)
    assert habits.sun.power(TODAY, 13) == pytest.approx(800)


def test_a_new_meter_and_outliers_are_left_out() -> None:
    """A counter that starts anew, or jumps by a year's energy, is no load."""
    samples = list(hours())
    samples[30] = Hour(samples[30].start, -12_000_000.0, -5.0)
    samples[55] = Hour(samples[55].start, 7_400_000.0, 1e9)
    samples[80] = Hour(samples[80].start, float("nan"), float("nan"))
    habits = learnt(*samples)
    assert max(*habits.work, *habits.rest) < 2000
    assert max(habits.sun.usual) == pytest.approx(800)


def test_the_forecast_follows_the_wall_clock_when_clocks_change() -> None:
    """In the night of 25 hours, noon is still noon."""
    habits = learnt(*hours())
    now = datetime(2026, 10, 24, 18, 20, tzinfo=PARIS)
    forecast = habits.forecast(now, now + timedelta(hours=48))
    noons = [each for each in forecast.values if each.start.astimezone(PARIS).hour == 12]
    assert [each.load for each in noons] == [habits.rest[12], habits.work[12]]
    assert forecast.values[0].start == datetime(2026, 10, 24, 16, tzinfo=UTC)
    assert forecast.end >= now + timedelta(hours=48)


def test_a_forecast_of_the_sun_goes_before_the_last_days() -> None:
    """A day that is forecast is as forecast, also in its dark hours; the next is as usual."""
    habits = learnt(*hours())
    now = datetime(2026, 11, 18, 6, tzinfo=PARIS)
    noon = datetime(2026, 11, 18, 11, tzinfo=UTC)
    values = habits.forecast(now, now + timedelta(hours=40), {noon: 2500.0}).values
    sun = {each.start: each.pv for each in values}
    assert sun[noon] == 2500
    assert sun[noon + timedelta(hours=1)] == 0
    assert sun[noon + timedelta(days=1)] == pytest.approx(800)


def test_an_assumption_is_flat() -> None:
    """A home without history draws its daily energy evenly."""
    habits = Habits.assume(12_000, PARIS)
    assert set(habits.work) == set(habits.rest) == {500}
    assert habits.days == 0


def test_kept_over_a_restart() -> None:
    """What is stored and read again is the same; what can't be habits is none."""
    habits = learnt(*hours())
    stored = json.loads(json.dumps(habits.store()))
    assert Habits.restore(stored, PARIS) == habits
    wrongs: list[object] = [None, [], {}, {**stored, "work": [1.0]}, {**stored, "pv": ["x"] * 24}]
    for wrong in wrongs:
        assert Habits.restore(wrong, PARIS) is None
    assert Habits.restore({**stored, "rest": [-1.0] * 24}, PARIS) is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40 * 24),
            st.none() | st.floats(),
            st.none() | st.floats(),
        ),
        max_size=400,
    )
)
def test_whatever_was_recorded_habits_are_powers(
    samples: list[tuple[int, float | None, float | None]],
) -> None:
    """No record makes a load or a sun that can't be, nor an error."""
    start = datetime(2026, 10, 9, tzinfo=UTC)
    recorded = [Hour(start + timedelta(hours=at), load, pv) for at, load, pv in samples]
    habits = Habits.learn([*recorded, *hours(3)], TODAY, PARIS, most_load=MOST)
    assert habits is not None
    assert all(0 <= power <= MOST for power in (*habits.work, *habits.rest, *habits.sun.usual))
    now = datetime(2026, 11, 18, 21, 59, tzinfo=PARIS)
    habits.forecast(now, now + timedelta(days=3))
