"""The client against sources that fail, over real TCP: the right colour, or an honest unknown."""

from datetime import UTC, timedelta
import json
import random
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.tempo import BUDGET, Colour, Credentials, FaultKind, Source
from custom_components.marstek.tempo.request_budget import RequestBudget
from simulator.colours import TempoCalendar
from simulator.tempo import LIES, SPOILERS, STATUSES, TempoFault
from tests.support.moments import paris
from tests.tempo.figures import measure
from tests.tempo.home import CREDENTIALS, DAY, HISTORY, home

pytestmark = pytest.mark.usefixtures("socket_enabled")

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
# Monday 26 January 2026 is red, Tuesday white, Wednesday and Thursday red.
SATURDAY, SUNDAY, MONDAY = "2026-01-24", "2026-01-25", "2026-01-26"
TUESDAY, WEDNESDAY = "2026-01-27", "2026-01-28"
MINUTE = timedelta(minutes=1)


async def test_a_day_as_it_should_be() -> None:
    """Asked from 06:30 on until known, confirmed once, then left in peace."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        assert (place.today(), place.tomorrow()) == (BLUE, None)
        await place.run_until(paris(SUNDAY, "06:59"))
        assert place.tomorrow() is None
        await place.run_until(paris(SUNDAY, "07:11"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (RED, False)
        await place.run_until(paris(SUNDAY, "10:39"))
        assert (place.server.count(), place.tomorrow_is_binding()) == (2, False)
        await place.run_until(paris(SUNDAY, "11:16"))
        assert (place.server.count(), place.tomorrow_is_binding()) == (3, True)
        await place.run_until(paris(MONDAY, "06:29"))
        assert (place.server.count(), place.today()) == (3, RED)
        assert {call.source for call in place.server.calls} == {"rte"}


async def test_history_is_asked_for_once() -> None:
    """Both seasons on the first day, and not again."""
    async with home(paris(SUNDAY, "12:30")) as place:
        await place.ask()
        seasons = [call for call in place.server.calls if call.path == "/rte/tempo"]
        assert len(seasons) == 2
        assert len(place.book.colours) > 365 + 140
        place.server.calls.clear()
        await place.run_until(place.now + 7 * DAY)
        assert {call.path for call in place.server.calls} == {"/rte/tempoLight"}
        assert place.wrong_days() == []


async def test_all_sources_down_for_a_day() -> None:
    """Unknown all day and night; within the budget; known soon after they are back."""
    async with home(paris(SUNDAY, "12:30")) as place:
        await place.know()
        await place.run_until(paris(MONDAY, "06:20"))
        await place.server.stop()
        await place.run_until(paris(TUESDAY, "06:10"))
        assert (place.today(), place.tomorrow()) == (None, None)
        assert 0 < place.client.calls_today <= BUDGET
        assert {report.answered for _, report in place.reports[-5:]} == {()}
        await place.server.start(place.server.port)
        await place.run_until(paris(TUESDAY, "08:10"))
        assert (place.today(), place.tomorrow()) == (WHITE, RED)
        assert place.wrong_days() == []


async def test_all_sources_down_for_a_week_in_january() -> None:
    """At most 16 calls on each of its days, and all days known after it."""
    async with home(paris("2026-01-04", "12:30")) as place:
        await place.know()
        place.server.fault("all", "down")
        for day in range(5, 12):
            await place.run_until(paris(f"2026-01-{day:02}", "05:59"))
            assert (place.today() is None) == (day > 6)
            await place.run_until(paris(f"2026-01-{day:02}", "21:59"))
            assert place.tomorrow() is None
        assert max(place.calls_per_day().values()) <= BUDGET
        # Both are tried all the time, since either may come back first.
        assert min(place.server.count("rte"), place.server.count("community")) > 20
        place.server.fault("all")
        back = place.now
        await place.run_until(back + 2 * DAY)
        assert (place.today(), place.wrong_days()) == (BLUE, [])
        assert all(place.book.colour(paris(f"2026-01-{day:02}").date()) for day in range(5, 13))


async def test_night_is_asked_through_when_it_matters() -> None:
    """A red day that is published at 02:00 of its own night is known by 05:00."""
    late = TempoCalendar(HISTORY, {paris(MONDAY, "12:00").date(): paris(MONDAY, "02:00")})
    async with home(paris(SUNDAY, "06:00"), calendar=late) as place:
        await place.know()
        await place.run_until(paris(MONDAY, "01:59"))
        assert place.tomorrow() is None
        await place.run_until(paris(MONDAY, "05:00"))
        assert place.tomorrow() is RED
        assert max(place.calls_per_day().values()) <= BUDGET


async def test_night_is_left_in_peace_when_it_does_not_matter() -> None:
    """No Sunday is red."""
    async with home(paris(SATURDAY, "06:00")) as place:
        await place.know()
        place.server.fault("all", "missing")
        await place.run_until(paris(SUNDAY, "05:59"))
        assert place.tomorrow() is None
        hours = {call.at.astimezone(UTC).hour for call in place.server.calls}
        assert not hours & {22, 23, 0, 1, 2, 3, 4}


# RTE is who chooses the colours: it can't be found out when it says a wrong one.
@pytest.mark.parametrize(
    "kind", [*SPOILERS, *STATUSES, *(lie for lie in LIES if lie != "wrong_colour")]
)
async def test_rte_is_ill_and_the_community_is_right(kind: str) -> None:
    """Whatever is wrong with RTE, the other one is asked and believed from noon on."""
    async with home(paris(SUNDAY, "06:00"), patience=0.1) as place:
        await place.know()
        place.server.faults["rte"] = TempoFault(kind, seconds=0.3)
        await place.run_until(paris(SUNDAY, "12:45"))
        assert (place.today(), place.tomorrow()) == (BLUE, RED)
        await place.run_until(paris(SUNDAY, "21:59"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (RED, True)
        assert place.wrong_days() == []
        assert place.disagreements == []
        assert max(place.calls_per_day().values()) <= BUDGET


@pytest.mark.parametrize("kind", [*SPOILERS, *STATUSES, "missing", "unknown"])
async def test_both_are_ill(kind: str) -> None:
    """An honest unknown, never a wrong colour; today is still right."""
    async with home(paris(SUNDAY, "12:30"), patience=0.1) as place:
        await place.know()
        place.server.faults |= dict.fromkeys(place.server.faults, TempoFault(kind, seconds=0.3))
        await place.run_until(paris(MONDAY, "21:59"))
        assert (place.today(), place.tomorrow()) == (RED, None)
        assert place.wrong_days() == []
        assert max(place.calls_per_day().values()) <= BUDGET


async def test_both_tell_of_other_days() -> None:
    """What they say of other days is believed of those days; the season file has tomorrow."""
    async with home(paris(SUNDAY, "12:30")) as place:
        await place.know()
        place.server.fault("all", "wrong_day")
        await place.run_until(paris(MONDAY, "21:59"))
        assert (place.today(), place.tomorrow()) == (RED, WHITE)
        assert place.wrong_days() == []


async def test_a_fallback_is_no_answer() -> None:
    """It is marked, asked again, and gives way to RTE's own choice."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        place.server.fault("rte", "fallback")
        place.server.fault("community", "missing")
        await place.run_until(paris(SUNDAY, "14:00"))
        entry = place.book.get(paris(MONDAY, "12:00").date())
        assert entry is not None
        assert (entry.is_fallback, entry.is_binding) == (True, False)
        place.server.fault("all")
        await place.run_until(paris(SUNDAY, "19:00"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (RED, True)


async def test_one_wrong_one_right() -> None:
    """The community errs in the morning; RTE, asked to confirm, wins, and it is reported once."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        place.server.fault("rte", "500")
        place.server.fault("community", "wrong_colour")
        await place.run_until(paris(SUNDAY, "08:00"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (BLUE, False)
        place.server.fault("rte")
        await place.run_until(paris(SUNDAY, "21:00"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (RED, True)
        (found,) = place.disagreements
        assert (found.ours.source, found.other.source) == (Source.RTE, Source.COMMUNITY)


async def test_unlawful_colours_are_refused() -> None:
    """A white Sunday is nobody's word."""
    async with home(paris(SATURDAY, "06:00")) as place:
        await place.know()
        place.server.calendar.declare(paris(SUNDAY, "12:00").date(), "white")
        await place.run_until(paris(SATURDAY, "21:00"))
        assert place.tomorrow() is None


async def test_published_at_17_39() -> None:
    """Known within the hour that follows, within the budget."""
    async with home(paris(SUNDAY, "06:00"), published_at="17:39") as place:
        await place.know()
        await place.run_until(paris(SUNDAY, "17:38"))
        assert place.tomorrow() is None
        await place.run_until(paris(SUNDAY, "20:01"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (RED, True)
        assert max(place.calls_per_day().values()) <= BUDGET


async def test_value_that_changes_in_the_morning() -> None:
    """What is seen before 10:40 is provisional; the change is seen once and binds."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        monday = paris(MONDAY, "12:00").date()
        place.server.calendar.declare(monday, "white", since=paris(SUNDAY, "09:50"))
        await place.run_until(paris(SUNDAY, "08:30"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (RED, False)
        await place.run_until(paris(SUNDAY, "21:00"))
        assert (place.tomorrow(), place.tomorrow_is_binding()) == (WHITE, True)
        changes = [report for _, report in place.reports if monday in report.learnt.changed]
        assert len(changes) == 2


async def test_red_morning_with_every_source_dead_since_noon() -> None:
    """Yesterday's tomorrow is today, through restarts around 06:00."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        await place.run_until(paris(SUNDAY, "12:00"))
        place.server.fault("all", "down")
        for clock, today, tomorrow in (
            ("05:59", BLUE, RED),
            ("06:00", RED, None),
            ("06:01", RED, None),
            ("13:00", RED, None),
        ):
            await place.run_until(paris(MONDAY, clock))
            place.restart()
            await place.ask()
            assert (place.today(), place.tomorrow()) == (today, tomorrow)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2024-02-27", "2024-03-02"),
        ("2025-08-29", "2025-09-04"),
        ("2026-03-12", "2026-04-02"),
        ("2025-10-24", "2025-10-28"),
        ("2025-12-28", "2026-01-02"),
    ],
    ids=["leap day", "season change", "spring clock change", "autumn clock change", "new year"],
)
async def test_special_days(first: str, last: str) -> None:
    """Right at each 06:00 and each 22:00, by the clock of Paris."""
    day, end = paris(first, "12:00").date(), paris(last, "12:00").date()
    async with home(paris(day, "06:00")) as place:
        await place.know()
        while day < end:
            for moment in (paris(day, "21:59"), paris(day + DAY, "05:59")):
                await place.run_until(moment)
                assert place.today() == HISTORY[day]
                assert (place.tomorrow(), place.tomorrow_is_binding()) == (HISTORY[day + DAY], True)
            day += DAY
            await place.run_until(paris(day, "06:00"))
            assert (place.today(), place.tomorrow()) == (HISTORY[day], None)
        assert place.wrong_days() == []
        assert max(place.calls_per_day().values()) <= 6


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=3), timedelta(days=4000)])
async def test_clock_that_jumps(jump: timedelta) -> None:
    """Forward and back again: it goes on asking, within the budget, and ends up right."""
    async with home(paris(SUNDAY, "11:30")) as place:
        await place.know()
        calendar_now = place.server.calendar.now
        before = place.now
        place.server.calendar.now = lambda: before
        place.now += jump
        await place.ask()
        place.now = before
        await place.ask()
        place.server.calendar.now = calendar_now
        assert place.client.next_ask(place.book) < before + DAY
        await place.run_until(paris(MONDAY, "08:00"))
        assert (place.today(), place.tomorrow()) == (RED, WHITE)
        assert place.wrong_days() == []
        await place.run_until(paris(TUESDAY, "08:00"))
        assert (place.today(), place.tomorrow()) == (WHITE, RED)


