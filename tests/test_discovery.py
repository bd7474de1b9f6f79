"""Where batteries are looked for, and what becomes of those that are found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from homeassistant.components.network.models import Adapter
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.marstek import discovery
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import (
    AddressError,
    async_broadcast_addresses,
    async_get_hub,
    async_locate,
    async_resolve,
    async_search,
    async_start_discovery,
)
from custom_components.marstek.runtime import async_is_heard
from simulator import Fleet
from tests.support import loopback
from tests.support.loopback import VENUS_A, VENUS_E, VENUS_E3, adapter, configured, spec, state_of

E3_MAC, E_MAC, A_MAC = "02aabbcc0101", "02aabbcc0202", "02aabbcc0303"
E3_ADDRESS, E_ADDRESS, A_ADDRESS = "127.0.0.11", "127.0.0.12", "127.0.0.13"


@pytest.fixture(name="port")
def port_fixture() -> int:
    """Return the port of all batteries."""
    return loopback.free_port()


@pytest.fixture(autouse=True)
async def _network(hass: HomeAssistant, socket_enabled: None, port: int) -> AsyncIterator[None]:
    with loopback.loopback_only(port):
        yield
        await loopback.unload_all(hass)
    assert async_get_hub(hass).ports == ()


@pytest.fixture(name="fleet")
async def fleet_fixture(_network: None, port: int) -> AsyncIterator[Fleet]:
    """Return three batteries of different models."""
    specs = [
        spec(VENUS_E3, E3_ADDRESS, port),
        spec(VENUS_E, E_ADDRESS, port),
        spec(VENUS_A, A_ADDRESS, port),
    ]
    async with Fleet(specs, latency=loopback.LATENCY) as fleet:
        yield fleet


def found_by(result: Any) -> set[tuple[str, str]]:
    """Return address and BLE MAC of what a search found."""
    return {(found.address, found.device.ble_mac) for found in result.devices}


async def in_background(hass: HomeAssistant, after: timedelta) -> None:
    """Let the time pass until a background search, and wait for what it leads to."""
    async_fire_time_changed(hass, dt_util.utcnow() + after)
    await hass.async_block_till_done(wait_background_tasks=True)


def cards(hass: HomeAssistant) -> dict[str, str]:
    """Return what is offered to the user: names by source."""
    return {
        flow["context"]["title_placeholders"]["name"]: flow["context"]["source"]
        for flow in hass.config_entries.flow.async_progress()
    }


def test_one_hub(hass: HomeAssistant) -> None:
    """All parts share the same sockets."""
    assert async_get_hub(hass) is async_get_hub(hass)


@pytest.mark.parametrize(
    ("adapters", "addresses"),
    [
        ([adapter("192.168.1.5", 24)], ["192.168.1.255"]),
        ([adapter("10.1.2.3", 22)], ["10.1.3.255"]),
        (
            [adapter("192.168.1.5", 24), adapter("192.168.1.6", 24), adapter("10.0.0.1", 8)],
            ["192.168.1.255", "10.255.255.255"],
        ),
        ([adapter("192.168.1.5", 24, enabled=False), adapter()], ["127.255.255.255"]),
        # A point-to-point link has no broadcast address; a broken adapter costs only itself.
        ([adapter("10.8.0.2", 32), adapter("10.9.0.2", 31), adapter()], ["127.255.255.255"]),
        ([adapter("not an address"), adapter()], ["127.255.255.255"]),
        ([adapter("192.168.1.5", 99), adapter()], ["127.255.255.255"]),
        ([], ["255.255.255.255"]),
        ([adapter("192.168.1.5", 24, enabled=False)], ["255.255.255.255"]),
    ],
)
async def test_broadcast_addresses(
    hass: HomeAssistant, adapters: list[Adapter], addresses: list[str]
) -> None:
    """Each enabled adapter has its own; the one of all is the last resort."""
    with patch("homeassistant.components.network.async_get_adapters", return_value=adapters):
        assert await async_broadcast_addresses(hass) == addresses


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.168.1.5", "192.168.1.5"),
        (" 192.168.1.5 ", "192.168.1.5"),
        # As a battery on Ethernet shows it.
        ("192.168.01.05", "192.168.1.5"),
        ("192.168.010.008", "192.168.10.8"),
        ("battery.home", "10.0.0.7"),
    ],
)
async def test_resolve(hass: HomeAssistant, host: str, address: str) -> None:
    """Literals and names lead to an IPv4 address."""
    with loopback.names({"battery.home": "10.0.0.7"}):
        assert await async_resolve(hass, host) == address


@pytest.mark.parametrize(("host", "key"), [("fe80::1", "ipv6"), ("unknown.home", "cannot_resolve")])
async def test_resolve_in_vain(hass: HomeAssistant, host: str, key: str) -> None:
    """The error says so in the user's language, with the host as typed."""
    with loopback.names({}), pytest.raises(AddressError) as raised:
        await async_resolve(hass, host)
    assert raised.value.translation_key == key
    assert raised.value.translation_placeholders == {"host": host}


