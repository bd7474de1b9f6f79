"""File of a battery or of the plan, written soon after a decision and slowly otherwise.

`Store` alone keeps the later of two delays, so that a slow save would postpone an urgent one.
"""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

_VERSION: Final = 1


class EntryStore:
    """The stored file of a config entry, which is written no more once it is closed."""

    def __init__(
        self, hass: HomeAssistant, entry_id: str, contents: Callable[[], dict[str, Any]]
    ) -> None:
        """Name the file after the config entry; nothing is read yet."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._make = contents
        self._due: float | None = None
        self._is_closed = False

    async def async_load(self) -> dict[str, Any] | None:
        """Return the stored contents; None without a file."""
        stored = await self._store.async_load()
        return stored if isinstance(stored, dict) else None

    def save_within(self, delay: float) -> None:
        """Write within that many seconds, or sooner where an earlier write is due."""
        due = self._hass.loop.time() + delay
        if self._is_closed or (self._due is not None and self._due <= due):
            return
        self._due = due
        self._store.async_delay_save(self._contents, delay)

    def _contents(self) -> dict[str, Any]:
        self._due = None
        return self._make()

    async def async_close(self) -> None:
        """Write for the last time: a successor may have the file from here on."""
        self._is_closed = True
        await self._store.async_save(self._contents())

    async def async_save(self) -> None:
        """Write now."""
        await self._store.async_save(self._contents())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