def test_clock_that_goes_back_and_forth_buys_no_calls() -> None:
    """Around midnight; a clock that was in another year begins anew."""
    ledger = RequestBudget(0.5)
    for moment, remaining in (
        (paris(MONDAY, "00:10"), BUDGET),
        (paris(SUNDAY, "23:50"), BUDGET - 1),
        (paris(MONDAY, "00:10"), BUDGET - 2),
        (paris(TUESDAY, "00:10"), BUDGET),
        (paris("2036-01-01", "00:10"), BUDGET),
        (paris(TUESDAY, "00:20"), BUDGET),
        (paris(TUESDAY, "00:30"), BUDGET - 1),
    ):
        ledger.turn(moment)
        assert ledger.remaining == remaining
        ledger.spend(Source.RTE)


@pytest.mark.exhaustive
async def test_restarts_buy_no_calls() -> None:
    """A home that restarts every five minutes while all is down stays within the budget."""
    async with home(paris(SUNDAY, "12:30")) as place:
        await place.know()
        place.server.fault("all", "down")
        await place.run_until(paris(MONDAY, "00:01"))
        while place.now < paris(TUESDAY):
            await place.run_until(place.now + 5 * MINUTE)
            place.restart()
            await place.ask()
        assert place.calls_per_day()[paris(MONDAY, "12:00").date()] <= BUDGET


