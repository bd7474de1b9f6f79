"""The plan and a battery that is left alone for a firmware update."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import Alert, Kind
from simulator import SimulatedBattery
from tests.battery.test_buttons import press
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def leave_alone(home: PlanHome, battery: SimulatedBattery, **data: object) -> None:
    """Call the action for one battery."""
    entry_id = home.place.entry(battery).entry_id
    (device,) = dr.async_entries_for_config_entry(dr.async_get(home.hass), entry_id)
    await home.hass.services.async_call(
        DOMAIN, "leave_alone", {"device_id": device.id, **data}, blocking=True
    )


@at(2026, 3, 12, 21, 40)
async def test_refused_where_a_charge_is_planned() -> None:
    """With its time; what was confirmed is done, and the plan charges the battery afterwards."""
    async with plan_home(soc=50, count=2) as home:
        first, second = home.batteries
        with pytest.raises(ServiceValidationError) as error:
            await press(home.place, first, "leave_alone")
        assert error.value.translation_key == "charge_is_planned"
        assert error.value.translation_placeholders is not None
        assert error.value.translation_placeholders["time"] == "22:05"
        await leave_alone(home, first, minutes=10)
        await home.minutes(12)
        await leave_alone(home, first, confirm=True)
        home.excused.add(first.spec.ble_mac)
        asked = len(first.exchanges)
        # Whoever resumes the plan does not reach it either.
        await home.hass.services.async_call(DOMAIN, "resume", {}, blocking=True)
        await home.until(22, 15)
        assert len(first.exchanges) == asked
        assert round(first.state.ac_power) >= -50
        assert second.state.ac_power < -500
        assert home.kinds(Kind.FAILED) == []
        await home.until(22, 30)
        # Charging, or held until it is its turn.
        assert first.state.mode == "Manual"
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto", "Auto"]
        assert home.socs() == [100, 100]


@at(2026, 3, 12, 22, 30)
async def test_allowed_while_an_override_keeps_it_from_charging() -> None:
    """An override of all batteries, or of this one; where it ends too early is said by its end."""
    async with plan_home(soc=50, count=2) as home:
        first, second = home.batteries
        hold: dict[str, Any] = {"mode": "hold", "duration": "01:00:00"}
        (device,) = dr.async_entries_for_config_entry(
            dr.async_get(home.hass), home.place.entry(first).entry_id
        )
        await home.place.act("override", device_id=[device.id], **hold)
        with pytest.raises(ServiceValidationError) as error:
            await leave_alone(home, second, minutes=30)
        assert error.value.translation_key == "charge_is_planned"
        await leave_alone(home, first, minutes=30)
        await home.place.act("override", **hold)
        with pytest.raises(ServiceValidationError) as error:
            await leave_alone(home, second, minutes=90)
        assert error.value.translation_placeholders is not None
        assert error.value.translation_placeholders["time"] == "23:30"
        await leave_alone(home, second, minutes=30)
        home.excused |= {first.spec.ble_mac, second.spec.ble_mac}
        home.guard.broken.clear()


@at(2026, 3, 12, 13, 0)
async def test_the_plan_leaves_it_alone_and_takes_it_again() -> None:
    """It takes no part meanwhile, which is said once and is no alarm, also when all are left alone."""
    async with plan_home(soc=50, count=1) as home:
        (battery,) = home.batteries
        await press(home.place, battery, "leave_alone")
        home.excused.add(battery.spec.ble_mac)
        await home.minutes(25)
        assert battery.spec.ble_mac in home.shown.standing_back
        assert home.shown.state == "override"
        assert [told.message for told in home.kinds(Kind.OVERRIDE_STARTED)] != []
        assert "13:30" in home.kinds(Kind.OVERRIDE_STARTED)[0].message
        assert home.kinds(Kind.OVERRIDE_STARTED)[0].message.startswith("Nothing is sent to ")
        with pytest.raises(HomeAssistantError) as error:
            await home.hass.services.async_call(DOMAIN, "charge", {}, blocking=True)
        assert error.value.translation_key == "left_alone"
        await home.minutes(10)
        assert home.shown.standing_back == frozenset()
        assert home.shown.state == "self_consumption"
        kinds = {told.kind for told in home.said}
        assert kinds.isdisjoint({Kind.FAILED, Alert.BATTERY_OFFLINE, Alert.ALL_OFFLINE})
