"""Search on the network for new batteries, and for those whose address has changed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_interface
import re
import socket
from typing import Final

from homeassistant.components import network
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import CoreState, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.util.hass_dict import HassKey

from .const import CONF_BLE_MAC, DOMAIN, LOGGER
from .entries import async_batteries, async_entry_of, entry_data, is_battery
from .venus import (
    DISCOVERY_PORTS,
    FoundDevice,
    Hub,
    Pacing,
    SearchResult,
    VenusError,
    probe,
    search,
)

# Lets Home Assistant settle: a busy event loop misses answers.
_FIRST_SEARCH: Final = timedelta(seconds=60)
_SEARCH_INTERVAL: Final = timedelta(minutes=30)
# One sweep serves all batteries that fall silent together, as they do with their router.
_SWEEP_LIFETIME: Final = 60.0
_LIMITED_BROADCAST: Final = "255.255.255.255"
_NOBODY: Final = (IPv4Address(0), IPv4Address(_LIMITED_BROADCAST))
# Of a home's one to six batteries, with room for a neighbour's; a flood of forged answers must not
# fill the page of discovered devices.
MOST_OFFERS: Final = 16
DISCOVERY_SOURCES: Final = (SOURCE_DHCP, SOURCE_INTEGRATION_DISCOVERY)
# Of a place that may be silent: each attempt takes about 3 s.
_PROOF_ATTEMPTS: Final = 2
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
        # On Ethernet a battery shows leading zeros (docs/protocol.md 2.1), which resolvers take for
        # octal.
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


async def async_networks(hass: HomeAssistant) -> list[IPv4Network]:
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
    return _broadcasts(await async_networks(hass))


@callback
def _async_ports(hass: HomeAssistant, more: Iterable[int] = ()) -> tuple[int, ...]:
    configured = (entry.data[CONF_PORT] for entry in async_batteries(hass))
    return tuple(dict.fromkeys((*DISCOVERY_PORTS, *configured, *more)))


async def async_search(
    hass: HomeAssistant,
    *,
    ports: Iterable[int] = (),
    hosts: Iterable[str] = (),
    rounds: int = 3,
    on_progress: Callable[[float], None] | None = None,
) -> SearchResult:
    """Look for batteries in the networks of the enabled adapters and at hosts outside of them.

    `on_progress` is called with the share of the search that is done, above 0 and up to 1.

    Hosts inside hear the broadcast already: a second request at once would disturb them.
    """
    networks = await async_networks(hass)
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
        async_get_hub(hass),
        targets,
        ports=_async_ports(hass, ports),
        rounds=rounds,
        pacing=PACING,
        known=[entry.data[CONF_BLE_MAC] for entry in async_batteries(hass)],
        on_progress=on_progress,
    )


async def async_probe(
    hass: HomeAssistant,
    host: str,
    port: int,
    *,
    attempts: int,
    on_attempt: Callable[[int], None] | None = None,
) -> FoundDevice:
    """Return the battery at a host name or IPv4 address and port.

    `on_attempt` is called with the number of each request, from 1 on.
    Raises AddressError, PortInUseError, NoAnswerError, DeviceError or InvalidReplyError.
    """
    address = await async_resolve(hass, host)
    return await probe(
        async_get_hub(hass),
        address,
        port,
        attempts=attempts,
        pacing=PACING,
        on_attempt=on_attempt,
    )


async def async_answers_as(hass: HomeAssistant, ble_mac: str, host: str, port: int) -> bool:
    """Tell whether the battery with a BLE MAC answers when it alone is asked at a host and port."""
    try:
        found = await async_probe(hass, host, port, attempts=_PROOF_ATTEMPTS)
    except (AddressError, VenusError) as err:
        LOGGER.debug("Nothing proven at %s: %s", host, err)
        return False
    return found.device.ble_mac == ble_mac


async def async_prove(hass: HomeAssistant, claims: Iterable[FoundDevice]) -> FoundDevice | None:
    """Return the first of several claims that holds when its address alone is asked.

    The answer to a broadcast proves little: its sender's address can be forged.
    """
    for claim in claims:
        if await async_answers_as(hass, claim.device.ble_mac, claim.address, claim.port):
            return claim
    return None


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
        self._result = SearchResult(())
        self._swept_at = float("-inf")

    async def async_locate(self, ble_mac: str, port: int) -> tuple[FoundDevice, ...]:
        """Return where a battery answered, by a new sweep if the last one is too old."""
        async with self._lock:
            if self._hass.loop.time() - self._swept_at >= _SWEEP_LIFETIME:
                hosts = [entry.data[CONF_HOST] for entry in async_batteries(self._hass)]
                self._result = await async_search(self._hass, ports=(port,), hosts=hosts, rounds=2)
                self._swept_at = self._hass.loop.time()
            return self._result.claims_to(ble_mac)


_LOCATOR: HassKey[_Locator] = HassKey(f"{DOMAIN}_locator")


async def async_locate(hass: HomeAssistant, ble_mac: str, port: int) -> tuple[FoundDevice, ...]:
    """Return every place that answers as a battery now; none of them is proven, see `async_prove`.

    For a battery that has fallen silent, or at whose address another one answers. Sweeps at most
    once a minute, however many batteries ask.
    """
    locator = hass.data.setdefault(_LOCATOR, _Locator(hass))
    return await locator.async_locate(ble_mac, port)


async def async_is_at(hass: HomeAssistant, entry: ConfigEntry, address: str, port: int) -> bool:
    """Tell whether an entry leads to an IPv4 address and port, by a host name perhaps."""
    try:
        return (
            entry.data[CONF_PORT] == port
            and await async_resolve(hass, entry.data[CONF_HOST]) == address
        )
    except AddressError:
        return False


async def async_place_of(
    hass: HomeAssistant, entry: ConfigEntry, claims: Sequence[FoundDevice], *, is_heard: bool
) -> FoundDevice | None:
    """Return where a configured battery is, None for where it is expected.

    Whoever answers with a battery's BLE MAC must not become its address while the battery itself
    answers: it stays while it is heard, and where one of the claims is the place in use. Else a
    claim counts once it is proven and the place in use is silent or another battery.
    """
    places = [(claim.address, claim.port) for claim in claims]
    for claim in claims:
        if await async_is_at(hass, entry, claim.address, claim.port):
            if len(places) > 1:
                LOGGER.warning("%s is kept at %s: of %s", entry.title, claim.address, places)
            return claim
    if is_heard or not claims:
        if claims:
            LOGGER.warning("%s answers, and so does %s in its name", entry.title, places)
        return None
    data = entry.data
    if await async_answers_as(hass, data[CONF_BLE_MAC], data[CONF_HOST], data[CONF_PORT]):
        return None
    return await async_prove(hass, claims)


@callback
def _async_is_offered(hass: HomeAssistant, ble_mac: str) -> bool:
    """Tell whether a new battery waits for the owner's answer already."""
    return any(
        flow["context"].get("unique_id") == format_mac(ble_mac)
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    )


