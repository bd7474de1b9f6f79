"""Savings of the batteries: measured in spans of five minutes, priced, and kept for years."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from ..const import Tariff
from ..keeping import EntryStore
from ..savings import LONGEST_SPAN, DayMoney, Ledger, MeteredSpan, PowerIntegral, Stock
from ..stored import number
from ..tempo import Colour
from ..venus import Mode
from .meter import sensor_power
from .options import PlanOptions
from .participants import loaded_batteries
from .tariff.coordinator import TariffCoordinator

_SUFFIX: Final = ".savings"
# In s. Money is written this seldom, and at a stop; an SD card wears by writes.
_DELAY: Final = 1800.0
# In s. The slowest firmware is polled every two minutes; longer nothing is known.
_BATTERY_HOLDS: Final = 270.0
_GRID_HOLDS: Final = 120.0
# In W. What a battery draws that says 0 W of itself.
_STANDBY: Final = 8.0
# Spans end at the full five minutes; timers are some milliseconds late.
_LATE: Final = dt.timedelta(seconds=5)
_INTERVAL: Final = dt.timedelta(minutes=1)
# Another minute would make the span too long.
_OPEN_FOR: Final = LONGEST_SPAN + _LATE - _INTERVAL
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


class SavingsStore:
    """The ledger and the stock of a home, and their file."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Start with nothing saved; nothing is read yet."""
        self.ledger = Ledger()
        self.stock = Stock()
        self._store = EntryStore(hass, entry_id, self._contents, suffix=_SUFFIX)

    def _contents(self) -> dict[str, Any]:
        stock = {"energy": round(self.stock.energy, 1), "cost": round(self.stock.cost, 4)}
        return {"ledger": self.ledger.store(), "stock": stock}

    async def async_load(self) -> None:
        """Go on with what was known before a restart, day by day."""
        stored = await self._store.async_load()
        part = stored.part("ledger")
        days: dict[dt.date, DayMoney] = {}
        for name, line in part.mapping("days", DayMoney.restore).items():
            try:
                days[dt.date.fromisoformat(name)] = line
            except ValueError:
                part.noting("days")(name)
        self.ledger = Ledger(days, part.value("before", number(-1e7, 1e7), 0.0))
        stock = stored.part("stock")
        self.stock = Stock(
            stock.value("energy", number(0, 1e9), 0.0), stock.value("cost", number(0, 1e7), 0.0)
        )
        await self._store.async_settle(("ledger",))

    @callback
    def save_soon(self) -> None:
        """Write within half an hour."""
        self._store.save_within(_DELAY)

    async def async_close(self) -> None:
        """Write for the last time."""
        await self._store.async_close()

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()


class SavingsMeter:
    """Measures all batteries and the grid in the same spans, and notes what was saved."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        tariff: TariffCoordinator,
        options: Callable[[], PlanOptions],
        on_noted: Callable[[], None],
    ) -> None:
        """Measure for the plan `entry`; `on_noted` is called after each span."""
        self._hass = hass
        self._entry = entry
        self._tariff = tariff
        self._options = options
        self._on_noted = on_noted
        self.store = SavingsStore(hass, entry.entry_id)
        self._batteries: dict[str, _BatteryMeter] = {}
        self._grid: _GridMeter | None = None
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
                self._batteries[key] = _BatteryMeter(battery, self._hass.loop.time)
        sensor = self._options().grid_sensor
        if (None if self._grid is None else self._grid.sensor) != sensor:
            if self._grid is not None:
                self._grid.stop()
            self._grid = _GridMeter(self._hass, sensor) if sensor else None

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
        day, feed_in = tariff.day_of(now), self._options().feed_in
        if tariff.settings.tariff is Tariff.TEMPO:
            colour = self._binding_colour(day)
            money = (
                None if colour is None else (self._tempo_price(colour, data.is_off_peak), feed_in)
            )
            return _Price(day, data.is_off_peak, money, colour)
        money = None if data.price is None else (data.price, feed_in)
        return _Price(day, data.is_off_peak, money)

    def _binding_colour(self, day: dt.date) -> Colour | None:
        entry = self._tariff.store.memory.book.get(day)
        return entry.colour if entry is not None and entry.is_binding else None

    def _tempo_price(self, colour: Colour, off_peak: bool) -> float:
        return self._tariff.settings.tempo_prices.of(colour, off_peak=off_peak)

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
        )
        self._note(span, price)

    def _note(self, span: MeteredSpan, price: _Price) -> None:
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
        self.store.save_soon()
        self._on_noted()

    def _settle(self) -> None:
        """Price what waited for a colour that is binding now."""
        ledger, feed_in = self.store.ledger, self._options().feed_in
        waiting = [
            (day, name) for day, line in ledger.days.items() for name in line.unpriced if name
        ]
        for day, name in waiting:
            tempo_day, _, hours = name.partition(" ")
            try:
                colour = self._binding_colour(dt.date.fromisoformat(tempo_day))
            except ValueError:
                continue
            if colour is not None:
                price = self._tempo_price(colour, hours == _OFF_PEAK)
                ledger.settle(day, name, (price, feed_in), colour)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Energies of one battery in a span, in Wh."""

    exchange: float
    sun: float
    standby: float
    is_commanded: bool


