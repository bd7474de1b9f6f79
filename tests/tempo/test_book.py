"""The book of colours: whose word it goes by, and what outlives a restart."""

from datetime import UTC, date, datetime, time, timedelta
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import (
    ANNOUNCERS,
    PARIS,
    Announcement,
    Colour,
    ColourBook,
    Disagreement,
    Season,
    Source,
    binding_from,
    is_lawful,
)
from tests.support.examples import thorough
from tests.tempo.history import DAY, HISTORY, computer_in

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
RTE, COMMUNITY, RTE_API = Source.RTE, Source.COMMUNITY, Source.RTE_API
THURSDAY = date(2026, 1, 15)
_EVE = THURSDAY - DAY
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_SEEN = st.integers(0, 3 * 24 * 60 * 60).map(
    lambda seconds: datetime(2026, 1, 13, tzinfo=UTC) + timedelta(seconds=seconds)
)


def _announcements(days: st.SearchStrategy[date]) -> st.SearchStrategy[Announcement]:
    """Return what any source may say of some days at any time."""
    return st.builds(
        Announcement,
        day=days,
        colour=st.sampled_from(Colour),
        source=st.sampled_from(ANNOUNCERS),
        seen_at=_SEEN,
        is_fallback=st.booleans(),
    )


_OF_THURSDAY = st.lists(_announcements(st.just(THURSDAY)), min_size=1, max_size=8)
_OF_ANY_DAY = st.lists(_announcements(st.dates(date(2014, 8, 1), date(2030, 1, 1))), max_size=12)
# Words from which stored entries are made, to get past the first check.
_WORDS = st.sampled_from(
    [
        *("red", "white", "blue", "rte", "rte_api", "api_couleur_tempo", "fallback", "green", ""),
        *("2026-01-14T05:55:00Z", "2026-01-14T05:55:00", "0001-01-01T00:00:00Z", "never"),
        "2026-01-14T05:55:00+01:00",
    ]
)
_DAYS = st.sampled_from(
    ["2026-01-15", "2026-01-18", "0001-01-01", "9999-12-31", "20260115", "2026-W03-4", "today"]
)
_ALMOST_STORED = st.fixed_dictionaries(
    {
        "days": st.dictionaries(
            _DAYS | st.text(max_size=10),
            _JSON | st.lists(_WORDS, max_size=5).map(" ".join),
            max_size=6,
        )
    }
)


def said(
    colour: Colour,
    source: Source = RTE,
    clock: str = "11:00",
    *,
    day: date = THURSDAY,
    fallback: bool = False,
) -> Announcement:
    """Return what a source said of a day on its eve."""
    seen_at = datetime.combine(day - DAY, time.fromisoformat(clock), PARIS)
    return Announcement(day, colour, source, seen_at, is_fallback=fallback)


def _book(*announcements: Announcement) -> ColourBook:
    """Return a book that has learnt something."""
    book = ColourBook()
    book.learn(announcements)
    return book


@pytest.mark.parametrize(
    ("announcement", "binding"),
    [
        (said(RED, RTE, "10:39:59"), False),
        (said(RED, RTE, "10:40"), True),
        (said(RED, RTE_API, "10:39:59"), False),
        (said(RED, RTE_API, "10:40"), True),
        (said(RED, COMMUNITY, "11:59:59"), False),
        (said(RED, COMMUNITY, "12:00"), True),
        (said(RED, RTE, "23:00", fallback=True), False),
        (Announcement(THURSDAY, RED, COMMUNITY, datetime(2026, 9, 1, tzinfo=UTC)), True),
        (
            Announcement(THURSDAY, RED, RTE, datetime(2026, 9, 1, tzinfo=UTC), is_fallback=True),
            False,
        ),
        (Announcement(THURSDAY, RED, RTE, datetime(2026, 1, 13, 20, tzinfo=UTC)), False),
    ],
)
def test_from_when_on_a_word_is_binding(announcement: Announcement, binding: bool) -> None:
    """RTE from 10:40 of the eve, the community from noon, a fallback never."""
    assert announcement.is_binding is binding
    entry = _book(announcement).get(THURSDAY)
    assert entry is not None
    assert entry.is_binding is binding