async def test_search_asks_each_battery_once_a_round(hass: HomeAssistant, fleet: Fleet) -> None:
    """A battery that hears the broadcast is not asked by its address as well."""
    result = await async_search(hass, hosts=(E3_ADDRESS, "127.0.0.99"), rounds=2)
    assert found_by(result) == {(E3_ADDRESS, E3_MAC), (E_ADDRESS, E_MAC), (A_ADDRESS, A_MAC)}
    for battery in fleet:
        assert [item.method for item in battery.exchanges] == ["Marstek.GetDevice"] * 2
        assert battery.statistics().overlaps == 0


async def test_search_beyond_the_broadcast(hass: HomeAssistant, fleet: Fleet) -> None:
    """Hosts outside the networks are asked by their address; bad ones cost only themselves."""
    with (
        patch("homeassistant.components.network.async_get_adapters") as adapters,
        loopback.names({"battery.home": E_ADDRESS}),
    ):
        adapters.return_value = [adapter("127.1.0.1", 16)]
        result = await async_search(hass, hosts=("::1", "unknown.home", "battery.home"), rounds=1)
    assert found_by(result) == {(E_ADDRESS, E_MAC)}


async def test_search_survives_a_bad_interface(hass: HomeAssistant, fleet: Fleet) -> None:
    """An interface that nothing can be sent by costs only itself."""
    with patch("homeassistant.components.network.async_get_adapters") as adapters:
        # Nothing may be sent to this class of addresses: the kernel refuses.
        adapters.return_value = [adapter("240.0.0.1", 24), adapter("broken"), adapter()]
        result = await async_search(hass, rounds=1)
    assert len(result.devices) == 3


