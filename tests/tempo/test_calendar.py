"""Tempo days, seasons, quotas and which colour a day can have."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    PARIS,
    Colour,
    Quotas,
    Season,
    can_be_red,
    can_be_white,
    day_end,
    day_start,
    days_left,
    days_used,
    is_lawful,
    public_holidays,
    season_of,
    tempo_day,
)
from tests.support.examples import thorough
from tests.tempo.history import DAY, HOUR, computer_in, paris_clock

_DAYS = st.dates(date(2014, 9, 1), date(2036, 8, 31))
_ZONES = st.sampled_from(
    ["UTC", "Europe/Paris", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"]
).map(ZoneInfo)
_MOMENTS = st.datetimes(datetime(2014, 9, 1), datetime(2036, 8, 31), timezones=_ZONES)  # noqa: DTZ001 - hypothesis adds the zone
_QUOTAS = st.builds(Quotas, red=st.integers(0, 60), white=st.integers(0, 120))


@st.composite
def _known_seasons(draw: st.DrawFn) -> tuple[Season, dict[date, Colour]]:
    """Return a season with days of any colour, some of them missing, and others around it."""
    season = Season(draw(st.integers(2014, 2035)))
    days = st.dates(season.first - 60 * DAY, season.last + 60 * DAY)
    return season, draw(st.dictionaries(days, st.sampled_from(Colour), max_size=80))


@thorough
@given(_MOMENTS)
def test_each_moment_lies_in_its_own_tempo_day(moment: datetime) -> None:
    """Bounds and days agree, whatever zone a moment is told in."""
    day = tempo_day(moment)
    assert day_start(day) <= moment.astimezone(UTC) < day_end(day)
    assert day == (paris_clock(moment) - 6 * HOUR).date()
    assert tempo_day(moment.astimezone(UTC)) == day


@thorough
@given(_DAYS)
def test_a_tempo_day_starts_at_six_on_the_clock_of_paris(day: date) -> None:
    """No bound moves when the clock changes, and no two days overlap."""
    for bound, of_day in ((day_start(day), day), (day_end(day), day + DAY)):
        assert paris_clock(bound) == datetime(of_day.year, of_day.month, of_day.day, 6)  # noqa: DTZ001 - what a clock shows
    assert day_end(day) == day_start(day + DAY)
    length = day_end(day).astimezone(UTC) - day_start(day).astimezone(UTC)
    assert length in (23 * HOUR, 24 * HOUR, 25 * HOUR)


def test_nothing_changes_at_midnight() -> None:
    """The night belongs to the day that started that morning, until 06:00."""
    eve = date(2026, 1, 14)
    assert tempo_day(datetime(2026, 1, 14, 23, 59, 59, tzinfo=PARIS)) == eve
    assert tempo_day(datetime(2026, 1, 15, 0, 0, tzinfo=PARIS)) == eve
    assert tempo_day(datetime(2026, 1, 15, 5, 59, 59, 999999, tzinfo=PARIS)) == eve
    assert tempo_day(datetime(2026, 1, 15, 6, 0, tzinfo=PARIS)) == eve + DAY


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_the_zone_of_the_computer_does_not_matter(zone: str) -> None:
    """Paris is Paris wherever the process runs."""
    moments = [datetime(2026, 3, 28, 22, tzinfo=UTC) + minutes * HOUR for minutes in range(48)]
    at_home = [(tempo_day(moment), day_start(moment.date())) for moment in moments]
    with computer_in(zone):
        away = [(tempo_day(moment), day_start(moment.date())) for moment in moments]
    assert away == at_home


def test_a_moment_without_a_zone_is_refused() -> None:
    """Whose clock it was can't be guessed."""
    with pytest.raises(ValueError, match="time zone"):
        tempo_day(datetime(2026, 1, 1, 12))  # noqa: DTZ001 - the point


@thorough
@given(_DAYS)
def test_seasons_follow_each_other(day: date) -> None:
    """Each day is in exactly one season."""
    season = season_of(day)
    assert day in season
    assert day not in season.previous
    assert day not in season.next
    assert season.previous.last + DAY == season.first
    assert season.next.previous == season
    assert len(season.dates) == season.days == (season.next.first - season.first).days
    assert (season.dates[0], season.dates[-1]) == (season.first, season.last)


def test_a_season_is_named_and_counted() -> None:
    """A 29 February in it makes it a day longer, and that day is blue's."""
    assert season_of(date(2026, 8, 31)).label == "2025-2026"
    assert season_of(date(2026, 9, 1)).label == "2026-2027"
    assert [Season(year).days for year in (2022, 2023, 2024)] == [365, 366, 365]
    assert [Quotas().of(Colour.BLUE, Season(year)) for year in (2022, 2023)] == [300, 301]


