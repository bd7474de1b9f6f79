"""Selects of a battery: its operating mode, and what a person wants of it now."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription

from ...venus import Mode
from ..do_now import DoNow
from ..poll_schedule import Reading
from ..runtime import Battery
from ..thrift import giver_of
from .entity import BatteryEntity, BatteryEntityDescription


@dataclass(frozen=True, kw_only=True)
class ModeSelectDescription(BatteryEntityDescription, SelectEntityDescription):
    """The select of the mode."""


_MODE = ModeSelectDescription(key="mode", translation_key="mode", reading=Reading.MODE)


@dataclass(frozen=True, kw_only=True)
class DoNowDescription(BatteryEntityDescription, SelectEntityDescription):
    """The select of what is to be done now."""


_DO_NOW = DoNowDescription(
    key="do_now",
    translation_key="do_now",
    options=[choice.value for choice in DoNow],
    exists_fn=lambda profile: Mode.PASSIVE in profile.modes,
)


def selects(battery: Battery) -> list[SelectEntity]:
    """Return the selects that a model and firmware has."""
    found: list[SelectEntity] = [ModeSelect(battery, _MODE)]
    if _DO_NOW.exists_fn(battery.profile):
        found.append(DoNowSelect(battery, _DO_NOW))
    return found


class ModeSelect(BatteryEntity, SelectEntity):
    """The mode that the battery is known to be in, and the way to change it."""

    entity_description: ModeSelectDescription

    @property
    @override
    def available(self) -> bool:
        """Tell whether a mode can be chosen, which takes a battery that answers and no more."""
        return self.coordinator.last_update_success and Reading.POWER in self._data.fresh

    @property
    @override
    def _value(self) -> Mode | None:
        return self._data.mode

    @property
    @override
    def options(self) -> list[str]:
        """Return the modes that can be chosen, and a mode that can't while it is on."""
        choices = self.battery.profile.modes | ({self._value} if self._value else set())
        return [mode.value.lower() for mode in Mode if mode in choices]

    @property
    @override
    def current_option(self) -> str | None:
        """Return the mode, None for one of the app's own."""
        return self._value.value.lower() if self._value else None

    @override
    async def async_select_option(self, option: str) -> None:
        """Change the mode."""
        mode = next(mode for mode in Mode if mode.value.lower() == option)
        if mode is Mode.UPS:
            # It can be chosen only while it is on: its action names the slots that it overwrites.
            return
        await self.battery.async_set_mode(mode, giver_of(self._context))


class DoNowSelect(BatteryEntity, SelectEntity):
    """What a person has the battery do until it is done; unknown for what was asked otherwise."""

    entity_description: DoNowDescription

    @property
    @override
    def _value(self) -> DoNow | None:
        return self.battery.does_now

    @property
    @override
    def current_option(self) -> str | None:
        """Return the choice that is carried out."""
        return self._value

    @override
    async def async_select_option(self, option: str) -> None:
        """Have it done."""
        await self.battery.async_do_now(DoNow(option), giver_of(self._context))