async def test_search_on_other_ports(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Ports that are named and ports of entries are searched too."""
    with patch("custom_components.marstek.discovery.DISCOVERY_PORTS", ()):
        assert found_by(await async_search(hass, rounds=1)) == set()
        assert len((await async_search(hass, ports=(port,), rounds=1)).devices) == 3
        configured(hass, VENUS_E3, "127.0.0.99", port)
        assert len((await async_search(hass, rounds=1)).devices) == 3


async def test_locate_sweeps_once_for_all(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Batteries that fall silent together are looked for together."""
    wanted = (E3_MAC, E_MAC, "02aabbcc0909")
    first, second, third = await asyncio.gather(
        *(async_locate(hass, ble_mac, port) for ble_mac in wanted)
    )
    assert [claim.address for claim in first] == [E3_ADDRESS]
    assert [claim.address for claim in second] == [E_ADDRESS]
    assert third == ()
    assert len(fleet[A_MAC].exchanges) == 2


async def test_locate_again(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """Within a minute the last sweep is good enough, later a new one is made."""
    await async_locate(hass, E3_MAC, port)
    await fleet[E3_MAC].change_address("127.0.0.21")
    found = await async_locate(hass, E3_MAC, port)
    assert [claim.address for claim in found] == [E3_ADDRESS]
    with patch("custom_components.marstek.discovery._SWEEP_LIFETIME", 0.0):
        found = await async_locate(hass, E3_MAC, port)
    assert [claim.address for claim in found] == ["127.0.0.21"]


async def test_locate_by_the_host_of_an_entry(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """A name that now leads elsewhere, out of reach of broadcasts, is followed."""
    configured(hass, VENUS_E3, "battery.home", port)
    with (
        patch("homeassistant.components.network.async_get_adapters") as adapters,
        loopback.names({"battery.home": E3_ADDRESS}),
    ):
        adapters.return_value = [adapter("127.1.0.1", 16)]
        found = await async_locate(hass, E3_MAC, port)
    assert [claim.address for claim in found] == [E3_ADDRESS]


async def test_background_search(hass: HomeAssistant, fleet: Fleet, port: int) -> None:
    """New batteries are offered after a minute, and those that appear later after half an hour."""
    fleet[A_MAC].go_dark()
    async_start_discovery(hass, async_is_heard)
    await in_background(hass, timedelta(seconds=55))
    assert cards(hass) == {}
    await in_background(hass, timedelta(seconds=61))
    source = "integration_discovery"
    assert cards(hass) == {"Venus E 3.0 0101": source, "Venus E 0202": source}
    # Once by broadcast, and once by its own address, which proves the answer.
    assert [item.method for item in fleet[E_MAC].exchanges] == ["Marstek.GetDevice"] * 2
    fleet[A_MAC].come_back()
    await in_background(hass, timedelta(minutes=31))
    assert cards(hass).keys() == {"Venus E 3.0 0101", "Venus E 0202", "Venus A 0303"}


async def test_background_search_follows_addresses(
    hass: HomeAssistant, fleet: Fleet, port: int
) -> None:
    """Entries of batteries that moved follow; nothing happens to the others."""
    moved = configured(hass, VENUS_E3, "127.0.0.99", port)
    named = configured(hass, VENUS_E, "battery.home", port)
    foreign = MockConfigEntry(domain=DOMAIN, unique_id=A_MAC, data={"ip": A_ADDRESS})
    foreign.add_to_hass(hass)
    with loopback.names({"battery.home": E_ADDRESS}):
        await discovery._async_discover(hass, async_is_heard)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert moved.data["host"] == E3_ADDRESS
    assert named.data["host"] == "battery.home"
    assert foreign.data == {"ip": A_ADDRESS}
    assert cards(hass) == {}


async def test_background_search_leaves_the_ignored_alone(
    hass: HomeAssistant, fleet: Fleet
) -> None:
    """What the user ignored is not offered again."""
    for unique_id in ("02:aa:bb:cc:01:01", "02:aa:bb:cc:02:02"):
        entry = MockConfigEntry(domain=DOMAIN, source=SOURCE_IGNORE, unique_id=unique_id, data={})
        entry.add_to_hass(hass)
    await discovery._async_discover(hass, async_is_heard)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cards(hass).keys() == {"Venus A 0303"}


async def test_background_search_wakes_a_battery_that_was_off(
    hass: HomeAssistant, fleet: Fleet, port: int
) -> None:
    """An entry that waits for its battery is set up as soon as the battery is seen."""
    fleet[E3_MAC].go_dark()
    entry = configured(hass, VENUS_E3, E3_ADDRESS, port)
    await hass.config_entries.async_setup(entry.entry_id)
    assert state_of(entry) is ConfigEntryState.SETUP_RETRY
    fleet[E3_MAC].come_back()
    await discovery._async_discover(hass, async_is_heard)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.state is ConfigEntryState.LOADED


async def test_no_background_search_while_home_assistant_stops(
    hass: HomeAssistant, fleet: Fleet
) -> None:
    """Nothing new is begun during a shutdown."""
    async_start_discovery(hass, async_is_heard)
    hass.set_state(CoreState.stopping)
    await in_background(hass, timedelta(minutes=31))
    hass.set_state(CoreState.running)
    assert all(battery.exchanges == [] for battery in fleet)
