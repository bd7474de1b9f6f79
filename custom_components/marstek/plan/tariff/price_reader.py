"""Reader of day-ahead prices: follows their source and stores them."""

import asyncio
from collections.abc import Callable
import datetime as dt
from typing import Final, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER
from ...tempo import DayList, Offer, PriceBook, SpotError
from ..tariff_settings import DynamicSettings
from .price_currency import stated_currency
from .price_source import PriceEvidence, SourceGoneError, async_read, published_until, read_states

_BETWEEN_QUESTIONS: Final = dt.timedelta(hours=1)
# Between two readings of entities, in s: prices that keep changing would cost a plan, a write to disk
# and new slots each time. The first change is read at once.
_BETWEEN_READINGS: Final = 120.0
# The same, once prices that were known have been told otherwise so many times in a row, with none
# for hours of which there was none: a plan that follows them all would write slots all day.
_BETWEEN_REVISIONS: Final = 900.0
_MOST_REVISIONS: Final = 3


class PriceShelf(Protocol):
    """Where prices of a source are kept, and the currency that it has said."""

    prices: PriceBook
    currency: str | None


class PriceReader:
    """Reader of a price source: entities when they change, an action while prices are missing."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        shelf: Callable[[], PriceShelf],
        on_learnt: Callable[[], None],
    ) -> None:
        """Start without a source; `on_learnt` is called when new prices were put on the shelf."""
        self._hass = hass
        self._entry = entry
        self._shelf = shelf
        self._on_learnt = on_learnt
        self._source: DynamicSettings | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._lists: dict[str, tuple[DayList, ...]] = {}
        self._asked_at: dt.datetime | None = None
        self._asking: asyncio.Task[None] | None = None
        self._is_silent = False
        self._revisions = 0
        """How often in a row a reading has only told known prices otherwise."""
        self._readings = Debouncer(
            hass,
            LOGGER,
            cooldown=_BETWEEN_READINGS,
            immediate=True,
            function=self._async_read_changed,
        )

    @callback
    def async_follow(self, source: DynamicSettings | None) -> None:
        """Follow a source, or none; prices of another source are dropped."""
        if source == self._source:
            return
        self.async_stop()
        before, self._source = self._source, source
        if source is None:
            return
        if before is not None and not before.is_same_source(source):
            self._shelf().prices.clear()
            self._shelf().currency = None
        self._lists = {}
        self._asked_at = None
        if source.action is None:
            self._stop_listening = async_track_state_change_event(
                self._hass, source.entities, self._async_state_changed
            )
            self._read_states()

    @callback
    def async_stop(self) -> None:
        """Stop listening, and cancel a running request."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self._readings.async_cancel()
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    @callback
    def _async_state_changed(self, _: Event[EventStateChangedData]) -> None:
        self._readings.async_schedule_call()

    @callback
    def _async_read_changed(self) -> None:
        now, prices = dt_util.utcnow(), self._shelf().prices
        known = prices.known_until(now)
        is_changed = self._read_states()
        is_revised = is_changed and prices.known_until(now) == known
        self._revisions = self._revisions + 1 if is_revised else 0
        is_restless = self._revisions > _MOST_REVISIONS
        self._readings.cooldown = _BETWEEN_REVISIONS if is_restless else _BETWEEN_READINGS
        if is_changed:
            self._on_learnt()

    def _read_states(self) -> bool:
        """Read the entities; return whether there were new prices."""
        if self._source is None:
            return False
        try:
            evidence = PriceEvidence(self._shelf().prices, self._lists)
            offer = read_states(self._hass, self._source, evidence)
        except SpotError as err:
            self._fail(str(err))
            return False
        return self._learn(offer)

    @callback
    def async_ask_when_due(self, now: dt.datetime) -> None:
        """Ask the action, at most once an hour, while prices that should be known are missing."""
        source, asked_at = self._source, self._asked_at
        if source is None or source.action is None:
            return
        is_early = asked_at is not None and asked_at <= now < asked_at + _BETWEEN_QUESTIONS
        until = published_until(now, dt_util.get_default_time_zone())
        if is_early or self._shelf().prices.is_known(now, until):
            return
        if self._asking is not None and not self._asking.done():
            return
        self._asked_at = now
        self._asking = self._entry.async_create_background_task(
            self._hass, self._async_ask(source, now, until), f"{DOMAIN} asking for prices"
        )

    async def _async_ask(
        self, source: DynamicSettings, now: dt.datetime, until: dt.datetime
    ) -> None:
        try:
            offer = await async_read(self._hass, source, now, until=until)
        except (SpotError, SourceGoneError) as err:
            self._fail(str(err))
            return
        if self._learn(offer):
            self._on_learnt()

    def _learn(self, offer: Offer) -> bool:
        if self._is_silent:
            self._is_silent = False
            LOGGER.info("Day-ahead prices are told again")
        shelf = self._shelf()
        if self._source is not None:
            shelf.currency = stated_currency(self._hass, self._source) or shelf.currency
        return shelf.prices.learn(
            offer.prices,
            dt_util.utcnow(),
            provisional=offer.provisional,
            withdrawn=offer.withdrawn,
        )

    def _fail(self, reason: str) -> None:
        """Log the beginning of an outage once."""
        if not self._is_silent:
            self._is_silent = True
            LOGGER.info("Nothing tells day-ahead prices (%s); going by what was known", reason)
