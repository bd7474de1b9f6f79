"""Sensors of a Passive that is renewed: power, end and target; unknown at other times."""

import datetime as dt

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfRatio

from ...venus import Mode, Profile
from ..data import BatteryData
from .sensor_description import BatterySensorDescription


def _has_passive(profile: Profile) -> bool:
    return Mode.PASSIVE in profile.modes


def _power(data: BatteryData) -> int | None:
    return data.passive.power if data.passive else None


def _accuracy(data: BatteryData) -> float | None:
    return None if data.held_accuracy is None else round(data.held_accuracy * 100, 1)


def _until(data: BatteryData) -> dt.datetime | None:
    return data.passive.until if data.passive else None


def _target(data: BatteryData) -> int | None:
    return data.passive.target if data.passive else None


PASSIVE_SENSORS = (
    BatterySensorDescription(
        key="passive_power",
        translation_key="passive_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        value_fn=_power,
        exists_fn=_has_passive,
    ),
    BatterySensorDescription(
        key="passive_ends",
        translation_key="passive_ends",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=_until,
        exists_fn=_has_passive,
    ),
    BatterySensorDescription(
        key="passive_target",
        translation_key="passive_target",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        value_fn=_target,
        exists_fn=_has_passive,
    ),
    BatterySensorDescription(
        key="held_accuracy",
        translation_key="held_accuracy",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        waits=True,
        value_fn=_accuracy,
        exists_fn=_has_passive,
    ),
)
