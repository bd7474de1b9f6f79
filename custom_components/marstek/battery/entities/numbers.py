"""Numbers of a battery: its power setpoint and its depth of discharge."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfPower, UnitOfRatio

from ...checked import rounded
from ...venus import Mode
from ..runtime import Battery
from ..settings import HIGHEST_DEPTH, LOWEST_DEPTH, Setting
from ..thrift import giver_of
from .entity import BatteryEntity, BatteryEntityDescription
from .setting_entity import SettingDescription, SettingEntity, has


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


@dataclass(frozen=True, kw_only=True)
class SettingNumberDescription(SettingDescription, NumberEntityDescription):
    """A setting that is a number."""


_DEPTH = SettingNumberDescription(
    key="depth_of_discharge",
    translation_key="depth_of_discharge",
    entity_category=EntityCategory.CONFIG,
    native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
    native_min_value=LOWEST_DEPTH,
    native_max_value=HIGHEST_DEPTH,
    native_step=1,
    mode=NumberMode.SLIDER,
    setting=Setting.DEPTH_OF_DISCHARGE,
)


def numbers(battery: Battery) -> list[NumberEntity]:
    """Return the numbers that a model and firmware has."""
    found = list[NumberEntity]()
    if _SETPOINT.exists_fn(battery.profile):
        found.append(SetpointNumber(battery, _SETPOINT))
    if has(battery.profile, _DEPTH.setting):
        found.append(SettingNumber(battery, _DEPTH))
    return found


class SettingNumber(SettingEntity, NumberEntity):
    """A setting that is a number."""

    entity_description: SettingNumberDescription

    @property
    @override
    def native_value(self) -> int | None:
        """Return what was last set."""
        return self._value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set it."""
        await self._async_change(rounded(value))


class SetpointNumber(BatteryEntity, NumberEntity):
    """The power that Manual and Passive use: negative charges, positive discharges."""

    entity_description: SetpointDescription

    def __init__(self, battery: Battery, description: SetpointDescription) -> None:
        """Take the range from the model and the owner's options."""
        super().__init__(battery, description)
        limits = battery.limits
        self._attr_native_min_value = -limits.charge
        self._attr_native_max_value = limits.discharge

    @property
    @override
    def _value(self) -> tuple[int, bool]:
        return self._data.setpoint, self._data.setpoint_waits

    @property
    @override
    def native_value(self) -> int:
        """Return the setpoint in W."""
        return self._data.setpoint

    @property
    @override
    def extra_state_attributes(self) -> dict[str, bool]:
        """Return whether the setpoint waits for the next Manual or Passive."""
        return {"waiting": self._data.setpoint_waits}

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the setpoint; in Manual and Passive the battery follows at once."""
        await self.battery.async_set_setpoint(rounded(value), giver_of(self._context))
