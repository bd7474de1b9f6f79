"""Values by hour, day and month: the wall clock decides, and lines are read as people write them."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
import re
import unicodedata
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    NO_RULES,
    PARIS,
    Country,
    HourRule,
    HourRules,
    LineError,
    LineProblem,
    OffPeakWindow,
    public_holidays,
    read_rules,
    write_rules,
)
from tests.tempo.history import DAY, HOUR

_LANGUAGES = ("en", "de", "fr", "nl")
_MINUTES = st.integers(0, 24 * 60 - 1)
_WINDOW = st.tuples(_MINUTES, _MINUTES).filter(lambda each: each[0] != each[1])
_RULE = st.builds(
    HourRule,
    st.decimals(-1, 1, places=4).map(float),
    st.lists(_WINDOW, max_size=2).map(
        lambda found: tuple(
            OffPeakWindow(*(time(*divmod(bound, 60)) for bound in each)) for each in found
        )
    ),
    st.frozensets(st.integers(0, 6), max_size=6),
    st.frozensets(st.integers(1, 12), max_size=11),
    st.sampled_from([None, Country.NETHERLANDS]),
)
_RULES = st.lists(_RULE, min_size=1, max_size=5).map(lambda each: HourRules(tuple(each), PARIS))
# Around both changes of the clock, over the new year, and on a holiday of one country.
_NEAR = st.sampled_from(
    [
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 12, 31, 23, tzinfo=UTC),
        datetime(2026, 4, 27, 10, tzinfo=UTC),
    ]
)
_HOLIDAYS = st.sampled_from(sorted(public_holidays(2026, Country.NETHERLANDS)))


def read(text: str, language: str = "en") -> tuple[HourRule, ...]:
    """Return the rules of a text."""
    return read_rules(text, language, PARIS, low=-1, high=1, country="NL").rules


def windows(*hours: int) -> tuple[OffPeakWindow, ...]:
    """Return windows between full hours, of which the last may be midnight."""
    times = [time(hour % 24) for hour in hours]
    return tuple(OffPeakWindow(*pair) for pair in zip(times[::2], times[1::2], strict=True))


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("17:00-20:00 Mo-Fr Oct-Mar 0.12", "en"),
        ("17:00-20:00 Mon-Fri Oct-Mar 0.12", "en"),
        ("17:00 - 20:00, Monday - Friday, october-march: 0.12", "en"),
        ("17-20 Mon,Tue,Wed,Thu,Fri Q4-Q1 +0.12", "en"),
        ("17:00\N{EN DASH}20:00 Mo\N{EN DASH}Fr Okt\N{EN DASH}März 0,12", "de"),
        ("Mo-Fr Okt-Mrz 17.00-20.00 12 ct/kWh", "de"),
        ("Montag-Freitag 17-20 Okt.-März 0,12 €/kWh", "en"),
        ("17h-20h lun-ven oct-mar 0,12", "fr"),
        ("17h00 - 20h00 lundi-vendredi oct.-mars 12 c€", "fr"),
        ("17:00-20:00 ma-vr okt-mrt €0,12".replace("€", ""), "nl"),
        ("17:00-20:00 ma-vr okt-maart 0,12 EUR", "pt"),
        ("17:00-20:00 Mo-Fr Q4,Q1 120 EUR/MWh", "de-CH"),
    ],
)
def test_lines_of_people(line: str, language: str) -> None:
    """One rule in many ways: names, dashes, units and points of four languages."""
    months = frozenset({10, 11, 12, 1, 2, 3})
    assert read(line, language) == (HourRule(0.12, windows(17, 20), frozenset(range(5)), months),)


def test_lines_of_the_docs() -> None:
    """Each example of the page on tariffs can be typed as it stands there."""
    page = Path(__file__).parents[2] / "docs" / "tariffs.md"
    examples = re.findall(r"^```text\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert examples
    for example in examples:
        assert HourRules(read(example)).is_complete


def test_names_that_two_languages_share() -> None:
    """The own language decides; where it has no such name, others have to agree."""
    assert read("mar 0.1", "en")[0].months == {3}
    assert read("mar 0,1", "fr")[0].days == {1}
    assert read("di 0.1", "nl")[0].days == {1}
    assert read("di 0.1", "fr")[0].days == {6}
    for doubtful, language in (("di 0.1", "en"), ("ma 0.1", "en"), ("jui 0,1", "fr")):
        with pytest.raises(LineError) as refusal:
            read(doubtful, language)
        assert refusal.value.problem is LineProblem.UNKNOWN


def test_all_hours_and_the_rest() -> None:
    """A line of a value alone is for what lines above it leave, and 24:00 is midnight."""
    assert read("17:00-24:00 -0.02\n\n 00:00-24:00 Sat,Sun 0\n0.05 ") == (
        HourRule(-0.02, windows(17, 0)),
        HourRule(0.0, (), frozenset({5, 6})),
        HourRule(0.05),
    )
    assert read(" \n") == ()


@pytest.mark.parametrize(
    ("line", "language", "days"),
    [
        ("WE 0.1", "en", {2}),
        ("weekend 0.1", "en", {5, 6}),
        ("WE 0,1", "fr", {5, 6}),
        ("22h-6h lun,week-end 0,1", "fr", {0, 5, 6}),
        ("WE 0,1", "de", {5, 6}),
        ("Fr-Wochenende 0,1", "de", {4, 5, 6}),
        ("weekend 0,1", "nl", {5, 6}),
        ("week-end 0,1", "pt", {5, 6}),
    ],
)
def test_weekends(line: str, language: str, days: set[int]) -> None:
    """They are two days; the short name of them in French and German is Wednesday in English."""
    (rule,) = read(line, language)
    assert rule.days == days


def test_a_name_with_two_meanings() -> None:
    """In a language that has neither it is none."""
    with pytest.raises(LineError):
        read("WE 0,1", "nl")


@pytest.mark.parametrize(
    ("text", "problem", "line", "term"),
    [
        ("17:00-20:00", LineProblem.NO_VALUE, 1, "17:00-20:00"),
        ("0.1\n", None, 0, ""),
        ("7-9 0.1\nevening 0.2", LineProblem.UNKNOWN, 2, "evening"),
        ("Mon-Tue-Wed 0.2", LineProblem.UNKNOWN, 1, "Mon-Tue-Wed"),
        ("Mon-Oct 0.2", LineProblem.UNKNOWN, 1, "Mon-Oct"),
        ("17-20 0.2 apples", LineProblem.UNIT, 1, "apples"),
        ("25-26 0.2", LineProblem.HOURS, 1, "25-26"),
        ("17:70-18 0.2", LineProblem.HOURS, 1, "17:70-18"),
        ("17-17 0.2", LineProblem.HOURS, 1, "17-17"),
        ("24:00-0:00 0.2", LineProblem.HOURS, 1, "24:00-0:00"),
        ("12-24 0.2\n\n7-9 2", LineProblem.OUT_OF_BOUNDS, 3, "2"),
        ("0.1\n17-20 0.2", LineProblem.NEVER_USED, 2, ""),
        ("17-19 0.1\n18-20 0.3\n17-20 Mon 0.2", LineProblem.NEVER_USED, 3, ""),
        ("0-1 0.1\n" * 25, LineProblem.TOO_MANY, 25, "24"),
    ],
)
def test_lines_that_are_no_rules(
    text: str, problem: LineProblem | None, line: int, term: str
) -> None:
    """The line is counted as it stands in the field, and the term that is wrong is named."""
    if problem is None:
        assert read(text)
        return
    with pytest.raises(LineError) as refusal:
        read(text)
    assert (refusal.value.problem, refusal.value.line, refusal.value.term) == (problem, line, term)


@given(_RULES, st.sampled_from(_LANGUAGES))
def test_what_is_written_is_read(rules: HourRules, language: str) -> None:
    """In each language, and so are stored rules."""
    assert HourRules.restore(rules.store(), PARIS) == rules
    lines = write_rules(rules, language, lambda value: f"{value:.4f}")
    for rule, line in zip(rules.rules, lines, strict=True):
        # One for holidays of months without any is refused.
        if HourRules((rule,)).never_used() is None:
            assert read(line, language) == (rule,)


_SCRAPS = st.lists(
    st.sampled_from(
        [
            *"0123456789:.,-+/ \n",
            "17:00-20:00 ",
            "Mon",
            "Okt",
            "mar",
            "Q4",
            "0.12",
            " ct",
            "h",
            " holidays ",
        ]
    )
    | st.characters(),
    max_size=40,
).map("".join)


@given(_SCRAPS, st.sampled_from([*_LANGUAGES, "sv", "de-CH"]))
def test_any_text_is_rules_or_a_line_that_is_named(text: str, language: str) -> None:
    """No text ends in another error; what was understood is understood alike when it is shown again."""
    try:
        rules = read_rules(text, language, PARIS, low=-1, high=1, country="DE")
    except LineError:
        return
    lines = write_rules(rules, language, lambda value: f"{value:.6f}")
    again = read_rules("\n".join(lines), language, PARIS, low=-1, high=1, country="DE")
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + n * 7 * HOUR for n in range(200)]
    assert [again.value_at(each) for each in moments] == [rules.value_at(each) for each in moments]


@given(_RULES, _NEAR, st.integers(-50, 50), st.integers(1, 60))
def test_nothing_changes_between_changes(
    rules: HourRules, near: datetime, hours: int, length: int
) -> None:
    """Each change is one, and every minute between two of them has one value."""
    start = near + hours * HOUR
    end = start + length * HOUR
    changes = list(rules.changes(start, end))
    assert changes == sorted(set(changes))
    for first, last in pairwise([start, *changes, end]):
        values = {
            rules.value_at(first + minutes * timedelta(minutes=1))
            for minutes in range(0, round((last - first).total_seconds() / 60), 5)
        }
        assert len(values) == 1
    for change in changes:
        assert rules.value_at(change) != rules.value_at(change - timedelta.resolution)


@given(_RULES, st.dates(date(2026, 1, 1), date(2027, 12, 31)) | _HOLIDAYS, _MINUTES)
def test_it_is_the_first_that_fits(rules: HourRules, day: date, minute: int) -> None:
    """By a count of its own: hours after midnight are of the day on which they begin."""
    local = datetime.combine(day, time(*divmod(minute, 60)))
    moment = local.replace(tzinfo=PARIS)
    if moment.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != local:
        return
    expected = None
    for rule in reversed(rules.rules):
        whole = ((0, 24 * 60),)
        spans = [(_minutes(w.start), _minutes(w.end)) for w in rule.windows] or whole
        for start, end in spans:
            length = (end - start) % (24 * 60) or 24 * 60
            for offset in (0, -1):
                begins = datetime.combine(day, time()) + offset * DAY
                begins += timedelta(minutes=start)
                is_of_day = _is_of_day(rule, begins.date(), names_them=rules.country is not None)
                is_of_month = not rule.months or begins.month in rule.months
                if (
                    is_of_day
                    and is_of_month
                    and 0 <= (local - begins).total_seconds() < 60 * length
                ):
                    expected = rule.value
    assert rules.value_at(moment) == expected


def _is_of_day(rule: HourRule, day: date, *, names_them: bool) -> bool:
    """Tell whether a rule is for a day; holidays are days of their own where any rule names them."""
    if len(rule.days) == 7 or not (rule.days or rule.holidays):
        return True
    if names_them and day in public_holidays(day.year, Country.NETHERLANDS):
        return rule.holidays is not None
    return day.weekday() in rule.days


def _minutes(clock: time) -> int:
    return 60 * clock.hour + clock.minute


def test_days_of_23_and_25_hours() -> None:
    """A night fee of 00:00-06:00 lasts five hours in March and seven in October."""
    rules = HourRules(read("0-6 0.01\n0.08"), PARIS)
    for day, hours in ((date(2026, 3, 29), 5), (date(2026, 10, 25), 7), (date(2026, 7, 1), 6)):
        start = datetime.combine(day, time(), PARIS).astimezone(UTC)
        (change,) = rules.changes(start, start + 12 * HOUR)
        assert change - start == hours * HOUR


def test_no_rules() -> None:
    """They have no value, and nothing changes; a moment needs a zone where there are some."""
    moment = datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))
    assert NO_RULES.value_at(moment) is None
    assert list(NO_RULES.changes(moment, moment + DAY)) == []
    assert not NO_RULES.is_complete
    with pytest.raises(ValueError, match="without a time zone"):
        HourRules(read("0.1")).value_at(datetime(2026, 1, 1))  # noqa: DTZ001 - has none


def test_whether_all_hours_have_a_value() -> None:
    """Of all days of all months, also of the first hours of each."""
    assert HourRules(read("6-22 0.2\n22-6 0.1")).is_complete
    assert not HourRules(read("6-22 0.2\n22-6 Oct-Mar 0.1")).is_complete
    assert not HourRules(read("6-22 0.2\n22-6 Mon-Sat 0.1")).is_complete
    assert HourRules(read("22-6 Mar 0.1\n0.2")).is_complete


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("0-24 Sat,Sun,holidays 0.12", "en"),
        ("Sat-Sun public holidays 0.12", "en"),
        ("weekend, holiday: 0.12", "en"),
        ("Sa+So+Feiertage 12 ct", "de"),
        ("Sa,So, Feiertag 0,12", "de"),
        ("sam,dim,fériés 0,12", "fr"),
        ("sam-dim, jours fériés 0,12", "fr"),
        ("za,zo,feestdagen 0,12", "nl"),
        ("weekend Feiertage 0,12", "nl"),
        (unicodedata.normalize("NFD", "sam-dim, jours fériés 0,12"), "fr"),
        ("SAM-DIM, JOURS FÉRIÉS 0,12", "fr"),
        ("week-ends et jours fériés 0,12", "fr"),
        ("Wochenenden & Feiertagen 0,12", "de"),
        ("Sa, So und gesetzliche Feiertage 0,12", "de"),
        ("Sat and Sun and bank holidays 0.12", "en"),
        ("weekend en erkende feestdagen 0,12", "nl"),
        ("za, zon- en feestdagen 0,12", "nl"),
        ("Sa, Sonn- und Feiertage 0,12", "de"),
    ],
)
def test_public_holidays_beside_days(line: str, language: str) -> None:
    """Their name stands in a list of days or by itself, in any of the languages."""
    expected = HourRule(0.12, (), frozenset({5, 6}), holidays=Country.NETHERLANDS)
    assert read(line, language) == (expected,)


@pytest.mark.parametrize("country", [None, "CH", ""])
def test_holidays_of_another_country(country: str | None) -> None:
    """They are not guessed at; lines without them need no country."""
    with pytest.raises(LineError) as refusal:
        read_rules("0.1\nSun,holidays 0.2", "en", PARIS, low=0, high=1, country=country)
    assert (refusal.value.problem, refusal.value.line) == (LineProblem.HOLIDAYS, 2)
    assert refusal.value.term == "Sun,holidays"
    rules = read_rules("Sun 0.1\n0.2", "en", PARIS, low=0, high=1, country=country)
    assert "holidays" not in rules.store()[0]


_WEEK = "Mon-Fri 17-20 0.4\nMon-Fri 0.3\nSat,Sun,holidays 0.2"


@pytest.mark.parametrize(
    ("moment", "value"),
    [
        (datetime(2026, 4, 27, 12, tzinfo=PARIS), 0.2),
        (datetime(2026, 4, 27, 18, tzinfo=PARIS), 0.2),
        (datetime(2026, 4, 28, 12, tzinfo=PARIS), 0.3),
        (datetime(2026, 4, 28, 18, tzinfo=PARIS), 0.4),
        (datetime(2026, 4, 26, 12, tzinfo=PARIS), 0.2),
    ],
)
def test_a_holiday_is_no_weekday(moment: datetime, value: float) -> None:
    """In whatever order the lines stand: King's Day of 2026 is a Monday."""
    rules = read(_WEEK)
    assert HourRules(rules, PARIS).value_at(moment) == value
    assert HourRules(rules[::-1], PARIS).value_at(moment) == value or value == 0.4
    with pytest.raises(LineError, match="line_never_used"):
        read("Mon-Sun 0.3\nholidays 0.1")


