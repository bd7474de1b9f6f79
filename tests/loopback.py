"""A network of simulated batteries that never leaves this machine."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
import socket
from unittest.mock import patch

from homeassistant.components.network.models import Adapter

from custom_components.marstek.venus import Pacing
from simulator import BatterySpec

# Waits of the client, in s, short enough for tests: the simulator answers at once.
PACING = Pacing(quiet_gap=0.05, timeout=0.3, retry_pause=0.01)
LATENCY = (0.0, 0.01)

VENUS_E3 = {"device": "VenusE 3.0", "firmware": 150, "ble_mac": "02aabbcc0101", "soc": 55.0}
VENUS_E = {"device": "VenusE", "firmware": 156, "ble_mac": "02aabbcc0202", "soc": 71.0}
VENUS_A = {"device": "Venus A", "firmware": 149, "ble_mac": "02aabbcc0303", "soc": 33.0}


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


def spec(kind: dict[str, object], address: str, port: int) -> BatterySpec:
    """Return a battery of a kind at an address."""
    return BatterySpec(**kind, address=address, port=port)  # type: ignore[arg-type]


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
            (f"{package}.sightings.PACING", PACING),
            (f"{package}.battery.coordinator.Pacing", lambda: PACING),
        ):
            stack.enter_context(patch(target, value))
        stack.enter_context(
            patch("homeassistant.components.network.async_get_adapters", return_value=[adapter()])
        )
        yield
