"""Announcements, the action, diagnostics, fixed hours, and coming and going without a trace."""

import asyncio
from dataclasses import asdict, replace
from datetime import date, timedelta
import json
from typing import Any
from unittest.mock import patch

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    json as json_helper,
    translation,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.diagnostics import async_get_config_entry_diagnostics
from custom_components.marstek.plan.tariff.client import make_client
from custom_components.marstek.tempo import DECREES
from simulator.tempo import CLIENT_ID, CLIENT_SECRET
from tests.support.frozen_home import DAY, HISTORY, MINUTE, FrozenHome, days
from tests.support.moments import paris


async def test_announced_once_a_day(home: FrozenHome) -> None:
    """Each binding colour is told once, although Home Assistant restarts again and again."""
    entry = await home.set_up()
    told: list[tuple[str, Any]] = []

    @callback
    def listen(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        is_ours = event.data["entity_id"] == "event.tempo_colour_announced"
        if not is_ours or not new or new.state in ("unavailable", "unknown"):
            return
        if not told or told[-1][0] != new.state:
            told.append((new.state, dict(new.attributes)))

    home.hass.bus.async_listen("state_changed", listen)
    for day in days("2026-01-13", "2026-01-16"):
        for clock in ("06:45", "08:30", "11:20", "15:00", "21:40", "23:59"):
            if paris(day, clock) > home.now:
                await home.go(day, clock)
                await home.restart(entry)
    assert [(data["event_type"], data["date"]) for _, data in told] == [
        (HISTORY[day + DAY], (day + DAY).isoformat()) for day in days("2026-01-13", "2026-01-16")
    ]
    assert {(data["provisional"], data["source"]) for _, data in told} == {(False, "rte")}


async def test_missing_is_told_once(home: FrozenHome) -> None:
    """At 21:30, then the colour when it comes after all."""
    home.server.calendar.publication[date(2026, 1, 14)] = paris("2026-01-13", "23:00")
    entry = await home.set_up()
    await home.live(paris("2026-01-13", "21:29"), 5 * MINUTE)
    assert home.state("tomorrow_announced") == "unknown"
    with home.watch("tomorrow_announced") as seen:
        await home.go("2026-01-13", "21:30")
        assert home.entity("tomorrow_announced").attributes["event_type"] == "missing"
        await home.live(paris("2026-01-13", "22:30"), 5 * MINUTE)
        await home.restart(entry)
        await home.live(paris("2026-01-14", "02:00"), 5 * MINUTE)
    states = {change.new for change in seen} - {"unavailable", None}
    assert len(states) == 2
    assert home.entity("tomorrow_announced").attributes["event_type"] == "white"


async def test_late_provisional_colour_is_told(home: FrozenHome) -> None:
    """At 21:30 a provisional colour is better than none, and is said to be that."""
    home.server.fault("rte", "down")
    home.server.fault("community", "down")
    await home.set_up()
    home.server.fault("rte")
    await home.go("2026-01-13", "07:12")
    await home.live(paris("2026-01-13", "07:30"), 5 * MINUTE)
    home.server.fault("all", "down")
    await home.live(paris("2026-01-13", "21:29"), 10 * MINUTE)
    assert home.state("tomorrow_provisional") == "on"
    assert home.state("tomorrow_announced") == "unknown"
    await home.go("2026-01-13", "21:31")
    attributes = home.entity("tomorrow_announced").attributes
    assert (attributes["event_type"], attributes["provisional"]) == ("white", True)


async def test_change_after_the_announcement(home: FrozenHome) -> None:
    """A colour that was announced and is corrected is announced again."""
    await home.set_up()
    for clock in ("06:50", "08:30", "11:20"):
        await home.go("2026-01-13", clock)
    assert home.entity("tomorrow_announced").attributes["event_type"] == "white"
    home.server.calendar.declare(date(2026, 1, 14), "red")
    book = home.entry.runtime_data.tariff.store.memory.book
    held = book.get(date(2026, 1, 14))
    book._enter(type(held)(held.day, type(held.colour)("red"), held.source, held.seen_at))
    await home.live(paris("2026-01-13", "12:00"), 5 * MINUTE)
    assert home.entity("tomorrow_announced").attributes["event_type"] == "red"


async def test_states_come_before_the_announcement(home: FrozenHome) -> None:
    """An automation that hears it finds the colour where it looks."""
    await home.set_up()
    found: list[tuple[str, str]] = []

    @callback
    def listen(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == "event.tempo_colour_announced":
            found.append(home.colours)

    home.hass.bus.async_listen("state_changed", listen)
    await home.go("2026-01-13", "11:20")
    assert found == [("blue", "white")]


async def test_action(home: FrozenHome) -> None:
    """It answers with today and tomorrow, with one day or with many, in order."""
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    today, tomorrow = await home.call()
    assert today == {
        "date": "2026-01-13",
        "start": "2026-01-13T06:00:00+01:00",
        "end": "2026-01-14T06:00:00+01:00",
        "colour": "blue",
        "price_off_peak": 0.1356,
        "price_peak": 0.1654,
        "provisional": False,
        "source": "rte",
        "chances": None,
    }
    assert (tomorrow["date"], tomorrow["colour"]) == ("2026-01-14", "white")
    (unknown,) = await home.call(start_date="2026-01-20")
    assert {unknown[key] for key in ("colour", "price_peak", "provisional", "source")} == {None}
    season = await home.call(start_date="2025-09-01", end_date="2026-01-14")
    assert [day["colour"] for day in season] == [
        HISTORY[day] for day in days("2025-09-01", "2026-01-14")
    ]
    await home.go("2026-01-14", "05:00")
    assert [day["date"] for day in await home.call()] == ["2026-01-13", "2026-01-14"]
    (old,) = await home.call(start_date="2026-01-01", end_date="2026-01-01")
    assert old["colour"] == "white"


@pytest.mark.parametrize(
    "span",
    [
        {"start_date": "2026-01-02", "end_date": "2026-01-01"},
        {"end_date": "2026-01-01"},
        {"start_date": "2024-01-01", "end_date": "2026-01-03"},
        {"start_date": "9999-12-31"},
    ],
)
async def test_action_with_a_wrong_span(home: FrozenHome, span: dict[str, str]) -> None:
    """A span that makes no sense is refused in words."""
    await home.set_up()
    with pytest.raises(ServiceValidationError) as raised:
        await home.call(**span)
    assert raised.value.translation_key == "invalid_span"
    assert raised.value.translation_placeholders == {"days": "732"}
    await _is_translated(home.hass, raised.value)


async def _is_translated(hass: HomeAssistant, error: ServiceValidationError) -> None:
    for language in ("en", "fr"):
        texts = await translation.async_get_translations(hass, language, "exceptions", {DOMAIN})
        text = texts[f"component.{DOMAIN}.exceptions.{error.translation_key}.message"]
        text.format(**(error.translation_placeholders or {}))


async def test_action_without_a_plan(home: FrozenHome) -> None:
    """Without a plan, with one that does not run and with one without colours it says so."""
    assert await async_setup_component(home.hass, DOMAIN, {})
    keys = []
    for prepare in (None, "stopped", "fixed"):
        if prepare == "stopped":
            await home.stop(await home.set_up())
        elif prepare == "fixed":
            await home.hass.config_entries.async_remove(home.entry.entry_id)
            await home.set_up("fixed")
        with pytest.raises(ServiceValidationError) as raised:
            await home.call()
        await _is_translated(home.hass, raised.value)
        keys.append(raised.value.translation_key)
    assert keys == ["no_plan", "no_plan", "not_tempo"]


async def test_diagnostics(home: FrozenHome) -> None:
    """They tell how the sources do, and no credentials."""
    credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    home.server.fault("rte", "html")
    entry = await home.set_up(credentials=credentials)
    await home.go("2026-01-13", "11:20")
    found = await async_get_config_entry_diagnostics(home.hass, entry)
    text = json.dumps(found, cls=json_helper.ExtendedJSONEncoder)
    assert CLIENT_ID not in text
    assert CLIENT_SECRET not in text
    assert found["entry"]["data"]["client_id"] == "**REDACTED**"
    assert found["entry"]["data"]["tariff"] == "tempo"
    assert found["sources"]["rte"]["last_fault"]["kind"] == "not_json"
    assert found["calls_today"] == home.server.count()
    assert found["next_ask"] > home.now
    assert found["data"]["today"] == "blue"
    assert found["silent_for"] is None
    assert "2026-01-14" in found["book"]["days"]


async def test_diagnostics_of_fixed_hours(home: FrozenHome) -> None:
    """Nothing is known of sources there."""
    entry = await home.set_up("fixed")
    found = await async_get_config_entry_diagnostics(home.hass, entry)
    json.dumps(found, cls=json_helper.ExtendedJSONEncoder)
    assert found["sources"] == {}
    assert found["next_ask"] is None


async def test_system_health(home: FrozenHome) -> None:
    """It tells which source answers, how old that is, and how much is known."""
    assert await async_setup_component(home.hass, "system_health", {})
    assert await async_setup_component(home.hass, DOMAIN, {})
    await home.settle()
    assert await get_system_health_info(home.hass, DOMAIN) == {}
    await home.set_up()
    await home.go("2026-01-13", "11:20")
    await home.go("2026-01-13", "12:50")
    assert await get_system_health_info(home.hass, DOMAIN) == {
        "last_source": "rte",
        "hours_since_answer": 1.5,
        "days_known": len(list(days("2025-09-01", "2026-01-14"))),
        "calls_today": home.server.count(),
    }


async def test_system_health_while_sources_are_down(home: FrozenHome) -> None:
    """What is not known is said so."""
    assert await async_setup_component(home.hass, "system_health", {})
    home.server.fault("all", "down")
    await home.set_up()
    found = await get_system_health_info(home.hass, DOMAIN)
    assert found["hours_since_answer"] is None
    assert (found["last_source"], found["days_known"]) == (None, 0)


async def test_outdated_prices(home: FrozenHome) -> None:
    """Prices from before the last tariff change are told of, until they are entered anew."""
    entry = await home.set_up(prices_since="2025-08-01")
    assert home.issues() == set()
    await home.go("2026-01-31", "23:59")
    assert home.issues() == set()
    # Midnight in Paris is still January in UTC.
    await home.go("2026-02-01", "00:01")
    assert home.issues() == {"prices_outdated"}
    assert home.issue("prices_outdated") == {"since": "2025-08-01"}
    home.hass.config_entries.async_update_entry(
        entry, options={"tempo": {"prices_since": "2026-02-01"}}
    )
    await home.settle()
    assert home.issues() == set()


NEXT = replace(
    DECREES[-1],
    since=date(2027, 2, 1),
    tempo=replace(DECREES[-1].tempo, red_peak=0.8),
    off_peak=0.17,
)


@pytest.mark.parametrize(
    ("tariff", "options", "key", "prices"),
    [
        ("tempo", {}, "price_red_peak", (0.7295, 0.8)),
        (
            "tempo",
            {
                "prices": asdict(DECREES[-1].tempo) | {"subscription": 30.0},
                "prices_since": "2026-08-01",
            },
            "price_red_peak",
            (0.7295, 0.8),
        ),
        ("fixed", {}, "price_off_peak", (0.1589, 0.17)),
    ],
    ids=["Tempo", "Tempo as its form stores it", "off-peak hours"],
)
async def test_a_known_move_of_the_tariff(
    home: FrozenHome, tariff: str, options: dict[str, Any], key: str, prices: tuple[float, float]
) -> None:
    """Prices of the table move at midnight by themselves, also those that a form has stored."""
    with patch("custom_components.marstek.tempo.decrees.DECREES", (*DECREES, NEXT)):
        await home.jump(paris("2027-01-31", "23:50"))
        await home.set_up(tariff, **options)
        assert float(home.state(key)) == prices[0]
        await home.go("2027-02-01", "00:02")
        assert float(home.state(key)) == prices[1]
        assert "prices_outdated" not in home.issues()


@pytest.mark.parametrize(
    ("tariff", "prices", "is_told"),
    [
        ("tempo", {"red_peak": 0.6}, True),
        ("fixed", {}, True),
        ("fixed", {"off_peak": 0.15, "peak": 0.2}, False),
    ],
    ids=["own prices of Tempo", "regulated hours", "own prices"],
)
async def test_a_move_that_the_table_lacks(
    home: FrozenHome, tariff: str, prices: dict[str, float], is_told: bool
) -> None:
    """A repair tells, save of own prices of hours, whose contract nobody knows; none is replaced."""
    await home.jump(paris("2027-01-31", "23:50"))
    await home.set_up(tariff, **({"prices": prices} if prices else {}))
    assert "prices_outdated" not in home.issues()
    await home.go("2027-02-01", "00:02")
    assert ("prices_outdated" in home.issues()) is is_told
    key = next(iter(prices), "peak")
    assert float(home.state(f"price_{key}")) == prices.get(key, 0.2142)


async def test_fixed_hours(home: FrozenHome) -> None:
    """Two windows by the clock of the home, a price for each, and no request at all."""
    await home.hass.config.async_set_time_zone("America/New_York")
    await home.set_up(
        "fixed",
        off_peak=[
            {"start": "22:30:00", "end": "05:30:00"},
            {"start": "12:30:00", "end": "13:30:00"},
        ],
        prices={"off_peak": 0.1, "peak": 0.3, "subscription": 10.0},
    )
    # New York is six hours behind Paris.
    for clock, is_off_peak in (
        ("18:29", False),
        ("18:30", True),
        ("19:29", True),
        ("19:30", False),
        ("23:59", False),
    ):
        await home.go("2026-01-13", clock)
        assert home.state("off_peak") == ("on" if is_off_peak else "off"), clock
        assert home.state("price") == ("0.1" if is_off_peak else "0.3")
    assert home.state("next_off_peak_change") == paris("2026-01-14", "04:30").isoformat()
    await home.hass.config.async_update(time_zone="Europe/Paris")
    await home.settle()
    assert home.state("off_peak") == "on"
    await home.live(paris("2026-02-20", "12:00"), timedelta(hours=5))
    assert home.server.count() == 0
    assert home.issues() == set()


async def test_all_entities_disabled(home: FrozenHome) -> None:
    """The calendar is filled and repairs are raised although nothing is shown."""
    entry = await home.set_up()
    registry = er.async_get(home.hass)
    for item in er.async_entries_for_config_entry(registry, entry.entry_id):
        registry.async_update_entity(item.entity_id, disabled_by=er.RegistryEntryDisabler.USER)
    await home.restart(entry)
    assert not home.hass.states.async_all()
    for clock in ("06:50", "08:30", "11:20"):
        await home.go("2026-01-13", clock)
    assert [day["colour"] for day in await home.call()] == ["blue", "white"]
    home.server.fault("all", "down")
    await home.live(paris("2026-01-15", "12:00"), 30 * MINUTE)
    assert home.issues() == {"no_source"}


async def test_nothing_is_left(home: FrozenHome, hass_storage: dict[str, Any]) -> None:
    """Unloading ends timers, tasks and repairs; removing takes the file and the device too."""
    home.server.fault("all", "down")
    entry = await home.set_up(prices_since="2024-08-01")
    await home.live(paris("2026-01-14", "12:00"), 30 * MINUTE)
    assert home.issues() == {"no_source", "prices_outdated"}
    await home.stop(entry)
    assert home.issues() == set()
    before = home.server.count()
    await home.live(paris("2026-01-14", "20:00"), 60 * MINUTE)
    assert home.server.count() == before
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    await home.hass.config_entries.async_remove(entry.entry_id)
    await home.live(paris("2026-01-14", "21:00"), 60 * MINUTE)
    assert [key for key in hass_storage if key.startswith(DOMAIN)] == []
    assert not er.async_get(home.hass).entities
    assert not dr.async_get(home.hass).devices


async def test_unloaded_while_asking(home: FrozenHome) -> None:
    """A question that is still open is dropped, and what it cost is not forgotten."""
    entry = await home.set_up()
    home.server.fault("all", "slow")
    before = home.server.count()
    await home.fire_at(paris("2026-01-13", "07:12"))
    await home.until(lambda: home.server.count() > before)
    await home.stop(entry)
    assert [task for task in asyncio.all_tasks() if "asking" in task.get_name()] == []


async def test_changed_quotas_while_asking(home: FrozenHome) -> None:
    """Options that take a new client begin anew with what was asked so far."""
    entry = await home.set_up()
    home.server.fault("all", "slow")
    before = home.server.count()
    await home.fire_at(paris("2026-01-13", "07:12"))
    await home.until(lambda: home.server.count() > before)
    home.server.fault("all")
    home.hass.config_entries.async_update_entry(entry, options={"tempo": {"quota_red": 10}})
    await home.settle()
    assert home.state("red_days_left") == "5"
    await home.go("2026-01-13", "08:30")
    assert home.colours == ("blue", "white")
    assert entry.runtime_data.tariff.client.calls_today == home.server.count()


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"book": 3, "client": 4, "announced": 5, "missed": 6, "silent_for": "x"},
        {"announced": {"x": "red", "2026-01-01": "green", "2026-01-02": "red"}, "missed": "x"},
        {"book": {"days": {"2026-01-13": "white rte 2026-01-12T10:00:00Z extra"}}},
        {"silent_for": -5.0, "client": {"calls": {"rte": "many"}}},
    ],
)
async def test_spoilt_file(
    home: FrozenHome, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    """A file that can't be read is no reason to fail."""
    entry = home.add()
    key = f"{DOMAIN}.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": stored}
    assert await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()
    for clock in ("06:50", "08:30", "11:20"):
        await home.go("2026-01-13", clock)
    assert home.colours == ("blue", "white")


