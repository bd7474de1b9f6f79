"""Charging by hand while a plan commands the batteries: who has them when."""

import asyncio
from typing import Any, cast

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import Kind
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def act(home: PlanHome, action: str, number: int = 0, **data: object) -> dict[str, Any]:
    """Call an action on one battery, and return what it tells."""
    entry = home.place.entry(home.batteries[number])
    registry = dr.async_get(home.hass)
    (device,) = dr.async_entries_for_config_entry(registry, entry.entry_id)
    response = await home.hass.services.async_call(
        DOMAIN, action, {"device_id": device.id, **data}, blocking=True, return_response=True
    )
    (told,) = cast("dict[str, Any]", response).values()
    return cast("dict[str, Any]", told)


@at(2026, 3, 9, 22, 30)
async def test_the_plan_goes_on_as_soon_as_a_charge_is_over() -> None:
    """The others are left alone meanwhile, and the owner is told of both."""
    async with plan_home(soc=60, count=2) as home:
        await home.minutes(2)
        assert home.modes() == ["Manual", "Manual"]
        await act(home, "charge", power=900, duration={"minutes": 30})
        await asyncio.sleep(1)
        assert home.shown.standing_back == {home.batteries[0].spec.ble_mac}
        await home.minutes(29)
        assert home.powers() == [-900, 0]
        await home.minutes(2)
        assert home.modes() == ["Manual", "Manual"]
        assert home.powers() == [0, 0]
        assert home.shown.standing_back == frozenset()
        assert len(home.kinds(Kind.OVERRIDE_STARTED)) == len(home.kinds(Kind.OVERRIDE_ENDED)) == 1
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
async def test_a_charge_on_top_of_manual_by_hand_leads_back_to_it() -> None:
    """The plan does not take a battery whose owner has chosen something for it."""
    async with plan_home(soc=60, count=2) as home:
        await home.minutes(2)
        battery = home.batteries[0]
        await home.place.call(battery, "number", "setpoint", value=300)
        await home.minutes(2)
        await act(home, "charge", power=900, duration={"minutes": 5})
        await home.minutes(10)
        assert home.modes() == ["Manual", "Manual"]
        assert home.powers() == [300, 0]
        assert home.shown.standing_back == {battery.spec.ble_mac}


@at(2026, 3, 10, 5, 30)
async def test_a_charge_goes_on_beyond_a_boundary() -> None:
    """A charge with an end of its own is not cut off by the end of the night."""
    async with plan_home(soc=60, count=2) as home:
        await home.minutes(12)
        await act(home, "charge", power=900, duration={"hours": 1})
        await home.until(6, 35)
        assert home.powers()[0] == -900
        assert home.modes()[1] == "Auto"
        await home.until(6, 45)
        assert home.modes() == ["Auto", "Auto"]
        await home.until(7, 0)


@at(2026, 3, 10, 21, 40)
@pytest.mark.parametrize("ends_before", [True, False])
async def test_a_charge_to_a_target_around_a_boundary(*, ends_before: bool) -> None:
    """When the target is reached, what is planned then is done at once."""
    async with plan_home(soc=60, count=1) as home:
        await home.minutes(2)
        await act(home, "charge", power=2000, target=63 if ends_before else 85)
        await home.until(21, 59)
        assert home.modes() == ["Auto" if ends_before else "Passive"]
        await home.until(22, 15)
        assert home.modes() == ["Manual" if ends_before else "Passive"]
        await home.until(23, 0)
        assert home.modes() == ["Manual"]
        assert home.socs()[0] < 63 if ends_before else 85 <= home.socs()[0] <= 86
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
async def test_stop_hands_the_battery_to_the_plan() -> None:
    """Whatever hand had it: a charge, or a mode that was chosen."""
    async with plan_home(soc=60, count=1) as home:
        await home.minutes(2)
        await act(home, "charge", power=900)
        await home.minutes(5)
        assert (await act(home, "stop"))["ended"] is True
        await home.minutes(1)
        assert (home.modes(), home.powers()) == (["Manual"], [0])
        await home.place.call(home.batteries[0], "number", "setpoint", value=500)
        for option in ("manual", "passive"):
            await home.place.call(home.batteries[0], "select", "mode", option=option)
            await home.minutes(2)
            assert home.powers() == [500]
            assert (await act(home, "stop"))["ended"] is True
            await home.minutes(1)
            assert (home.modes(), home.powers()) == (["Manual"], [0])
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
async def test_a_charge_that_can_not_begin_leaves_the_battery_to_the_plan() -> None:
    """A failed command does not keep the plan away."""
    async with plan_home(soc=60, count=1) as home:
        await home.minutes(2)
        home.batteries[0].faults.refused_writes = 1.0
        with pytest.raises(HomeAssistantError):
            await act(home, "charge", power=900)
        home.batteries[0].faults.clear()
        await home.minutes(5)
        assert (home.modes(), home.powers()) == (["Manual"], [0])
        assert home.shown.standing_back == frozenset()
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
async def test_a_pause_leaves_a_charge_by_hand_alone() -> None:
    """It ends in self-consumption then."""
    async with plan_home(soc=60, count=1) as home:
        await home.minutes(2)
        await act(home, "charge", power=900, duration={"minutes": 30})
        await home.control.async_pause(None)
        await home.minutes(20)
        assert home.powers() == [-900]
        await home.minutes(12)
        assert home.modes() == ["Auto"]
        await home.control.async_resume()
        await home.minutes(2)
        assert home.modes() == ["Manual"]
        await home.until(6, 15)


@at(2026, 3, 9, 22, 30)
async def test_a_restart_during_a_charge() -> None:
    """Both remember whose the battery is, and the plan has it back when the charge is over."""
    async with plan_home(soc=60, count=1) as home:
        await home.minutes(2)
        await act(home, "charge", power=900, duration={"minutes": 40})
        await home.minutes(10)
        await home.restart(pause=300)
        await home.minutes(10)
        assert home.powers() == [-900]
        await home.minutes(18)
        assert (home.modes(), home.powers()) == (["Manual"], [0])
        await home.until(6, 15)


@at(2026, 3, 13, 10, 0)
async def test_a_charge_in_red_hours_is_told_its_price() -> None:
    """It is the owner's decision, who knows what it costs."""
    async with plan_home(soc=60, count=1) as home:
        told = await act(home, "charge", power=300, duration={"minutes": 1})
        assert told["ok"] is True
        assert told["price"] == home.plan.tariff.data.price
        assert "Red" in told["message"]
        await home.minutes(3)
        assert home.modes() == ["Auto"]
        home.guard.look()
        home.guard.broken.clear()


@at(2026, 1, 12, 17, 13)
@pytest.mark.parametrize("mode", ["AI", "Manual"])
async def test_a_mode_of_the_app_stands_after_passive_by_hand(mode: str) -> None:
    """The countdown that was left and ends later does not give the battery to the plan."""
    async with plan_home(count=1) as home:
        battery = home.batteries[0]
        await home.place.call(battery, "select", "mode", option="passive")
        await home.minutes(30)
        left_until = dict(home.control.memory.standing_back)
        assert left_until
        battery.set_mode(mode)
        await home.minutes(12)
        assert home.modes() == [mode]
        assert home.control.memory.standing_back == left_until
        await home.until(22, 5)
        assert home.control.memory.standing_back == {}