def test_hours_before_and_after_a_holiday() -> None:
    """Hours past midnight are of the day on which they begin, and no holiday is left without a value."""
    rules = HourRules(read("22-6 holidays 0.1\n0.3"), PARIS)
    change = [datetime(2026, 4, 27, 22, tzinfo=PARIS), datetime(2026, 4, 28, 6, tzinfo=PARIS)]
    start = datetime(2026, 4, 25, tzinfo=PARIS)
    assert list(rules.changes(start, start + 5 * DAY)) == [each.astimezone(UTC) for each in change]
    assert not HourRules(read("Mon-Fri 0.3\nSat 0.2\nSun 0.2\n22-6 holidays 0.1")).is_complete
    assert HourRules(read(_WEEK)).is_complete


@pytest.mark.parametrize(
    ("country", "months", "is_used"),
    [
        (Country.FRANCE, "Feb,Sep,Oct", False),
        (Country.GERMANY, "Oct", True),
        (Country.GERMANY, "Feb,Jul-Sep,Nov", False),
        (Country.BELGIUM, "Jul", True),
        (Country.NETHERLANDS, "Jul-Nov", False),
        (Country.NETHERLANDS, "Jun-Nov", True),
        (Country.NETHERLANDS, "Mar", True),
    ],
)
@pytest.mark.parametrize("hours", ["", "22-6 "])
def test_holidays_in_months_without_one(
    country: Country, months: str, is_used: bool, hours: str
) -> None:
    """A line of them is never used, also past midnight; one of other days in these months is."""

    def lines(days: str) -> HourRules:
        text = f"{hours}{days} {months} 0.1\n0.3"
        return read_rules(text, "en", PARIS, low=0, high=1, country=country)

    if is_used:
        assert lines("holidays").is_complete
    else:
        with pytest.raises(LineError) as refusal:
            lines("holidays")
        assert (refusal.value.problem, refusal.value.line) == (LineProblem.NEVER_USED, 1)
    assert lines("Sun,holidays").is_complete
