"""Sensors of a battery."""

import datetime as dt
from typing import Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import (
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    EntityCategory,
    Platform,
    UnitOfRatio,
)
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...const import DOMAIN
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
from .sensors_owner import owner_sensors
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
        always_available=True,
        value_fn=lambda data: firmware_name(data.firmware) if data.firmware else None,
    ),
    BatterySensorDescription(
        key="address",
        translation_key="address",
        entity_category=EntityCategory.DIAGNOSTIC,
        always_available=True,
        value_fn=lambda data: data.address,
    ),
    BatterySensorDescription(
        key="success_rate",
        translation_key="success_rate",
        entity_category=EntityCategory.DIAGNOSTIC,
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


def sensors(battery: Battery) -> list[SensorEntity]:
    """Return the sensors that a battery has."""
    return [
        *(
            (EnergySensor if description.key in _RESUMED else BatterySensor)(battery, description)
            for description in SENSORS
            if description.exists_fn(battery.profile) and not description.waits
        ),
        *owner_sensors(battery),
    ]


@callback
def async_add_late_sensors(battery: Battery, add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Add the sensors of what has yet to be measured as soon as that is known, or was once."""
    registry = er.async_get(battery.hass)
    waiting = {
        description.key: description
        for description in SENSORS
        if description.waits and description.exists_fn(battery.profile)
    }

    def is_known(description: BatterySensorDescription) -> bool:
        unique_id = f"{battery.mac}_{description.key}"
        is_registered = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id)
        return is_registered is not None or description.value_fn(battery.data) is not None

    @callback
    def add() -> None:
        known = [each for each in waiting.values() if is_known(each)]
        for description in known:
            del waiting[description.key]
        if known:
            add_entities(BatterySensor(battery, description) for description in known)

    add()
    battery.entry.async_on_unload(battery.coordinator.async_add_listener(add))


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