async def test_refused_address(
    home: FrozenHome, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The variable of tests and demo leads nowhere but to loopback."""
    monkeypatch.setenv("MARSTEK_TEMPO_BASE", "http://192.0.2.1:80")
    await home.set_up("fixed")
    client = make_client(home.hass)
    assert client._bases.rte.startswith("https://www.services-rte.com/")
    assert "192.0.2.1" in caplog.text
    assert home.server.count() == 0


async def test_service_device(home: FrozenHome) -> None:
    """What the plan does is on one service device, what the tariff says on another."""
    entry = await home.set_up()
    devices = dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
    assert all(device.entry_type is dr.DeviceEntryType.SERVICE for device in devices)
    names = {device.id: device.name for device in devices}
    assert sorted(names.values(), key=str) == ["Plan", "Tempo"]
    kinds: dict[str | None, set[str]] = {"Plan": set(), "Tempo": set()}
    for item in er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id):
        assert item.unique_id.startswith("plan_")
        kinds[names[item.device_id or ""]].add(item.unique_id.removeprefix("plan_"))
    assert {"plan_state", "hand_back", "total_soc", "plan"} <= kinds["Plan"]
    assert {"colour_today", "price", "red_days_left", "red_days", "off_peak"} <= kinds["Tempo"]
    state = home.entity("price")
    assert state.attributes["unit_of_measurement"] == "€/kWh"
    assert state.attributes["state_class"] == "measurement"
    assert home.entity("colour_today").attributes["options"] == ["blue", "white", "red"]
