"""Calls to a battery that others keep from being asked: each ends in time, with a text."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest

from custom_components.marstek.battery.issues import FOREIGN_SLOTS, async_raise
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import async_get_hub
from custom_components.marstek.repairs import async_create_fix_flow
from custom_components.marstek.venus import LoopClock
from tests.support.home import Home, home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

# s; and what the virtual time of cleaning up may add.
_LONGEST: Final = 60.5
_CALLS: Final[Mapping[str, tuple[str, str, Mapping[str, object]]]] = {
    "refresh": ("button", "press", {}),
    "identify": ("button", "press", {}),
    "leave_alone": ("button", "press", {}),
    "led": ("switch", "turn_off", {}),
    "depth_of_discharge": ("number", "set_value", {"value": 60}),
    "setpoint": ("number", "set_value", {"value": 600}),
    "mode": ("select", "select_option", {"option": "ai"}),
}


@asynccontextmanager
async def starved(place: Home) -> AsyncIterator[None]:
    """Let nobody send to the first battery but for a moment each three quarters of a minute."""
    battery = place.batteries[0]
    gate = async_get_hub(place.hass).gates.at(battery.spec.address, LoopClock())

    async def starve() -> None:
        while True:
            gate.keep_quiet(44)
            await asyncio.sleep(46)

    starving = asyncio.create_task(starve())
    battery.go_dark()
    yield
    starving.cancel()
    battery.come_back()


async def end_of(place: Home, call: asyncio.Future[object]) -> str:
    """Return the key of the error that a call ends with, in time."""
    begun = place.now
    with pytest.raises(HomeAssistantError) as caught:
        await call
    assert place.now - begun <= _LONGEST
    assert caught.value.translation_domain == DOMAIN
    return str(caught.value.translation_key)


@virtual
@pytest.mark.parametrize("key", _CALLS)
async def test_entities(key: str) -> None:
    """A button, a setting, the setpoint and the mode."""
    platform, service, data = _CALLS[key]
    async with home(count=1) as place:
        await place.add_all()
        await asyncio.sleep(40)
        battery = place.batteries[0]
        if key == "setpoint":
            await place.call(battery, "select", "mode", option="passive")
        target = {"entity_id": place.entity_id(battery, platform, key), **data}
        async with starved(place):
            call = place.hass.services.async_call(platform, service, target, blocking=True)
            assert await end_of(place, asyncio.ensure_future(call)) in ("not_in_time", "no_answer")
        await asyncio.sleep(600)
        assert place.state(battery, "sensor", "soc") not in ("unavailable", "unknown")


@virtual
async def test_the_end_of_leaving_alone() -> None:
    """It is left alone no more, although it can't be read in time."""
    async with home(count=1) as place:
        await place.add_all()
        await asyncio.sleep(40)
        (device,) = dr.async_entries_for_config_entry(
            dr.async_get(place.hass), place.entry(place.batteries[0]).entry_id
        )
        await place.act("leave_alone", device_id=[device.id], minutes=10)
        async with starved(place):
            call = place.act("leave_alone", device_id=[device.id], end=True)
            assert await end_of(place, asyncio.ensure_future(call)) == "not_in_time"
        await asyncio.sleep(600)
        assert place.state(place.batteries[0], "sensor", "soc") not in ("unavailable", "unknown")


@virtual
async def test_the_repair_of_foreign_slots() -> None:
    """It says that the slots are not cleared."""
    async with home(count=1) as place:
        await place.add_all()
        await asyncio.sleep(40)
        entry = place.entry(place.batteries[0])
        async_raise(place.hass, FOREIGN_SLOTS, entry)
        (issue,) = (
            each
            for each in ir.async_get(place.hass).issues.values()
            if each.translation_key == FOREIGN_SLOTS
        )
        flow = await async_create_fix_flow(place.hass, issue.issue_id, dict(issue.data or {}))
        flow.hass, flow.handler, flow.issue_id = place.hass, DOMAIN, issue.issue_id
        async with starved(place):
            begun = place.now
            result = await flow.async_step_confirm({})  # type: ignore[attr-defined]
            assert result["errors"] == {"base": "not_cleared"}
            assert place.now - begun <= _LONGEST
