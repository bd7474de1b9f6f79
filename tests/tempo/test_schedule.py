"""When to ask, as a pure decision."""

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    BUDGET,
    PARIS,
    Announcement,
    Colour,
    ColourBook,
    Quotas,
    Season,
    Source,
)
from custom_components.marstek.tempo.schedule import (
    HistoryTry,
    ScheduleState,
    history_due,
    situation,
)
from tests.support.moments import paris
from tests.tempo.home import DAY

BLUE, RED = Colour.BLUE, Colour.RED
# Tomorrow can be red on a Sunday in January, and not on a Saturday nor in June.
START = paris("2024-01-01")
WINTER, SATURDAY, SUMMER = "2026-01-25", "2026-01-24", "2026-06-10"


def _at(
    day: str,
    clock: str,
    *,
    today: bool = True,
    tomorrow: str = "",
    is_fallback: bool = False,
    spread: float = 0.0,
) -> ScheduleState:
    """Return a situation; `tomorrow` says at what time RTE's word about it was seen."""
    now, book = paris(day, clock), ColourBook()
    running = date.fromisoformat(day) - (DAY if clock < "06:00" else timedelta())
    if today:
        book.learn([Announcement(running, BLUE, Source.RTE, paris(running))])
    if tomorrow:
        seen = paris(running, tomorrow)
        book.learn([Announcement(running + DAY, BLUE, Source.RTE, seen, is_fallback)])
    return situation(now, book, Quotas(), spread)


def _times(day: str, **known: Any) -> list[str]:
    """Return the times of a whole Tempo day at which it asks, when asking changes nothing."""
    last: datetime | None = paris(day, "06:00")
    now, end = paris(day, "06:00"), paris(date.fromisoformat(day) + DAY, "06:00")
    found: list[str] = []
    while True:
        local = now.astimezone(PARIS)
        state = _at(local.date().isoformat(), local.time().isoformat(), **known)
        now = state.next_time(last)
        if now >= end:
            return found
        found.append(now.astimezone(PARIS).strftime("%H:%M"))
        last = now


def test_missing_in_summer() -> None:
    """Sensibly spaced until late evening, and never at night."""
    times = _times(SUMMER)
    assert times == [
        *("06:30", "08:10", "09:35", "10:40", "12:10"),
        *("14:15", "16:15", "17:50", "19:50", "21:40"),
    ]
    assert _times(SATURDAY) == times


def test_missing_when_it_may_be_red() -> None:
    """Closely in the morning, and through the night until 05:00."""
    times = _times(WINTER)
    assert times[:5] == ["06:30", "07:00", "07:22", "07:50", "08:50"]
    assert times[-3:] == ["23:15", "01:00", "04:25"]
    assert len(times) <= BUDGET


def test_known_before_it_binds() -> None:
    """Left alone until the confirmation, which is repeated while it fails."""
    assert _times(WINTER, tomorrow="07:00") == [
        *("10:40", "12:10", "14:15", "16:15", "17:50", "19:50", "21:40"),
    ]


@pytest.mark.parametrize("spread", [0.0, 0.5, 0.999])
def test_confirmation_is_spread(spread: float) -> None:
    """Between 10:40 and 11:15, by home."""
    state = _at(WINTER, "10:00", tomorrow="07:00", spread=spread)
    at = state.next_time(paris(WINTER, "07:00"))
    assert paris(WINTER, "10:40") <= at <= paris(WINTER, "11:15")


def test_all_is_known() -> None:
    """Nothing until the next morning."""
    for clock in ("10:45", "15:00", "23:59"):
        state = _at(WINTER, clock, tomorrow="10:41")
        assert state.wanted() == ()
        assert state.next_time(None) == paris("2026-01-26", "06:30")
    night = _at("2026-01-26", "03:00", tomorrow="10:41")
    assert night.next_time(None) == paris("2026-01-26", "06:30")


def test_a_fallback_is_as_good_as_nothing() -> None:
    """It is asked for again as if missing."""
    assert _times(WINTER, tomorrow="07:00", is_fallback=True) == _times(WINTER)


def test_today_is_asked_for_at_once() -> None:
    """At any time of day, then every two hours at least."""
    for clock in ("06:05", "13:00", "23:00", "03:00"):
        state = _at(WINTER, clock, today=False)
        assert state.today in state.wanted()
        assert state.due_since(None) is not None
        again = state.next_time(state.now)
        assert state.now < again <= state.now + timedelta(hours=2)


