"""Sources that fail or lie, restarts and wrong clocks: the right colour, or an honest unknown."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
import logging

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.marstek.tempo import BUDGET, PARIS
from simulator.http import HttpAnswer, HttpRequest
from simulator.tempo import TempoFault
from tests.support.frozen_home import DAY, HISTORY, MINUTE, FrozenHome, days
from tests.support.moments import paris
from tests.support.variants import variants

UNKNOWN = "unknown"
# Morning of a Thursday in a week with red days from Monday on; all of its days are in January.
WEEK = "2026-01-15"


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Return what the integration has logged for the owner: level and first word."""
    return [
        (record.levelname, record.getMessage().split(" ")[0])
        for record in caplog.records
        if record.name.startswith("custom_components.marstek") and record.levelno >= logging.INFO
    ]


OUTAGE = [("INFO", "No"), ("INFO", "The")]


def is_honest(home: FrozenHome) -> bool:
    """Tell whether what is shown is right or unknown."""
    day = tempo_day(home.now)
    today, tomorrow = home.colours
    truth = home.server.calendar.true_colour
    return today in (truth(day), UNKNOWN) and tomorrow in (truth(day + DAY), UNKNOWN)


def tempo_day(moment: datetime) -> date:
    """Return the Tempo day by the clock of Paris."""
    return (moment.astimezone(PARIS).replace(tzinfo=None) - timedelta(hours=6)).date()


async def know(home: FrozenHome, day: str = WEEK) -> None:
    """Go to the noon of a day, by when today and tomorrow are known bindingly."""
    for clock in ("06:45", "08:30", "11:20", "12:00"):
        await home.go(day, clock)
    first = date.fromisoformat(day)
    assert home.colours == (HISTORY[first], HISTORY[first + DAY])


async def begin(home: FrozenHome, day: str = WEEK) -> None:
    """Set a plan up on the morning of a day."""
    await home.jump(paris(day, "06:10"))
    await home.set_up()


async def test_down_for_a_day(home: FrozenHome, caplog: pytest.LogCaptureFixture) -> None:
    """Today stays right, tomorrow is unknown, one line tells of it, a repair after 24 hours."""
    await begin(home)
    await know(home)
    home.server.fault("all", "down")
    failing_from = None
    while home.now < paris("2026-01-17", "05:50"):
        await home.go_to(home.now + 10 * MINUTE)
        day = tempo_day(home.now)
        assert home.state("colour_today") == HISTORY[day]
        known = day == date(2026, 1, 15)
        assert home.state("colour_tomorrow") == (HISTORY[day + DAY] if known else UNKNOWN)
        if failing_from is None and told(caplog):
            failing_from = home.now
        is_long = failing_from is not None and home.now - failing_from >= timedelta(hours=24)
        assert home.issues() == ({"no_source"} if is_long else set())
        if home.now >= paris("2026-01-16", "21:30"):
            assert home.entity("tomorrow_announced").attributes["event_type"] == "missing"
    assert failing_from is not None
    assert failing_from <= paris("2026-01-16", "06:50")
    assert told(caplog) == OUTAGE[:1]


