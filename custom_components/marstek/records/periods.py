"""Periods of reports: a day, week, month or season, and the same time before it (pure)."""

from dataclasses import dataclass
import datetime as dt
from enum import StrEnum
from typing import Final

from ..savings import season_start

_DAY: Final = dt.timedelta(days=1)


class ReportPeriod(StrEnum):
    """Kind of a period; a week begins on Monday, a season on 1 September."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from one to another, both included. Raises ValueError where the end is before the start."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        """Refuse a span without a day."""
        if self.last < self.first:
            raise ValueError("A span has a day at least")

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    def before(self) -> DaySpan:
        """Return as many days before it."""
        return DaySpan(self.first - self.days * _DAY, self.first - _DAY)


def period_start(period: ReportPeriod, day: dt.date) -> dt.date:
    """Return the first day of the period that a day belongs to."""
    match period:
        case ReportPeriod.DAY:
            return day
        case ReportPeriod.WEEK:
            return day - day.weekday() * _DAY
        case ReportPeriod.MONTH:
            return day.replace(day=1)
        case _:
            return season_start(day)


def period_end(period: ReportPeriod, day: dt.date) -> dt.date:
    """Return the last day of the period that a day belongs to."""
    first = period_start(period, day)
    match period:
        case ReportPeriod.DAY:
            return first
        case ReportPeriod.WEEK:
            return first + 6 * _DAY
        case ReportPeriod.MONTH:
            return (first + 32 * _DAY).replace(day=1) - _DAY
        case _:
            return first.replace(year=first.year + 1) - _DAY


def span_of(period: ReportPeriod, day: dt.date, today: dt.date) -> tuple[DaySpan, DaySpan]:
    """Return the period of a day, as far as it has come, and the time before to compare it with.

    A period that is over is compared with all of the one before; one that runs, with as many days
    of the one before.
    """
    first, end = period_start(period, day), period_end(period, day)
    span = DaySpan(first, min(end, max(first, today)))
    previous, previous_end = period_start(period, first - _DAY), first - _DAY
    if span.last < end:
        previous_end = min(previous_end, previous + (span.days - 1) * _DAY)
    return span, DaySpan(previous, previous_end)
