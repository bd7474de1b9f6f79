"""Wishes of a set-up that can only be carried out once the entry that it makes is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util.hass_dict import HassKey

from .const import CONF_BLE_MAC, CONF_POWER_PRESET, PowerPreset

_STEPS: Final[HassKey[FirstSteps]] = HassKey("marstek_first_steps")


@dataclass(slots=True)
class FirstSteps:
    """What was asked for and is not done yet."""

    areas: dict[str, str] = field(default_factory=dict)
    """Ids of the areas of new batteries, by BLE MAC."""
    sockets: set[str] = field(default_factory=set)
    """BLE MACs of new batteries that stand on a household socket."""
    energy_dashboard: bool = False
    """Whether all batteries together go on the Energy dashboard."""

    def take_options(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return once the options that a new battery begins with."""
        if data[CONF_BLE_MAC] not in self.sockets:
            return {}
        self.sockets.discard(data[CONF_BLE_MAC])
        return {CONF_POWER_PRESET: PowerPreset.SOCKET}

    def take_energy_dashboard(self) -> bool:
        """Tell once whether the Energy dashboard was asked for."""
        asked, self.energy_dashboard = self.energy_dashboard, False
        return asked


@callback
def async_first_steps(hass: HomeAssistant) -> FirstSteps:
    """Return what set-up has asked for since Home Assistant started."""
    return hass.data.setdefault(_STEPS, FirstSteps())


@callback
def async_place(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Put the device of a new battery into the area that was chosen, unless it is in one."""
    area_id = async_first_steps(hass).areas.pop(entry.data[CONF_BLE_MAC], None)
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if area_id is not None and device.area_id is None:
            registry.async_update_device(device.id, area_id=area_id)
