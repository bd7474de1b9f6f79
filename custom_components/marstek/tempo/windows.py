"""Off-peak windows by wall clock, for Tempo and for any tariff with fixed hours.

Whether it is off-peak depends on what a clock on the wall shows, also in the nights when it is
put forward or back: a bound in the hour that is skipped takes effect when the clock jumps, and
one in the hour that comes twice takes effect twice, with a change back in between.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Final, override

from .calendar import PARIS
from .off_peak_hours import OffPeakHours
from .wall_clock import DAY, bounds_of_day, local_of

# A bound may be missing on a day, and a whole day may be missing when a country changes sides of
# the date line; beyond this many days there is always a change.
_DAYS_SEARCHED: Final = 4
_WEEK: Final = 7


class WindowProblem(StrEnum):
    """Why windows can't be a tariff."""

    NO_WINDOW = "no_window"
    EMPTY = "empty_window"
    """A window that ends when it starts."""
    OVERLAPPING = "overlapping_windows"
    ALL_DAY = "all_day"
    """Together windows and days leave no peak hour."""
    ZONED = "zoned_window"
    """A bound with a time zone of its own."""


class WindowError(ValueError):
    """Windows that can't be a tariff; `problem` says why."""

    def __init__(self, problem: WindowProblem) -> None:
        """Keep the reason."""
        super().__init__(f"Unusable off-peak windows: {problem}")
        self.problem = problem


def _since_midnight(wall_time: time) -> timedelta:
    """Return how long after midnight a clock shows this on a day without a clock change."""
    return timedelta(
        hours=wall_time.hour,
        minutes=wall_time.minute,
        seconds=wall_time.second,
        microseconds=wall_time.microsecond,
    )


@dataclass(frozen=True, slots=True)
class OffPeakWindow:
    """A part of each day by wall clock, from `start` on and before `end`; may span midnight.

    Raises WindowError when it is empty or its bounds have a time zone.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse what is no window."""
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise WindowError(WindowProblem.ZONED)
        if self.start == self.end:
            raise WindowError(WindowProblem.EMPTY)

    @property
    def length(self) -> timedelta:
        """Return how long it lasts on a day without a clock change."""
        return (_since_midnight(self.end) - _since_midnight(self.start)) % DAY

    def __contains__(self, wall_time: time) -> bool:
        """Tell whether a wall clock that shows this is in the window."""
        if self.start < self.end:
            return self.start <= wall_time < self.end
        return wall_time >= self.start or wall_time < self.end


DEFAULT_WINDOW: Final = OffPeakWindow(time(22), time(6))
"""Off-peak hours of Tempo (docs/tempo-facts.md section 2)."""


@dataclass(frozen=True, slots=True)
class OffPeak(OffPeakHours):
    """The off-peak hours of a tariff: windows of each day, by the wall clock of a zone.

    Windows may touch but not overlap. Raises WindowError for windows and days that leave no
    off-peak or no peak hour, ValueError for a number that is no day of the week.
    """

    windows: tuple[OffPeakWindow, ...]
    zone: tzinfo
    all_day: frozenset[int] = frozenset()
    """Days of the week that are off-peak as a whole, Monday is 0."""

    def __post_init__(self) -> None:
        """Refuse windows without which, or between which, nothing would ever change."""
        if not self.all_day <= set(range(_WEEK)):
            raise ValueError("A day of the week is 0 to 6")
        if len(self.all_day) == _WEEK:
            raise WindowError(WindowProblem.ALL_DAY)
        if self.windows:
            self._check_windows()
        elif not self.all_day:
            raise WindowError(WindowProblem.NO_WINDOW)

    def _check_windows(self) -> None:
        windows = sorted(self.windows, key=lambda window: window.start)
        starts = [_since_midnight(window.start) for window in windows]
        for window, (start, following) in zip(
            windows, pairwise([*starts, starts[0] + DAY]), strict=True
        ):
            if start + window.length > following:
                raise WindowError(WindowProblem.OVERLAPPING)
        if sum((window.length for window in windows), timedelta()) == DAY:
            raise WindowError(WindowProblem.ALL_DAY)

    @override
    def is_off_peak(self, moment: datetime) -> bool:
        """Tell whether a moment is off-peak."""
        local = local_of(moment, self.zone)
        if local.weekday() in self.all_day:
            return True
        wall_time = local.time()
        return any(wall_time in window for window in self.windows)

    @property
    @override
    def _days_searched(self) -> int:
        """Return within how many days something changes."""
        return _DAYS_SEARCHED + (_WEEK if self.all_day else 0)

    @override
    def bounds_on(self, day: date) -> tuple[datetime, ...]:
        bounds = {bound for window in self.windows for bound in (window.start, window.end)}
        if self.all_day:
            bounds.add(time())
        return bounds_of_day(frozenset(bounds), self.zone, day)


TEMPO_OFF_PEAK: Final = OffPeak((DEFAULT_WINDOW,), PARIS)
"""Off-peak hours of Tempo as sold by EDF."""
