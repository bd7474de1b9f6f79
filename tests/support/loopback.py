"""A network of simulated batteries that never leaves this machine."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
import socket
from typing import Any
from unittest.mock import patch

from homeassistant.components.network.models import Adapter
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import format_mac
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.entries import battery_name, entry_data
from custom_components.marstek.venus import DeviceStatus, FoundDevice, Pacing
from simulator import BatterySpec

# Waits of the client, in s, short enough for tests: the simulator answers at once.
PACING = Pacing(quiet_gap=0.05, timeout=0.3, retry_pause=0.01)
LATENCY = (0.0, 0.01)

type Kind = Mapping[str, Any]

VENUS_E3: Kind = {"device": "VenusE 3.0", "firmware": 150, "ble_mac": "02aabbcc0101", "soc": 55.0}
VENUS_E: Kind = {"device": "VenusE", "firmware": 156, "ble_mac": "02aabbcc0202", "soc": 71.0}
VENUS_A: Kind = {"device": "Venus A", "firmware": 149, "ble_mac": "02aabbcc0303", "soc": 33.0}


def adapter(address: str = "127.0.0.1", prefix: int = 8, *, enabled: bool = True) -> Adapter:
    """Return a network adapter as Home Assistant describes it."""
    return Adapter(
        name="lo",
        index=1,
        enabled=enabled,
        auto=False,
        default=False,
        ipv6=[],
        ipv4=[{"address": address, "network_prefix": prefix}],
    )


def free_port() -> int:
    """Return a UDP port that nobody uses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", 0))  # noqa: S104 - free on every address
        port: int = sock.getsockname()[1]
    return port


def spec(kind: Kind, address: str, port: int) -> BatterySpec:
    """Return a battery of a kind at an address."""
    return BatterySpec(**kind, address=address, port=port)


def configured(hass: HomeAssistant, kind: Kind, host: str, port: int) -> MockConfigEntry:
    """Add the entry of a battery of a kind, without setting it up."""
    device = DeviceStatus(kind["device"], kind["firmware"], kind["ble_mac"])
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=battery_name(device.model, device.ble_mac),
        unique_id=format_mac(device.ble_mac),
        data=entry_data(FoundDevice(device, host, port)),
    )
    entry.add_to_hass(hass)
    return entry


def state_of(entry: ConfigEntry[Any]) -> ConfigEntryState:
    """Return the state of an entry; a type checker would hold the first one seen for the last."""
    return entry.state


async def unload_all(hass: HomeAssistant) -> None:
    """Unload every entry that is set up or waits to be."""
    await hass.async_block_till_done()
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state in (ConfigEntryState.LOADED, ConfigEntryState.SETUP_RETRY):
            await hass.config_entries.async_unload(entry.entry_id)


@contextmanager
def names(addresses: Mapping[str, str]) -> Iterator[None]:
    """Let these names, and no others, resolve."""

    def look_up(name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        if name not in addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (addresses[name], 0))]

    with patch("socket.getaddrinfo", look_up):
        yield


@contextmanager
def taken(port: int, address: str = "127.0.0.200") -> Iterator[None]:
    """Hold a port as another program does that doesn't share it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        yield


@contextmanager
def loopback_only(*ports: int) -> Iterator[None]:
    """Let the integration search on loopback, on these ports, without long waits."""
    package = "custom_components.marstek"
    with ExitStack() as stack:
        for target, value in (
            (f"{package}.discovery.DISCOVERY_PORTS", ports),
            (f"{package}.discovery.PACING", PACING),
            (f"{package}.flows.search_results.PACING", PACING),
            (f"{package}.battery.runtime.Pacing", lambda: PACING),
            (f"{package}.venus.discovery._LATENCY", 2 * LATENCY[1]),
        ):
            stack.enter_context(patch(target, value))
        stack.enter_context(
            patch("homeassistant.components.network.async_get_adapters", return_value=[adapter()])
        )
        yield