@pytest.mark.parametrize(
    ("held", "new", "believed"),
    [
        # Another colour of equal standing: what was said last.
        (said(BLUE, RTE, "07:00"), said(RED, RTE, "08:30"), RED),
        (said(BLUE, RTE, "11:00"), said(RED, RTE_API, "11:05"), RED),
        (said(BLUE, COMMUNITY, "13:00"), said(RED, COMMUNITY, "17:00"), RED),
        # Even when the clock was put back in between.
        (said(BLUE, RTE, "18:00"), said(RED, RTE, "11:00"), RED),
        # Binding against provisional.
        (said(BLUE, RTE, "10:00"), said(RED, RTE, "10:45"), RED),
        (said(RED, RTE, "10:45"), said(BLUE, RTE, "10:30"), RED),
        (said(BLUE, RTE, "10:00"), said(RED, COMMUNITY, "12:05"), RED),
        (said(RED, COMMUNITY, "12:05"), said(BLUE, RTE, "10:30"), RED),
        # RTE against the community.
        (said(RED, RTE, "07:00"), said(BLUE, COMMUNITY, "10:00"), RED),
        (said(BLUE, COMMUNITY, "10:00"), said(RED, RTE, "07:00"), RED),
        (said(RED, RTE, "11:00"), said(BLUE, COMMUNITY, "17:00"), RED),
        (said(BLUE, COMMUNITY, "17:00"), said(RED, RTE_API, "11:00"), RED),
        # A fallback against a choice.
        (said(RED, COMMUNITY, "07:00"), said(BLUE, RTE, "18:00", fallback=True), RED),
        (said(BLUE, RTE, "18:00", fallback=True), said(RED, COMMUNITY, "07:00"), RED),
        (said(BLUE, RTE, "09:00", fallback=True), said(RED, RTE, "09:30", fallback=True), RED),
    ],
)
def test_whose_word_the_book_goes_by(
    held: Announcement, new: Announcement, believed: Colour
) -> None:
    """The order of precedence, one pair at a time."""
    book = _book(held)
    learnt = book.learn([new])
    assert book.colour(THURSDAY) is believed
    assert learnt.changed == ({THURSDAY} if believed is new.colour else frozenset())


@thorough
@given(_OF_THURSDAY)
def test_the_weightiest_and_latest_word_wins(announcements: list[Announcement]) -> None:
    """In any sequence, learnt at once or one by one."""
    best = max(announcement.rank for announcement in announcements)
    last = [announcement for announcement in announcements if announcement.rank == best][-1]
    at_once, one_by_one = _book(*announcements), ColourBook()
    for announcement in announcements:
        before = one_by_one.get(THURSDAY)
        learnt = one_by_one.learn([announcement])
        after = one_by_one.get(THURSDAY)
        assert learnt.changed == (frozenset() if after is before else {THURSDAY})
    for book in (at_once, one_by_one):
        entry = book.get(THURSDAY)
        assert entry is not None
        assert (entry.rank, entry.colour) == (best, last.colour)
        assert entry in announcements


@given(_OF_ANY_DAY, st.dates(date(2014, 8, 1), date(2030, 1, 1)))
def test_a_fallback_is_not_known(announcements: list[Announcement], first: date) -> None:
    """Known are the colours of the days whose announcement is none, also after days were dropped."""
    book = _book(*announcements)
    book.forget_before(first)
    entries = [entry for day in book.colours if (entry := book.get(day)) is not None]
    assert book.known == {entry.day: entry.colour for entry in entries if not entry.is_fallback}


def test_repetition_is_no_news() -> None:
    """The first word of its standing stays, so that a whole season asked daily changes nothing."""
    book = _book(said(RED, RTE, "07:00"))
    assert not book.learn([said(RED, RTE, "08:00"), said(RED, COMMUNITY, "09:00")]).changed
    assert book.get(THURSDAY) == said(RED, RTE, "07:00")
    assert book.learn([said(RED, RTE, "10:45")]).changed == {THURSDAY}
    assert not book.learn([said(RED, RTE, "11:15"), said(RED, RTE_API, "11:15")]).changed
    assert book.get(THURSDAY) == said(RED, RTE, "10:45")


def test_sources_that_differ_are_reported() -> None:
    """Whichever of them the book goes by."""
    rte, community = said(RED, RTE), said(BLUE, COMMUNITY, "13:00")
    expected = (Disagreement(THURSDAY, ours=rte, other=community),)
    assert _book(rte).learn([community]).disagreements == expected
    assert _book(community).learn([rte]).disagreements == expected
    assert ColourBook().learn([community, rte]).disagreements == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (said(BLUE, RTE, "08:00"), said(RED, RTE, "10:45")),
        (said(RED, RTE), said(RED, COMMUNITY)),
        (said(RED, COMMUNITY), said(BLUE, RTE, fallback=True)),
        (said(BLUE, RTE, fallback=True), said(RED, COMMUNITY)),
    ],
)
def test_what_is_no_disagreement(first: Announcement, second: Announcement) -> None:
    """A source that changes its mind, two that say the same, a fallback."""
    assert not ColourBook().learn([first, second]).disagreements


