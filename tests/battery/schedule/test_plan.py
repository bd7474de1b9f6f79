"""The schedule and UPS of batteries that a plan commands."""

import asyncio
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import Kind
from simulator import SimulatedBattery
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.schedule_home import NIGHT

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def act(home: PlanHome, action: str, battery: SimulatedBattery, **data: Any) -> None:
    """Call an action on a battery."""
    entry = home.place.entry(battery)
    (device,) = dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
    await home.hass.services.async_call(
        DOMAIN, action, {"device_id": device.id, **data}, blocking=True
    )


@at(2026, 3, 9, 18, 30)
async def test_writing_slots_by_day_does_not_disturb_the_plan() -> None:
    """The battery is in Auto again, nothing is put right, and the night is held as planned."""
    async with plan_home(soc=80) as home:
        battery = home.batteries[0]
        await home.minutes(5)
        evening = NIGHT | {"start": "18:00", "end": "19:00"}
        await act(home, "set_schedule", battery, slots=[NIGHT | {"days": "sun"}, evening])
        assert home.modes() == ["Auto"] * 3
        await home.until(23)
        assert home.modes() == ["Manual"] * 3
        assert home.powers() == [0, 0, 0]
        assert home.kinds(Kind.PUT_BACK) == []
        assert home.kinds(Kind.OVERRIDE_STARTED) == []


@at(2026, 3, 9, 22, 30)
async def test_writing_slots_by_night_leaves_the_plan_its_slots() -> None:
    """Manual stays, and so does what the plan holds."""
    async with plan_home(soc=80) as home:
        battery = home.batteries[0]
        await home.minutes(5)
        before = list(battery.state.slots[5:9])
        await act(home, "set_schedule", battery, slots=[NIGHT | {"days": "sun"}])
        assert battery.state.slots[5:9] == before
        assert battery.state.slots[0] is not None
        await home.minutes(30)
        assert home.modes() == ["Manual"] * 3
        assert home.powers() == [0, 0, 0]
        assert home.kinds(Kind.PUT_BACK) == []


@at(2026, 3, 9, 21, 30)
async def test_ups_is_left_alone_until_it_is_switched_off() -> None:
    """It outlasts a boundary and a restart; then the plan commands the battery again at once."""
    async with plan_home(soc=80, count=2) as home:
        battery = home.batteries[0]
        home.excused.add(battery.spec.ble_mac)
        await home.minutes(5)
        await act(home, "set_backup_mode", battery, enabled=True, overwrite_schedule=True)
        await home.until(22, 15)
        assert home.modes() == ["UPS", "Manual"]
        await home.restart()
        await home.minutes(15)
        assert home.modes() == ["UPS", "Manual"]
        await act(home, "set_backup_mode", battery, enabled=False)
        await home.minutes(3)
        assert home.modes() == ["Manual"] * 2
        assert home.powers() == [0, 0]
        assert home.kinds(Kind.PUT_BACK) == []


@at(2026, 3, 9, 21, 30)
async def test_ups_switched_on_in_the_app_is_left_alone_too() -> None:
    """Nothing fights for the mode."""
    async with plan_home(soc=80, count=2) as home:
        battery = home.batteries[0]
        home.excused.add(battery.spec.ble_mac)
        await home.minutes(5)
        battery.set_mode("UPS")
        await home.until(22, 30)
        assert home.modes() == ["UPS", "Manual"]
        battery.set_mode("Auto")
        await home.minutes(15)
        assert home.modes() == ["Manual"] * 2


@at(2026, 3, 9, 22, 30)
async def test_the_plan_takes_the_battery_again_as_soon_as_ups_is_off() -> None:
    """Without waiting for the next boundary."""
    async with plan_home(soc=80, count=2) as home:
        battery = home.batteries[0]
        home.excused.add(battery.spec.ble_mac)
        await home.minutes(5)
        await act(home, "set_backup_mode", battery, enabled=True, overwrite_schedule=True)
        await home.minutes(5)
        assert home.modes() == ["UPS", "Manual"]
        await act(home, "set_backup_mode", battery, enabled=False)
        await home.minutes(2)
        assert home.modes() == ["Manual"] * 2
        assert home.powers() == [0, 0]


@at(2026, 3, 9, 18, 30)
async def test_a_battery_that_falls_silent_in_between_is_not_fought_for() -> None:
    """What puts it back is the write that left it in Manual, and nobody is told of a lapse."""
    async with plan_home(soc=80, count=1) as home:
        battery = home.batteries[0]
        await home.minutes(5)
        slots = [NIGHT | {"slot": number, "days": day} for number, day in enumerate(("mon", "tue"))]
        writing = asyncio.create_task(act(home, "set_schedule", battery, slots=slots))
        async with asyncio.timeout(60):
            while battery.state.slots[0] is None:
                await asyncio.sleep(0.1)
        battery.go_dark(200)
        with pytest.raises(HomeAssistantError):
            await writing
        await home.minutes(20)
        assert home.modes() == ["Auto"]
        assert home.kinds(Kind.PUT_BACK) == []
