"""File of a battery or of the plan, written soon after a decision and slowly otherwise.

`Store` alone keeps the later of two delays, so that a slow save would postpone an urgent one.
It also raises for a file that it can't read, which would keep the entry from starting.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
import shutil
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.json import json_bytes, json_fragment
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER
from .stored import StoredPart

STORAGE_DAMAGED: Final = "storage_damaged"
STORAGE_NEWER: Final = "storage_newer"
_VERSION: Final = 1
_DAMAGED: Final = ".damaged"
_MEANWHILE: Final = ".meanwhile"
# In s. A slow card takes its time.
_LONGEST_WRITE: Final = 30.0
# A log line names so many damaged values.
_MOST_NAMED: Final = 20


class EntryStore:
    """The stored file of a config entry, which is written no more once it is closed."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        contents: Callable[[], dict[str, Any]],
        *,
        suffix: str = "",
    ) -> None:
        """Name the file after the config entry and a suffix; nothing is read yet."""
        self._hass = hass
        self._entry_id = entry_id
        self._key = f"{DOMAIN}.{entry_id}{suffix}"
        self._store = self._file(self._key)
        self._make = contents
        self._due: float | None = None
        self._taken_at = float("-inf")
        self._unlisten: Callable[[], None] | None = None
        self._is_closed = False
        self._loaded = StoredPart()

    def _file(self, key: str) -> Store[dict[str, Any]]:
        return Store(self._hass, _VERSION, key)

    async def async_load(self) -> StoredPart:
        """Return the stored contents, to be read value by value and then settled.

        A file of a newer version is left as it is, and another one is used beside it.
        """
        try:
            self._loaded = await self._async_read()
        except UnsupportedStorageVersionError as err:
            LOGGER.warning("%s; using a file beside it", err)
            self._raise(STORAGE_NEWER, {"file": self._key})
            self._store = self._file(f"{self._key}{_MEANWHILE}")
            beside = await self._async_read()
            self._loaded = StoredPart.lost() if beside.is_new else beside
        else:
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(STORAGE_NEWER))
        return self._loaded

    async def _async_read(self) -> StoredPart:
        """Read the file in use; UnsupportedStorageVersionError when it is of a newer version."""
        is_there = await self._hass.async_add_executor_job(Path(self._store.path).exists)
        try:
            stored: object = await self._store.async_load()
        except AttributeError, KeyError, NotImplementedError, TypeError:
            # The frame around the contents is damaged, or of a version that never was.
            stored = None
        if stored is None and not is_there:
            return StoredPart()
        return StoredPart(stored or None)

    async def async_settle(self, matters: Collection[str]) -> None:
        """Copy a file with unreadable values aside, then write the readable ones.

        A repair is raised when damage is within one of the values that `matters` names, by the
        first part of their path.
        """
        damaged = self._loaded.damaged
        if not damaged or self._hass.config_entries.async_get_entry(self._entry_id) is None:
            return
        path = self._store.path
        with suppress(FileNotFoundError):
            # Home Assistant has moved a file that is no JSON, and logged it.
            await self._hass.async_add_executor_job(shutil.copyfile, path, f"{path}{_DAMAGED}")
        kept = f"{self._store.key}{_DAMAGED}"
        names = ", ".join(damaged[:_MOST_NAMED])
        LOGGER.warning("%s: ignoring what can't be read, kept in %s: %s", path, kept, names)
        if any(name.partition(".")[0] in {*matters, "data"} for name in damaged):
            self._raise(STORAGE_DAMAGED, {"file": kept, "values": names})
        self.save_within(0)

    def _raise(self, key: str, placeholders: dict[str, str]) -> None:
        entry = self._hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(key),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"name": entry.title, **placeholders},
        )

    def _issue_id(self, key: str) -> str:
        return f"{key}_{self._key.removeprefix(f'{DOMAIN}.')}"

    @callback
    def save_within(self, delay: float) -> None:
        """Write within that many seconds, or sooner where an earlier write is due."""
        due = self._hass.loop.time() + delay
        if self._is_closed or (self._due is not None and self._due <= due):
            return
        self._due = due
        if self._unlisten is None:
            self._unlisten = self._hass.bus.async_listen_once(
                EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_write_finally
            )
        self._store.async_delay_save(self._contents, delay)

    async def _async_write_finally(self, _: Event) -> None:
        """Write once more what Home Assistant may have cancelled: it ends writes that run."""
        self._unlisten = None
        # Home Assistant's own last write begins first: it takes its listener for one that waits.
        await asyncio.sleep(0)
        if self._hass.loop.time() - self._taken_at < _LONGEST_WRITE:
            await self._store.async_save(self._contents())

    def _contents(self) -> dict[str, Any]:
        self._due, self._taken_at = None, self._hass.loop.time()
        return self._make()

    async def async_close(self) -> None:
        """Write for the last time: a successor may have the file from here on."""
        self._is_closed = True
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        await self._store.async_save(self._contents())

    async def async_save(self) -> None:
        """Write now."""
        await self._store.async_save(self._contents())

    async def async_remove(self) -> None:
        """Delete the file, its copies, and the repairs about them."""
        for suffix in ("", _MEANWHILE):
            await self._file(f"{self._key}{suffix}").async_remove()
            await self._file(f"{self._key}{suffix}{_DAMAGED}").async_remove()
        for key in (STORAGE_DAMAGED, STORAGE_NEWER):
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))


def on_one_line(value: object) -> object:
    """Return a value of a stored file that is written on one line.

    Home Assistant indents its files, which makes rows of short values three times as long, and an
    SD card wears by what is written.
    """
    return json_fragment(json_bytes(value))
