"""Schedule of the requests to the sources: when to ask for which day (pure).

RTE shows tomorrow's colour from about 06:30, bindingly from 10:30 (docs/tempo-facts.md 2). Red days
come early, most by 07:15 (docs/tempo-facts.md 1.3), and are what it is all about: where tomorrow
can be red, the morning is asked more closely, and the night until 05:00 as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from .book import ColourBook
from .calendar import PARIS, Quotas, Season, can_be_red, day_start, season_of, tempo_day

_DAY: Final = timedelta(days=1)
_NIGHT_UNTIL: Final = time(6)


@dataclass(frozen=True, slots=True)
class _Slot:
    """A time by the clock of Paris to ask at, up to `width` minutes later."""

    at: time
    width: int

    @property
    def is_night(self) -> bool:
        """Return whether it belongs to the next date."""
        return self.at < _NIGHT_UNTIL

    def moment(self, day: date, spread: float) -> datetime:
        """Return the moment, in UTC, at which a home asks in a Tempo day."""
        wall = datetime.combine(day + _DAY if self.is_night else day, self.at, PARIS)
        return wall.astimezone(UTC) + timedelta(minutes=self.width * spread)


# open-dpe.fr renews its forecast about 06:00; the second time is for homes that were off, or
# answers that failed.
_FORECASTS: Final = (_Slot(time(7, 15), 40), _Slot(time(13, 0), 60))
_FIRST: Final = _Slot(time(6, 30), 10)
_CONFIRMATION: Final = _Slot(time(10, 40), 35)
_USUAL: Final = (
    _FIRST,
    _Slot(time(8, 10), 25),
    _Slot(time(9, 35), 15),
    _CONFIRMATION,
    _Slot(time(12, 10), 20),
    _Slot(time(14, 15), 30),
    _Slot(time(16, 15), 30),
    _Slot(time(17, 50), 30),
    _Slot(time(19, 50), 30),
    _Slot(time(21, 40), 15),
)
_RED_POSSIBLE: Final = (
    _FIRST,
    _Slot(time(7, 0), 10),
    _Slot(time(7, 22), 8),
    _Slot(time(7, 50), 10),
    _Slot(time(8, 50), 15),
    _Slot(time(9, 40), 15),
    _CONFIRMATION,
    _Slot(time(12, 10), 20),
    _Slot(time(16, 45), 30),
    _Slot(time(19, 30), 30),
    _Slot(time(21, 30), 15),
    _Slot(time(23, 15), 20),
    _Slot(time(1, 0), 25),
    _Slot(time(4, 25), 25),
)
# From here on a second source is asked although the first says soundly that there is nothing yet.
_THOROUGH_FROM: Final = _CONFIRMATION.at
_THOROUGH_FROM_RED_POSSIBLE: Final = time(8, 30)
# Today is not known, and no slot is near.
_TODAY_EVERY: Final = timedelta(hours=2)

_HISTORY_RETRY: Final = timedelta(hours=6)
_HISTORY_FILL: Final = timedelta(days=1)
_HISTORY_HOLES: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HistoryTry:
    """When a season was last asked for, and whether it came."""

    at: datetime
    succeeded: bool


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """Known and missing colours at a moment."""

    now: datetime
    spread: float
    """Where in each slot this home asks, 0..1."""
    today: date
    """The running Tempo day."""
    today_known: bool
    tomorrow_known: bool
    tomorrow_binding: bool
    red_possible: bool
    """Whether tomorrow can be red."""

    @property
    def tomorrow(self) -> date:
        """Return the Tempo day that starts at the next 06:00 in Paris."""
        return self.today + _DAY

    def wanted(self) -> tuple[date, ...]:
        """Return the days to ask for now, the one that matters more first."""
        is_open = (not self.tomorrow_known and self._is_past(_FIRST)) or (
            not self.tomorrow_binding and self._is_past(_CONFIRMATION)
        )
        days = (self.tomorrow, is_open), (self.today, not self.today_known)
        return tuple(day for day, is_wanted in days if is_wanted)

    def is_thorough(self) -> bool:
        """Return whether one source that has nothing yet is not enough."""
        local = self.now.astimezone(PARIS)
        since = _THOROUGH_FROM_RED_POSSIBLE if self.red_possible else _THOROUGH_FROM
        return not self.today_known or not _NIGHT_UNTIL <= local.time() < since

    def due_since(self, last_asked: datetime | None) -> datetime | None:
        """Return the time to ask that has come since the last time, None when there is none."""
        if not self.wanted():
            return None
        passed = [moment for moment in self._moments() if moment <= self.now]
        if passed and (last_asked is None or last_asked < passed[-1]):
            return passed[-1]
        if self.today_known:
            return None
        overdue = day_start(self.today) if last_asked is None else last_asked + _TODAY_EVERY
        return overdue if overdue <= self.now else None

    def next_time(self, last_asked: datetime | None) -> datetime:
        """Return when to ask next: in the past when due, at the latest tomorrow morning."""
        if (since := self.due_since(last_asked)) is not None:
            return since
        times = [moment for moment in self._moments() if moment > self.now]
        times.append(_FIRST.moment(self.tomorrow, self.spread))
        if not self.today_known and last_asked is not None:
            times.append(last_asked + _TODAY_EVERY)
        return min(times)

    def times_left_today(self) -> int:
        """Return how many times to ask there are left until midnight in Paris, at most."""
        midnight = datetime.combine(
            self.now.astimezone(PARIS).date() + _DAY, time(), PARIS
        ).astimezone(UTC)
        # In the small hours the morning that follows belongs to a Tempo day of which nothing is known.
        is_small_hours = self.today != _date(self.now)
        ahead = _moments(_RED_POSSIBLE, self.tomorrow, self.spread) if is_small_hours else ()
        return sum(1 for moment in (*self._moments(), *ahead) if self.now < moment < midnight)

    def _is_past(self, slot: _Slot) -> bool:
        return self.now >= slot.moment(self.today, self.spread)

    def _moments(self) -> tuple[datetime, ...]:
        """Return the times of this Tempo day at which there is something to ask, in order."""
        if not self.today_known or (self.red_possible and not self.tomorrow_known):
            return _moments(_RED_POSSIBLE, self.today, self.spread)
        if not self.tomorrow_known:
            return _moments(_USUAL, self.today, self.spread)
        if self.tomorrow_binding:
            return ()
        later = [slot for slot in _USUAL if slot.at >= _CONFIRMATION.at]
        return _moments(later, self.today, self.spread)


def situation(now: datetime, book: ColourBook, quotas: Quotas, spread: float) -> ScheduleState:
    """Return the known and missing colours; a fallback counts as missing."""
    today = tempo_day(now)
    held, ahead = book.get(today), book.get(today + _DAY)
    return ScheduleState(
        now=now,
        spread=spread,
        today=today,
        today_known=held is not None and not held.is_fallback,
        tomorrow_known=ahead is not None and not ahead.is_fallback,
        tomorrow_binding=ahead is not None and ahead.is_binding,
        red_possible=can_be_red(today + _DAY, book.known, quotas),
    )


def history_due(
    now: datetime, book: ColourBook, tries: Mapping[str, HistoryTry]
) -> list[tuple[datetime, Season]]:
    """Return the seasons of which past days are missing, with when to ask for each, soonest first.

    Of this season and the last. `tries` has, by the label of a season, when it was last asked for.
    A hole that RTE itself has is not asked for again and again.
    """
    today = tempo_day(now)
    this = season_of(today)
    due: list[tuple[datetime, Season]] = []
    known = book.known
    for season in (this, this.previous):
        missing = [day for day in season.dates if day < today and day not in known]
        if not missing:
            continue
        if (last := tries.get(season.label)) is None:
            due.append((day_start(today), season))
            continue
        if not last.succeeded:
            pause = _HISTORY_RETRY
        else:
            pause = _HISTORY_FILL if missing[-1] >= _date(last.at) else _HISTORY_HOLES
        due.append((last.at + pause, season))
    return sorted(due, key=lambda item: item[0])


def _moments(slots: Iterable[_Slot], day: date, spread: float) -> tuple[datetime, ...]:
    return tuple(slot.moment(day, spread) for slot in slots)


def _date(moment: datetime) -> date:
    """Return the date in Paris."""
    return moment.astimezone(PARIS).date()


def forecast_due(now: datetime, spread: float, last_success: datetime | None) -> datetime:
    """Return when a forecast is to be asked for, twice a day: in the past when that is now."""
    today = now.astimezone(PARIS).date()
    slots = [slot.moment(today + days * _DAY, spread) for days in (-1, 0, 1) for slot in _FORECASTS]
    last = max(slot for slot in slots if slot <= now)
    if last_success is None or not last <= last_success <= now:
        # A success in future is of a clock that was wrong.
        return last
    return min(slot for slot in slots if slot > now)
