"""The power setpoint of a battery."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import UnitOfPower
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.coordinator import BatteryCoordinator, MarstekConfigEntry
from .entity import BatteryEntity, BatteryEntityDescription
from .limits import power_limits
from .venus import Mode

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SetpointDescription(BatteryEntityDescription, NumberEntityDescription):
    """The number of the setpoint."""


_SETPOINT = SetpointDescription(
    key="setpoint",
    translation_key="setpoint",
    device_class=NumberDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    native_step=1,
    mode=NumberMode.BOX,
    exists_fn=lambda profile: Mode.PASSIVE in profile.modes,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MarstekConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the number where a mode uses it."""
    coordinator = entry.runtime_data
    if _SETPOINT.exists_fn(coordinator.profile):
        async_add_entities([SetpointNumber(coordinator, _SETPOINT)])


class SetpointNumber(BatteryEntity, NumberEntity):
    """The power that Manual and Passive use: negative charges, positive discharges."""

    entity_description: SetpointDescription

    def __init__(self, coordinator: BatteryCoordinator, description: SetpointDescription) -> None:
        """Take the range from the model and the owner's options."""
        super().__init__(coordinator, description)
        limits = power_limits(coordinator.profile, coordinator.config_entry.options)
        self._attr_native_min_value = -limits.charge
        self._attr_native_max_value = limits.discharge

    @property
    @override
    def _value(self) -> int:
        return self._data.setpoint

    @property
    @override
    def native_value(self) -> int:
        """Return the setpoint in W."""
        return self._value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setpoint; in Manual and Passive the battery follows at once."""
        await self.coordinator.async_set_setpoint(round(value))
