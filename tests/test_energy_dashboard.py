"""One click to the Energy dashboard, judged by the dashboard's own validation."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import CONF_KIND, CONF_TARIFF, DOMAIN, EntryKind, Tariff
from custom_components.marstek.entries import is_plan
from simulator import Fleet
from tests.plan.flow import PlanFlow
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


async def set_up_plan(hass: HomeAssistant, **ticks: bool) -> PlanFlow:
    """Go through the set-up of a plan, and end it with some ticks."""
    flow = PlanFlow(hass)
    await flow.add()
    await flow.choose("fixed")
    await flow.submit(start="22:00:00", end="06:00:00")
    await flow.submit(off_peak=0.15, peak=0.21, subscription=0)
    await flow.submit(**flow.defaults)
    assert flow.result["step_id"] == "preview"
    shown = flow.result["description_placeholders"] or {}
    assert shown["tariff"] == "Peak and off-peak hours"
    await flow.submit(automatic=False, **ticks)
    return flow


async def test_a_tick_of_the_set_up(hass: HomeAssistant, fleet: Fleet) -> None:
    """The last form of set-up puts all batteries on the dashboard where there is one."""
    assert await async_setup_component(hass, "energy", {})
    flow = await set_up_plan(hass, energy_dashboard=True)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY
    (plan,) = (entry for entry in hass.config_entries.async_entries(DOMAIN) if is_plan(entry))
    assert "energy_dashboard" not in plan.options
    total, sun = await sources(hass)
    assert (total["name"], sun["name"]) == ("All batteries", "Venus A 0303")
    await hass.config_entries.async_remove(plan.entry_id)
    await set_up_plan(hass, energy_dashboard=False)
    assert len(told_of(hass)) == 1


async def test_a_tick_that_can_not_be(hass: HomeAssistant, fleet: Fleet) -> None:
    """What stands against it is told, and the plan is set up all the same."""
    assert await async_setup_component(hass, "energy", {})
    await press(hass, E3_MAC)
    await set_up_plan(hass, energy_dashboard=True)
    assert any(entry.title == "Plan" for entry in hass.config_entries.async_entries(DOMAIN))
    titles = [told["title"] for told in told_of(hass)]
    assert titles == ["Added to the Energy dashboard", "Not added to the Energy dashboard"]
    (source,) = await sources(hass)
    assert source["stat_energy_from"].endswith("_energy_discharged")


async def test_no_dashboard_to_tick(hass: HomeAssistant, fleet: Fleet) -> None:
    """Where there is none, nothing is asked."""
    flow = await set_up_plan(hass)
    assert flow.result["type"] is FlowResultType.CREATE_ENTRY


GRID: dict[str, Any] = {
    "type": "grid",
    "stat_energy_from": "sensor.import",
    "stat_energy_to": None,
    "stat_cost": None,
    "entity_energy_price": None,
    "number_energy_price": None,
    "stat_compensation": None,
    "entity_energy_price_export": None,
    "number_energy_price_export": None,
    "cost_adjustment_day": 0.0,
}


async def priced(hass: HomeAssistant, *grids: dict[str, Any]) -> list[Any]:
    """Return the prices of connections to the grid after a press of the plan's button."""
    assert await async_setup_component(hass, "energy", {})
    manager = await async_get_manager(hass)
    update: Any = {"energy_sources": list(grids)}
    await manager.async_update(update)
    await press(hass, "plan")
    assert manager.data
    found: list[Any] = list(manager.data["energy_sources"])
    return [source["entity_energy_price"] for source in found if source["type"] == "grid"]


@pytest.fixture(name="plan")
async def plan_fixture(hass: HomeAssistant, fleet: Fleet) -> MockConfigEntry:
    """Return a plan with prices of peak and off-peak hours."""
    hass.config.currency = "EUR"
    plan = MockConfigEntry(
        domain=DOMAIN,
        unique_id="plan",
        title="Plan",
        data={CONF_KIND: EntryKind.PLAN, CONF_TARIFF: Tariff.FIXED},
    )
    plan.add_to_hass(hass)
    assert await hass.config_entries.async_setup(plan.entry_id)
    return plan


async def test_the_price_of_the_only_connection(hass: HomeAssistant, plan: MockConfigEntry) -> None:
    """It is named in the notification, and taken by the dashboard's own validation."""
    price = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, "plan_price")
    assert price
    assert await priced(hass, GRID) == [price]
    assert any(f"Current price of the grid: {price}" in told["message"] for told in told_of(hass))
    manager = await async_get_manager(hass)
    assert manager.data
    # The meter of this test is recorded nowhere.
    found = (await async_validate(hass)).as_dict()["energy_sources"][0]
    assert {issue["type"] for issue in found} <= {"statistics_not_defined", "entity_not_defined"}
    assert price not in str(found)
    assert await refused(hass, "plan") == "on_energy_dashboard"


async def test_a_price_alone(hass: HomeAssistant, plan: MockConfigEntry) -> None:
    """Batteries that are there already do not keep it from being added."""
    assert await priced(hass) == []
    manager = await async_get_manager(hass)
    assert manager.data
    update: Any = {"energy_sources": [*manager.data["energy_sources"], GRID]}
    await manager.async_update(update)
    await press(hass, "plan")
    assert manager.data["energy_sources"][-1]["entity_energy_price"]  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    "grids",
    [
        [GRID, {**GRID, "stat_energy_from": "sensor.other"}],
        [{**GRID, "stat_cost": "sensor.cost"}],
        [{**GRID, "number_energy_price": 0.2}],
        [{**GRID, "number_energy_price": 0.0}],
        [{**GRID, "entity_energy_price": "sensor.mine"}],
        [{**GRID, "stat_energy_from": "utility:import"}],
        [{**GRID, "stat_energy_from": None, "stat_energy_to": "sensor.export"}],
    ],
    ids=["two", "cost", "number", "free", "entity", "no entity", "export only"],
)
async def test_a_price_replaces_nothing(
    hass: HomeAssistant, plan: MockConfigEntry, grids: list[dict[str, Any]]
) -> None:
    """Where the cost is told already, or it is not clear what of, all stays as it is."""
    assert await priced(hass, *grids) == [grid["entity_energy_price"] for grid in grids]


async def test_a_price_in_another_currency(hass: HomeAssistant, plan: MockConfigEntry) -> None:
    """The dashboard would take it for one in its own."""
    hass.config.currency = "CHF"
    assert await priced(hass, GRID) == [None]
