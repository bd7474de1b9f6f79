"""Where batteries are: looking for new ones, and for those that have moved."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_interface
import re
import socket
from typing import Any, Final

from homeassistant.components import network
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .entries import async_batteries, async_entry_of, entry_data, is_foreign
from .venus import DISCOVERY_PORTS, FoundDevice, Hub, Pacing, SearchResult, probe, search

# Lets Home Assistant settle: a busy event loop misses answers.
_FIRST_SEARCH: Final = timedelta(seconds=60)
_SEARCH_INTERVAL: Final = timedelta(minutes=30)
# One sweep serves all batteries that fall silent together, as they do with their router.
_SWEEP_LIFETIME: Final = 60.0
_LIMITED_BROADCAST: Final = "255.255.255.255"
_NOBODY: Final = (IPv4Address(0), IPv4Address(_LIMITED_BROADCAST))
# Of what is asked outside of a battery's own conversation.
PACING: Final = Pacing()


class AddressError(HomeAssistantError):
    """A host that no battery can be asked at; the translation key is also a form's error."""

    def __init__(self, host: str, translation_key: str) -> None:
        """Name the host as it was typed."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=translation_key,
            translation_placeholders={"host": host},
        )
        self.reason = translation_key


_HUB: HassKey[Hub] = HassKey(f"{DOMAIN}_hub")


@callback
def async_get_hub(hass: HomeAssistant) -> Hub:
    """Return the sockets that all batteries share."""
    return hass.data.setdefault(_HUB, Hub())


async def async_resolve(hass: HomeAssistant, host: str) -> str:
    """Return the IPv4 address of a host name or IPv4 literal; AddressError when there is none."""
    name = host.strip().strip("[]")
    if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", name):
        # On Ethernet a battery shows leading zeros (PROTOCOL.md 2.1), which resolvers take for octal.
        name = ".".join(str(int(part)) for part in name.split("."))
    try:
        address: IPv4Address | IPv6Address | None = ip_address(name)
    except ValueError:
        address = await _async_look_up(hass, name)
    if isinstance(address, IPv6Address):
        raise AddressError(host, "ipv6")
    if address is None or address in _NOBODY or address.is_multicast:
        raise AddressError(host, "cannot_resolve")
    return str(address)


async def _async_look_up(hass: HomeAssistant, name: str) -> IPv4Address | None:
    try:
        found = await hass.loop.getaddrinfo(name, None, family=socket.AF_INET)
    except (OSError, UnicodeError) as err:
        LOGGER.debug("%s can't be resolved: %s", name, err)
        return None
    return IPv4Address(found[0][4][0])


async def _async_networks(hass: HomeAssistant) -> list[IPv4Network]:
    """Return the networks of the enabled adapters that have a broadcast address."""
    networks: list[IPv4Network] = []
    for adapter in await network.async_get_adapters(hass):
        if not adapter["enabled"]:
            continue
        for ipv4 in adapter["ipv4"]:
            try:
                found = ip_interface(f"{ipv4['address']}/{ipv4['network_prefix']}").network
            except ValueError as err:
                LOGGER.debug("No search on adapter %s: %s", adapter["name"], err)
                continue
            if isinstance(found, IPv4Network) and found.prefixlen < 31:
                networks.append(found)
    return networks


def _broadcasts(networks: Sequence[IPv4Network]) -> list[str]:
    addresses = dict.fromkeys(str(item.broadcast_address) for item in networks)
    return list(addresses) or [_LIMITED_BROADCAST]


async def async_broadcast_addresses(hass: HomeAssistant) -> list[str]:
    """Return the directed broadcast address of each enabled adapter.

    Home Assistant's own helper adds 255.255.255.255, which also leaves by adapters that are not
    enabled; here it stands in only when no adapter yields another.
    """
    return _broadcasts(await _async_networks(hass))


@callback
def _async_ports(hass: HomeAssistant, more: Iterable[int] = ()) -> tuple[int, ...]:
    configured = (entry.data[CONF_PORT] for entry in async_batteries(hass))
    return tuple(dict.fromkeys((*DISCOVERY_PORTS, *configured, *more)))


async def async_search(
    hass: HomeAssistant, *, ports: Iterable[int] = (), hosts: Iterable[str] = (), rounds: int = 3
) -> SearchResult:
    """Look for batteries in the networks of the enabled adapters and at hosts outside of them.

    Hosts inside hear the broadcast already: a second request at once would disturb them.
    """
    networks = await _async_networks(hass)
    targets = _broadcasts(networks)
    for host in hosts:
        try:
            address = await async_resolve(hass, host)
        except AddressError as err:
            LOGGER.debug("Not asked: %s", err)
            continue
        if not any(IPv4Address(address) in item for item in networks):
            targets.append(address)
    return await search(
        async_get_hub(hass), targets, ports=_async_ports(hass, ports), rounds=rounds, pacing=PACING
    )


async def async_probe(hass: HomeAssistant, host: str, port: int) -> FoundDevice:
    """Return the battery at a host name or IPv4 address and port.

    Raises AddressError, PortInUseError, NoAnswerError, DeviceError or InvalidReplyError.
    """
    address = await async_resolve(hass, host)
    return await probe(async_get_hub(hass), address, port, pacing=PACING)


async def async_identify(hass: HomeAssistant, address: str) -> FoundDevice | None:
    """Return the battery at an IPv4 address, on whichever known port it answers."""
    result = await search(
        async_get_hub(hass), (address,), ports=_async_ports(hass), rounds=2, pacing=PACING
    )
    return next((found for found in result.devices if found.address == address), None)


class _Locator:
    """Where all batteries were at the last sweep."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._lock = asyncio.Lock()
        self._found: dict[str, FoundDevice] = {}
        self._swept_at = float("-inf")

    async def async_locate(self, ble_mac: str, port: int) -> FoundDevice | None:
        """Return where a battery answers, by a new sweep if the last one is too old."""
        async with self._lock:
            if self._hass.loop.time() - self._swept_at >= _SWEEP_LIFETIME:
                hosts = [entry.data[CONF_HOST] for entry in async_batteries(self._hass)]
                result = await async_search(self._hass, ports=(port,), hosts=hosts, rounds=2)
                self._found = {found.device.ble_mac: found for found in result.devices}
                self._swept_at = self._hass.loop.time()
            return self._found.get(ble_mac)


