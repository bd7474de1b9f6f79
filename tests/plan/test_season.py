"""Three weeks with the last red days of a season and a clock change, through all entities."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.marstek.tempo import DECREES, Colour
from tests.support.frozen_home import DAY, HISTORY, FrozenHome, days
from tests.support.moments import paris

FIRST, LAST = "2026-03-12", "2026-04-02"
# 2026-03-29 has 23 hours, so that the Tempo day before it has.
CLOCKS = ("00:00", "05:59", "06:00", "06:45", "08:30", "11:20", "12:00", "21:59", "22:00", "23:59")


def days_left(colour: str, until: date) -> int:
    """Return how many days of the season are left after one, by the history."""
    quota = {"red": 22, "white": 43, "blue": 365 - 22 - 43}[colour]
    season = days("2025-09-01", until.isoformat())
    return quota - sum(HISTORY[day] == colour for day in season)


def check(home: FrozenHome, moment: datetime, *, known_from: str = "06:45") -> None:
    """Compare all that is shown at a moment with the real colours."""
    day = max(day for day in days(FIRST, "2026-04-04") if paris(day, "06:00") <= moment)
    is_known = moment >= paris(day, known_from)
    today, tomorrow = HISTORY[day], HISTORY[day + DAY]
    assert home.colours == (today, tomorrow if is_known else "unknown"), moment
    is_off_peak = not paris(day, "06:00") <= moment < paris(day, "22:00")
    assert home.state("off_peak") == ("on" if is_off_peak else "off"), moment
    change = paris(day + DAY, "06:00") if is_off_peak else paris(day, "22:00")
    assert home.state("next_off_peak_change") == change.isoformat()
    price = DECREES[-1].tempo.of(Colour(today), off_peak=is_off_peak)
    assert float(home.state("price")) == price
    changes = is_known and today != tomorrow
    end = paris(day + DAY, "06:00")
    assert home.state("next_colour_change") == (end.isoformat() if changes else "unknown")
    last = day + DAY if is_known else day
    for colour in ("blue", "white", "red"):
        assert home.state(f"{colour}_days_left") == str(days_left(colour, last)), moment
    check_red(home, day, is_known=is_known)
    is_provisional = moment < paris(day, "11:20")
    expected = ("on" if is_provisional else "off") if is_known else "unknown"
    assert home.state("tomorrow_provisional") == expected, moment
    assert home.state("colour_tomorrow_source") == ("rte" if is_known else "unknown")
    assert home.state("tempo") == "on"
    assert home.entity("tempo").attributes["message"] == today.capitalize()


def check_red(home: FrozenHome, day: date, *, is_known: bool) -> None:
    """Compare what is said of a red tomorrow, which only some days can be."""
    tomorrow = day + DAY
    can_be = tomorrow.month == 3 and tomorrow.weekday() < 5 and days_left("red", day) > 0
    if is_known:
        expected = "on" if HISTORY[tomorrow] == "red" else "off"
    else:
        expected = "unknown" if can_be else "off"
    assert home.state("red_tomorrow") == expected, day


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York"])
async def test_three_weeks(
    hass: HomeAssistant, home: FrozenHome, zone: str, caplog: pytest.LogCaptureFixture
) -> None:
    """All is right at every moment that matters, wherever Home Assistant thinks that it is."""
    await hass.config.async_set_time_zone(zone)
    home.server.calendar.published_at = time(6, 30)
    await home.jump(paris(FIRST, "06:45"))
    await home.set_up()
    check(home, home.now)
    calls = dict[date, int]()
    for day in days(FIRST, LAST):
        for clock in CLOCKS:
            moment = paris(day, clock)
            if moment > home.now:
                await home.go_to(moment)
                check(home, moment)
        calls[day] = home.server.count() - sum(calls.values())
    assert max(calls.values()) <= 6
    assert sorted(calls.values())[len(calls) // 2] <= 3
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert home.issues() == set()


async def test_midnight_changes_nothing(hass: HomeAssistant, home: FrozenHome) -> None:
    """Neither in Paris nor in Home Assistant's own zone."""
    await hass.config.async_set_time_zone("America/New_York")
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    await home.go("2026-01-13", "22:00")
    with home.watch() as seen:
        await home.live(paris("2026-01-14", "05:59"), timedelta(minutes=1))
    assert seen == []


async def test_quiet_ticks_write_nothing(home: FrozenHome) -> None:
    """A state is written when something changed, and at no other time."""
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    await home.live(paris("2026-01-13", "11:30"), timedelta(minutes=1))
    reported = {state.entity_id: state.last_reported for state in home.hass.states.async_all()}
    await home.live(paris("2026-01-13", "21:59"), timedelta(minutes=1))
    after = {state.entity_id: state.last_reported for state in home.hass.states.async_all()}
    assert after == reported


