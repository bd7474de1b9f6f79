"""Sensors of the cells: stored energy in Wh, remaining time and temperature."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import (
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfRatio,
    UnitOfTemperature,
    UnitOfTime,
)

from ...venus import Profile
from ..data import BatteryData
from ..poll_schedule import Reading
from .sensor_description import BatterySensorDescription


def _stored(key: str, value_fn: Callable[[BatteryData], float | None]) -> BatterySensorDescription:
    return BatterySensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        value_fn=value_fn,
    )


def _time(key: str, value_fn: Callable[[BatteryData], int | None]) -> BatterySensorDescription:
    return BatterySensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=value_fn,
    )


def _has_volts(profile: Profile) -> bool:
    """Tell whether a firmware sends voltage, current and an error code (2.4)."""
    return profile.voltage_scale is not None


def _efficiency(data: BatteryData) -> float | None:
    return None if data.efficiency is None else round(data.efficiency * 100, 1)


def _cycles(data: BatteryData) -> float | None:
    return None if data.equivalent_cycles is None else round(data.equivalent_cycles, 1)


CELL_SENSORS: Final = (
    _stored("stored_energy", lambda data: data.stored_energy),
    _stored("usable_energy", lambda data: data.usable_energy),
    _time("time_to_full", lambda data: data.minutes_to_full),
    _time("time_to_empty", lambda data: data.minutes_to_empty),
    BatterySensorDescription(
        key="round_trip_efficiency",
        translation_key="round_trip_efficiency",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        waits=True,
        value_fn=_efficiency,
    ),
    BatterySensorDescription(
        key="equivalent_cycles",
        translation_key="equivalent_cycles",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=1,
        waits=True,
        value_fn=_cycles,
    ),
    BatterySensorDescription(
        key="rated_capacity",
        translation_key="rated_capacity",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        always_available=True,
        value_fn=lambda data: data.rated_capacity,
    ),
    BatterySensorDescription(
        key="temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        reading=Reading.CELLS,
        exists_fn=lambda profile: profile.temperature_scale is not None,
        value_fn=lambda data: data.temperature,
    ),
    BatterySensorDescription(
        key="cell_voltage",
        translation_key="cell_voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        reading=Reading.CELLS,
        exists_fn=_has_volts,
        value_fn=lambda data: data.cells.voltage if data.cells else None,
    ),
    BatterySensorDescription(
        key="cell_current",
        translation_key="cell_current",
        device_class=SensorDeviceClass.CURRENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        reading=Reading.CELLS,
        exists_fn=_has_volts,
        value_fn=lambda data: data.cells.current if data.cells else None,
    ),
    BatterySensorDescription(
        key="error_code",
        translation_key="error_code",
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.CELLS,
        exists_fn=_has_volts,
        value_fn=lambda data: data.cells.error_code if data.cells else None,
    ),
)
