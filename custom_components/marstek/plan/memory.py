"""What the plan must still know after a restart: the calendar, and what was announced."""

from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..keeping import EntryStore
from ..tempo import Colour, ColourBook, PriceBook
from .control_memory import ControlMemory

_SAVE_DELAY: Final = 5.0
# What waits so long can be made good after a crash: counters go on from those of the batteries.
_LONG_DELAY: Final = 1800.0
_MOST_ANNOUNCED: Final = 7
# More is a mistake, s.
_LONGEST_SILENCE: Final = 1e9


@dataclass(slots=True)
class PlanMemory:
    """The stored state of the plan."""

    book: ColourBook = field(default_factory=ColourBook)
    client: dict[str, Any] = field(default_factory=dict)
    """What the client of the sources remembers: calls of the day, rests, last answers."""
    announced: dict[dt.date, Colour] = field(default_factory=dict)
    """The colours that were announced last, by Tempo day."""
    missed: dt.date | None = None
    """The latest Tempo day that was announced as missing."""
    control: ControlMemory = field(default_factory=ControlMemory)
    prices: PriceBook = field(default_factory=PriceBook)
    """Day-ahead prices, before surcharges."""
    unpriced_since: dt.datetime | None = None
    """Since when no day-ahead price is known; None while the running one is."""
    silent_for: dt.timedelta | None = None
    """How long all sources have failed while Home Assistant ran; None while one answers."""

    def announce(self, day: dt.date, colour: Colour) -> None:
        """Note that a colour was announced."""
        self.announced.pop(day, None)
        self.announced[day] = colour
        while len(self.announced) > _MOST_ANNOUNCED:
            del self.announced[next(iter(self.announced))]

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "book": self.book.store(),
            "client": self.client,
            "announced": {day.isoformat(): colour for day, colour in self.announced.items()},
            "missed": self.missed and self.missed.isoformat(),
            "control": self.control.store(),
            "prices": self.prices.store(),
            "unpriced_since": self.unpriced_since and self.unpriced_since.isoformat(),
            "silent_for": None if self.silent_for is None else self.silent_for.total_seconds(),
        }

    @classmethod
    def restore(cls, stored: dict[str, Any]) -> PlanMemory:
        """Return the state as it was stored; what cannot be read is forgotten."""
        client = stored.get("client")
        return cls(
            book=ColourBook.restore(stored.get("book")),
            client=client if isinstance(client, dict) else {},
            announced=_colours(stored.get("announced")),
            missed=_date(stored.get("missed")),
            control=ControlMemory.restore(stored.get("control")),
            prices=PriceBook.restore(stored.get("prices")),
            unpriced_since=_moment(stored.get("unpriced_since")),
            silent_for=_duration(stored.get("silent_for")),
        )


def _date(stored: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(stored) if isinstance(stored, str) else None
    except ValueError:
        return None


def _moment(stored: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(stored) if isinstance(stored, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is None else moment


def _duration(stored: object) -> dt.timedelta | None:
    if not isinstance(stored, (int, float)) or not 0 <= stored < _LONGEST_SILENCE:
        return None
    return dt.timedelta(seconds=stored)


def _colours(stored: object) -> dict[dt.date, Colour]:
    found: dict[dt.date, Colour] = {}
    for text, colour in stored.items() if isinstance(stored, dict) else ():
        if (day := _date(text)) and colour in list(Colour):
            found[day] = Colour(colour)
    return found


class PlanStore:
    """The file that the plan's memory is kept in."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self.memory = PlanMemory()
        self._store = EntryStore(hass, entry_id, self._contents)

    async def async_load(self) -> None:
        """Read the file; a plan without one starts with an empty calendar."""
        if stored := await self._store.async_load():
            self.memory = PlanMemory.restore(stored)

    def save_soon(self) -> None:
        """Write within seconds, or when Home Assistant stops."""
        self._store.save_within(_SAVE_DELAY)

    def save_later(self) -> None:
        """Write within minutes, once for all changes until then, or when Home Assistant stops."""
        self._store.save_within(_LONG_DELAY)

    def _contents(self) -> dict[str, Any]:
        """Return the memory of now, which loading replaces."""
        return self.memory.store()

    async def async_close(self) -> None:
        """Write for the last time."""
        await self._store.async_close()
