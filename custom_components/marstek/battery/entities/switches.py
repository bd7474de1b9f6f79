"""Switches of a battery: its LED, and whether it can be found over Bluetooth."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory

from ..runtime import Battery
from ..settings import Setting
from .setting_entity import SettingDescription, SettingEntity, has


@dataclass(frozen=True, kw_only=True)
class SettingSwitchDescription(SettingDescription, SwitchEntityDescription):
    """A setting that is on or off."""


SWITCHES: Final = (
    SettingSwitchDescription(
        key="led",
        translation_key="led",
        entity_category=EntityCategory.CONFIG,
        setting=Setting.LED,
    ),
    SettingSwitchDescription(
        key="bluetooth_advertising",
        translation_key="bluetooth_advertising",
        entity_category=EntityCategory.CONFIG,
        setting=Setting.BLUETOOTH,
    ),
)


def switches(battery: Battery) -> list[SettingSwitch]:
    """Return the switches that a model and firmware has."""
    return [
        SettingSwitch(battery, description)
        for description in SWITCHES
        if has(battery.profile, description.setting)
    ]


class SettingSwitch(SettingEntity, SwitchEntity):
    """A setting that is on or off."""

    entity_description: SettingSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what was last set."""
        return None if self._value is None else bool(self._value)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on."""
        await self._async_change(1)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch it off."""
        await self._async_change(0)
