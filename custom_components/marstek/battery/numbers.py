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

from ..limits import power_limits
from ..venus import Mode
from .coordinator import BatteryCoordinator
from .entity import BatteryEntity, BatteryEntityDescription


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


def numbers(coordinator: BatteryCoordinator) -> list[SetpointNumber]:
    """Return the number of a battery that has a mode which uses it."""
    exists = _SETPOINT.exists_fn(coordinator.profile)
    return [SetpointNumber(coordinator, _SETPOINT)] if exists else []


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