async def test_a_restart_asks_nothing_again() -> None:
    """Neither what was just asked in vain, nor the history."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        await place.run_until(paris(SUNDAY, "06:41"))
        assert place.server.count() == 1
        due = place.client.next_ask(place.book)
        for seed in range(5):
            place.restart(seed=seed)
            await place.ask()
            assert place.client.next_ask(place.book) == due > place.now
        assert place.server.count() == 1


@pytest.mark.parametrize("status", ["429", "503"])
async def test_retry_after_is_honoured(status: str) -> None:
    """No request to that host before its time, not even after a restart; the other one serves."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        place.server.fault("rte", status, retry_after="14400")
        place.server.fault("community", "missing")
        await place.run_until(paris(SUNDAY, "06:45"))
        assert place.server.count("rte") == 1
        place.server.fault("rte")
        asked = place.server.calls[0].at
        place.restart()
        await place.run_until(asked + timedelta(seconds=14_399))
        assert place.server.count("rte") == 1
        assert place.server.count("community") > 3
        await place.run_until(paris(SUNDAY, "12:35"))
        assert place.server.count("rte") == 2
        assert place.tomorrow() is RED


async def test_official_api_as_the_last_resort() -> None:
    """With credentials it is asked when the others fail."""
    async with home(paris(SUNDAY, "06:00"), credentials=CREDENTIALS) as place:
        await place.know()
        place.server.fault("rte", "down")
        place.server.fault("community", "html")
        await place.run_until(paris(SUNDAY, "07:40"))
        assert place.tomorrow() is RED
        entry = place.book.get(paris(MONDAY, "12:00").date())
        assert entry is not None
        assert entry.source is Source.RTE_API
        await place.run_until(paris(SUNDAY, "22:00"))
        assert place.tomorrow_is_binding()
        assert max(place.calls_per_day().values()) <= BUDGET
        assert place.client.last_answer is not None
        assert place.client.last_answer[1] is Source.RTE_API


