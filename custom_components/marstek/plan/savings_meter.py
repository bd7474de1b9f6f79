"""Savings of the batteries: measured in spans of five minutes, priced, and kept for years."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
import datetime as dt
from statistics import fmean
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..battery.runtime import Battery
from ..const import Tariff
from ..savings import (
    LONGEST_SPAN,
    NOTHING_HELD,
    MeteredSpan,
    PlainAuto,
    PlanGain,
    StorageState,
    held_back,
)
from ..tempo import PARIS, Colour, day_start
from .exchange_meters import BatteryMeter, GridMeter
from .participants import loaded_batteries
from .plan_options import PlanOptions
from .savings_store import SavingsStore
from .tariff.coordinator import TariffCoordinator

# Spans end at the full five minutes; timers are some milliseconds late.
_LATE: Final = dt.timedelta(seconds=5)
_INTERVAL: Final = dt.timedelta(minutes=1)
# Another minute would make the span too long.
_OPEN_FOR: Final = LONGEST_SPAN + _LATE - _INTERVAL
_DAY: Final = dt.timedelta(days=1)
_OFF_PEAK, _PEAK = "off_peak", "peak"


@dataclass(frozen=True, slots=True)
class _Price:
    """What a span is priced by, as of its start."""

    day: dt.date
    """The Tempo day."""
    off_peak: bool
    money: tuple[float, float] | None
    """What import costs and feeding in pays, per kWh; None while the colour is not binding."""
    colour: Colour | None = None

    @property
    def name(self) -> str:
        """Name under which an exchange waits for its price."""
        return f"{self.day.isoformat()} {_OFF_PEAK if self.off_peak else _PEAK}"


class SavingsMeter:
    """Measures all batteries and the grid in the same spans, and notes what was saved."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        tariff: TariffCoordinator,
        options: Callable[[], PlanOptions],
        is_kept_back: Callable[[], bool],
    ) -> None:
        """Measure for the plan `entry`; `is_kept_back` tells whether batteries must not feed something."""
        self._hass = hass
        self._entry = entry
        self._tariff = tariff
        self._options = options
        self._is_kept_back = is_kept_back
        self._held = NOTHING_HELD
        """What the hold that runs has come to."""
        self._listeners: list[Callable[[], None]] = []
        self.store = SavingsStore(hass, entry.entry_id)
        self._batteries: dict[str, BatteryMeter] = {}
        self._grid: GridMeter | None = None
        self._has_followed = True
        """Whether batteries in Auto have followed the load, when it could last be seen."""
        self._start: dt.datetime | None = None
        self._price: _Price | None = None

    @callback
    def async_start(self) -> None:
        """Measure from now on, until the plan is unloaded."""
        unload = self._entry.async_on_unload
        unload(
            async_track_time_interval(
                self._hass, self._async_tick, _INTERVAL, cancel_on_shutdown=True
            )
        )
        unload(self._tariff.async_add_listener(self._async_tariff_changed))
        unload(self._async_stop)
        self._async_follow()
        self._open(dt_util.utcnow())

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` after each span that is noted; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def _async_stop(self) -> None:
        for meter in self._batteries.values():
            meter.stop()
        if self._grid is not None:
            self._grid.stop()

    @callback
    def _async_follow(self) -> None:
        """Measure the batteries that are set up, and the grid sensor of the options."""
        batteries = loaded_batteries(self._hass)
        for key in [
            key for key, meter in self._batteries.items() if batteries.get(key) is not meter.battery
        ]:
            self._batteries.pop(key).stop()
        for key, battery in batteries.items():
            if key not in self._batteries:
                self._batteries[key] = BatteryMeter(
                    battery, lambda: self._options().standby, self._hass.loop.time
                )
        sensor = self._options().grid_sensor
        if (None if self._grid is None else self._grid.sensor) != sensor:
            if self._grid is not None:
                self._grid.stop()
            self._grid = GridMeter(self._hass, sensor) if sensor else None

    @callback
    def _async_tariff_changed(self) -> None:
        """End the span where the price changes."""
        if self._price is not None and self._price_now(dt_util.utcnow()) != self._price:
            self._close(dt_util.utcnow())

    @callback
    def _async_tick(self, now: dt.datetime) -> None:
        """Read each minute what may not have changed, and end a span before it is too long."""
        if self._grid is not None:
            self._grid.read()
        for meter in self._batteries.values():
            meter.read()
        # A clock that was set back must not keep the span open until it has caught up.
        if self._start is not None and self._start <= now <= self._start + _OPEN_FOR:
            return
        self._close(now)
        self._settle()
        self._async_follow()

    def _open(self, now: dt.datetime) -> None:
        self._start, self._price = now, self._price_now(now)

    def _price_now(self, now: dt.datetime) -> _Price:
        tariff, data = self._tariff, self._tariff.data
        day = tariff.day_of(now)
        if tariff.settings.tariff is Tariff.TEMPO:
            colour = self._binding_colour(day)
            price = None
            if colour is not None:
                price = self._tempo_price(now.astimezone(PARIS).date(), colour, data.is_off_peak)
            return _Price(day, data.is_off_peak, self._both_ways(now, price), colour)
        return _Price(day, data.is_off_peak, self._both_ways(now, data.price))

    def _both_ways(self, now: dt.datetime, price: float | None) -> tuple[float, float] | None:
        """Return what a kWh costs drawn and earns fed in; None while either is not known."""
        earned = self._tariff.export.price_at(now, price)
        return None if price is None or earned is None else (price, earned)

    def _binding_colour(self, day: dt.date) -> Colour | None:
        entry = self._tariff.store.memory.book.get(day)
        return entry.colour if entry is not None and entry.is_binding else None

    def _tempo_price(self, day: dt.date, colour: Colour, off_peak: bool) -> float:
        return self._tariff.settings.tempo_prices_on(day).of(colour, off_peak=off_peak)

    def _close(self, now: dt.datetime) -> None:
        """Note the span that ends, if all of it was measured, and begin another."""
        start, price = self._start, self._price
        self._open(now)
        readings = [meter.take() for meter in self._batteries.values()]
        grid = None if self._grid is None else self._grid.take()
        if (
            start is None
            or price is None
            or not dt.timedelta() < now - start <= LONGEST_SPAN + _LATE
        ):
            return
        known = [reading for reading in readings if reading is not None]
        if not known or len(known) < len(readings) or (self._grid is not None and grid is None):
            return
        end = min(now, start + LONGEST_SPAN)
        span = MeteredSpan(
            start,
            end,
            sum(reading.exchange for reading in known),
            grid,
            sum(reading.sun for reading in known),
            sum(reading.standby for reading in known),
            any(reading.is_commanded for reading in known),
            sum(reading.solar for reading in known),
        )
        self._note(span, price, is_auto=all(reading.is_auto for reading in known))

    def _note(self, span: MeteredSpan, price: _Price, *, is_auto: bool) -> None:
        ledger, day = self.store.ledger, dt_util.as_local(span.start).date()
        seconds = (span.end - span.start).total_seconds()
        saved = ledger.add(
            day,
            span.exchange(),
            seconds,
            price.money,
            colour=price.colour,
            unpriced_as=price.name,
            is_estimate=span.is_estimate,
        )
        stored = _stored(loaded_batteries(self._hass))
        if saved is not None and stored is not None:
            stock = self.store.stock.after(stored, -saved)
            ledger.note_stock(day, stock.cost - self.store.stock.cost)
            self.store.stock = stock
        if (gain := self._gain(span, is_auto=is_auto)) is not None:
            ledger.add_plan(day, gain, seconds, price.money, unpriced_as=price.name)
        self._note_held(span, day)
        self.store.save_soon()
        for listener in tuple(self._listeners):
            listener()

    def _note_held(self, span: MeteredSpan, day: dt.date) -> None:
        """Note what batteries neither gave nor took that must not feed something."""
        batteries = loaded_batteries(self._hass).values()
        storage = _storage(batteries, self._options().standby, is_auto=False)
        if storage is None or not self._is_kept_back():
            self._held = NOTHING_HELD
            return
        held = held_back(span, storage, self._held)
        self._held += held
        self.store.ledger.add_held(day, held)

    def _gain(self, span: MeteredSpan, *, is_auto: bool) -> PlanGain | None:
        """Return what the plan added in a span over plain Auto; None where that is not known.

        It is not where nobody meters the grid, nor where Auto has no meter to go by.
        """
        batteries = loaded_batteries(self._hass).values()
        if span.grid is None or any(_has_no_meter(battery) for battery in batteries):
            return None
        storage = _storage(batteries, self._options().standby, is_auto=is_auto)
        if storage is None:
            return None
        if (follows := storage.follows(span)) is not None:
            self._has_followed = follows
        if not self._has_followed:
            return None
        if self.store.auto is None:
            self.store.auto = PlainAuto.begin(span.end, storage)
            return None
        self.store.auto, gain = self.store.auto.follow(span, storage, self._worth_of_stored())
        return gain

    def _worth_of_stored(self) -> float:
        """Return what a kWh in the cells is worth: what it costs to store another one at night.

        Where prices change with the hour, that is taken to be the mean of the last day.
        """
        settings = self._tariff.settings
        efficiency = self._options().strategy.charge_efficiency
        match settings.tariff:
            case Tariff.TEMPO:
                return settings.tempo_prices.blue_off_peak / efficiency
            case Tariff.FIXED:
                return settings.fixed_prices.off_peak / efficiency
            case Tariff.DYNAMIC:
                now = dt_util.utcnow()
                prices = self._tariff.store.memory.prices.between(now - _DAY, now)
                paid = [settings.dynamic.paid(price, start) for start, price in prices.items()]
                return fmean(paid) / efficiency if paid else 0.0

    def _settle(self) -> None:
        """Price what waited for a colour that is binding now."""
        ledger, export = self.store.ledger, self._tariff.export
        waiting = [
            (day, name) for day, line in ledger.days.items() for name in line.unpriced if name
        ]
        for day, name in waiting:
            tempo_day, _, hours = name.partition(" ")
            try:
                own_day = dt.date.fromisoformat(tempo_day)
            except ValueError:
                continue
            if (colour := self._binding_colour(own_day)) is not None:
                price = self._tempo_price(own_day, colour, hours == _OFF_PEAK)
                # What waited is known by the day only.
                earned = export.price_at(day_start(own_day), price)
                money = price, export.settings.constant if earned is None else earned
                ledger.settle(day, name, money, colour)


def _stored(batteries: Mapping[str, Battery]) -> float | None:
    """Return the energy in all batteries in Wh; None while that of one is not known."""
    energies = [battery.data.stored_energy for battery in batteries.values()]
    known = [energy for energy in energies if energy is not None]
    return sum(known) if len(known) == len(energies) else None


def _has_no_meter(battery: Battery) -> bool:
    """Tell whether a battery says that Auto has no meter to go by."""
    meter = battery.data.meter
    return battery.data.meter_in_mode is False or (meter is not None and meter.connected is False)


def _storage(
    batteries: Collection[Battery], standby: float, *, is_auto: bool
) -> StorageState | None:
    """Return all batteries together; None while the energy in one is not known."""
    stored = capacity = charge = discharge = 0.0
    for battery in batteries:
        data, limits = battery.data, battery.expected_limits
        if data.usable_energy is None or data.rated_capacity is None:
            return None
        stored += data.usable_energy
        capacity += data.depth_of_discharge * data.rated_capacity
        charge += limits.charge
        discharge += limits.discharge
    if not batteries:
        return None
    return StorageState(len(batteries), capacity, stored, charge, discharge, standby, is_auto)
