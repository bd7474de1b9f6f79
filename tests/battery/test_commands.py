"""The mode select and the setpoint, against what the battery then does."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import SimulatedBattery
from tests.battery.conftest import entity_id, state_of


async def select(hass: HomeAssistant, option: str) -> None:
    """Choose a mode as a user does."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id(hass, "select", "mode"), "option": option},
        blocking=True,
    )


async def set_power(hass: HomeAssistant, watts: int) -> None:
    """Set the setpoint as a user does."""
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": entity_id(hass, "number", "setpoint"), "value": watts},
        blocking=True,
    )


@pytest.mark.parametrize("option", ["manual", "passive", "ai"])
async def test_mode_reaches_the_battery_and_back(
    hass: HomeAssistant, battery: SimulatedBattery, entry: MockConfigEntry, option: str
) -> None:
    """The battery is in the chosen mode, and the select shows it, as soon as the call returns."""
    await set_power(hass, 700)
    for mode in (option, "auto"):
        await select(hass, mode)
        assert battery.state.mode.lower() == mode
        assert state_of(hass, "select", "mode") == mode
        assert state_of(hass, "sensor", "last_command") == "confirmed"
