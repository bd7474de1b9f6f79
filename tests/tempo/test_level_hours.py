"""Prices of hours of which there may be more than two: which of them are the cheap ones."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    PARIS,
    HourRules,
    LevelError,
    LevelHours,
    LevelProblem,
    OffPeak,
    OffPeakWindow,
    read_rules,
)
from tests.tempo.history import DAY, HOUR

GERMAN = "17-20 0.40\n0-6 0.22\n0.30"
SPANISH = "Sat,Sun 0.09\n0-8 0.09\n10-14, 18-22 0.20\n0.13"
SEASONAL = "17-20 Oct-Mar 0.40\n0-6 Oct-Mar 0.22\n0.30"


HOLIDAYS = "17-20 Mon-Fri 0.4\nSat,Sun,holidays 0.2\n0.3"


def levels(text: str) -> LevelHours:
    """Return the hours of prices written as lines."""
    return LevelHours(read_rules(text, "en", PARIS, low=0, high=10, country="FR"))


def cheap_hours(hours: LevelHours, day: date) -> list[int]:
    """Return the hours of a day that are off-peak."""
    midnight = datetime.combine(day, time(), PARIS)
    return [hour for hour in range(24) if hours.is_off_peak(midnight + hour * HOUR)]


@pytest.mark.parametrize(
    ("prices", "day", "cheap"),
    [
        (GERMAN, date(2026, 1, 13), range(6)),
        (SPANISH, date(2026, 1, 13), range(8)),
        (SPANISH, date(2026, 1, 17), range(24)),
        ("2-5 0.08\n22-6 0.15\n0.27", date(2026, 1, 13), [*range(6), 22, 23]),
        (SEASONAL, date(2026, 1, 13), range(6)),
        (SEASONAL, date(2026, 7, 14), []),
        (HOLIDAYS, date(2026, 7, 13), []),
        (HOLIDAYS, date(2026, 7, 14), range(24)),
        (HOLIDAYS, date(2026, 7, 15), []),
    ],
)
def test_cheap_is_less_than_the_mean(prices: str, day: date, cheap: list[int]) -> None:
    """The dearest level never is; a middle one where most hours are dearer."""
    assert cheap_hours(levels(prices), day) == list(cheap)


@pytest.mark.parametrize(
    ("prices", "problem"),
    [
        ("", LevelProblem.HOURS_LEFT),
        ("0-6 0.1", LevelProblem.HOURS_LEFT),
        ("0.1", LevelProblem.ONE_PRICE),
        ("0-6 0.1\n0.1", LevelProblem.ONE_PRICE),
        ("Oct-Mar 0.2\n0.1", LevelProblem.ONE_PRICE),
    ],
)
def test_prices_that_are_no_tariff(prices: str, problem: LevelProblem) -> None:
    """Each hour needs a price, and some have to be cheaper than others of the same month."""
    with pytest.raises(LevelError) as refusal:
        levels(prices)
    assert refusal.value.problem is problem


@given(
    st.integers(0, 23),
    st.integers(1, 23),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - of hypothesis
)
def test_two_levels_are_peak_and_off_peak(start: int, length: int, at: datetime) -> None:
    """They change when a window does that says the same, in any season and over each clock change."""
    window = OffPeakWindow(time(start), time((start + length) % 24))
    off_peak = OffPeak((window,), PARIS)
    prices = read_rules(f"{start}-{(start + length) % 24} 0.1\n0.2", "en", PARIS, low=0, high=1)
    hours, moment = LevelHours(prices), at.replace(tzinfo=UTC)
    assert hours.is_off_peak(moment) is off_peak.is_off_peak(moment)
    assert hours.current(moment) == off_peak.current(moment)
    assert list(hours.intervals(moment, moment + 3 * DAY)) == list(
        off_peak.intervals(moment, moment + 3 * DAY)
    )


@given(
    st.sampled_from([GERMAN, SPANISH, SEASONAL, HOLIDAYS, "22-6 Apr 0.1\n0.2"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - of hypothesis
)
def test_a_season_of_one_price_ends(prices: str, at: datetime) -> None:
    """However far away, both ends of an interval are found, and nothing changes within it."""
    hours, moment = levels(prices), at.replace(tzinfo=UTC)
    current = hours.current(moment)
    assert current.start <= moment < current.end
    assert hours.is_off_peak(current.start - timedelta.resolution) is not current.is_off_peak
    assert hours.is_off_peak(current.end) is not current.is_off_peak
    if current.duration < 9 * DAY:
        marks = [current.start + n * HOUR / 2 for n in range(2 * (current.duration // HOUR))]
        assert {hours.is_off_peak(mark) for mark in marks} <= {current.is_off_peak}


def test_a_summer_of_one_price() -> None:
    """Its peak hours last from the last night of March to the first of October."""
    current = levels(SEASONAL).current(datetime(2026, 7, 1, tzinfo=UTC))
    assert not current.is_off_peak
    assert current.start == datetime(2026, 3, 31, 6, tzinfo=PARIS).astimezone(UTC)
    assert current.end == datetime(2026, 10, 1, tzinfo=PARIS).astimezone(UTC)


def test_extremes() -> None:
    """What the two prices of other contracts stand for, and no window of each day."""
    hours = levels(SPANISH)
    assert (hours.lowest, hours.highest, hours.windows) == (0.09, 0.20, ())
    assert hours == LevelHours(HourRules(hours.prices.rules, PARIS))
    assert all(a.end == b.start for a, b in pairwise(hours.intervals(*_week())))


def _week() -> tuple[datetime, datetime]:
    start = datetime(2026, 1, 12, tzinfo=UTC)
    return start, start + 7 * DAY
