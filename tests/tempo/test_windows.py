"""Off-peak windows: any hours, any zone, and the nights when clocks change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    DEFAULT_WINDOW,
    PARIS,
    TEMPO_OFF_PEAK,
    OffPeak,
    OffPeakWindow,
    WindowError,
    WindowProblem,
    day_end,
    day_start,
)
from tests.support.examples import thorough
from tests.tempo.history import DAY, HOUR, computer_in

MINUTE = timedelta(minutes=1)
# Changes of clocks: by an hour, by half an hour, by two, at midnight, across the date line; and
# a day on which nothing changes.
_PLACES = st.sampled_from(
    [
        ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("Europe/Lisbon", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Antarctica/Troll", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 6, 1, tzinfo=UTC)),
    ]
)


def _off_peak(bounds: Sequence[int], zone: str, *, over_midnight: bool) -> OffPeak:
    """Return windows between bounds in minutes after midnight, the last perhaps over midnight."""
    times = [time(*divmod(bound, 60)) for bound in bounds]
    if over_midnight:
        times = [*times[1:], times[0]]
    windows = zip(times[::2], times[1::2], strict=True)
    return OffPeak(tuple(OffPeakWindow(start, end) for start, end in windows), ZoneInfo(zone))


_BOUNDS = (
    st.lists(
        st.integers(0, 24 * 60 - 1) | st.integers(0, 4 * 60), min_size=2, max_size=8, unique=True
    )
    .filter(lambda bounds: len(bounds) % 2 == 0)
    .map(sorted)
)


def _shown(moment: datetime, off_peak: OffPeak) -> int:
    """Return the minutes after midnight that a clock shows."""
    local = moment.astimezone(off_peak.zone)
    return local.hour * 60 + local.minute


@pytest.mark.exhaustive
@thorough
@given(_BOUNDS, _PLACES, st.booleans(), st.integers(-2 * 24 * 60, 60))
@example([150, 420], ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC)), False, -600)
@example([150, 420], ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC)), False, -600)
@example([130, 140], ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC)), False, -60)
@example([0, 600], ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)), False, -1)
def test_intervals_are_exact_to_the_minute(
    bounds: list[int], place: tuple[str, datetime], over_midnight: bool, minutes: int
) -> None:
    """Two days minute by minute: in order, no gap, no overlap, and what the clock says."""
    zone, change = place
    off_peak = _off_peak(bounds, zone, over_midnight=over_midnight)
    start = change + minutes * MINUTE
    end = start + 2 * DAY
    intervals = list(off_peak.intervals(start, end))
    assert (intervals[0].start, intervals[-1].end) == (start, end)
    for before, after in pairwise(intervals):
        assert before.end == after.start
        assert before.is_off_peak is not after.is_off_peak
    for interval in intervals:
        assert interval.start < interval.end
        moment = interval.start
        while moment < interval.end:
            inside = sum(bound <= _shown(moment, off_peak) for bound in bounds) % 2 == 1
            assert interval.is_off_peak is (inside is not over_midnight)
            assert off_peak.is_off_peak(moment) is interval.is_off_peak
            moment += MINUTE


@thorough
@given(
    _BOUNDS,
    _PLACES,
    st.booleans(),
    st.timedeltas(-3 * DAY, 3 * DAY),
)
def test_the_current_interval_is_one_of_all(
    bounds: list[int], place: tuple[str, datetime], over_midnight: bool, away: timedelta
) -> None:
    """Whole on both sides, whatever zone the moment is told in."""
    zone, change = place
    off_peak = _off_peak(bounds, zone, over_midnight=over_midnight)
    moment = change + away
    current = off_peak.current(moment)
    assert current == off_peak.current(moment.astimezone(ZoneInfo(zone)))
    assert current == off_peak.current(moment.astimezone(timezone(-9 * HOUR)))
    assert current.start <= moment < current.end == off_peak.next_change(moment)
    assert current.is_off_peak is off_peak.is_off_peak(moment)
    assert off_peak.is_off_peak(current.start) is current.is_off_peak
    just_before = current.start - timedelta.resolution
    assert off_peak.is_off_peak(just_before) is not current.is_off_peak
    assert off_peak.next_change(just_before) == current.start


_DAYS_OF_THE_WEEK = st.frozensets(st.integers(0, 6), max_size=6)


@thorough
@given(_BOUNDS, _PLACES, _DAYS_OF_THE_WEEK, st.integers(-4 * 24 * 60, 2 * 24 * 60))
@example([0, 600], ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)), frozenset({5}), -1)
@example([0, 600], ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)), frozenset({6}), -60)
def test_days_that_are_off_peak_as_a_whole(
    bounds: list[int], place: tuple[str, datetime], all_day: frozenset[int], minutes: int
) -> None:
    """Three days, each seven minutes and around midnights: the calendar on the wall decides."""
    zone, change = place
    off_peak = replace(_off_peak(bounds, zone, over_midnight=False), all_day=all_day)
    start = change + minutes * MINUTE
    intervals = list(off_peak.intervals(start, start + 3 * DAY))
    assert (intervals[0].start, intervals[-1].end) == (start, start + 3 * DAY)
    for before, after in pairwise(intervals):
        assert before.end == after.start
        assert before.is_off_peak is not after.is_off_peak
    for interval in intervals:
        moment = interval.start
        while moment < interval.end:
            inside = sum(bound <= _shown(moment, off_peak) for bound in bounds) % 2 == 1
            wanted = inside or moment.astimezone(ZoneInfo(zone)).weekday() in all_day
            assert interval.is_off_peak is wanted
            moment += 7 * MINUTE


@given(_PLACES, _DAYS_OF_THE_WEEK.filter(bool), st.booleans(), st.timedeltas(-9 * DAY, 9 * DAY))
def test_a_long_weekend_is_whole(
    place: tuple[str, datetime], all_day: frozenset[int], nights: bool, away: timedelta
) -> None:
    """However many days in a row are off-peak, both ends are found."""
    zone, change = place
    windows = (DEFAULT_WINDOW,) if nights else ()
    off_peak = OffPeak(windows, ZoneInfo(zone), all_day)
    moment = change + away
    current = off_peak.current(moment)
    assert current.start <= moment < current.end
    just_before = current.start - timedelta.resolution
    assert off_peak.is_off_peak(just_before) is not current.is_off_peak
    assert off_peak.is_off_peak(current.end) is not current.is_off_peak
    assert off_peak.next_change(just_before) == current.start


def test_a_weekend_begins_and_ends_with_its_nights() -> None:
    """From Friday 22:00 to Monday 06:00, an hour less when the clock is put forward."""
    off_peak = OffPeak((DEFAULT_WINDOW,), PARIS, frozenset({5, 6}))
    for saturday, hours in ((date(2026, 3, 28), 55), (date(2026, 5, 9), 56)):
        noon = datetime.combine(saturday, time(12), PARIS)
        weekend = off_peak.current(noon)
        assert weekend.duration == hours * HOUR
        assert weekend.start.astimezone(PARIS).time() == time(22)
        assert weekend.end.astimezone(PARIS).time() == time(6)


def test_unusable_days() -> None:
    """A week without peak hours is no tariff, and has seven days."""
    with pytest.raises(WindowError) as refusal:
        OffPeak((DEFAULT_WINDOW,), PARIS, frozenset(range(7)))
    assert refusal.value.problem is WindowProblem.ALL_DAY
    with pytest.raises(ValueError, match="day of the week"):
        OffPeak((DEFAULT_WINDOW,), PARIS, frozenset({7}))


def test_nights_of_a_clock_change() -> None:
    """From ten to six: seven hours in March, nine in October."""
    for saturday, hours in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9)):
        _, night = TEMPO_OFF_PEAK.intervals(day_start(saturday), day_end(saturday))
        assert night.duration == hours * HOUR
        assert night.start.astimezone(PARIS).time() == time(22)
        assert night.end.astimezone(PARIS).time() == time(6)


def test_a_bound_in_the_hour_that_is_skipped() -> None:
    """Off-peak from 02:30 begins when the clock jumps from two to three."""
    off_peak = OffPeak((OffPeakWindow(time(2, 30), time(7)),), PARIS)
    midnight = datetime(2026, 3, 29, tzinfo=PARIS)
    assert off_peak.next_change(midnight) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert off_peak.current(datetime(2026, 3, 29, 3, tzinfo=PARIS)).duration == 4 * HOUR


def test_a_window_in_the_hour_that_is_skipped() -> None:
    """It does not happen that night."""
    off_peak = OffPeak((OffPeakWindow(time(2, 10), time(2, 50)),), PARIS)
    saturday = datetime(2026, 3, 28, 12, tzinfo=PARIS)
    assert off_peak.next_change(saturday) == datetime(2026, 3, 30, 2, 10, tzinfo=PARIS)
    assert off_peak.current(saturday).end == off_peak.next_change(saturday)


def test_a_bound_in_the_hour_that_comes_twice() -> None:
    """Off-peak from 02:30 begins, ends when the clock is put back, and begins again."""
    off_peak = OffPeak((OffPeakWindow(time(2, 30), time(7)),), PARIS)
    midnight = datetime(2026, 10, 25, tzinfo=PARIS)
    starts = [interval.start for interval in off_peak.intervals(midnight, midnight + 12 * HOUR)]
    assert starts[1:] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 6, 0, tzinfo=UTC),
    ]


def test_moments_of_the_hour_that_comes_twice() -> None:
    """Ten to three comes before ten past two, when the clock is put back in between."""
    start = datetime(2026, 10, 25, 2, 50, tzinfo=PARIS)
    end = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=PARIS)
    (night,) = TEMPO_OFF_PEAK.intervals(start, end)
    assert night.duration == 20 * MINUTE
    off_peak = OffPeak((OffPeakWindow(time(2, 30), time(7)),), PARIS)
    assert [interval.duration for interval in off_peak.intervals(start, end)] == [10 * MINUTE] * 2
    assert not list(off_peak.intervals(end, start))


def test_windows_that_touch_are_one_interval() -> None:
    """Nothing changes where one ends and the next begins."""
    off_peak = OffPeak((OffPeakWindow(time(2), time(7)), OffPeakWindow(time(22), time(2))), PARIS)
    night = off_peak.current(datetime(2026, 1, 15, 2, tzinfo=PARIS))
    assert night.duration == 9 * HOUR


def test_several_windows_a_day() -> None:
    """Five hours at night and three at noon, as French tariffs have had since 2025."""
    off_peak = OffPeak((OffPeakWindow(time(1), time(6)), OffPeakWindow(time(13), time(16))), PARIS)
    start = datetime(2026, 1, 15, tzinfo=PARIS)
    assert [
        (interval.duration // HOUR, interval.is_off_peak)
        for interval in off_peak.intervals(start, start + DAY)
    ] == [(1, False), (5, True), (7, False), (3, True), (8, False)]


@pytest.mark.parametrize(
    ("windows", "problem"),
    [
        ([], WindowProblem.NO_WINDOW),
        ([(22, 22)], WindowProblem.EMPTY),
        ([(0, 0)], WindowProblem.EMPTY),
        ([(22, 6), (5, 7)], WindowProblem.OVERLAPPING),
        ([(22, 6), (21, 23)], WindowProblem.OVERLAPPING),
        ([(22, 6), (23, 1)], WindowProblem.OVERLAPPING),
        ([(1, 2), (23, 3)], WindowProblem.OVERLAPPING),
        ([(1, 2), (1, 2)], WindowProblem.OVERLAPPING),
        ([(22, 6), (6, 22)], WindowProblem.ALL_DAY),
        ([(0, 8), (8, 16), (16, 0)], WindowProblem.ALL_DAY),
    ],
)
def test_unusable_windows(windows: list[tuple[int, int]], problem: WindowProblem) -> None:
    """Each says why."""
    with pytest.raises(WindowError) as refusal:
        OffPeak(tuple(OffPeakWindow(time(start), time(end)) for start, end in windows), PARIS)
    assert refusal.value.problem is problem
    assert isinstance(refusal.value, ValueError)


def test_a_bound_with_a_zone_is_refused() -> None:
    """The zone is the tariff's."""
    with pytest.raises(WindowError) as refusal:
        OffPeakWindow(time(22, tzinfo=UTC), time(6))
    assert refusal.value.problem is WindowProblem.ZONED


