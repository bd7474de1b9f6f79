"""Binary sensors of a battery."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory

from ...venus import Danger
from ..poll_schedule import Reading
from ..runtime import Battery
from .entity import BatteryEntity, BatteryEntityDescription
from .sensors_meter import has_meter
from .sensors_pv import PV_CHANNELS, has_pv


@dataclass(frozen=True, kw_only=True)
class BatteryBinarySensorDescription(BatteryEntityDescription, BinarySensorEntityDescription):
    """A binary sensor and what it tells."""

    is_on_fn: Callable[[Battery], bool | None]
    always_available: bool = False


def _pv_live(number: int) -> BatteryBinarySensorDescription:
    def is_on(battery: Battery) -> bool | None:
        channel = battery.data.pv_channel(number)
        return channel.active if channel else None

    return BatteryBinarySensorDescription(
        key=f"pv{number}_live",
        translation_key="pv_channel_live",
        translation_placeholders={"number": str(number)},
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.PV,
        exists_fn=has_pv,
        is_on_fn=is_on,
    )


BINARY_SENSORS = (
    BatteryBinarySensorDescription(
        key="charging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        is_on_fn=lambda battery: battery.data.is_charging,
    ),
    BatteryBinarySensorDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        always_available=True,
        is_on_fn=lambda battery: None if battery.is_left_alone else battery.is_reachable,
    ),
    # Two of one name, of which a firmware has one at most: some tell it with the mode, at no cost.
    BatteryBinarySensorDescription(
        key="meter_connected",
        translation_key="meter_connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.MODE,
        exists_fn=lambda profile: profile.mode_has_meter,
        is_on_fn=lambda battery: battery.data.meter_in_mode,
    ),
    BatteryBinarySensorDescription(
        key="meter_connected",
        translation_key="meter_connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.METER,
        exists_fn=lambda profile: has_meter(profile) and not profile.mode_has_meter,
        is_on_fn=lambda battery: battery.data.meter.connected if battery.data.meter else None,
    ),
    BatteryBinarySensorDescription(
        key="firmware_problem",
        translation_key="firmware_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.DEVICE,
        is_on_fn=lambda battery: Danger.WIPES_SETTINGS in battery.profile.dangers,
    ),
    BatteryBinarySensorDescription(
        key="frozen",
        translation_key="frozen",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda battery: battery.data.frozen,
    ),
    BatteryBinarySensorDescription(
        key="charge_permitted",
        translation_key="charge_permitted",
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.CELLS,
        exists_fn=lambda profile: profile.charge_flag_is_real,
        is_on_fn=lambda battery: (
            battery.data.cells.charge_permitted if battery.data.cells else None
        ),
    ),
    BatteryBinarySensorDescription(
        key="discharge_permitted",
        translation_key="discharge_permitted",
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.CELLS,
        exists_fn=lambda profile: profile.discharge_flag_is_real,
        is_on_fn=lambda battery: (
            battery.data.cells.discharge_permitted if battery.data.cells else None
        ),
    ),
    BatteryBinarySensorDescription(
        key="bluetooth",
        translation_key="bluetooth",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        reading=Reading.BLUETOOTH,
        is_on_fn=lambda battery: battery.data.bluetooth_connected,
    ),
    *(_pv_live(number) for number in PV_CHANNELS),
)


def binary_sensors(battery: Battery) -> list[BatteryBinarySensor]:
    """Return the binary sensors that a battery has."""
    return [
        BatteryBinarySensor(battery, description)
        for description in BINARY_SENSORS
        if description.exists_fn(battery.profile)
    ]


class BatteryBinarySensor(BatteryEntity, BinarySensorEntity):
    """Something that is or is not so."""

    entity_description: BatteryBinarySensorDescription

    @property
    @override
    def _value(self) -> bool | None:
        return self.entity_description.is_on_fn(self.battery)

    @property
    @override
    def is_on(self) -> bool | None:
        """Tell whether it is so."""
        return self._value

    @property
    @override
    def available(self) -> bool:
        """Tell whether the reading is current; connectivity itself is always known."""
        return self.entity_description.always_available or super().available