@pytest.mark.parametrize(
    ("day", "colour"),
    [
        (date(2026, 1, 18), WHITE),
        (date(2026, 1, 18), RED),
        (date(2026, 1, 17), RED),
        (date(2026, 1, 1), RED),
        (date(2026, 4, 1), RED),
        (date(2025, 10, 31), RED),
        (date(2014, 8, 31), BLUE),
        (date(2100, 1, 1), BLUE),
    ],
)
def test_what_can_not_be_true_is_refused(day: date, colour: Colour) -> None:
    """White on a Sunday, red on a weekend, a holiday or in summer, a day out of this world."""
    announcement = said(colour, day=day)
    book = ColourBook()
    learnt = book.learn([announcement])
    assert learnt.refused == (announcement,)
    assert not learnt.changed
    assert book.get(day) is None


@thorough
@given(_OF_ANY_DAY)
def test_nothing_unlawful_enters(announcements: list[Announcement]) -> None:
    """Each announcement is refused, or its day is known in a colour that it may have."""
    book = ColourBook()
    learnt = book.learn(announcements)
    for announcement in announcements:
        if announcement not in learnt.refused:
            assert book.get(announcement.day) is not None
    for day, colour in book.colours.items():
        assert is_lawful(colour, day)
        assert book.colour(day) is colour
    assert set(book.colours) == learnt.changed


@thorough
@given(_OF_ANY_DAY)
def test_a_restart_loses_nothing(announcements: list[Announcement]) -> None:
    """Through JSON and back: the same entries, as binding as before."""
    book = _book(*announcements)
    restored = ColourBook.restore(json.loads(json.dumps(book.store())))
    assert restored.colours == book.colours
    assert [restored.get(day) for day in book.colours] == [book.get(day) for day in book.colours]
    assert restored.known == book.known
    assert restored.store() == book.store()


def test_a_restart_in_another_zone_loses_nothing() -> None:
    """What is stored does not depend on the zone of the computer."""
    book = _book(said(RED, RTE, "10:39:59"), said(BLUE, RTE, "10:40", day=THURSDAY + DAY))
    with computer_in("Pacific/Auckland"):
        restored = ColourBook.restore(book.store())
    assert [restored.get(day) for day in book.colours] == [
        said(RED, RTE, "10:39:59"),
        said(BLUE, RTE, "10:40", day=THURSDAY + DAY),
    ]


@thorough
@given(_JSON | _ALMOST_STORED)
def test_rubbish_is_left_out(stored: Any) -> None:
    """Whatever was stored, the book works and holds only what can be true."""
    book = ColourBook.restore(stored)
    for day, colour in book.colours.items():
        entry = book.get(day)
        assert entry is not None
        assert entry.is_binding in (True, False)
        assert is_lawful(colour, day)
    assert ColourBook.restore(book.store()).store() == book.store()


def test_what_is_readable_among_rubbish_is_kept() -> None:
    """One bad line costs one day."""
    good = _book(said(RED), said(BLUE, COMMUNITY, day=THURSDAY + DAY)).store()["days"]
    bad: dict[object, object] = {
        "2026-01-13": "red rte 2026-01-12T11:00:00",
        "2026-01-12": "green rte 2026-01-11T11:00:00Z",
        "2026-01-09": "red rte 2026-01-08T11:00:00Z fallback again",
        "2026-01-18": "red rte 2026-01-17T11:00:00Z",
        "2026-01-08": 3,
        5: "red rte 2026-01-12T11:00:00Z",
    }
    assert set(ColourBook.restore({"days": {**bad, **good}}).colours) == {
        THURSDAY,
        THURSDAY + DAY,
    }


def test_a_stored_season_is_small() -> None:
    """A short string per day."""
    season = Season(2025)
    book = _book(*(said(HISTORY[day], COMMUNITY, day=day) for day in season.dates))
    assert book.store()["days"]["2026-03-13"] == "red api_couleur_tempo 2026-03-12T10:00:00Z"
    assert len(json.dumps(book.store())) < 24_000
    assert book.known_days(season) == season.dates


def test_old_days_are_forgotten() -> None:
    """All before a day, and no other; the view of the colours follows."""
    days = [THURSDAY + offset * DAY for offset in range(4)]
    book = _book(*(said(BLUE, day=day) for day in days))
    colours = book.colours
    book.forget_before(days[2])
    assert list(colours) == days[2:]
    assert book.known_days(Season(2025)) == tuple(days[2:])
    assert book.known_days(Season(2024)) == ()
    assert book.get(days[1]) is None


def test_an_announcement_without_a_zone_is_refused() -> None:
    """Nobody could tell whether it is binding."""
    with pytest.raises(ValueError, match="zone"):
        Announcement(THURSDAY, RED, RTE, datetime(2026, 1, 14, 12))  # noqa: DTZ001 - the point


def test_binding_times_are_those_of_paris() -> None:
    """In winter and in summer."""
    assert binding_from(RTE, THURSDAY) == datetime(2026, 1, 14, 9, 40, tzinfo=UTC)
    assert binding_from(COMMUNITY, date(2026, 7, 1)) == datetime(2026, 6, 30, 10, 0, tzinfo=UTC)
