"""Base class of entities for settings that can be written but not read."""

from dataclasses import dataclass
from typing import override

from ...venus import Profile
from ..settings import Setting, method_of
from .entity import BatteryEntity, BatteryEntityDescription


@dataclass(frozen=True, kw_only=True)
class SettingDescription(BatteryEntityDescription):
    """A setting as an entity."""

    setting: Setting


def has(profile: Profile, setting: Setting) -> bool:
    """Tell whether a model and firmware has a setting."""
    return profile.supports(method_of(setting))


class SettingEntity(BatteryEntity):
    """A setting as last written from here; unknown before the first time."""

    entity_description: SettingDescription
    _attr_assumed_state = True

    @property
    @override
    def available(self) -> bool:
        """Tell whether it can be set, which takes a battery that answers."""
        return self.coordinator.last_update_success

    @property
    @override
    def _value(self) -> int | None:
        return self._data.settings.get(self.entity_description.setting)

    async def _async_change(self, value: int) -> None:
        """Write a value; a translated error when the battery does not accept it."""
        await self.battery.async_set_setting(self.entity_description.setting, value)
