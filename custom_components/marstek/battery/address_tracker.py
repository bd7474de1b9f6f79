"""Address tracker: searches for a battery that is silent, or whose address another one has."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant

from ..const import CONF_BLE_MAC, DOMAIN, LOGGER
from ..discovery import AddressError, async_locate, async_prove, async_resolve
from ..entries import is_literal
from ..venus import Clock, FoundDevice, VenusClient

# Until this long after the last reply of a battery its address is not doubted, in s.
_SILENCE_BEFORE_SEARCH: Final = 90.0
_SEARCH_INTERVAL: Final = 300.0


class AddressTracker:
    """Follows one battery to the address where it is now."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: VenusClient,
        clock: Clock,
        on_moved: Callable[[], None],
    ) -> None:
        """Watch the connection of `client`; `on_moved` is called when it leads elsewhere."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._clock = clock
        self._on_moved = on_moved
        self._search: asyncio.Task[None] | None = None
        self._searched_at = float("-inf")

    def watch(self) -> None:
        """Look for a battery that has been silent for a while; it may have moved."""
        link = self._client.link
        if not link.breaker.is_open:
            return
        heard = link.last_heard
        if heard is None or self._clock.time() - heard >= _SILENCE_BEFORE_SEARCH:
            self.search()

    def search(self) -> None:
        """Look for the battery in the background, at most every five minutes."""
        now = self._clock.time()
        busy = self._search is not None and not self._search.done()
        if busy or now - self._searched_at < _SEARCH_INTERVAL:
            return
        self._searched_at = now
        self._search = self._entry.async_create_background_task(
            self._hass, self._async_find(), f"{DOMAIN} search for {self._entry.title}"
        )

    async def _async_find(self) -> None:
        """Go on at the address where the battery is now, if it can be found and proven there."""
        data = self._entry.data
        try:
            address = await async_resolve(self._hass, data[CONF_HOST])
        except AddressError:
            address = self._client.address
        claims = await async_locate(self._hass, data[CONF_BLE_MAC], data[CONF_PORT])
        found = await self._async_chosen(claims)
        if found is not None:
            address = found.address
        if address == self._client.address:
            self._client.reopen_socket()
            return
        LOGGER.info("%s is at another address now", self._entry.title)
        self._client.move(address)
        if found is not None and data[CONF_HOST] != address and is_literal(data[CONF_HOST]):
            self._hass.config_entries.async_update_entry(
                self._entry, data={**data, CONF_HOST: address}
            )
        self._on_moved()

    async def _async_chosen(self, claims: Sequence[FoundDevice]) -> FoundDevice | None:
        """Return where the battery is: the address in use if it answers there, else a proven one."""
        for claim in claims:
            if claim.address == self._client.address:
                return claim
        return await async_prove(self._hass, claims)
