"""Stored files that are damaged, or of a newer version, found at the start of Home Assistant."""

import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.marstek.const import DOMAIN
from tests.support.plan_home import PlanHome, at, paris, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

DAMAGES: list[object] = [
    [],
    {},
    "text",
    None,
    {"control": []},
    {"control": {"paused_until": 3, "overrides": [{}]}},
    {"control": None, "client": "x", "announced": [], "book": 7, "prices": {"x": [1]}},
]


def file_of(home: PlanHome, suffix: str = "", entry_id: str = "") -> Path:
    """Return the plan's file, or that of another entry."""
    folder = Path(home.hass.config.config_dir) / ".storage"
    return folder / f"{DOMAIN}.{entry_id or home.entry.entry_id}{suffix}"


def envelope(data: object, version: object = 1) -> str:
    """Return the text of a file."""
    return json.dumps({"version": version, "minor_version": 1, "key": "k", "data": data})


def in_control(home: PlanHome) -> bool:
    """Tell whether the plan commands; a function, so that a type checker asks it each time."""
    return home.control.is_in_control


def issues(home: PlanHome) -> set[str]:
    """Return the kinds of the repairs about files."""
    return {
        str(issue.translation_key)
        for issue in ir.async_get(home.hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    } & {"storage_damaged", "storage_newer", "plan_paused_unread"}


async def restart_with(home: PlanHome, path: Path, text: str) -> None:
    """Restart while something happens to a file."""
    await home.stop()
    path.write_text(text)  # noqa: ASYNC240
    await home.start()
    await home.minutes(2)


def data_of(path: Path) -> dict[str, Any]:
    """Return the contents of a file."""
    data: dict[str, Any] = json.loads(path.read_text())["data"]
    return data


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize("data", DAMAGES, ids=str)
async def test_a_damaged_plan_is_paused_and_told(data: object) -> None:
    """The plan starts, commands nothing until it is resumed, and the file is kept aside."""
    async with plan_home(count=1) as home:
        await home.minutes(1)
        path = file_of(home)
        text = envelope(data)
        await restart_with(home, path, text)
        assert home.entry.state is ConfigEntryState.LOADED
        assert not in_control(home)
        assert issues(home) == {"storage_damaged", "plan_paused_unread"}
        assert file_of(home, ".damaged").read_text() == text
        await home.restart()
        assert not in_control(home)
        assert "plan_paused_unread" in issues(home)
        await home.hass.services.async_call(DOMAIN, "resume", blocking=True)
        assert in_control(home)
        assert "plan_paused_unread" not in issues(home)
        await home.restart()
        assert in_control(home)
        assert issues(home) == set()


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize("text", [envelope({}, "x"), '{"data": {}}', "[1]", "{", "7"], ids=str)
async def test_a_damaged_frame_starts_too(text: str) -> None:
    """A file that is no file of Home Assistant's at all is no reason not to start."""
    async with plan_home(count=1) as home:
        await home.minutes(1)
        battery = home.place.entry(home.batteries[0])
        file_of(home, entry_id=battery.entry_id).write_text(text)
        await restart_with(home, file_of(home), text)
        assert home.entry.state is ConfigEntryState.LOADED
        assert not home.control.is_in_control
        assert "plan_paused_unread" in issues(home)
        assert home.place.entry(home.batteries[0]).state is ConfigEntryState.LOADED


@at(2026, 3, 9, 12, 0)
async def test_a_newer_file_is_left_and_decisions_are_kept_beside_it() -> None:
    """The newer file stays as it is, over restarts and decisions."""
    async with plan_home(count=1) as home:
        await home.minutes(1)
        path, text = file_of(home), envelope({"future": [1]}, 7)
        await restart_with(home, path, text)
        assert home.entry.state is ConfigEntryState.LOADED
        assert not home.control.is_in_control
        assert issues(home) == {"storage_newer", "plan_paused_unread"}
        await home.hass.services.async_call(DOMAIN, "resume", blocking=True)
        await home.hass.services.async_call(
            DOMAIN, "pause", {"duration": {"hours": 5}}, blocking=True
        )
        await home.restart()
        assert home.control.memory.paused_until is not None
        assert home.control.memory.paused_until < paris(2026, 3, 9, 18, 0)
        assert issues(home) == {"storage_newer"}
        assert path.read_text() == text
        await home.restart()
        assert not home.control.is_in_control
        assert path.read_text() == text


@at(2026, 3, 9, 12, 0)
async def test_counters_never_begin_again_at_nothing() -> None:
    """Counters whose values were lost go on from the battery's own, or from what was shown."""
    async with plan_home(count=1) as home:
        battery = home.batteries[0]
        await home.minutes(5)
        entry_id = home.place.entry(battery).entry_id
        home.control.memory.energy.charged = 4321.0
        await home.minutes(2)
        before = float(home.place.state(battery, "sensor", "energy_charged"))
        assert before > 0
        shown = state_of_total(home)
        assert shown == "4.321"
        entries = home.hass.config_entries
        for each in (entry_id, home.entry.entry_id):
            assert await entries.async_unload(each)
        own, plan = file_of(home, entry_id=entry_id), file_of(home)
        damaged = data_of(own)
        damaged["charged"]["total"] = -5000
        damaged["setpoint"] = "text"
        own.write_text(envelope(damaged))
        lost = data_of(plan)
        lost["control"]["energy"]["charged"] = "much"
        plan.write_text(envelope(lost))
        for each in (entry_id, home.entry.entry_id):
            assert await entries.async_setup(each)
        await home.minutes(2)
        assert float(home.place.state(battery, "sensor", "energy_charged")) >= before
        assert state_of_total(home) == shown
        assert issues(home) == {"storage_damaged"}
        assert home.control.is_in_control


@at(2026, 3, 9, 12, 0)
async def test_habits_that_cannot_be_read_are_kept_aside() -> None:
    """They are learnt anew, and the file as it was is kept."""
    async with plan_home(count=1) as home:
        await home.minutes(1)
        path = file_of(home, ".habits")
        text = envelope({"work": [1.0], "rest": [], "pv": [], "days": 20})
        await restart_with(home, path, text)
        assert home.entry.state is ConfigEntryState.LOADED
        assert file_of(home, ".habits.damaged").read_text() == text


def state_of_total(home: PlanHome) -> str:
    """Return the state of what the home has charged."""
    state = home.hass.states.get("sensor.plan_energy_charged")
    if state is None:
        names = [each.entity_id for each in home.hass.states.async_all("sensor")]
        raise LookupError(names)
    return state.state
