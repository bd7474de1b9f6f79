"""One click to the Energy dashboard, judged by the dashboard's own validation."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import CONF_KIND, CONF_TARIFF, DOMAIN, EntryKind, Tariff
from simulator import Fleet
from tests.support import loopback
from tests.support.loopback import VENUS_A, VENUS_E3, configured, spec

E3_MAC, A_MAC = "02aabbcc0101", "02aabbcc0303"


@pytest.fixture(name="fleet")
async def fleet_fixture(
    recorder_mock: Recorder, hass: HomeAssistant, socket_enabled: None
) -> AsyncIterator[Fleet]:
    """Return two batteries that have been added, one of them with solar inputs."""
    port = loopback.free_port()
    kinds = {"127.0.0.11": VENUS_E3, "127.0.0.13": VENUS_A}
    specs = [spec(kind, address, port) for address, kind in kinds.items()]
    with loopback.loopback_only(port):
        async with Fleet(specs, latency=loopback.LATENCY) as fleet:
            for address, kind in kinds.items():
                entry = configured(hass, kind, address, port)
                assert await hass.config_entries.async_setup(entry.entry_id)
            yield fleet
            await loopback.unload_all(hass)


def button(hass: HomeAssistant, prefix: str) -> str:
    """Return the button of a battery or of the plan."""
    found = er.async_get(hass).async_get_entity_id(
        "button", DOMAIN, f"{prefix}_add_to_energy_dashboard"
    )
    assert found
    return found


async def press(hass: HomeAssistant, prefix: str) -> None:
    """Press the button of a battery or of the plan."""
    entity_id = button(hass, prefix)
    await hass.services.async_call("button", "press", {"entity_id": entity_id}, blocking=True)


def told_of(hass: HomeAssistant) -> list[Any]:
    """Return the notifications."""
    return list(hass.data.get("persistent_notification", {}).values())


async def sources(hass: HomeAssistant) -> list[Any]:
    """Return what is on the dashboard, once its own validation finds nothing wrong."""
    manager = await async_get_manager(hass)
    assert manager.data
    verdict = (await async_validate(hass)).as_dict()
    found = {
        issue["type"]
        for source in verdict["energy_sources"]
        for issue in source
        # Nothing is recorded in the first seconds.
        if issue["type"] != "statistics_not_defined"
    }
    assert found == set()
    return list(manager.data["energy_sources"])


async def refused(hass: HomeAssistant, prefix: str) -> str | None:
    """Press a button that refuses, and return why."""
    with pytest.raises(HomeAssistantError) as error:
        await press(hass, prefix)
    assert error.value.translation_domain == DOMAIN
    return error.value.translation_key


async def test_each_battery_with_its_sun(hass: HomeAssistant, fleet: Fleet) -> None:
    """A battery is added once, with all that the dashboard can show of it; others stay."""
    assert await refused(hass, E3_MAC) == "no_energy_dashboard"
    assert await async_setup_component(hass, "energy", {})
    manager = await async_get_manager(hass)
    gas: Any = {"type": "gas", "stat_energy_from": "sensor.gas", "stat_cost": None}
    await manager.async_update({"energy_sources": [gas]})  # type: ignore[typeddict-item]
    assert told_of(hass) == []
    await press(hass, E3_MAC)
    await press(hass, A_MAC)
    assert len(told_of(hass)) == 2
    assert await refused(hass, E3_MAC) == "on_energy_dashboard"
    manager.data["energy_sources"].remove(gas)  # type: ignore[index]
    first, second, sun = await sources(hass)
    assert [first["type"], second["type"], sun["type"]] == ["battery", "battery", "solar"]
    assert first["capacity"] == pytest.approx(4.51)
    for field in ("stat_energy_from", "stat_energy_to", "stat_rate", "stat_soc"):
        assert hass.states.get(first[field]), field


async def test_all_batteries_together_or_each(hass: HomeAssistant, fleet: Fleet) -> None:
    """What is counted once is not counted again; a sensor that is off is named."""
    assert await async_setup_component(hass, "energy", {})
    plan = MockConfigEntry(
        domain=DOMAIN,
        unique_id="plan",
        title="Plan",
        data={CONF_KIND: EntryKind.PLAN, CONF_TARIFF: Tariff.FIXED},
    )
    plan.add_to_hass(hass)
    assert await hass.config_entries.async_setup(plan.entry_id)
    await press(hass, "plan")
    total, sun = await sources(hass)
    assert (total["type"], total["name"]) == ("battery", "All batteries")
    assert (sun["type"], sun["name"]) == ("solar", "Venus A 0303")
    assert total["stat_energy_from"].startswith("sensor.")
    (told,) = told_of(hass)
    assert told["title"] == "Added to the Energy dashboard"
    assert "- Battery storage: All batteries\n- Solar production: Venus A 0303" in told["message"]
    assert total["capacity"] == pytest.approx(0.88 * (5.12 + 2.08), abs=0.01)
    assert await refused(hass, E3_MAC) == "counted_twice"
    manager = await async_get_manager(hass)
    await manager.async_update({"energy_sources": []})  # type: ignore[typeddict-item]
    await press(hass, E3_MAC)
    assert await refused(hass, "plan") == "counted_twice"
    registry = er.async_get(hass)
    soc = registry.async_get_entity_id("sensor", DOMAIN, f"{A_MAC}_soc")
    assert soc
    registry.async_update_entity(soc, disabled_by=er.RegistryEntryDisabler.USER)
    assert await refused(hass, A_MAC) == "entity_disabled"