def test_a_moment_without_a_zone_is_refused() -> None:
    """Whose clock it was can't be guessed."""
    moment = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - the point
    for ask in (TEMPO_OFF_PEAK.is_off_peak, TEMPO_OFF_PEAK.next_change, TEMPO_OFF_PEAK.current):
        with pytest.raises(ValueError, match="time zone"):
            ask(moment)
    with pytest.raises(ValueError, match="time zone"):
        list(TEMPO_OFF_PEAK.intervals(moment, moment))


def test_no_interval_backwards() -> None:
    """From a moment to itself or to an earlier one there is nothing."""
    moment = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert not list(TEMPO_OFF_PEAK.intervals(moment, moment))
    assert not list(TEMPO_OFF_PEAK.intervals(moment, moment - HOUR))


def test_the_zone_of_the_computer_does_not_matter() -> None:
    """Windows follow the tariff's zone."""
    start = datetime(2026, 3, 28, 1, 2, 3, tzinfo=UTC)
    off_peak = OffPeak((DEFAULT_WINDOW, OffPeakWindow(time(12), time(14))), PARIS)
    at_home = list(off_peak.intervals(start, start + 3 * DAY))
    with computer_in("America/Los_Angeles"):
        fresh = OffPeak((OffPeakWindow(time(12), time(14)), DEFAULT_WINDOW), PARIS)
        away = list(fresh.intervals(start, start + 3 * DAY))
    assert away == at_home
