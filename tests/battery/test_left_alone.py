"""A battery that is left alone for a firmware update: by a button, by the action, until its end."""

import asyncio
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import async_search
from simulator import SimulatedBattery
from tests.battery.test_buttons import press
from tests.battery.test_runs import Person, person
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

_HALF_HOUR = 1800


async def quiet_for(battery: SimulatedBattery, seconds: float) -> bool:
    """Wait; tell whether not one datagram reached the battery."""
    before = len(battery.exchanges)
    await asyncio.sleep(seconds)
    return len(battery.exchanges) == before


def is_read(me: Person) -> bool:
    """Tell whether the state of charge is shown as it is."""
    shown = me.shown("soc")
    return shown.isdecimal() and abs(int(shown) - me.battery.state.soc) < 2


@virtual
async def test_the_button_leaves_it_alone_for_half_an_hour() -> None:
    """It is put into Auto, gets no datagram, says why, and is read at once afterwards."""
    async with person(count=2) as me:
        await me.call("charge", device_id=[me.device(me.battery)], power=800)
        await press(me.home, me.battery, "leave_alone")
        assert me.mode == "Auto"
        since = me.home.now
        assert await quiet_for(me.battery, 60)
        assert me.shown("soc") == "unavailable"
        assert me.home.state(me.battery, "binary_sensor", "connectivity") == "unknown"
        until = dt_util.parse_datetime(me.shown("left_alone_until"))
        assert until is not None
        assert abs((until - dt_util.utcnow()).total_seconds() - _HALF_HOUR + 60) < 5
        other = me.home.batteries[1]
        assert me.home.state(other, "sensor", "soc") != "unavailable"
        assert await quiet_for(me.battery, since + _HALF_HOUR - 5 - me.home.now)
        assert not await quiet_for(me.battery, 30)
        assert is_read(me)
        assert me.shown("left_alone_until") == "unknown"
        assert me.mode == "Auto"


@virtual
async def test_pressed_again_it_ends() -> None:
    """With a fresh read, without waiting for the half hour."""
    async with person() as me:
        await press(me.home, me.battery, "leave_alone")
        assert await quiet_for(me.battery, 300)
        me.battery.set_battery(soc=42.0)
        await press(me.home, me.battery, "leave_alone")
        await asyncio.sleep(10)
        assert is_read(me)
        assert me.shown("left_alone_until") == "unknown"


_COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("charge", {}),
    ("discharge", {}),
    ("set_passive", {"power": 300}),
    ("stop", {}),
    ("set_schedule", {"slots": [{"start": "22:00", "end": "23:00", "power": -800}]}),
    ("clear_schedule", {}),
]


@virtual
async def test_commands_meanwhile_say_why_they_fail() -> None:
    """No action, button, search or form reaches it; the action ends it early."""
    async with person() as me:
        told = await me.do("leave_alone", minutes=60)
        assert told["until"] is not None
        before = len(me.battery.exchanges)
        for action, data in _COMMANDS:
            with pytest.raises(HomeAssistantError) as error:
                await me.do(action, **data)
            assert error.value.translation_key == "left_alone", action
            assert error.value.translation_placeholders is not None
            assert error.value.translation_placeholders["until"]
        for key in ("refresh", "restore_automatic", "identify"):
            with pytest.raises(HomeAssistantError) as error:
                await press(me.home, me.battery, key)
            assert error.value.translation_key == "left_alone", key
        await async_search(me.home.hass, hosts=(me.battery.spec.address,))
        flows = me.home.hass.config_entries.flow
        menu = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        step = {"next_step_id": "manual"}
        form = await flows.async_configure(menu["flow_id"], step)
        place = {"host": me.battery.spec.address, "port": me.battery.spec.port}
        form = await flows.async_configure(form["flow_id"], place)
        assert form["errors"] == {"base": "left_alone"}
        await asyncio.sleep(3300)
        assert len(me.battery.exchanges) == before
        assert await me.do("leave_alone", end=True) == {"ok": True, "ended": True}
        await asyncio.sleep(10)
        assert is_read(me)
        assert (await me.do("leave_alone", end=True))["ended"] is False
        assert (await me.do("charge", power=500))["ok"] is True


@virtual
@pytest.mark.parametrize("minutes", [4.9, 120.1, -1])
async def test_a_time_that_cannot_be(minutes: float) -> None:
    """It is refused in words before anything is sent."""
    async with person() as me:
        before = len(me.battery.exchanges)
        with pytest.raises(ServiceValidationError) as error:
            await me.do("leave_alone", minutes=minutes)
        assert error.value.translation_key == "leave_minutes"
        assert len(me.battery.exchanges) == before


@virtual
async def test_one_that_cannot_be_brought_into_auto_is_not_left_alone() -> None:
    """It goes on as before, and the error says what is wrong."""
    async with person() as me:
        await me.choose("ai")
        me.battery.faults.refused_writes = 1.0
        with pytest.raises(HomeAssistantError) as error:
            await press(me.home, me.battery, "leave_alone")
        assert error.value.translation_key == "refused"
        assert me.shown("left_alone_until") == "unknown"
        assert not await quiet_for(me.battery, 120)


@virtual
@pytest.mark.parametrize("event", ["reload", "restart"])
@pytest.mark.parametrize("jump", [0, -7200, 7200])
async def test_it_outlasts_what_happens_to_home_assistant(event: str, jump: int) -> None:
    """A reload and a restart, while the time of day is set; it never lasts longer than was asked."""
    async with person() as me:
        await me.do("leave_alone")
        began = me.home.now
        await asyncio.sleep(300)
        me.home.clock.offset += timedelta(seconds=jump)
        before = len(me.battery.exchanges)
        await me.happens(event)
        if event == "restart" and jump > 0:
            # By the new time of day it is over.
            await asyncio.sleep(60)
            assert is_read(me)
            return
        assert me.shown("soc") == "unavailable"
        assert me.shown("left_alone_until") != "unknown"
        restarted = me.home.now if event == "restart" and jump < 0 else began
        await asyncio.sleep(began + _HALF_HOUR - 20 - me.home.now)
        assert len(me.battery.exchanges) == before
        await asyncio.sleep(max(60, restarted + _HALF_HOUR + 60 - me.home.now))
        assert is_read(me)


@virtual
async def test_a_firmware_that_was_updated_meanwhile() -> None:
    """Who answers is read first, so that the new firmware's scales hold from the first value on."""
    async with person(firmware=147) as me:
        await press(me.home, me.battery, "leave_alone")
        await asyncio.sleep(600)
        me.battery.update_firmware(150)
        me.battery.reboot()
        await asyncio.sleep(1800)
        assert me.shown("firmware") == "150"
        assert is_read(me)
        assert me.issues() == []


@virtual
async def test_it_begins_anew() -> None:
    """A second call replaces the time, and sends nothing."""
    async with person() as me:
        await me.do("leave_alone", minutes=10)
        assert await quiet_for(me.battery, 500)
        before = len(me.battery.exchanges)
        await me.do("leave_alone", minutes=30)
        assert len(me.battery.exchanges) == before
        assert await quiet_for(me.battery, 1700)