class _BatteryMeter:
    """Energies of one battery since they were last taken."""

    def __init__(self, battery: Battery, monotonic: Callable[[], float]) -> None:
        """Measure from now on, by `monotonic` in s."""
        self.battery = battery
        self._monotonic = monotonic
        self._exchange = PowerIntegral(_BATTERY_HOLDS)
        self._sun = PowerIntegral(_BATTERY_HOLDS)
        self._standby = PowerIntegral(_BATTERY_HOLDS)
        self.stop = battery.async_add_listener(self._read, Reading.POWER)
        self._read()

    @callback
    def _read(self) -> None:
        data, now = self.battery.data, self._monotonic()
        is_known = self.battery.is_reachable and Reading.POWER in data.fresh
        power = data.ac_power if is_known else None
        if power is None:
            for integral in (self._exchange, self._sun, self._standby):
                integral.read(None, now)
            return
        exchange = power + (data.backup_power or 0)
        sun = min(max(exchange, 0), data.pv_power or 0.0) if self.battery.profile.has_pv else 0.0
        self._exchange.read(exchange, now)
        self._sun.read(sun, now)
        self._standby.read(0.0 if exchange else _STANDBY, now)

    def take(self) -> _Reading | None:
        """Return the energies, None where a part of them is not known."""
        now = self._monotonic()
        exchange, sun, standby = (
            integral.take(now) for integral in (self._exchange, self._sun, self._standby)
        )
        if exchange is None or sun is None or standby is None:
            return None
        is_commanded = self.battery.data.mode in (Mode.MANUAL, Mode.PASSIVE)
        return _Reading(exchange, sun, standby, is_commanded)


class _GridMeter:
    """Energy that the house exchanged with the grid, of a power sensor."""

    def __init__(self, hass: HomeAssistant, sensor: str) -> None:
        """Measure from now on."""
        self.sensor = sensor
        self._hass = hass
        self._integral = PowerIntegral(_GRID_HOLDS)
        self.stop = async_track_state_change_event(hass, [sensor], self._changed)
        self.read()

    @callback
    def _changed(self, _: Event[EventStateChangedData]) -> None:
        self.read()

    def read(self) -> None:
        """Read the sensor, which reports a value that it keeps without an event."""
        self._integral.read(sensor_power(self._hass, self.sensor), self._hass.loop.time())

    def take(self) -> float | None:
        """Return the energy in Wh, + imports; None where a part of it is not known."""
        return self._integral.take(self._hass.loop.time())


def _stored(batteries: Mapping[str, Battery]) -> float | None:
    """Return the energy in all batteries in Wh; None while that of one is not known."""
    energies = [battery.data.stored_energy for battery in batteries.values()]
    known = [energy for energy in energies if energy is not None]
    return sum(known) if len(known) == len(energies) else None