@pytest.mark.parametrize(("red", "white"), [(-1, 43), (22, -1), (300, 100)])
def test_impossible_quotas_are_refused(red: int, white: int) -> None:
    """A quota is a number of days of one season."""
    with pytest.raises(ValueError, match="season"):
        Quotas(red, white)


@thorough
@given(_known_seasons(), _QUOTAS, st.sampled_from(Colour))
def test_counts_are_those_of_the_season(
    seen: tuple[Season, dict[date, Colour]], quotas: Quotas, colour: Colour
) -> None:
    """Other seasons don't count, and what is left is never negative."""
    season, known = seen
    used = days_used(colour, season, known)
    assert used == sum(day in season and known[day] == colour for day in known)
    left = days_left(colour, season, known, quotas)
    assert left >= 0
    assert left == quotas.of(colour, season) - used or (
        left == 0 and used > quotas.of(colour, season)
    )


@thorough
@given(_known_seasons(), _QUOTAS, st.data())
def test_a_day_can_have_a_colour_that_is_allowed_and_left(
    seen: tuple[Season, dict[date, Colour]], quotas: Quotas, data: st.DataObject
) -> None:
    """Law and stock decide, and nothing that is said of the day itself."""
    season, known = seen
    day = data.draw(st.dates(season.first, season.last))
    others = {other: colour for other, colour in known.items() if other != day}
    for colour, can_be in ((Colour.RED, can_be_red), (Colour.WHITE, can_be_white)):
        left = days_left(colour, season, others, quotas)
        expected = is_lawful(colour, day) and left > 0
        assert can_be(day, known, quotas) is expected
        assert can_be(day, others, quotas) is expected


@thorough
@given(_DAYS)
def test_the_law_of_each_day(day: date) -> None:
    """Blue always; white not on Sundays; red on working days of winter."""
    assert is_lawful(Colour.BLUE, day)
    assert is_lawful(Colour.WHITE, day) is (day.strftime("%a") != "Sun")
    if is_lawful(Colour.RED, day):
        assert day.isoweekday() <= 5
        assert not date(day.year, 3, 31) < day < date(day.year, 11, 1)
        assert day not in public_holidays(day.year)


@thorough
@given(st.integers(2014, 2035), st.integers(0, 100))
def test_reds_as_early_as_possible_keep_all_rules(year: int, stock: int) -> None:
    """No more than the stock, and never more than five in a row, since weekends are not red."""
    known: dict[date, Colour] = {}
    quotas = Quotas(red=stock)
    for day in Season(year).dates:
        known[day] = Colour.RED if can_be_red(day, known, quotas) else Colour.BLUE
    assert days_used(Colour.RED, Season(year), known) == stock
    row = 0
    for colour in known.values():
        row = row + 1 if colour is Colour.RED else 0
        assert row <= 5


def test_a_red_monday_may_follow_a_red_friday() -> None:
    """Only days that follow each other make a row (docs/tempo-facts.md section 2)."""
    friday = date(2026, 3, 20)
    known = {friday - days * DAY: Colour.RED for days in range(5)}
    assert not can_be_red(friday + DAY, known, Quotas())
    assert can_be_red(friday + 3 * DAY, known, Quotas())


@pytest.mark.parametrize(
    ("year", "moving"),
    [
        (2016, ["03-28", "05-05", "05-16"]),
        (2024, ["04-01", "05-09", "05-20"]),
        (2025, ["04-21", "05-29", "06-09"]),
        (2026, ["04-06", "05-14", "05-25"]),
        (2049, ["04-19", "05-27", "06-07"]),
        (2038, ["04-26", "06-03", "06-14"]),
    ],
)
def test_public_holidays(year: int, moving: list[str]) -> None:
    """Eight have their date, three follow Easter."""
    fixed = ["01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25"]
    assert {day.isoformat() for day in public_holidays(year)} == {
        f"{year}-{day}" for day in [*fixed, *moving]
    }


def test_holidays_may_fall_on_one_day() -> None:
    """In 2008 Ascension was on 1 May."""
    assert len(public_holidays(2008)) == 10
    assert date(2008, 5, 1) in public_holidays(2008)


def test_easter_monday_is_always_within_its_five_weeks() -> None:
    """Easter Sunday is at 22 March at the earliest and 25 April at the latest."""
    for year in range(1900, 2200):
        spring = [day for day in public_holidays(year) if day.month in (3, 4)]
        assert len(spring) >= 1
        assert min(spring).isoweekday() == 1 or date(year, 4, 30) in spring
        assert date(year, 3, 23) <= min(spring) <= date(year, 4, 26)


def test_a_tempo_day_of_a_clock_change() -> None:
    """Saturday to Sunday: 23 hours in March, 25 in October, 06:00 on the clock both times."""
    for saturday, hours in ((date(2026, 3, 28), 23), (date(2026, 10, 24), 25)):
        start, end = day_start(saturday), day_end(saturday)
        assert (start.hour, end.hour) == (6, 6)
        assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)