async def test_down_for_a_week(home: FrozenHome, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody said is unknown; the first answer tells all, and takes the repair away."""
    await begin(home)
    await know(home)
    home.server.fault("all", "503")
    before = home.server.count()
    while home.now < paris("2026-01-23"):
        await home.go_to(home.now + 20 * MINUTE)
        assert is_honest(home)
    asked = Counter(call.at.astimezone(PARIS).date() for call in home.server.calls[before:])
    assert home.colours == (UNKNOWN, UNKNOWN)
    assert home.state("price") == UNKNOWN
    assert home.state("red_tomorrow") == UNKNOWN
    assert home.issues() == {"no_source"}
    assert max(asked.values()) <= BUDGET
    home.server.fault("all")
    with home.watch("colour_today", "colour_tomorrow") as seen:
        await home.live(paris("2026-01-23", "12:00"), 5 * MINUTE)
    assert home.issues() == set()
    assert home.colours == (HISTORY[date(2026, 1, 23)], HISTORY[date(2026, 1, 24)])
    assert all(is_honest(home) for _ in seen)
    assert told(caplog) == OUTAGE
    await home.live(paris("2026-01-24", "12:00"), 20 * MINUTE)
    known = {day["date"]: day["colour"] for day in await _all_days(home)}
    assert known == {day.isoformat(): HISTORY[day] for day in days("2025-09-01", "2026-01-25")}


async def _all_days(home: FrozenHome) -> list[dict[str, str]]:
    return await home.call(start_date="2025-09-01", end_date="2026-01-25")


@pytest.mark.parametrize(
    "kind",
    variants(
        (
            "html",
            "403",
            "429",
            "500",
            "503",
            "truncated",
            "broken",
            "oversized",
            "not_json",
            "array",
        ),
        quick=["html", "503", "truncated"],
    ),
)
async def test_sick_sources(home: FrozenHome, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """One that answers rubbish is replaced by the other; two of them make one outage."""
    await begin(home)
    await know(home)
    home.server.fault("rte", kind)
    await home.live(paris("2026-01-16", "13:00"), 10 * MINUTE)
    expected = (HISTORY[date(2026, 1, 16)], HISTORY[date(2026, 1, 17)])
    assert home.colours == expected
    assert home.state("colour_tomorrow_source") == "api_couleur_tempo"
    assert home.state("tomorrow_provisional") == "off"
    assert told(caplog) == []
    home.server.fault("community", kind)
    await home.live(paris("2026-01-17", "13:00"), 10 * MINUTE)
    assert home.colours == (expected[1], UNKNOWN)
    home.server.fault("all")
    await home.live(paris("2026-01-17", "20:00"), 10 * MINUTE)
    assert home.colours == (expected[1], HISTORY[date(2026, 1, 18)])
    assert told(caplog) == OUTAGE
    assert home.issues() == set()


async def test_told_to_wait(home: FrozenHome) -> None:
    """A source that asks to be left alone for six hours is not asked again before."""
    await begin(home)
    home.server.fault("rte", "429", retry_after="21600")
    before = home.server.count("rte")
    await home.live(paris(WEEK, "12:30"), 10 * MINUTE)
    assert home.server.count("rte") - before == 1
    assert home.state("colour_tomorrow") == HISTORY[date(2026, 1, 16)]


async def test_slow_source(
    home: FrozenHome, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """A source that takes for ever is given up; Home Assistant waits for none of it."""
    await begin(home)
    home.server.faults["rte"] = TempoFault("slow", seconds=3600.0)
    before = home.server.count()
    await home.fire_at(paris(WEEK, "06:50"))
    await home.until(lambda: home.server.count("rte") > before)
    assert home.state("colour_today") == HISTORY[date(2026, 1, 15)]
    freezer.tick(16)
    await home.settle()
    assert home.state("colour_tomorrow") == UNKNOWN
    home.server.fault("all")
    await home.live(paris(WEEK, "09:00"), 10 * MINUTE)
    assert home.state("colour_tomorrow") == HISTORY[date(2026, 1, 16)]


@pytest.mark.parametrize("kind", ["wrong_day", "stale", "missing", "unknown", "fallback"])
@pytest.mark.parametrize("sound", ["rte", "community", None])
async def test_lying_sources(home: FrozenHome, kind: str, sound: str | None) -> None:
    """Wrong days, nothing at all, unknown words and placeholders make no colour."""
    await begin(home)
    for source in ("rte", "community"):
        if source != sound:
            home.server.fault(source, kind)
    if kind == "fallback" and sound is None:
        home.server.fault("community", "missing")
    while home.now < paris(WEEK, "23:50"):
        await home.go_to(home.now + 20 * MINUTE)
        assert is_honest(home), home.now
    # The community does not know what it is to be stale.
    knows = sound is not None or kind == "stale"
    tomorrow = HISTORY[date(2026, 1, 16)] if knows else UNKNOWN
    assert home.state("colour_tomorrow") == tomorrow
    told_type = home.entity("tomorrow_announced").attributes["event_type"]
    assert told_type == (tomorrow if knows else "missing")


async def test_placeholder(home: FrozenHome) -> None:
    """What RTE shows while its own choice is missing is no colour, today as little as tomorrow."""
    await begin(home)
    home.server.fault("rte", "fallback")
    home.server.fault("community", "missing")
    await home.live(paris(WEEK, "23:50"), 20 * MINUTE)
    home.server.fault("all", "down")
    await home.live(paris("2026-01-16", "05:50"), 20 * MINUTE)
    assert home.state("colour_tomorrow") == UNKNOWN
    assert home.state("red_tomorrow") == UNKNOWN
    # RTE says something, though not what.
    assert home.state("tomorrow_provisional") == "on"
    assert home.state("colour_tomorrow_source") == "rte"
    (day,) = await home.call(start_date="2026-01-16", end_date="2026-01-16")
    assert (day["colour"], day["provisional"], day["price_peak"]) == (None, True, None)
    assert home.entity("tomorrow_announced").attributes["event_type"] == "missing"
    left = home.state("blue_days_left")
    await home.go("2026-01-16", "06:10")
    assert home.colours == (UNKNOWN, UNKNOWN)
    assert home.state("price") == UNKNOWN
    assert home.state("tempo") == "off"
    assert home.state("blue_days_left") == left


@pytest.mark.parametrize("liar", ["rte", "community"])
async def test_one_wrong_one_right(home: FrozenHome, liar: str) -> None:
    """The word of RTE counts, the community's helps when RTE says nothing; a quarrel is told."""
    await begin(home)
    home.server.fault(liar, "wrong_colour")
    await home.live(paris(WEEK, "14:00"), 10 * MINUTE)
    right = HISTORY[date(2026, 1, 16)]
    if liar == "community":
        assert home.state("colour_tomorrow") == right
    # Who is asked first and answers bindingly is not doubted: asking more would cost calls.
    assert home.issues() == set()


async def test_disagreement(home: FrozenHome) -> None:
    """What is said otherwise of the running day is told, in the owner's language, until its end."""
    home.hass.config.language = "fr"
    await begin(home)
    home.server.fault("community", "wrong_colour")
    home.server.fault("rte", "503")
    await home.live(paris(WEEK, "13:00"), 10 * MINUTE)
    wrong, right = home.state("colour_tomorrow"), HISTORY[date(2026, 1, 16)]
    assert home.state("tomorrow_provisional") == "off"
    assert wrong != right
    home.server.fault("all")
    # Who failed twice waits behind the one that answers, until all are asked.
    await home.live(paris("2026-01-16", "11:20"), 10 * MINUTE)
    assert home.state("colour_today") == right
    words = {"blue": "Bleu", "white": "Blanc", "red": "Rouge"}
    for clock in ("11:20", "23:00"):
        await home.live(paris("2026-01-16", clock), 10 * MINUTE)
        assert home.issues() == {"sources_disagree"}
        assert home.issue("sources_disagree") == {
            "day": "2026-01-16",
            "ours": words[right],
            "source": "RTE",
            "theirs": words[wrong],
            "other": "api-couleur-tempo.fr",
        }
    await home.live(paris("2026-01-17", "05:50"), 10 * MINUTE)
    assert home.issues() == {"sources_disagree"}
    await home.go("2026-01-17", "06:01")
    assert home.issues() == set()


async def test_first_guess_is_no_disagreement(home: FrozenHome) -> None:
    """A provisional word that RTE's binding one corrects is what the word provisional means."""
    await begin(home)
    home.server.fault("community", "wrong_colour")
    home.server.fault("rte", "503")
    await home.live(paris(WEEK, "10:30"), 10 * MINUTE)
    assert home.state("colour_tomorrow") != HISTORY[date(2026, 1, 16)]
    assert home.state("tomorrow_provisional") == "on"
    home.server.fault("rte")
    await home.live(paris(WEEK, "13:00"), 10 * MINUTE)
    assert home.state("colour_tomorrow") == HISTORY[date(2026, 1, 16)]
    assert home.issues() == set()


async def test_published_in_the_evening(home: FrozenHome) -> None:
    """A colour that comes at 17:39 is known within the hour, and unknown until then."""
    home.server.calendar.publication[date(2026, 1, 16)] = paris(WEEK, "17:39")
    await begin(home)
    await home.live(paris(WEEK, "17:30"), 10 * MINUTE)
    assert home.state("colour_tomorrow") == UNKNOWN
    await home.live(paris(WEEK, "20:10"), 10 * MINUTE)
    assert home.state("colour_tomorrow") == HISTORY[date(2026, 1, 16)]
    assert home.state("tomorrow_provisional") == "off"


async def test_changed_mind(home: FrozenHome) -> None:
    """What is shown before 10:30 is provisional; once it changes, so does all that is shown."""
    calendar = home.server.calendar
    day = date(2026, 1, 16)
    calendar.declare(day, "blue", paris(WEEK, "06:30"))
    calendar.declare(day, "red", paris(WEEK, "09:45"))
    await begin(home)
    with home.watch("colour_tomorrow", "tomorrow_announced", "red_tomorrow") as seen:
        await home.live(paris(WEEK, "13:00"), 5 * MINUTE)
    news = [change.new for change in seen if change.entity_id == home.entity_id("colour_tomorrow")]
    assert news == ["blue", "red"]
    announced = home.entity_id("tomorrow_announced")
    (event,) = [change for change in seen if change.entity_id == announced]
    assert event.at >= paris(WEEK, "10:40")
    assert home.entity("tomorrow_announced").attributes["event_type"] == "red"
    assert home.state("red_tomorrow") == "on"
    assert home.issues() == set()


async def test_red_morning_without_network(
    home: FrozenHome, caplog: pytest.LogCaptureFixture
) -> None:
    """Today is still red although every source is dead since yesterday noon."""
    await begin(home, "2026-03-15")
    await know(home, "2026-03-15")
    entry = home.entry
    home.server.fault("all", "down")
    await home.live(paris("2026-03-16", "05:50"))
    await home.restart(entry, paris("2026-03-16", "05:59"))
    assert home.colours == ("blue", "red")
    assert home.state("red_tomorrow") == "on"
    await home.go("2026-03-16", "06:00")
    assert home.colours == ("red", UNKNOWN)
    assert float(home.state("price")) == 0.7295
    await home.live(paris("2026-03-16", "21:00"))
    assert home.colours == ("red", UNKNOWN)
    assert told(caplog) == OUTAGE[:1]


@pytest.mark.parametrize("clock", ["05:59", "06:00", "06:01"])
async def test_restart_around_six(home: FrozenHome, clock: str) -> None:
    """From the stored calendar alone, at once and without any network."""
    await begin(home, "2026-03-15")
    await know(home, "2026-03-15")
    entry = home.entry
    await home.live(paris("2026-03-16", "05:50"))
    await home.stop(entry)
    await home.server.stop()
    await home.restart_stopped(entry, paris("2026-03-16", clock))
    is_before = clock < "06:00"
    assert home.colours == (("blue", "red") if is_before else ("red", UNKNOWN))
    assert home.state("off_peak") == ("on" if is_before else "off")
    assert float(home.state("price")) == (0.1356 if is_before else 0.7295)
    await home.go("2026-03-16", "06:02")
    assert home.colours == ("red", UNKNOWN)


async def test_outage_goes_on_over_a_restart(
    home: FrozenHome, caplog: pytest.LogCaptureFixture
) -> None:
    """It is told once, and the repair comes after 24 hours before and after the restart."""
    await begin(home)
    await know(home)
    home.server.fault("all", "down")
    await home.live(paris("2026-01-16", "20:00"))
    await home.restart(home.entry, paris("2026-01-16", "20:30"))
    assert home.issues() == set()
    await home.live(paris("2026-01-17", "06:00"))
    assert home.issues() == set()
    await home.live(paris("2026-01-17", "07:40"))
    assert home.issues() == {"no_source"}
    await home.restart(home.entry)
    assert home.issues() == {"no_source"}
    home.server.fault("all")
    await home.live(paris("2026-01-17", "10:00"))
    assert home.issues() == set()
    assert told(caplog) == OUTAGE


async def test_back_after_a_blackout(home: FrozenHome, caplog: pytest.LogCaptureFixture) -> None:
    """After days switched off, a network that is slower to start is no outage of days."""
    await begin(home)
    await know(home)
    entry = home.entry
    await home.stop(entry)
    home.server.fault("all", "down")
    await home.restart_stopped(entry, paris("2026-01-19", "15:00"))
    assert home.colours == (UNKNOWN, UNKNOWN)
    assert home.issues() == set()
    home.server.fault("all")
    await home.live(paris("2026-01-19", "16:00"), 5 * MINUTE)
    assert home.colours == (HISTORY[date(2026, 1, 19)], HISTORY[date(2026, 1, 20)])
    assert told(caplog) == OUTAGE


async def test_season_file_only_is_down(
    home: FrozenHome, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The past that can't be had is no outage: today and tomorrow are told all the same."""
    sound = home.server._rte

    def without_season(path: str, request: HttpRequest, lie: str) -> HttpAnswer:
        return sound("nothing" if path == "tempo" else path, request, lie)

    monkeypatch.setattr(home.server, "_rte", without_season)
    await begin(home)
    await home.live(paris("2026-01-18", "05:00"), 15 * MINUTE)
    assert is_honest(home)
    assert UNKNOWN not in home.colours
    assert told(caplog) == []


ODD_DAYS = {
    "2024-02-28": ("red", "white"),
    "2024-02-29": ("white", "blue"),
    "2026-08-31": ("blue", "blue"),
    "2026-09-01": ("blue", "blue"),
    "2026-03-28": ("blue", "blue"),
    "2026-03-29": ("blue", "red"),
    "2025-10-25": ("blue", "blue"),
    "2025-10-26": ("blue", "blue"),
    "2025-12-31": ("red", "white"),
}


@pytest.mark.parametrize("day", ODD_DAYS)
async def test_odd_days(home: FrozenHome, day: str) -> None:
    """Leap day, new season, both clock changes and New Year, through the night."""
    first, colours = date.fromisoformat(day), ODD_DAYS[day]
    await begin(home, day)
    await know(home, day)
    moment = paris(day, "21:30")
    end = paris(first + DAY, "06:00")
    with home.watch("colour_today") as seen:
        while moment < end + 30 * MINUTE:
            await home.go_to(moment)
            is_after = moment >= end
            assert home.state("colour_today") == colours[is_after], moment
            is_night = paris(day, "22:00") <= moment < end
            assert home.state("off_peak") == ("on" if is_night else "off"), moment
            moment += 15 * MINUTE
    assert [change.at for change in seen] == ([end] if colours[0] != colours[1] else [])


async def test_new_season(home: FrozenHome) -> None:
    """On 1 September all days are left again, although RTE's file of the season is empty."""
    await begin(home, "2026-08-31")
    await know(home, "2026-08-31")
    assert home.state("red_days_left") == "0"
    await home.go("2026-09-01", "06:10")
    assert home.state("red_days_left") == "22"
    assert home.state("white_days_left") == "43"
    assert home.state("blue_days_left") == "299"


@pytest.mark.parametrize(
    "wrong",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2000, 1, 1, 12, tzinfo=UTC),
        paris("2026-01-14", "12:00"),
        paris("2026-01-15", "04:00"),
        paris("2026-01-17", "12:00"),
        paris("2026-12-15", "12:00"),
        paris("2031-01-15", "12:00"),
    ],
)
@pytest.mark.parametrize("is_online", [True, False])
async def test_clock_jumps(home: FrozenHome, wrong: datetime, is_online: bool) -> None:
    """With a wrong clock nothing wrong is learnt, and what was known is still known after it."""
    await begin(home)
    await know(home)
    before = home.server.count()
    if not is_online:
        home.server.fault("all", "down")
    expected = home.colours
    # The sources have a clock of their own.
    right = home.now
    home.server.calendar.now = lambda: right
    await home.set_clock(wrong)
    for _ in range(5):
        await home.go_to(home.now + MINUTE)
        assert is_honest(home)
    await home.set_clock(right + 10 * MINUTE)
    home.server.calendar.now = lambda: home.now
    home.server.fault("all")
    await home.live(right + 30 * MINUTE, MINUTE)
    assert home.colours == expected
    assert home.server.count() - before <= BUDGET
    assert home.issues() <= {"prices_outdated"}