_LOCATOR: HassKey[_Locator] = HassKey(f"{DOMAIN}_locator")


async def async_locate(hass: HomeAssistant, ble_mac: str, port: int) -> FoundDevice | None:
    """Return where a battery answers now, None when it doesn't.

    For a battery that has fallen silent, or at whose address another one answers. Sweeps at most
    once a minute, however many batteries ask.
    """
    locator = hass.data.setdefault(_LOCATOR, _Locator(hass))
    return await locator.async_locate(ble_mac, port)


async def async_is_at(
    hass: HomeAssistant, entry: ConfigEntry[Any], address: str, port: int
) -> bool:
    """Tell whether an entry leads to an IPv4 address and port, by a host name perhaps."""
    try:
        return (
            entry.data[CONF_PORT] == port
            and await async_resolve(hass, entry.data[CONF_HOST]) == address
        )
    except AddressError:
        return False


async def _async_is_news(hass: HomeAssistant, found: FoundDevice) -> bool:
    """Tell whether a config flow would do anything about a battery."""
    entry = async_entry_of(hass, found.device.ble_mac)
    if entry is None:
        return True
    if entry.source == SOURCE_IGNORE or is_foreign(entry):
        return False
    if entry.state is ConfigEntryState.SETUP_RETRY:
        return True
    return not await async_is_at(hass, entry, found.address, found.port)


async def _async_discover(hass: HomeAssistant) -> None:
    """Offer new batteries, and let the entries of those that have moved follow."""
    result = await async_search(hass, rounds=1)
    for found in result.devices:
        if await _async_is_news(hass, found):
            discovery_flow.async_create_flow(
                hass,
                DOMAIN,
                context={"source": SOURCE_INTEGRATION_DISCOVERY},
                data=entry_data(found),
            )


@callback
def async_start_discovery(hass: HomeAssistant) -> None:
    """Look for batteries in the background, soon and then from time to time."""

    @callback
    def async_discover(_now: datetime) -> None:
        if hass.is_stopping:
            # A call later is not cancelled by the shutdown, whatever its job says.
            return
        hass.async_create_background_task(_async_discover(hass), f"{DOMAIN} discovery")

    async_call_later(hass, _FIRST_SEARCH, HassJob(async_discover, cancel_on_shutdown=True))
    async_track_time_interval(hass, async_discover, _SEARCH_INTERVAL, cancel_on_shutdown=True)
