"""Sensors of a battery."""

import datetime as dt
from typing import Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import SIGNAL_STRENGTH_DECIBELS_MILLIWATT, EntityCategory, UnitOfRatio
from homeassistant.helpers.typing import StateType

from ...entity import last_number
from ...venus import firmware_name
from ..data import CommandState
from ..energy import EnergyMeter
from ..poll_schedule import Reading
from ..runtime import Battery
from .entity import BatteryEntity
from .sensor_description import BatterySensorDescription, energy, power
from .sensors_cells import CELL_SENSORS
from .sensors_meter import METER_SENSORS
from .sensors_passive import PASSIVE_SENSORS
from .sensors_pv import PV_SENSORS

SENSORS = (
    BatterySensorDescription(
        key="soc",
        translation_key="soc",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: data.soc,
    ),
    power("battery_power", lambda data: data.battery_power),
    power("ac_power", lambda data: data.ac_power),
    power("backup_power", lambda data: data.backup_power),
    *PASSIVE_SENSORS,
    energy("energy_charged", lambda data: data.energy_charged),
    energy("energy_discharged", lambda data: data.energy_discharged),
    BatterySensorDescription(
        key="last_command",
        translation_key="last_command",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[state.value for state in CommandState],
        value_fn=lambda data: data.last_command,
    ),
    BatterySensorDescription(
        key="left_alone_until",
        translation_key="left_alone_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        always_available=True,
        value_fn=lambda data: data.left_alone_until,
    ),
    BatterySensorDescription(
        key="wifi_signal",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        state_class=SensorStateClass.MEASUREMENT,
        reading=Reading.WIFI,
        value_fn=lambda data: data.wifi_signal,
    ),
    BatterySensorDescription(
        key="firmware",
        translation_key="firmware",
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.DEVICE,
        value_fn=lambda data: firmware_name(data.firmware) if data.firmware else None,
    ),
    BatterySensorDescription(
        key="address",
        translation_key="address",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.address,
    ),
    BatterySensorDescription(
        key="success_rate",
        translation_key="success_rate",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda data: data.success_rate,
    ),
    *CELL_SENSORS,
    *METER_SENSORS,
    *PV_SENSORS,
)


_RESUMED: Final = {
    "energy_charged": "charged",
    "energy_discharged": "discharged",
    "pv_energy": "solar",
}
"""Meters of the stored memory, by the sensor that shows them."""


def sensors(battery: Battery) -> list[BatterySensor]:
    """Return the sensors that a battery has."""
    return [
        (BatterySensor if description.key not in _RESUMED else EnergySensor)(battery, description)
        for description in SENSORS
        if description.exists_fn(battery.profile)
    ]


class BatterySensor(BatteryEntity, SensorEntity):
    """A value of a battery."""

    entity_description: BatterySensorDescription

    @property
    @override
    def _value(self) -> StateType | dt.datetime:
        return self.entity_description.value_fn(self._data)

    @property
    @override
    def native_value(self) -> StateType | dt.datetime:
        """Return the value in its native unit."""
        return self._value

    @property
    @override
    def available(self) -> bool:
        """Tell whether the reading is current, or known without the battery."""
        return self.entity_description.always_available or super().available


class EnergySensor(BatterySensor, RestoreSensor):
    """A total that resumes at its last state when its stored value is unreadable."""

    @override
    async def async_added_to_hass(self) -> None:
        """Give the total its last state back, unless the battery's own counter was read before."""
        await super().async_added_to_hass()
        last = last_number(await self.async_get_last_sensor_data())
        memory = self.battery.parts.memory
        meter: EnergyMeter = getattr(memory, _RESUMED[self.entity_description.key])
        meter.resume(last)