async def test_one_token_serves_several_calls() -> None:
    """Until it is two hours old; a token that is refused before is replaced."""
    async with home(paris(SUNDAY, "06:00"), credentials=CREDENTIALS, published_at="08:00") as place:
        await place.know()
        place.server.fault("rte", "down")
        place.server.fault("community", "down")
        await place.run_until(paris(SUNDAY, "07:40"))
        paths = [call.path for call in place.server.calls if call.source == "rte_api"]
        assert [path.endswith("/tempo_like_calendars") for path in paths] == [False, True, True]
        place.server.token = "another"  # noqa: S105
        await place.run_until(paris(SUNDAY, "08:01"))
        assert (place.server.count("rte_api"), place.tomorrow()) == (6, None)
        await place.run_until(paris(SUNDAY, "11:15"))
        assert place.tomorrow() is RED


async def test_refused_credentials_are_told() -> None:
    """As their own kind of fault, asked once in twelve hours only."""
    wrong = Credentials("simulated-client", "wrong")
    async with home(paris(SUNDAY, "06:00"), credentials=wrong) as place:
        report = await place.client.check()
        assert report.answered == (Source.RTE, Source.COMMUNITY)
        assert report.failed[Source.RTE_API].kind is FaultKind.CREDENTIALS
        place.server.fault("rte", "down")
        place.server.fault("community", "down")
        await place.run_until(paris(SUNDAY, "17:00"))
        assert place.server.count("rte_api") == 1
        assert "wrong" not in json.dumps(place.client.store())


async def test_check_asks_each_once() -> None:
    """Whatever is due; a source that is down is named."""
    async with home(paris(SUNDAY, "15:00"), credentials=CREDENTIALS) as place:
        place.server.fault("community", "html")
        report = await place.client.check()
        assert report.answered == (Source.RTE, Source.RTE_API)
        assert report.failed[Source.COMMUNITY].kind is FaultKind.NOT_JSON
        assert place.server.count() == 4
        assert paris(MONDAY, "12:00").date() in report.learnt.changed


