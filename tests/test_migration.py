"""Config entries of other versions."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek import config_flow, migration
from custom_components.marstek.const import DOMAIN, ENTRY_VERSION
from custom_components.marstek.diagnostics import async_get_config_entry_diagnostics

PLAN = {"kind": "plan", "tariff": "fixed"}


def entry_of(version: int, data: dict[str, Any]) -> MockConfigEntry:
    """Return an entry of a version."""
    return MockConfigEntry(
        domain=DOMAIN, title="Home", version=version, data=data, options={"automatic": True}
    )


async def test_newer_entries_are_left_alone(hass: HomeAssistant) -> None:
    """After a downgrade an entry waits for its own version, and its diagnostics say so."""
    entry = entry_of(ENTRY_VERSION + 1, {**PLAN, "future": 1})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
    assert (entry.version, entry.data) == (ENTRY_VERSION + 1, {**PLAN, "future": 1})
    told = await async_get_config_entry_diagnostics(hass, entry)
    assert told["state"] == "migration_error"
    assert told["entry"]["data"]["future"] == 1


@pytest.mark.parametrize("version", [0, 1])
async def test_foreign_entries_say_what_they_are(hass: HomeAssistant, version: int) -> None:
    """Whatever their version, as long as Home Assistant does not refuse a newer one itself."""
    entry = entry_of(version, {"host": "192.0.2.7"})
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.error_reason_translation_key == "foreign_entry"
    assert (entry.version, entry.data) == (version, {"host": "192.0.2.7"})


async def test_each_older_version_has_its_step(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Steps follow one another; without one of them nothing is changed."""

    def one(data: dict[str, Any], options: dict[str, Any]) -> None:
        data["steps"] = [1]

    def two(data: dict[str, Any], options: dict[str, Any]) -> None:
        data["steps"] = [*data["steps"], 2]
        options["is_new"] = True

    monkeypatch.setattr(migration, "ENTRY_VERSION", 3)
    monkeypatch.setattr(migration, "STEPS", MappingProxyType({1: one, 2: two}))
    old = entry_of(1, PLAN)
    old.add_to_hass(hass)
    assert migration.async_migrate(hass, old)
    assert (old.version, old.data["steps"]) == (3, [1, 2])
    assert old.options == {"automatic": True, "is_new": True}
    older = entry_of(0, PLAN)
    older.add_to_hass(hass)
    assert not migration.async_migrate(hass, older)
    assert (older.version, older.data) == (0, PLAN)


def test_every_older_version_has_a_step() -> None:
    """The table is complete."""
    assert list(migration.STEPS) == list(range(1, ENTRY_VERSION))
    assert config_flow.MarstekConfigFlow.VERSION == ENTRY_VERSION
