"""Twelve real seasons, day by day (tests/data/README.md), and the test vectors of docs/tempo-facts.md 5."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from time import process_time

import pytest

from custom_components.marstek.tempo import (
    DECREES,
    PARIS,
    TEMPO_OFF_PEAK,
    Announcement,
    Colour,
    ColourBook,
    Quotas,
    Season,
    Source,
    can_be_red,
    can_be_white,
    day_end,
    day_start,
    days_left,
    days_used,
    is_lawful,
    season_of,
    tempo_day,
)
from tests.tempo.history import DAY, HISTORY, HOUR, SEASONS, clock_changes, paris_clock, quotas_of

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
_EVERY_QUARTER = timedelta(minutes=15)


def _colours(first: date, last: date) -> str:
    """Return the initials of the real colours from one day to another."""
    days = range((last - first).days + 1)
    return "".join(HISTORY[first + offset * DAY].value[0] for offset in days)


def _known_before(day: date) -> dict[date, Colour]:
    """Return what was known before a day was announced."""
    return {earlier: colour for earlier, colour in HISTORY.items() if earlier < day}


def _billed(moment: datetime) -> Colour:
    """Return the real colour that a moment was billed at."""
    return HISTORY[tempo_day(moment)]


def test_the_file_is_whole() -> None:
    """4,416 days without a gap."""
    days = list(HISTORY)
    assert len(days) == 4416
    assert (days[0], days[-1]) == (date(2014, 9, 1), date(2026, 10, 3))
    assert all(after - before == DAY for before, after in pairwise(days))


def test_each_real_day_was_possible_when_it_was_announced() -> None:
    """Every red day could be red and every white one white, given the days before."""
    known: dict[date, Colour] = {}
    for day, colour in HISTORY.items():
        quotas = quotas_of(season_of(day))
        assert is_lawful(colour, day), day
        assert colour is not RED or can_be_red(day, known, quotas), day
        assert colour is not WHITE or can_be_white(day, known, quotas), day
        known[day] = colour


@pytest.mark.parametrize("season", SEASONS, ids=lambda season: season.label)
def test_each_real_season_used_its_quotas_up(season: Season) -> None:
    """Nothing is left of any colour, and no day can be red or white any more."""
    quotas = quotas_of(season)
    for colour in Colour:
        assert days_used(colour, season, HISTORY) == quotas.of(colour, season)
        assert days_left(colour, season, HISTORY, quotas) == 0
    for day in season.dates:
        assert can_be_red(day, HISTORY, quotas) is (HISTORY[day] is RED)
        assert can_be_white(day, HISTORY, quotas) is (HISTORY[day] is WHITE)


def test_real_reds_in_a_row() -> None:
    """As often as docs/tempo-facts.md section 2 counts: 39 alone up to 20 times five, never more."""
    runs: dict[int, int] = {}
    row = 0
    for colour in HISTORY.values():
        if colour is RED:
            row += 1
        elif row:
            runs[row] = runs.get(row, 0) + 1
            row = 0
    assert runs == {1: 39, 2: 20, 3: 19, 4: 6, 5: 20}


@pytest.mark.parametrize("season", SEASONS, ids=lambda season: season.label)
def test_every_bound_of_a_real_season(season: Season) -> None:
    """Days start at six and nights last from ten to six, told by the rule of clock changes."""
    saturdays = {(change - DAY).date() for change in clock_changes(season.first_year)[1:]}
    saturdays |= {(change - DAY).date() for change in clock_changes(season.first_year + 1)[:1]}
    unusual = {}
    for day in season.dates:
        start, end = day_start(day), day_end(day)
        assert (paris_clock(start).date(), paris_clock(start).hour) == (day, 6)
        peak, night = TEMPO_OFF_PEAK.intervals(start, end)
        assert (peak.start, peak.end, night.end) == (start, night.start, end)
        assert (peak.is_off_peak, night.is_off_peak) == (False, True)
        assert (paris_clock(night.start).date(), paris_clock(night.start).hour) == (day, 22)
        assert peak.duration == 16 * HOUR
        if night.duration != 8 * HOUR:
            unusual[day] = night.duration
    assert unusual == {day: (9 if day.month == 10 else 7) * HOUR for day in saturdays}


@pytest.mark.parametrize("season", SEASONS, ids=lambda season: season.label)
def test_every_minute_of_the_clock_changes(season: Season) -> None:
    """On the days around a clock change each minute is in its day and in its window."""
    _, back = clock_changes(season.first_year)
    forward, _ = clock_changes(season.first_year + 1)
    for change in (back, forward):
        for minutes in range(-36 * 60, 36 * 60):
            moment = change + timedelta(minutes=minutes)
            clock = paris_clock(moment)
            assert tempo_day(moment) == (clock - 6 * HOUR).date()
            at_night = clock.hour < 6 or clock.hour >= 22
            assert TEMPO_OFF_PEAK.is_off_peak(moment) is at_night


def test_a_book_of_all_real_days() -> None:
    """All are taken, none is refused, and all survive being stored."""
    book = ColourBook()
    for day, colour in HISTORY.items():
        seen_at = day_start(day - DAY) + 5 * HOUR
        learnt = book.learn([Announcement(day, colour, Source.RTE, seen_at)])
        assert learnt.changed == {day}
        assert not learnt.refused
    assert book.colours == HISTORY
    assert ColourBook.restore(book.store()).colours == HISTORY


@pytest.mark.exhaustive
def test_a_season_of_quarter_hours_takes_seconds() -> None:
    """A whole season through the library within 10 s (issue 3)."""
    book = ColourBook()
    season = Season(2025)
    moment, end = day_start(season.first).astimezone(UTC), day_start(season.next.first)
    started = process_time()
    ticks, cost = 0, 0.0
    while moment < end:
        today = tempo_day(moment)
        for day in (today, today + DAY):
            book.learn([Announcement(day, HISTORY[day], Source.RTE, moment)])
        colour = book.colour(today)
        assert colour is HISTORY[today]
        cost += DECREES[-1].tempo.of(colour, off_peak=TEMPO_OFF_PEAK.is_off_peak(moment))
        assert TEMPO_OFF_PEAK.next_change(moment) > moment
        assert min(days_left(each, season, book.colours, Quotas()) for each in Colour) >= 0
        can_be_red(today + DAY, book.colours, Quotas())
        can_be_white(today + DAY, book.colours, Quotas())
        ticks += 1
        moment += _EVERY_QUARTER
    assert ticks == 365 * 96
    assert cost / ticks == pytest.approx(0.19, abs=0.02)
    assert process_time() - started < 10


class TestVectors:
    """The days that docs/tempo-facts.md section 5 names."""

    def test_march_2026_three_weeks_of_red(self) -> None:
        """Friday red, weekend, five red, weekend, five red, weekend, two red, white."""
        first = date(2026, 3, 13)
        assert _colours(first, date(2026, 4, 1)) == "rwbrrrrrbbrrrrrbbrrw"
        for day in (first + offset * DAY for offset in range(20)):
            possible = can_be_red(day, _known_before(day), Quotas())
            assert possible is (HISTORY[day] is RED), day
        left = [
            days_left(RED, Season(2025), _known_before(day), Quotas())
            for day in (first, date(2026, 3, 30), date(2026, 4, 1))
        ]
        assert left == [13, 2, 0]

    def test_spring_clock_change_2026_between_two_reds(self) -> None:
        """29 March 2026: the blue Sunday, from 06:00, follows a night of seven hours."""
        assert _colours(date(2026, 3, 27), date(2026, 3, 30)) == "rbbr"
        sunday = date(2026, 3, 29)
        night = TEMPO_OFF_PEAK.current(datetime(2026, 3, 29, 3, tzinfo=PARIS))
        assert night.start == datetime(2026, 3, 28, 21, tzinfo=UTC)
        assert night.end == datetime(2026, 3, 29, 4, tzinfo=UTC) == day_start(sunday)
        assert _billed(day_end(sunday) - timedelta(seconds=1)) is BLUE
        assert _billed(day_end(sunday)) is RED

    @pytest.mark.parametrize("year", [2020, 2026])
    def test_white_on_new_year(self, year: int) -> None:
        """A public holiday may be white, never red."""
        day = date(year, 1, 1)
        assert HISTORY[day] is WHITE
        assert can_be_white(day, _known_before(day), quotas_of(season_of(day)))
        assert not can_be_red(day, _known_before(day), quotas_of(season_of(day)))

    def test_white_leap_day_2024(self) -> None:
        """29 February 2024, of a season of 366 days and 301 blue ones."""
        day = date(2024, 2, 29)
        assert HISTORY[day] is WHITE
        assert day in Season(2023)
        assert can_be_white(day, _known_before(day), Quotas())
        assert days_used(BLUE, Season(2023), HISTORY) == 301
        assert tempo_day(datetime(2024, 3, 1, 5, 59, tzinfo=PARIS)) == day

    def test_season_2019_fell_short_of_the_quotas(self) -> None:
        """18 red and 47 white: with the usual quotas four reds stay left and no white goes below 0."""
        season = Season(2019)
        assert [days_used(colour, season, HISTORY) for colour in Colour] == [301, 47, 18]
        assert [days_left(colour, season, HISTORY, Quotas()) for colour in Colour] == [0, 0, 4]

    def test_turn_of_the_year_2025(self) -> None:
        """29 December red, 30 white, 31 red, 1 January white: each night keeps its day's colour."""
        assert _colours(date(2025, 12, 29), date(2026, 1, 1)) == "rwrw"
        for day, colour in ((29, RED), (30, WHITE), (31, RED)):
            start = day_start(date(2025, 12, day))
            assert [_billed(start + hours * HOUR) for hours in (0, 16, 23)] == [colour] * 3
        assert _billed(datetime(2026, 1, 1, 5, 59, tzinfo=PARIS)) is RED
        assert _billed(datetime(2026, 1, 1, 6, tzinfo=PARIS)) is WHITE

    def test_change_of_season_2026(self) -> None:
        """Until 06:00 on 1 September 2026 the old season runs, and then all stocks are full."""
        before, after = (datetime(2026, 9, 1, 5, 59, tzinfo=PARIS), day_start(date(2026, 9, 1)))
        assert season_of(tempo_day(before)) == Season(2025)
        assert season_of(tempo_day(after)) == Season(2026)
        known = _known_before(date(2026, 9, 1))
        assert days_left(RED, Season(2025), known, Quotas()) == 0
        assert [days_left(colour, Season(2026), known, Quotas()) for colour in Colour] == [
            300,
            43,
            22,
        ]
