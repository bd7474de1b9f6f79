"""The suggestion to save more, from real statistics of a real recorder."""

import datetime as dt
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.marstek.const import CONF_LOAD_SENSOR, CONF_STRATEGY, DOMAIN
from custom_components.marstek.plan.plan_options import plan_options
from custom_components.marstek.plan.suggestion import SavingsSuggestion, async_withdraw
from custom_components.marstek.repairs import async_create_fix_flow
from tests.plan.test_learning import BOARD, NOW, dashboard, grid, record

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _now() -> object:
    with patch("custom_components.marstek.plan.suggestion.dt_util.utcnow", return_value=NOW):
        yield


@pytest.fixture(name="entry")
def entry_fixture(hass: HomeAssistant) -> MockConfigEntry:
    """Return the entry of a plan that decides simply."""
    entry = MockConfigEntry(domain=DOMAIN, unique_id="plan", data={"kind": "plan"})
    entry.add_to_hass(hass)
    return entry


def suggestion(hass: HomeAssistant, entry: MockConfigEntry) -> SavingsSuggestion:
    """Return what suggests."""
    return SavingsSuggestion(hass, entry, lambda: PARIS, lambda: plan_options(entry.options))


def issues(hass: HomeAssistant) -> list[str | None]:
    """Return the repairs of the integration."""
    return [
        issue.translation_key
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    ]


async def recorded(hass: HomeAssistant, days: int) -> None:
    """Record the meters of the dashboard for some days."""
    for name, energy in {"import": 500, "export": 100, "sun": 300, "out": 200, "in": 150}.items():
        record(hass, name, energy, days)
    await async_wait_recording_done(hass)


async def test_once_enough_is_known(
    recorder_mock: Recorder, hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It comes with enough days, its repair changes the strategy, and it goes with that."""
    await dashboard(hass, *BOARD)
    mine = suggestion(hass, entry)
    await mine.async_check()
    assert issues(hass) == []
    await recorded(hass, 14)
    await mine.async_check()
    assert issues(hass) == ["savings_possible"]
    mine.async_follow_options()
    assert issues(hass) == ["savings_possible"]
    data = {"entry_id": entry.entry_id, "kind": "savings_possible"}
    flow = await async_create_fix_flow(hass, "any", data)
    flow.hass, flow.handler, flow.issue_id = hass, DOMAIN, "any"
    form = await flow.async_step_init()  # type: ignore[attr-defined]
    assert form["step_id"] == "confirm"
    await flow.async_step_confirm({})  # type: ignore[attr-defined]
    assert entry.options[CONF_STRATEGY] == "savings"
    mine.async_follow_options()
    assert issues(hass) == []
    await mine.async_check()
    assert issues(hass) == []


async def test_batteries_have_to_be_on_the_dashboard(
    recorder_mock: Recorder, hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Without them what they charge counts as consumption; a sensor of it is enough, though."""
    await dashboard(hass, grid(), BOARD[1])
    await recorded(hass, 14)
    mine = suggestion(hass, entry)
    await mine.async_check()
    assert issues(hass) == []
    record(hass, "house", 600)
    await async_wait_recording_done(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_LOAD_SENSOR: "test:house"})
    await mine.async_check()
    assert issues(hass) == ["savings_possible"]
    async_withdraw(hass, entry.entry_id)
    assert issues(hass) == []


async def test_it_looks_by_itself(
    recorder_mock: Recorder, hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """An hour after the start, and then every day."""
    await dashboard(hass, *BOARD)
    await recorded(hass, 14)
    mine = suggestion(hass, entry)
    mine.async_start()
    async_fire_time_changed(hass, dt.datetime.now(dt.UTC) + dt.timedelta(hours=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == ["savings_possible"]
    await entry._async_process_on_unload(hass)


async def test_an_entry_that_is_gone(hass: HomeAssistant) -> None:
    """Its repair ends without a change."""
    flow = await async_create_fix_flow(hass, "any", {"entry_id": "x", "kind": "savings_possible"})
    flow.hass, flow.handler, flow.issue_id = hass, DOMAIN, "any"
    result = await flow.async_step_confirm({})  # type: ignore[attr-defined]
    assert result["type"] == "create_entry"
