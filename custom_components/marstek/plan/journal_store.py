"""File of the journal: what the plan has done outlives restarts."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..keeping import EntryStore, on_one_line
from .journal import Journal, JournalEntry
from .plan_data import PlanData

_SUFFIX: Final = ".journal"
# A step that has ended is written within this time, in s; an SD card wears by writes.
_DELAY: Final = 1800.0


class JournalStore:
    """The journal of the plan, and its file."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start empty; nothing is read yet."""
        self.journal = Journal()
        self._store = EntryStore(hass, entry_id, self._contents, suffix=_SUFFIX)

    def _contents(self) -> dict[str, Any]:
        return {"entries": [on_one_line(entry) for entry in self.journal.store()]}

    async def async_load(self) -> None:
        """Go on with what was known before a restart."""
        stored = await self._store.async_load()
        self.journal = Journal(stored.each("entries", JournalEntry.restore))
        await self._store.async_settle(())

    @callback
    def async_look(self, data: PlanData) -> None:
        """Note what the plan does now."""
        if self.journal.look(data, dt_util.utcnow()):
            self._store.save_within(_DELAY)

    async def async_close(self) -> None:
        """End the running step where it stands, and write for the last time."""
        self.journal.close(None, dt_util.utcnow())
        await self._store.async_close()

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
