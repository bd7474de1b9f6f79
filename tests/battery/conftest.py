"""A simulated battery, and Home Assistant set up with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
import socket
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.battery import runtime as runtime_module
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.entries import entry_data
from custom_components.marstek.venus import DeviceStatus, FoundDevice, Pacing
from simulator import BatterySpec, SimulatedBattery
from tests.support.seldom import looking_as_marked

MAC = "02aabbcc0101"
# Nothing about pacing is proven with these: that is the business of tests/venus.
FAST = Pacing(quiet_gap=0.0, timeout=0.3, retry_pause=0.01)


def free_port() -> int:
    """Return a UDP port that nobody uses."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def sockets(socket_enabled: None) -> None:
    """Let every test open sockets; none of them leaves loopback."""


@pytest.fixture(autouse=True)
def _seldom(request: pytest.FixtureRequest) -> Iterator[None]:
    with looking_as_marked(request):
        yield


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait as long as it does with a real battery, where time is real too."""
    monkeypatch.setattr(runtime_module, "Pacing", lambda: FAST)


type MakeBattery = Callable[..., Awaitable[SimulatedBattery]]


@pytest.fixture
async def make_battery(fast: None) -> AsyncIterator[MakeBattery]:
    """Switch simulated batteries on."""
    batteries: list[SimulatedBattery] = []

    async def make(**spec: Any) -> SimulatedBattery:
        defaults: dict[str, Any] = {"address": "127.0.0.11", "port": free_port(), "ble_mac": MAC}
        battery = SimulatedBattery(BatterySpec(**(defaults | spec)), latency=(0.0, 0.0))
        await battery.start()
        batteries.append(battery)
        return battery

    yield make
    for battery in batteries:
        await battery.stop()


@pytest.fixture
async def battery(make_battery: MakeBattery) -> SimulatedBattery:
    """Switch a VenusE 3.0 with firmware 150 on."""
    return await make_battery()


def entry_for(battery: SimulatedBattery) -> MockConfigEntry:
    """Return the config entry that the flow makes for a battery."""
    spec = battery.spec
    found = FoundDevice(
        DeviceStatus(spec.device, spec.firmware, spec.ble_mac), spec.address, spec.port
    )
    return MockConfigEntry(
        domain=DOMAIN, title="Garage", unique_id=spec.ble_mac, data=entry_data(found)
    )


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set a battery up and wait for its first values."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    await hass.async_block_till_done()


@pytest.fixture
async def entry(hass: HomeAssistant, battery: SimulatedBattery) -> AsyncIterator[MockConfigEntry]:
    """Set the battery up in Home Assistant."""
    entry = entry_for(battery)
    await set_up(hass, entry)
    yield entry
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)


def entity_id(hass: HomeAssistant, platform: str, key: str, mac: str = MAC) -> str:
    """Return the entity id behind a key."""
    found = er.async_get(hass).async_get_entity_id(platform, DOMAIN, f"{mac}_{key}")
    assert found is not None, f"no {platform} {key}"
    return found


def state_of(hass: HomeAssistant, platform: str, key: str, mac: str = MAC) -> str:
    """Return the state of the entity behind a key."""
    state = hass.states.get(entity_id(hass, platform, key, mac))
    assert state is not None
    return state.state


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)
