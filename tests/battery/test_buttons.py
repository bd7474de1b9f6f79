"""Buttons of a battery, pressed as people do."""

import asyncio

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.marstek.venus import Method
from simulator import SimulatedBattery
from tests.support.home import Home, home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def press(place: Home, battery: SimulatedBattery, key: str) -> None:
    """Press a button."""
    await place.hass.services.async_call(
        "button", "press", {"entity_id": place.entity_id(battery, "button", key)}, blocking=True
    )


def methods_since(battery: SimulatedBattery, count: int) -> list[str]:
    """Return what the battery was asked after so many exchanges."""
    return [exchange.method for exchange in battery.exchanges[count:]]


@virtual
async def test_read_now_reads_all_that_is_shown() -> None:
    """What changed is shown within seconds instead of minutes."""
    async with home(count=1) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(100)
        battery.set_mode("AI")
        asked = len(battery.exchanges)
        await press(place, battery, "refresh")
        await asyncio.sleep(20)
        assert place.state(battery, "select", "mode") == "ai"
        assert {Method.MODE, Method.BATTERY} <= set(methods_since(battery, asked))


@virtual
async def test_read_now_spares_firmware_that_resets() -> None:
    """Pressing again and again asks delicate firmware for nothing that provokes it."""
    async with home(count=1, firmware=147) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(100)
        asked = len(battery.exchanges)
        for _ in range(5):
            await press(place, battery, "refresh")
            await asyncio.sleep(10)
        assert set(methods_since(battery, asked)) == {Method.ENERGY}


@virtual
async def test_read_now_says_that_nobody_answers() -> None:
    """A silent battery is an error in words, not a button that does nothing."""
    async with home(count=1) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(100)
        battery.go_dark(3600)
        await asyncio.sleep(900)
        with pytest.raises(HomeAssistantError) as error:
            await press(place, battery, "refresh")
        assert error.value.translation_key == "no_answer"


@virtual
async def test_restore_auto_ends_what_was_chosen() -> None:
    """Auto is proven, and stays when the old countdown would have ended."""
    async with home(count=1) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(30)
        await place.call(battery, "number", "setpoint", value=300)
        await place.call(battery, "select", "mode", option="passive")
        await asyncio.sleep(60)
        await press(place, battery, "restore_automatic")
        assert battery.state.mode == "Auto"
        await asyncio.sleep(600)
        assert battery.state.mode == "Auto"