@callback
def async_has_room_for_offers(hass: HomeAssistant) -> bool:
    """Tell whether another new battery may be offered to the owner."""
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    offered = [flow for flow in flows if flow["context"]["source"] in DISCOVERY_SOURCES]
    return len(offered) < MOST_OFFERS


type IsHeard = Callable[[ConfigEntry], bool]


async def _async_news(
    hass: HomeAssistant, found: FoundDevice, claims: Sequence[FoundDevice], is_heard: IsHeard
) -> FoundDevice | None:
    """Return a proven battery about which a config flow has something to do."""
    entry = async_entry_of(hass, found.device.ble_mac)
    if entry is None:
        if _async_is_offered(hass, found.device.ble_mac) or not async_has_room_for_offers(hass):
            return None
        return await async_prove(hass, claims)
    if entry.source == SOURCE_IGNORE or not is_battery(entry):
        # Data of another integration of this domain have their own shape.
        return None
    place = await async_place_of(hass, entry, claims, is_heard=is_heard(entry))
    if place is None or entry.state is ConfigEntryState.SETUP_RETRY:
        return place
    return None if await async_is_at(hass, entry, place.address, place.port) else place


async def _async_discover(hass: HomeAssistant, is_heard: IsHeard) -> None:
    """Offer new batteries, and let the entries of those that have moved follow."""
    result = await async_search(hass, rounds=1)
    for found in result.devices:
        claims = result.claims_to(found.device.ble_mac)
        if news := await _async_news(hass, found, claims, is_heard):
            discovery_flow.async_create_flow(
                hass,
                DOMAIN,
                context={"source": SOURCE_INTEGRATION_DISCOVERY},
                data=entry_data(news),
            )


@callback
def async_start_discovery(hass: HomeAssistant, is_heard: IsHeard) -> None:
    """Look for batteries in the background, soon and then from time to time.

    `is_heard` tells whether the battery of an entry answers where it is.
    """

    @callback
    def async_discover(_now: datetime) -> None:
        if hass.is_stopping or hass.state is CoreState.stopped:
            # A call later is not cancelled by the shutdown, whatever its job says.
            return
        hass.async_create_background_task(_async_discover(hass, is_heard), f"{DOMAIN} discovery")

    async_call_later(hass, _FIRST_SEARCH, HassJob(async_discover, cancel_on_shutdown=True))
    async_track_time_interval(hass, async_discover, _SEARCH_INTERVAL, cancel_on_shutdown=True)
