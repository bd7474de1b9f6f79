"""Meters of a span: energies of a battery and of the grid, from powers that are read now and then."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from ..savings import PowerIntegral
from ..venus import Mode
from .meter import sensor_power

# In s. The slowest firmware is polled every two minutes; longer nothing is known.
_BATTERY_HOLDS: Final = 270.0
_GRID_HOLDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """Energies of one battery in a span, in Wh."""

    exchange: float
    """On both sockets, + discharges."""
    sun: float
    """The part of the exchange that solar inputs gave at once."""
    standby: float
    """What it drew and reported as 0 W."""
    solar: float
    """All that solar inputs gave."""
    is_commanded: bool
    """Whether it charges on command, not with what the sun leaves over."""
    is_auto: bool
    """Whether it was in Auto in each reading of the span."""


class BatteryMeter:
    """Energies of one battery since they were last taken."""

    def __init__(
        self, battery: Battery, standby: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        """Measure from now on, by `monotonic` in s; `standby` are the W of a battery at rest."""
        self.battery = battery
        self._standby_power = standby
        self._monotonic = monotonic
        self._exchange = PowerIntegral(_BATTERY_HOLDS)
        self._sun = PowerIntegral(_BATTERY_HOLDS)
        self._standby = PowerIntegral(_BATTERY_HOLDS)
        self._solar = PowerIntegral(_BATTERY_HOLDS)
        self._was_auto = True
        self.stop = battery.async_add_listener(self.read, Reading.POWER)
        self.read()

    @callback
    def read(self) -> None:
        """Read the battery, which publishes nothing while its values stay the same."""
        data, now = self.battery.data, self._monotonic()
        self._was_auto = self._was_auto and data.mode is Mode.AUTO
        is_known = self.battery.is_reachable and Reading.POWER in data.fresh
        power = data.ac_power if is_known else None
        if power is None:
            for integral in (self._exchange, self._sun, self._standby, self._solar):
                integral.read(None, now)
            return
        exchange = power + (data.backup_power or 0)
        solar = (data.pv_power or 0.0) if self.battery.profile.has_pv else 0.0
        self._exchange.read(exchange, now)
        self._sun.read(min(max(exchange, 0), solar), now)
        self._standby.read(0.0 if exchange else self._standby_power(), now)
        self._solar.read(solar, now)

    def take(self) -> BatteryReading | None:
        """Return the energies, None where a part of them is not known."""
        now, mode = self._monotonic(), self.battery.data.mode
        exchange, sun, standby, solar = (
            integral.take(now)
            for integral in (self._exchange, self._sun, self._standby, self._solar)
        )
        is_auto = mode is Mode.AUTO
        was_auto, self._was_auto = self._was_auto and is_auto, is_auto
        if exchange is None or sun is None or standby is None or solar is None:
            return None
        is_commanded = mode in (Mode.MANUAL, Mode.PASSIVE)
        return BatteryReading(exchange, sun, standby, solar, is_commanded, was_auto)


class GridMeter:
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
