"""Periods of reports, and what they are compared with."""

import datetime as dt

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.records.periods import (
    DaySpan,
    ReportPeriod,
    period_end,
    period_start,
    span_of,
)

DAY = dt.timedelta(days=1)
DAYS = st.dates(dt.date(2012, 1, 1), dt.date(2060, 1, 1))
PERIODS = st.sampled_from(ReportPeriod)


@given(PERIODS, DAYS)
def test_periods_follow_each_other(period: ReportPeriod, day: dt.date) -> None:
    """Each day belongs to one period, after which the next one begins."""
    first, last = period_start(period, day), period_end(period, day)
    assert first <= day <= last
    assert period_start(period, first) == period_start(period, last) == first
    assert period_start(period, last + DAY) == last + DAY
    assert period_end(period, first - DAY) == first - DAY


@given(PERIODS, DAYS, st.integers(0, 500))
def test_a_period_is_compared_with_the_one_before(
    period: ReportPeriod, day: dt.date, passed: int
) -> None:
    """What is compared ends before the period, begins where the one before does, and is no longer."""
    today = day + passed * DAY
    span, before = span_of(period, day, today)
    assert span.first <= day
    assert span.last <= max(today, span.first)
    assert before.last < span.first
    assert before.first == period_start(period, span.first - DAY)
    if span.last == period_end(period, day):
        assert before.last == span.first - DAY
    else:
        assert before.days <= span.days


@given(DAYS, st.integers(1, 1000))
def test_a_range_is_compared_with_as_many_days(first: dt.date, days: int) -> None:
    """The days before a range touch it and are as many."""
    span = DaySpan(first, first + (days - 1) * DAY)
    assert span.days == span.before().days == days
    assert span.before().last + DAY == first


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (ReportPeriod.WEEK, "2026-11-22", "2026-11-16", "2026-11-22"),
        (ReportPeriod.MONTH, "2028-02-10", "2028-02-01", "2028-02-29"),
        (ReportPeriod.SEASON, "2026-08-31", "2025-09-01", "2026-08-31"),
        (ReportPeriod.SEASON, "2026-09-01", "2026-09-01", "2027-08-31"),
        (ReportPeriod.DAY, "2026-03-29", "2026-03-29", "2026-03-29"),
    ],
)
def test_periods_by_the_calendar(period: ReportPeriod, day: str, first: str, last: str) -> None:
    """Weeks begin on Monday, seasons on 1 September."""
    found = dt.date.fromisoformat(day)
    assert period_start(period, found).isoformat() == first
    assert period_end(period, found).isoformat() == last