async def test_six_in_the_morning(home: FrozenHome) -> None:
    """All that changes then changes within two seconds, and at the same moment."""
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    await home.go("2026-01-13", "22:00")
    await home.live(paris("2026-01-14", "05:59"))
    with home.watch("colour_today", "colour_tomorrow", "off_peak", "price") as seen:
        await home.live(paris("2026-01-14", "06:00") + timedelta(seconds=2), timedelta(seconds=1))
    assert {(change.entity_id, change.new) for change in seen} == {
        (home.entity_id("colour_today"), "white"),
        (home.entity_id("colour_tomorrow"), "unknown"),
        (home.entity_id("off_peak"), "off"),
        (home.entity_id("price"), "0.1921"),
    }
    assert len({change.at for change in seen}) == 1


async def events(
    home: FrozenHome, start: datetime, end: datetime, key: str = "tempo"
) -> list[dict[str, Any]]:
    """Return the events of a calendar in a span."""
    entity_id = home.entity_id(key)
    answer = await home.hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "start_date_time": start, "end_date_time": end},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[entity_id]
    return list(found["events"])


async def test_days_of_a_colour(home: FrozenHome) -> None:
    """Each colour has its calendar, on the date of its days; together they are the season."""
    await home.jump(paris("2026-03-30", "11:20"))
    await home.set_up()
    start, end = paris("2025-09-01", "00:00"), paris("2026-03-31", "00:00")
    found: dict[str, str] = {}
    for key in ("blue_days", "white_days", "red_days"):
        for event in await events(home, start, end, key):
            assert event["start"] not in found
            assert date.fromisoformat(event["end"]) - date.fromisoformat(
                event["start"]
            ) == timedelta(days=1)
            found[event["start"]] = key
    assert len(found) == (end - start).days
    assert found["2026-03-12"] == "blue_days"
    assert list(found.values()).count("red_days") == 21
    assert [home.state(f"{colour}_days") for colour in Colour] == [
        "on" if home.state("colour_today") == colour else "off" for colour in Colour
    ]


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-27", 24), ("2026-03-28", 23), ("2025-10-25", 25), ("2025-10-26", 24)],
)
async def test_length_of_calendar_events(home: FrozenHome, day: str, hours: int) -> None:
    """A day lasts from 06:00 to 06:00, whatever happens to the clocks in between."""
    await home.jump(paris("2026-03-30", "11:20"))
    await home.set_up()
    (event,) = await events(home, paris(day, "06:00"), paris(day, "07:00"))
    start, end = (datetime.fromisoformat(event[key]).astimezone(UTC) for key in ("start", "end"))
    assert start == paris(day, "06:00")
    assert end - start == timedelta(hours=hours)
    assert event["summary"] == HISTORY[date.fromisoformat(day)].capitalize()


async def test_calendar_of_two_seasons(home: FrozenHome) -> None:
    """This and the last season are there, without gap, until tomorrow as soon as it is known."""
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    found = await events(home, paris("2024-01-01"), paris("2026-12-31"))
    starts = [datetime.fromisoformat(event["start"]).date() for event in found]
    assert starts == list(days("2024-09-01", "2026-01-14"))
    assert [event["summary"].lower() for event in found] == [HISTORY[day] for day in starts]
    assert await events(home, paris("2026-01-15", "06:00"), paris("2026-02-01")) == []
    (last,) = await events(home, paris("2026-01-15", "05:00"), paris("2026-02-01"))
    assert last["summary"] == "White"


async def test_calendar_trigger(hass: HomeAssistant, home: FrozenHome) -> None:
    """An automation can start with the days of a colour."""
    await home.set_up()
    started: list[str] = []
    hass.bus.async_listen("tempo_day", lambda event: started.append(event.data["colour"]))
    trigger = {"trigger": "calendar", "event": "start", "entity_id": home.entity_id("tempo")}
    action = {
        "event": "tempo_day",
        "event_data": {"colour": "{{ trigger.calendar_event.summary }}"},
    }
    assert await async_setup_component(
        hass, "automation", {"automation": {"triggers": trigger, "actions": action}}
    )
    for clock in ("11:20", "22:00"):
        await home.go("2026-01-13", clock)
    await home.live(paris("2026-01-14", "06:02"))
    assert started == ["White"]
    await home.hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )


async def test_french(hass: HomeAssistant, home: FrozenHome) -> None:
    """In a French home the calendar speaks French."""
    hass.config.language = "fr"
    await home.set_up()
    assert home.entity("tempo").attributes["message"] == "Bleu"
    assert home.entity_id("tempo") == "calendar.tempo_jours_de_6_h_a_6_h"
    assert home.entity_id("colour_today") == "sensor.tempo_couleur_du_jour"
