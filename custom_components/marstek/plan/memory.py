"""Stored state of the tariff: the calendar of colours, and the announcements made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..keeping import EntryStore
from ..stored import StoredPart, day, fields, number, one_of
from ..tempo import Colour, ColourBook, PriceBook, currency_of
from ..tempo.request_budget import RequestBudget
from .control_memory import ControlMemory
from .forecast_record import ForecastRecord
from .outside_forecast import OutsideForecast

_SAVE_DELAY: Final = 5.0
# What waits so long can be made good after a crash: counters go on from those of the batteries.
_LONG_DELAY: Final = 1800.0
# What only moves on is written when Home Assistant stops, or with the next change.
_QUIET_DELAY: Final = 86400.0
_HOUR: Final = dt.timedelta(hours=1)
# Not what is asked for again, as colours and prices are.
PAUSED_UNREAD: Final = "plan_paused_unread"
MATTERS: Final = frozenset({"control"})
_MOST_ANNOUNCED: Final = 7
# More is a mistake, s.
_LONGEST_SILENCE: Final = 1e9


@dataclass(slots=True)
class ExportMemory:
    """Prices of the source that tells what feeding in earns, before surcharges."""

    prices: PriceBook = field(default_factory=PriceBook)
    currency: str | None = None
    """The one that it has said, which that of what is drawn goes before."""


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
    forecast: ForecastRecord = field(default_factory=ForecastRecord)
    """Forecasts of the day after tomorrow, and how good they were."""
    outside: OutsideForecast = field(default_factory=OutsideForecast)
    control: ControlMemory = field(default_factory=ControlMemory)
    prices: PriceBook = field(default_factory=PriceBook)
    """Day-ahead prices, before surcharges."""
    currency: str | None = None
    """ISO code of the currency that their source has said; None where it says none."""
    export: ExportMemory = field(default_factory=ExportMemory)
    unpriced_for: dt.timedelta | None = None
    """How long no day-ahead price has been known while Home Assistant ran; None while the running
    one is."""
    silent_for: dt.timedelta | None = None
    """How long all sources have failed while Home Assistant ran; None while one answers."""

    def announce(self, day: dt.date, colour: Colour) -> None:
        """Note that a colour was announced."""
        self.announced.pop(day, None)
        self.announced[day] = colour
        while len(self.announced) > _MOST_ANNOUNCED:
            del self.announced[next(iter(self.announced))]

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "book": self.book.store(),
            "client": self.client,
            "announced": {day.isoformat(): colour for day, colour in self.announced.items()},
            "missed": self.missed and self.missed.isoformat(),
            **({"forecast": record} if (record := self.forecast.store()) else {}),
            **({"outside": outside} if (outside := self.outside.store()) else {}),
            "control": self.control.store(),
            "prices": self.prices.store(),
            "currency": self.currency,
            **({"export_prices": exports} if (exports := self.export.prices.store()) else {}),
            "unpriced_for": _seconds(self.unpriced_for),
            "silent_for": _seconds(self.silent_for),
        }

    def lasting(self) -> dict[str, Any]:
        """Return what has to be written when it changes, for a comparison.

        Not when batteries were last heard, which is each minute, and no minutes of silence.
        """
        control = self.control.store()
        fullness = {
            key: {**each, "seen": None} for key, each in control.get("fullness", {}).items()
        }
        spans = (self.silent_for, self.unpriced_for)
        hours = [None if span is None else span // _HOUR for span in spans]
        return {**control, "fullness": fullness, "hours": hours}

    @classmethod
    def restore(cls, stored: StoredPart) -> PlanMemory:
        """Return the stored state, without its unreadable values."""
        client = stored.optional("client", fields) or {}
        # The client itself restores it later, when the file is settled.
        RequestBudget(0.0).restore(client, stored.noting("client"))
        return cls(
            book=ColourBook.restore(stored.optional("book", fields), stored.noting("book")),
            client=client,
            announced=_by_day(
                stored.mapping("announced", one_of(Colour)), stored.noting("announced")
            ),
            missed=stored.optional("missed", day),
            forecast=ForecastRecord.restore(stored.optional_part("forecast")),
            outside=OutsideForecast.restore(stored.optional_part("outside")),
            control=ControlMemory.restore(stored.part("control")),
            prices=PriceBook.restore(stored.optional("prices", fields), stored.noting("prices")),
            currency=stored.optional("currency", _currency),
            export=ExportMemory(
                PriceBook.restore(
                    stored.optional("export_prices", fields), stored.noting("export_prices")
                )
            ),
            unpriced_for=stored.optional("unpriced_for", _time),
            silent_for=stored.optional("silent_for", _time),
        )


def _seconds(time: dt.timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()


def _time(stored: object) -> dt.timedelta:
    """Read a time in s."""
    return dt.timedelta(seconds=number(0.0, _LONGEST_SILENCE)(stored))


def _currency(stored: object) -> str:
    """Read the ISO code of a currency."""
    found = currency_of(stored)
    if found is None or found != stored:
        raise ValueError("Not a currency")
    return found


def _by_day(colours: Mapping[str, Colour], on_bad: Callable[[str], None]) -> dict[dt.date, Colour]:
    found: dict[dt.date, Colour] = {}
    for name, colour in colours.items():
        try:
            found[day(name)] = colour
        except ValueError:
            on_bad(name)
    return found


class PlanStore:
    """The file that the plan's memory is kept in."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self.memory = PlanMemory()
        self._hass = hass
        self._paused_issue = f"{PAUSED_UNREAD}_{entry_id}"
        self._store = EntryStore(hass, entry_id, self._contents)
        self._written: dict[str, Any] = {}

    async def async_load(self) -> None:
        """Read the file; a plan without one starts with an empty calendar."""
        loaded = await self._store.async_load()
        self.memory = PlanMemory.restore(loaded)
        self._written = self.memory.lasting()
        await self._store.async_settle(MATTERS)
        if self.memory.control.is_pause_assumed:
            self._raise_paused()
        else:
            self.async_pause_decided()

    def _raise_paused(self) -> None:
        """Say that the plan is paused because nobody knows whether its owner has paused it."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._paused_issue,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=PAUSED_UNREAD,
        )

    @callback
    def async_pause_decided(self) -> None:
        """Remove the repair about an unreadable pause, once a person has decided."""
        self.memory.control.is_pause_assumed = False
        ir.async_delete_issue(self._hass, DOMAIN, self._paused_issue)

    def save_soon(self) -> None:
        """Write within seconds, or when Home Assistant stops."""
        self._store.save_within(_SAVE_DELAY)

    def save_later(self) -> None:
        """Write what has changed within minutes, once for all changes until then.

        What only moves on is written when Home Assistant stops.
        """
        has_changed = self.memory.lasting() != self._written
        self._store.save_within(_LONG_DELAY if has_changed else _QUIET_DELAY)

    def _contents(self) -> dict[str, Any]:
        """Return the memory of now, which loading replaces."""
        self._written = self.memory.lasting()
        return self.memory.store()

    async def async_close(self) -> None:
        """Write for the last time."""
        await self._store.async_close()