def test_start_in_the_middle_of_the_day() -> None:
    """The time that has passed is made up for, once."""
    state = _at(SUMMER, "15:00")
    assert state.next_time(None) == paris(SUMMER, "14:15")
    assert state.next_time(state.now) == paris(SUMMER, "16:15")


def test_before_the_first_time_nothing_is_wanted() -> None:
    """From 06:00 to 06:30 tomorrow's colour can't be there."""
    assert _at(WINTER, "06:10").wanted() == ()


@given(
    st.timedeltas(timedelta(), timedelta(days=3 * 366)).map(lambda past: START + past),
    st.floats(0, 1, exclude_max=True),
    st.booleans(),
    st.sampled_from(["", "provisional", "binding", "fallback"]),
    st.none() | st.timedeltas(timedelta(minutes=-1), timedelta(days=9)),
)
def test_never_lost(
    now: datetime, spread: float, today: bool, tomorrow: str, ago: timedelta | None
) -> None:
    """It asks next by tomorrow's morning, and never again for what it has just asked."""
    book = ColourBook()
    bare = situation(now, book, Quotas(), spread)
    if today:
        book.learn([Announcement(bare.today, BLUE, Source.RTE, now)])
    if tomorrow:
        seen = now + DAY if tomorrow == "binding" else now - 3 * DAY
        is_fallback = tomorrow == "fallback"
        book.learn([Announcement(bare.tomorrow, BLUE, Source.RTE, seen, is_fallback)])
    state = situation(now, book, Quotas(), spread)
    last = None if ago is None else now - ago
    at = state.next_time(last)
    assert at <= paris(state.tomorrow, "06:40")
    assert (state.due_since(last) is not None) == (at <= now)
    assert state.next_time(now) > now
    assert 0 <= state.times_left_today() <= BUDGET


def test_a_fallback_uses_no_red_day_up() -> None:
    """With one red day left, a red fallback of an earlier day leaves it to tomorrow."""
    now, quotas = paris(WINTER, "12:00"), Quotas(red=2)
    book = ColourBook()
    for day, is_fallback in ((date(2026, 1, 20), False), (date(2026, 1, 21), True)):
        book.learn([Announcement(day, RED, Source.RTE, paris(day), is_fallback)])
    assert situation(now, book, quotas, 0.0).red_possible
    book.learn([Announcement(date(2026, 1, 21), RED, Source.RTE, paris(date(2026, 1, 21)))])
    assert not situation(now, book, quotas, 0.0).red_possible


def _history(days: dict[date, Colour], tries: dict[str, HistoryTry]) -> list[str]:
    """Return the seasons that are due now."""
    book = ColourBook()
    seen = paris("2026-01-25", "05:00")
    book.learn(Announcement(day, colour, Source.RTE, seen) for day, colour in days.items())
    now = paris("2026-01-25", "12:00")
    return [season.label for at, season in history_due(now, book, tries) if at <= now]


ALL = {
    day: BLUE
    for season in (Season(2024), Season(2025))
    for day in season.dates
    if day < date(2026, 1, 25)
}


def test_history() -> None:
    """Both seasons when nothing is known; what fails is asked again later, holes rarely."""
    now = paris("2026-01-25", "12:00")
    assert sorted(_history({}, {})) == ["2024-2025", "2025-2026"]
    assert _history(ALL, {}) == []

    def last(ago: timedelta, *, succeeded: bool) -> dict[str, HistoryTry]:
        return {label: HistoryTry(now - ago, succeeded) for label in ("2024-2025", "2025-2026")}

    assert _history({}, last(timedelta(hours=5), succeeded=False)) == []
    assert len(_history({}, last(timedelta(hours=6), succeeded=False))) == 2
    # RTE itself has no value for this day.
    hole = {day: colour for day, colour in ALL.items() if day != date(2025, 8, 17)}
    assert _history(hole, last(timedelta(days=29), succeeded=True)) == []
    assert _history(hole, last(timedelta(days=30), succeeded=True)) == ["2024-2025"]
    # Days that have passed since, during an outage.
    gap = {day: colour for day, colour in ALL.items() if day < date(2026, 1, 20)}
    assert _history(gap, last(timedelta(hours=23), succeeded=True)) == []
    assert _history(gap, last(timedelta(days=3), succeeded=True)) == ["2025-2026"]
