"""Base class of the entities of a battery."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.const import CONF_MODEL
from homeassistant.helpers.device_registry import CONNECTION_NETWORK_MAC, DeviceInfo
from homeassistant.helpers.entity import EntityDescription

from ...const import CONF_DHCP_MAC, CONF_FIRMWARE, DOMAIN, MANUFACTURER
from ...entity import MarstekEntity
from ...entries import model_name
from ...main_entities import is_main_of_battery
from ...venus import Profile, firmware_name
from ..coordinator import BatteryCoordinator
from ..data import BatteryData
from ..poll_schedule import Reading
from ..runtime import Battery


@dataclass(frozen=True, kw_only=True)
class BatteryEntityDescription(EntityDescription):
    """What an entity needs to know beyond its name."""

    reading: Reading = Reading.POWER
    """The reading it shows, and without which it is not available."""
    exists_fn: Callable[[Profile], bool] = lambda _: True
    """Tells whether a model and firmware has it."""


class BatteryEntity(MarstekEntity[BatteryCoordinator]):
    """An entity of one battery."""

    entity_description: BatteryEntityDescription

    def __init__(self, battery: Battery, description: BatteryEntityDescription) -> None:
        """Belong to the battery, and ask for the reading to be polled."""
        super().__init__(battery.coordinator, context=description.reading)
        self.battery = battery
        self.entity_description = description
        data, mac = battery.entry.data, battery.mac
        self._attr_entity_registry_enabled_default = is_main_of_battery(description.key)
        self._attr_unique_id = f"{mac}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, mac)},
            connections={(CONNECTION_NETWORK_MAC, data[CONF_DHCP_MAC])}
            if data.get(CONF_DHCP_MAC)
            else set(),
            manufacturer=MANUFACTURER,
            model=model_name(data[CONF_MODEL]),
            name=battery.entry.title,
            serial_number=mac,
            sw_version=firmware_name(data[CONF_FIRMWARE]),
        )

    @property
    def _data(self) -> BatteryData:
        return self.battery.data

    @property
    @override
    def available(self) -> bool:
        """Tell whether the reading is current: a single lost answer does not matter."""
        return super().available and self.entity_description.reading in self._data.fresh
