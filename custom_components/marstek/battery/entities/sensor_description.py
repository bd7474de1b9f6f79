"""Description of a battery's sensor, and helpers for the two most frequent kinds."""

from collections.abc import Callable
from dataclasses import dataclass
import datetime as dt

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.helpers.typing import StateType

from ...venus import Profile
from ..data import BatteryData
from .entity import BatteryEntityDescription


@dataclass(frozen=True, kw_only=True)
class BatterySensorDescription(BatteryEntityDescription, SensorEntityDescription):
    """A sensor and where its value is."""

    value_fn: Callable[[BatteryData], StateType | dt.datetime]
    always_available: bool = False
    """True for what Home Assistant knows without the battery."""
    waits: bool = False
    """True for what has yet to be measured: there is no such entity until it is known."""


def always(_: Profile) -> bool:
    """Hold for every model and firmware."""
    return True


def power(
    key: str,
    value_fn: Callable[[BatteryData], StateType],
    exists_fn: Callable[[Profile], bool] = always,
) -> BatterySensorDescription:
    """Describe a power in W, polled with the battery's own."""
    return BatterySensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value_fn=value_fn,
        exists_fn=exists_fn,
    )


def energy(
    key: str,
    value_fn: Callable[[BatteryData], StateType],
    exists_fn: Callable[[Profile], bool] = always,
) -> BatterySensorDescription:
    """Describe an energy in Wh that only ever rises, shown in kWh; a silent battery keeps it."""
    return BatterySensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        always_available=True,
        value_fn=value_fn,
        exists_fn=exists_fn,
    )
