"""A battery that falls silent: by when its entities are unavailable, whatever is being tried."""

import asyncio
from contextlib import suppress

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.marstek.discovery import async_get_hub
from custom_components.marstek.venus import LoopClock, Priority
from simulator import SimulatedBattery
from tests.support.home import Home, home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _is_current(place: Home, battery: SimulatedBattery) -> bool:
    """Tell whether a state of charge is shown; the connectivity has to agree."""
    is_shown = place.state(battery, "sensor", "soc") not in ("unavailable", "unknown")
    connected = place.state(battery, "binary_sensor", "connectivity")
    assert connected == ("on" if is_shown else "off")
    return is_shown


async def _seconds_until(place: Home, battery: SimulatedBattery, current: bool) -> float:
    """Wait until values are shown, or no longer."""
    begun = place.now
    while _is_current(place, battery) is not current:
        await asyncio.sleep(1)
        assert place.now - begun < 700
    return place.now - begun


async def _command(place: Home, battery: SimulatedBattery, kind: str, pause: float) -> None:
    """Command a battery again and again, by an automation that takes no notice of errors."""
    number = 0
    while True:
        number += 1
        with suppress(HomeAssistantError):
            if kind == "select":
                option = ("passive", "ai", "manual", "auto")[number % 4]
                await place.call(battery, "select", "mode", option=option)
            elif kind == "number":
                await place.call(battery, "number", "setpoint", value=100 * (number % 20))
        await asyncio.sleep(pause)


@pytest.mark.parametrize(
    ("device", "firmware"),
    [("VenusE 3.0", 150), ("VenusE 3.0", 144), ("VenusE", 156), ("VenusA", 149), ("VenusA", 147)],
)
@pytest.mark.parametrize("kind", ["nothing", "select", "number"])
@virtual
async def test_silence_shows_in_time_and_ends_soon(device: str, firmware: int, kind: str) -> None:
    """Unavailable after 120 to 240 s of darkness, and back within seconds of the return."""
    async with home(device=device, firmware=firmware, count=1) as place:
        await place.add_all()
        battery = place.batteries[0]
        for phase, pause in ((100, 1), (7, 20), (133, 5)):
            await asyncio.sleep(phase)
            if kind == "number":
                await place.call(battery, "select", "mode", option="passive")
            battery.go_dark()
            command = asyncio.create_task(_command(place, battery, kind, pause))
            silence = await _seconds_until(place, battery, current=False)
            assert 120 <= silence <= 240
            await asyncio.sleep(60)
            assert not _is_current(place, battery)
            battery.come_back()
            back = await _seconds_until(place, battery, current=True)
            assert back <= 35
            command.cancel()
            await asyncio.wait((command,))


@virtual
async def test_a_poll_that_hangs_lets_values_expire() -> None:
    """The clock decides: the battery would answer, but its gate is shut."""
    async with home(count=1) as place:
        await place.add_all()
        await asyncio.sleep(100)
        battery = place.batteries[0]
        gate = async_get_hub(place.hass).gates.at(battery.spec.address, LoopClock())
        async with gate.entered(Priority.COMMAND):
            assert 120 <= await _seconds_until(place, battery, current=False) <= 240
        assert await _seconds_until(place, battery, current=True) <= 35


@virtual
async def test_who_says_its_name_only_brings_no_old_values_back() -> None:
    """A battery, or who pretends to be it, answers GetDevice now and then, and nothing else."""
    async with home(count=1) as place:
        await place.add_all()
        await asyncio.sleep(100)
        battery = place.batteries[0]
        battery.go_dark()
        await asyncio.sleep(600)
        battery.faults.silent = "ES.GetStatus,ES.GetMode,Bat.GetStatus,EM.GetStatus"
        battery.come_back()
        for _ in range(900):
            await asyncio.sleep(1)
            assert not _is_current(place, battery)
        battery.faults.silent = ""
        assert await _seconds_until(place, battery, current=True) <= 120
