"""Power of the house in W, from the chosen sensor or else from a battery's own meter."""

from collections.abc import Collection, Mapping
import datetime as dt
import math
from typing import Final

from homeassistant.const import UnitOfApparentPower, UnitOfPower
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util

from ..battery.runtime import Battery

_FRESH: Final = dt.timedelta(minutes=2)
# A subscription limits apparent power; a sensor may give either.
WATTS: Final[Mapping[str, float]] = {
    UnitOfPower.WATT: 1.0,
    UnitOfPower.KILO_WATT: 1000.0,
    UnitOfApparentPower.VOLT_AMPERE: 1.0,
    UnitOfApparentPower.KILO_VOLT_AMPERE: 1000.0,
}


class Meter:
    """Newest reading of the power drawn from the grid, in W, + = import."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know nothing yet."""
        self._hass = hass
        self._read: tuple[float, float] | None = None

    async def async_read(self, sensor: str | None, batteries: Collection[Battery]) -> None:
        """Ask a battery that bears it for its meter, where no sensor was picked."""
        if sensor:
            return
        for battery in batteries:
            if battery.profile.steady and battery.is_reachable:
                status = await battery.async_read_meter()
                if status is not None and status.connected and status.total_power is not None:
                    self._read = (float(status.total_power), self._hass.loop.time())
                    return

    def house_power(self, sensor: str | None, batteries: Collection[Battery]) -> float | None:
        """Return the load without batteries, in W; None without a fresh reading."""
        grid = sensor_power(self._hass, sensor) if sensor else self._of_battery()
        if grid is None:
            return None
        return grid + _discharged(batteries)

    def phase_power(
        self, sensor: str | None, batteries: Collection[Battery], given: float
    ) -> float | None:
        """Return the load of one phase without batteries, in W; None without a fresh reading.

        `batteries` are those that hang on it, `given` are W from those that may; negative where
        they charge.
        """
        grid = sensor_power(self._hass, sensor) if sensor else None
        return None if grid is None else grid + _discharged(batteries) + given

    def _of_battery(self) -> float | None:
        if self._read is None:
            return None
        power, read_at = self._read
        return power if self._hass.loop.time() - read_at <= _FRESH.total_seconds() else None


def _discharged(batteries: Collection[Battery]) -> float:
    """Return what batteries give together, in W; negative where they charge."""
    return sum(battery.data.ac_power or 0 for battery in batteries)


def sensor_power(hass: HomeAssistant, sensor: str) -> float | None:
    """Return what a power sensor shows, in W; None without a fresh and finite number."""
    state = hass.states.get(sensor)
    if state is None or abs(dt_util.utcnow() - state.last_reported) > _FRESH:
        # A state of the future was reported before the clock was set back.
        return None
    return watts_of(state, WATTS)


def watts_of(state: State, factors: Mapping[str, float]) -> float | None:
    """Return what a state shows in W, by the factor of its unit; None without a finite number."""
    factor = factors.get(state.attributes.get("unit_of_measurement", ""))
    try:
        value = float(state.state)
    except ValueError:
        return None
    return value * factor if factor is not None and math.isfinite(value) else None