async def test_statistics() -> None:
    """Per source: last success, last fault, calls of the day; they survive a restart."""
    async with home(paris(SUNDAY, "06:00")) as place:
        await place.know()
        place.server.fault("rte", "403")
        await place.run_until(paris(SUNDAY, "06:45"))
        figures = place.client.statistics
        assert figures[Source.RTE].last_success == paris(SUNDAY, "06:00")
        assert str(figures[Source.RTE].last_fault) == "status: HTTP status 403"
        assert figures[Source.COMMUNITY].last_success is not None
        assert figures[Source.RTE_API].calls_today == 0
        calls = place.client.calls_today
        assert calls == sum(item.calls_today for item in figures.values()) > 3
        place.restart()
        assert place.client.calls_today == calls
        assert place.client.last_answer == (
            figures[Source.COMMUNITY].last_success,
            Source.COMMUNITY,
        )


async def test_season_that_has_not_begun_is_empty() -> None:
    """Before its first day is published there is nothing, which is no fault."""
    calendar = TempoCalendar(HISTORY)
    async with home(paris("2025-08-31", "06:40"), calendar=calendar) as place:
        report = await place.client.check()
        assert report.failed == {}
        await place.ask()
        await place.run_until(paris("2025-09-02", "12:00"))
        assert place.wrong_days() == []
        assert place.today() is BLUE


@pytest.mark.exhaustive
async def test_figures() -> None:
    """Over the 215 days of which the publication is known."""
    figures = await measure()
    assert figures.days == 215
    assert figures.median_calls <= 6
    assert figures.most_calls <= BUDGET
    assert len(figures.red_delays) == 17
    assert figures.median_red_delay < 30
    assert min(figures.all_delays) >= 0
    assert figures.wrong_days == []


def _stored() -> dict[str, Any]:
    """Return what a ledger stores after a day of trouble."""
    ledger = RequestBudget(0.5)
    ledger.turn(paris(SUNDAY, "07:00"))
    ledger.last_asked = paris(SUNDAY, "07:00")
    ledger.spend(Source.RTE)
    return ledger.store()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*_stored(), "other"]), JSON)
    | st.fixed_dictionaries(
        {
            "calls": st.dictionaries(st.sampled_from(list(Source)), JSON),
            "resting": st.dictionaries(
                st.sampled_from(["light", "community", "x"]),
                st.dictionaries(st.sampled_from(["failures", "until"]), JSON),
            ),
            "history": st.dictionaries(
                st.text(max_size=9), st.dictionaries(st.sampled_from(["at", "succeeded"]), JSON)
            ),
            "day": st.dates().map(str) | st.datetimes().map(str),
            "last_asked": st.datetimes().map(str),
        }
    )
    | JSON
)
@settings(max_examples=300, deadline=None)
def test_rubbish_in_the_store_is_left_out(stored: object) -> None:
    """Whatever was stored, a ledger comes of it that can go on and be stored."""
    ledger = RequestBudget(0.5)
    ledger.restore(stored)
    ledger.turn(paris(SUNDAY, "07:00"))
    assert 0 <= ledger.remaining <= BUDGET
    assert 0 <= ledger.spread < 1
    json.dumps(ledger.store())


def test_what_is_stored_comes_back() -> None:
    """To the second."""
    ledger = RequestBudget(0.1)
    ledger.restore(json.loads(json.dumps(_stored())))
    assert ledger.store() == _stored()


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(12))
async def test_weeks_of_bad_luck(seed: int) -> None:
    """Whatever fails when: within the budget, never wrong, and known where a source was well."""
    chance = random.Random(seed)
    ills = ["down", "html", "500", "429", "truncated", "missing", "unknown", "array"]
    async with home(paris("2026-01-11", "12:30"), seed=seed) as place:
        await place.know()
        day = paris("2026-01-12", "12:00").date()
        for _ in range(14):
            was_well = {"rte": True, "community": True}
            for clock in ("06:00", "08:00", "11:00", "12:00", "16:00", "19:00"):
                await place.run_until(paris(day, clock))
                for source in was_well:
                    kind = chance.choice(ills) if chance.random() < (0.6, 0.3)[seed % 2] else ""
                    place.server.fault(source, kind)
                    # What is well from noon on has had its chance by the evening.
                    was_well[source] &= kind == "" or clock < "12:00"
                if chance.random() < 0.2:
                    place.restart(seed=seed)
            await place.run_until(paris(day, "21:59"))
            if any(was_well.values()):
                assert place.tomorrow() is not None
            assert place.wrong_days() == []
            day += DAY
        assert max(place.calls_per_day().values()) <= BUDGET
