"""Coordinator of the tariff: asks the sources when due, and publishes what applies now."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
import datetime as dt
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER, Tariff
from ...tempo import (
    PARIS,
    Colour,
    ColourBook,
    FaultKind,
    PollReport,
    Source,
    TempoClient,
    day_end,
    day_start,
    decree_on,
    season_of,
    tempo_day,
)
from ...texts import Texts, async_load_texts
from ..memory import PlanStore
from ..own_clock import OwnClock
from ..tariff_settings import tariff_settings
from .announcements import Announcements
from .client import make_client
from .colour_forecast import ColourForecaster, ExpectedDay
from .dynamic_data import dynamic_data
from .export_prices import ExportPrices
from .issues import TariffIssues
from .price_currency import currency_of_prices
from .price_reader import PriceReader
from .tariff_data import TariffData, tariff_data

# The clock may be set in between, so that nothing is waited for longer than this, in s.
_LONGEST_WAIT: Final = 60.0
_SHORTEST_WAIT: Final = 1.0
_DAY_BEGINS: Final = dt.timedelta(hours=6)
# More than this between two looks is a clock that was set, not time that has passed.
_LONGEST_STEP: Final = dt.timedelta(hours=1)


class TariffCoordinator(DataUpdateCoordinator[TariffData]):
    """Coordinator of a home's tariff.

    An update never fails: while sources are silent, what was learnt applies, and the rest is None.
    """

    config_entry: ConfigEntry

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Prepare the parts without asking a source."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=dt.timedelta(seconds=_SHORTEST_WAIT),
            always_update=False,
        )
        self.settings = tariff_settings(entry)
        self.store = PlanStore(hass, entry.entry_id)
        self.announcements = Announcements(self.store)
        self.forecaster = ColourForecaster(self.store)
        self.client: TempoClient | None = None
        self.texts = Texts()
        self.own_clock = OwnClock(hass.loop.time)
        self._issues = TariffIssues(hass, entry.entry_id)
        self._prices = PriceReader(
            hass, entry, lambda: self.store.memory, self._async_learnt_prices
        )
        self._export_prices = PriceReader(
            hass, entry, lambda: self.store.memory.export, self._async_learnt_prices
        )
        self._decree = decree_on(dt_util.now(PARIS).date())
        self._asking: asyncio.Task[None] | None = None
        self._announced_at: dt.datetime | None = None

    @override
    async def _async_setup(self) -> None:
        """Load stored colours and prices, so that today is known without any network."""
        await self.store.async_load()
        self.texts = await async_load_texts(self.hass)
        self._connect()
        self._follow_prices()
        entry, bus = self.config_entry, self.hass.bus
        entry.async_on_unload(self._prices.async_stop)
        entry.async_on_unload(self._export_prices.async_stop)
        entry.async_on_unload(self._issues.async_remove)
        entry.async_on_unload(bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_home_changed))

    @property
    def colours(self) -> Mapping[dt.date, Colour]:
        """Colours of all known Tempo days."""
        return self.store.memory.book.known

    @property
    def export(self) -> ExportPrices:
        """What feeding in earns."""
        settings = self.settings
        return ExportPrices(
            settings.export, self.store.memory.export.prices, settings.off_peak.zone
        )

    @property
    def currency(self) -> str:
        """ISO code of the currency of the prices, which need not be that of Home Assistant."""
        home = self.hass.config.currency
        return currency_of_prices(self.settings, self.store.memory.currency, home)

    def day_of(self, now: dt.datetime) -> dt.date:
        """Return the tariff day of a moment: from 06:00 to 06:00 local time."""
        if self.settings.tariff is Tariff.TEMPO:
            return tempo_day(now)
        return (now.astimezone(self.settings.off_peak.zone) - _DAY_BEGINS).date()

    def describe(self, days: Iterable[dt.date]) -> list[dict[str, Any]]:
        """Return Tempo days as the answer of an action; prices in EUR/kWh, None for unknown.

        What a day without a colour is expected to be stands in whole percent, from the day after
        tomorrow on for eight days.
        """
        today = tempo_day(dt_util.utcnow())
        ahead = self.forecaster.days(today, self.store.memory.book, self.settings.quotas)
        expected = {each.day: each for each in ahead}
        return [self._describe(day, expected.get(day)) for day in days]

    def _describe(self, day: dt.date, expected: ExpectedDay | None) -> dict[str, Any]:
        entry = self.store.memory.book.get(day)
        prices = self.settings.tempo_prices
        colour = None if entry is None or entry.is_fallback else entry.colour
        return {
            "date": day.isoformat(),
            "start": day_start(day).isoformat(),
            "end": day_end(day).isoformat(),
            "colour": colour,
            "price_off_peak": colour and prices.of(colour, off_peak=True),
            "price_peak": colour and prices.of(colour, off_peak=False),
            "provisional": None if entry is None else not entry.is_binding,
            "source": None if entry is None else entry.source,
            "chances": None if expected is None or colour is not None else expected.percentages,
        }

    def _connect(self) -> None:
        """Make the client of the sources, with the budget and waits of the last one.

        A tariff without colours has no client.
        """
        memory = self.store.memory
        if self._asking is not None:
            self._asking.cancel()
        if self.client is not None:
            memory.client = self.client.store()
        self.client = None
        if self.settings.tariff is not Tariff.TEMPO:
            memory.silent_for = None
            return
        self.client = make_client(
            self.hass, self.settings.credentials, self.settings.quotas, self._server_date
        )
        self.client.restore(memory.client)

    @callback
    def _follow_prices(self) -> None:
        """Follow the sources of prices both ways."""
        settings = self.settings
        is_dynamic = settings.tariff is Tariff.DYNAMIC
        self._prices.async_follow(settings.dynamic if is_dynamic else None)
        self._export_prices.async_follow(settings.export.source)

    @callback
    def _server_date(self, moment: dt.datetime) -> None:
        self.own_clock.compare(dt_util.utcnow(), moment)

    @callback
    def _async_home_changed(self, _: Event) -> None:
        """Follow a new time zone: fixed off-peak hours are local times."""
        self.async_apply_settings()

    @callback
    def async_apply_settings(self) -> None:
        """Apply changed options; colours and prices that are known are kept."""
        before, self.settings = self.settings, tariff_settings(self.config_entry)
        if (self.settings.credentials, self.settings.quotas) != (
            before.credentials,
            before.quotas,
        ):
            self._connect()
        self._follow_prices()
        now = dt_util.utcnow()
        self._ask_when_due(now)
        data = self._look(now)
        # Prices that are not in force now are no part of the data.
        self.async_set_updated_data(data)
        self._tell(data, now)

    @override
    async def _async_update_data(self) -> TariffData:
        """Return the tariff now; sources that are due are asked in the background."""
        self._ask_when_due(dt_util.utcnow())
        return self.async_publish()

    @callback
    def async_publish(self) -> TariffData:
        """Publish changed data, then make announcements: their listeners may read the data."""
        now = dt_util.utcnow()
        has_moved = self._follow_decree(now)
        data = self._look(now)
        if data != self.data or has_moved:
            self.data = data
            self.async_update_listeners()
        self._tell(data, now)
        return data

    def _follow_decree(self, now: dt.datetime) -> bool:
        """Read the prices anew on the day on which they move; return whether that is now.

        Neither an option nor a restart tells of it.
        """
        decree = decree_on(now.astimezone(PARIS).date())
        has_moved, self._decree = decree is not self._decree, decree
        if has_moved:
            self.settings = tariff_settings(self.config_entry)
        return has_moved

    def _look(self, now: dt.datetime) -> TariffData:
        answer = self.client.last_answer if self.client else None
        memory = self.store.memory
        if self.settings.tariff is Tariff.DYNAMIC:
            data = dynamic_data(self.settings, memory.prices, now)
        else:
            data = tariff_data(self.settings, memory.book, now, answer)
            if data.day is not None:
                expected = self.forecaster.look(data.day, self.settings)
                data = replace(data, forecast=expected)
        data = replace(data, export_price=self.export.price_at(now, data.price))
        bound = self.export.next_bound(now, now + dt.timedelta(seconds=_LONGEST_WAIT))
        self.update_interval = dt.timedelta(seconds=_seconds_to_next(data, now, bound))
        return data

    def _tell(self, data: TariffData, now: dt.datetime) -> None:
        """Make announcements, and raise or remove repairs."""
        memory, before = self.store.memory, self._announced_at or now
        self._announced_at = now
        step = min(max(now - before, dt.timedelta()), _LONGEST_STEP)
        if memory.silent_for is not None:
            memory.silent_for += step
        if self.settings.tariff is not Tariff.DYNAMIC or data.price is not None:
            memory.unpriced_for = None
        elif memory.unpriced_for is None:
            memory.unpriced_for = dt.timedelta()
            self.store.save_soon()
        else:
            memory.unpriced_for += step
        self.announcements.look(data, now)
        self.own_clock.look(now)
        self._issues.async_update(self.settings, data, now, memory, self.texts)
        self._issues.async_clock(self.own_clock)
        self._issues.async_currency(self.currency)

    @callback
    def _async_learnt_prices(self) -> None:
        """Store and publish new prices.

        Listeners are called also when today stays as it is: the plan uses later prices too.
        """
        self.store.save_soon()
        self.async_publish()
        self.async_update_listeners()

    def _ask_when_due(self, now: dt.datetime) -> None:
        self._prices.async_ask_when_due(now)
        self._export_prices.async_ask_when_due(now)
        if self.client is None or (self._asking is not None and not self._asking.done()):
            return
        due = self.client.next_ask(self.store.memory.book)
        if self._asks_forecast:
            due = min(due, self.client.next_forecast(self.store.memory.book))
        if due <= now:
            self._asking = self.config_entry.async_create_background_task(
                self.hass, self._async_ask(self.client), f"{DOMAIN} asking the Tempo sources"
            )

    async def _async_ask(self, client: TempoClient) -> None:
        """Ask the sources, then store and publish the colours that they gave."""
        memory = self.store.memory
        report = await client.ask(memory.book)
        memory.client = client.store()
        if report.learnt.changed:
            memory.book.forget_before(_oldest(memory.book, dt_util.utcnow()))
        self._follow(report, is_in_vain=client.is_in_vain)
        self.store.save_soon()
        self.async_publish()
        if self._asks_forecast:
            await self._async_ask_forecast(client)

    @property
    def _asks_forecast(self) -> bool:
        """Whether open-dpe.fr is asked: its owner wants that, and an entity shows it."""
        return self.settings.asks_open_dpe and self.forecaster.is_used

    async def _async_ask_forecast(self, client: TempoClient) -> None:
        """Ask open-dpe.fr if that is due, after the colours; its faults are of no account."""
        memory = self.store.memory
        guesses = await client.ask_forecast(memory.book)
        memory.client = client.store()
        if guesses is not None:
            memory.outside.learn(guesses, dt_util.utcnow())
            self.async_publish()
        self.store.save_soon()

    def _follow(self, report: PollReport, *, is_in_vain: bool) -> None:
        """Log begin and end of an outage once each, and start what needs the owner."""
        memory = self.store.memory
        self._issues.async_learn(report.learnt, dt_util.utcnow())
        fault = report.failed.get(Source.RTE_API)
        if fault is not None and fault.kind is FaultKind.CREDENTIALS:
            self.config_entry.async_start_reauth(self.hass)
        if report.answered:
            if memory.silent_for is not None:
                LOGGER.info("The colours of Tempo can be asked for again")
            memory.silent_for = None
        elif is_in_vain and report.failed and memory.silent_for is None:
            memory.silent_for = dt.timedelta()
            faults = "; ".join(f"{source}: {fault}" for source, fault in report.failed.items())
            LOGGER.info("No source tells the colours of Tempo (%s); asking again later", faults)


def _oldest(book: ColourBook, now: dt.datetime) -> dt.date:
    """Return the first day to keep: this and the last season, whatever a wrong clock says."""
    today = tempo_day(now)
    return season_of(min(today, max(book.colours, default=today))).previous.first


def _seconds_to_next(data: TariffData, now: dt.datetime, export: dt.datetime | None) -> float:
    """Return the seconds until the tariff changes, or what feeding in earns, within bounds."""
    changes = (data.next_off_peak_change, data.day_end, data.next_price_change, export)
    wait = min((change - now).total_seconds() for change in changes if change is not None)
    return min(max(_SHORTEST_WAIT, wait), _LONGEST_WAIT)
