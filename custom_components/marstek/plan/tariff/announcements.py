"""Announcement of tomorrow's colour, made once, also across a restart."""

from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.core import callback

from ...tempo import PARIS
from ..memory import PlanStore
from .tariff_data import TariffData

MISSING: Final = "missing"
"""Announced instead of a colour when tomorrow has none late in the evening."""
_MISSING_FROM: Final = dt.time(21, 30)

type AnnouncementListener = Callable[[str, TariffData], None]


class Announcements:
    """Announcements of tomorrow's colour, stored so that a restart repeats none."""

    def __init__(self, store: PlanStore) -> None:
        """Start without listeners; `store` is the file of the plan."""
        self._store = store
        self._listeners: list[AnnouncementListener] = []

    @callback
    def async_listen(self, listener: AnnouncementListener) -> Callable[[], None]:
        """Call `listener` with a colour or with `MISSING`; return a function that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def look(self, data: TariffData, now: dt.datetime) -> None:
        """Announce the colour of tomorrow when that is due.

        A colour is announced when it is binding. Late in the evening a provisional one is announced too, and
        that there is none. A colour that changes afterwards is announced again.
        """
        tomorrow = data.tomorrow_date
        if data.day is None or tomorrow is None or not self._listeners:
            return
        memory = self._store.memory
        is_late = now >= dt.datetime.combine(data.day, _MISSING_FROM, PARIS)
        if data.tomorrow is not None and (is_late or not data.tomorrow_is_provisional):
            if memory.announced.get(tomorrow) is not data.tomorrow:
                memory.announce(tomorrow, data.tomorrow)
                self._tell(data.tomorrow, data)
        elif is_late and memory.missed != tomorrow:
            memory.missed = tomorrow
            self._tell(MISSING, data)

    def _tell(self, kind: str, data: TariffData) -> None:
        self._store.save_soon()
        for listener in self._listeners:
            listener(kind, data)
