"""Device actions and triggers: what the editor of automations offers for batteries and the plan."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.components.device_automation.exceptions import InvalidDeviceAutomationConfig
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_get_device_automations

from custom_components.marstek.const import DOMAIN, PLAN_UNIQUE_ID
from custom_components.marstek.device_action import (
    async_call_action_from_config,
    async_get_action_capabilities,
    async_validate_action_config,
)
from custom_components.marstek.plan.events import OF_A_BATTERY, Alert, Kind
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

_FOLDER = Path(__file__).parents[2] / "custom_components/marstek/translations"


def device_of(home: PlanHome, identifier: str) -> str:
    """Return the id of a device."""
    entries = home.hass.config_entries.async_entries(DOMAIN)
    registry = dr.async_get(home.hass)
    found = [
        registry.async_get_device_by_identifier((DOMAIN, identifier), entry.entry_id)
        for entry in entries
    ]
    return next(device.id for device in found if device is not None)


def battery_of(home: PlanHome, number: int = 0) -> str:
    """Return the id of the device of a battery."""
    return device_of(home, home.batteries[number].spec.ble_mac)


async def offered(home: PlanHome, kind: DeviceAutomationType, device_id: str) -> set[str]:
    """Return the types that Home Assistant finds of ours."""
    found = await async_get_device_automations(home.hass, kind, device_id)
    return {each["type"] for each in found if each["domain"] == DOMAIN}


async def act(home: PlanHome, kind: str, device_id: str, **fields: Any) -> None:
    """Carry an action out as an automation does, with its config checked first."""
    config = {"device_id": device_id, "domain": DOMAIN, "type": kind, **fields}
    checked = await async_validate_action_config(home.hass, config)
    await async_call_action_from_config(home.hass, checked, {}, None)


async def automate(hass: HomeAssistant, *automations: Mapping[str, Any]) -> None:
    """Set automations up from triggers to actions."""
    assert await async_setup_component(hass, "automation", {"automation": list(automations)})
    await hass.async_block_till_done()


@at(2026, 3, 9, 12)
async def test_what_is_offered() -> None:
    """Five actions of a battery, the events of a device, and nothing for a device of others."""
    async with plan_home(count=1) as home:
        battery, plan = battery_of(home), device_of(home, PLAN_UNIQUE_ID)
        actions, triggers = DeviceAutomationType.ACTION, DeviceAutomationType.TRIGGER
        expected = {"charge", "discharge", "hold", "stop", "back_to_plan"}
        assert await offered(home, actions, battery) == expected
        assert await offered(home, actions, plan) == set()
        assert await offered(home, triggers, battery) == OF_A_BATTERY
        assert await offered(home, triggers, plan) == {*Kind, *Alert}
        fields = await async_get_action_capabilities(home.hass, {"type": "charge"})
        assert {str(key) for key in fields["extra_fields"].schema} == {
            "power",
            "target",
            "duration",
        }
        assert await async_get_action_capabilities(home.hass, {"type": "stop"}) == {}


@at(2026, 3, 9, 12)
async def test_actions_reach_the_battery() -> None:
    """Charge, discharge, hold, stop, and back to the plan: the simulated battery does each."""
    async with plan_home(count=1, soc=50) as home:
        battery, device_id = home.batteries[0], battery_of(home)
        await home.minutes(3)
        await act(home, "charge", device_id, power=600, target=80)
        assert battery.state.ac_power == pytest.approx(-600, abs=30)
        await act(home, "discharge", device_id, power=300, duration={"minutes": 30})
        await home.minutes(1)
        assert battery.state.ac_power == pytest.approx(300, abs=30)
        await act(home, "hold", device_id)
        await home.minutes(1)
        assert (battery.state.mode, battery.state.ac_power) == ("Passive", 0)
        await act(home, "stop", device_id)
        await home.minutes(1)
        assert battery.state.mode == "Auto"
        await act(home, "charge", device_id)
        await act(home, "back_to_plan", device_id)
        await home.minutes(1)
        assert battery.state.mode == "Auto"
        assert home.shown.standing_back == frozenset()


@at(2026, 3, 9, 12)
async def test_bad_actions_are_told() -> None:
    """A power that can't be, a device that is no battery, one that is not loaded or gone."""
    async with plan_home(count=1, soc=50) as home:
        device_id, plan = battery_of(home), device_of(home, PLAN_UNIQUE_ID)
        await home.minutes(2)
        with pytest.raises(HomeAssistantError):
            await act(home, "charge", device_id, power=99_000)
        with pytest.raises(ServiceValidationError):
            await act(home, "charge", device_id, target=5)
        with pytest.raises(InvalidDeviceAutomationConfig):
            await act(home, "charge", plan)
        entry = home.place.entry(home.batteries[0])
        await home.hass.config_entries.async_unload(entry.entry_id)
        with pytest.raises(HomeAssistantError) as caught:
            await act(home, "back_to_plan", device_id)
        assert caught.value.translation_key == "battery_not_loaded"
        config = {"device_id": "gone", "domain": DOMAIN, "type": "back_to_plan"}
        with pytest.raises(HomeAssistantError):
            await async_call_action_from_config(home.hass, config, {}, None)
        await home.hass.config_entries.async_setup(entry.entry_id)


@pytest.mark.each_minute
@at(2026, 3, 9, 12)
async def test_an_automation_of_a_device_hears_of_its_own_battery() -> None:
    """Of two batteries only one is low; the plan's device hears of it too."""
    async with plan_home(count=2, soc=50) as home:
        heard: list[str] = []
        home.hass.bus.async_listen("heard", lambda event: heard.append(event.data["by"]))
        await automate(
            home.hass,
            *(
                {
                    "alias": alias,
                    "triggers": {
                        "platform": "device",
                        "domain": DOMAIN,
                        "device_id": device_id,
                        "type": Alert.LOW_SOC.value,
                    },
                    "actions": {"event": "heard", "event_data": {"by": alias}},
                }
                for alias, device_id in (
                    ("first", battery_of(home, 0)),
                    ("second", battery_of(home, 1)),
                    ("plan", device_of(home, PLAN_UNIQUE_ID)),
                )
            ),
        )
        home.batteries[1].set_battery(soc=14.0)
        await home.minutes(4)
        assert sorted(heard) == ["plan", "second"]


@pytest.mark.parametrize("language", ["en", "fr", "de", "nl"])
def test_each_type_has_a_name(language: str) -> None:
    """In each language, the same as on the event entities."""
    texts = json.loads((_FOLDER / f"{language}.json").read_text())
    names = texts["device_automation"]
    events = texts["entity"]["event"]
    kinds = events["plan_result"]["state_attributes"]["event_type"]["state"]
    alerts = events["alert"]["state_attributes"]["event_type"]["state"]
    assert names["trigger_type"] == kinds | alerts
    assert names["trigger_type"].keys() == {*Kind, *Alert}
