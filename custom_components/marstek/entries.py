"""Config entries of batteries: their data, and the entry that belongs to a device or entity."""

from collections.abc import Collection
import re
from typing import Any

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import format_mac

from .const import CONF_BLE_MAC, CONF_FIRMWARE, CONF_KIND, DOMAIN, EntryKind
from .venus import FoundDevice


def battery_name(model: str, ble_mac: str) -> str:
    """Return the name of a battery: model and end of its MAC, as in the app."""
    return f"{model_name(model)} {ble_mac[-4:].upper()}"


def model_name(model: str) -> str:
    """Return a model as people write it: Venus E 3.0 for VenusE 3.0."""
    return re.sub(r"^(Venus)(?=[A-Z])", r"\1 ", model)


def entry_data(found: FoundDevice) -> dict[str, Any]:
    """Return the data of the config entry for a battery."""
    return {
        CONF_KIND: EntryKind.BATTERY,
        CONF_HOST: found.address,
        CONF_PORT: found.port,
        CONF_BLE_MAC: found.device.ble_mac,
        CONF_MODEL: found.device.model,
        CONF_FIRMWARE: found.device.firmware,
    }


def is_battery(entry: ConfigEntry) -> bool:
    """Tell whether an entry is a battery of ours."""
    return entry.data.get(CONF_KIND) == EntryKind.BATTERY


def is_plan(entry: ConfigEntry) -> bool:
    """Tell whether an entry is the plan."""
    return entry.data.get(CONF_KIND) == EntryKind.PLAN


def is_literal(host: str) -> bool:
    """Tell whether a host is an IPv4 address rather than a name."""
    return host.replace(".", "").isdecimal()


def is_foreign(entry: ConfigEntry) -> bool:
    """Tell whether another integration of the same domain made an entry."""
    return entry.source != SOURCE_IGNORE and CONF_KIND not in entry.data


@callback
def async_entry_of(hass: HomeAssistant, ble_mac: str) -> ConfigEntry | None:
    """Return the entry of a battery, whoever made it and however it writes the MAC."""
    wanted = format_mac(ble_mac)
    for entry in hass.config_entries.async_entries(DOMAIN):
        names = (entry.unique_id, entry.data.get(CONF_BLE_MAC))
        if any(isinstance(name, str) and format_mac(name) == wanted for name in names):
            return entry
    return None


@callback
def async_entry_of_device(hass: HomeAssistant, device_id: str) -> ConfigEntry | None:
    """Return the entry of the battery that a device is; None for any other device."""
    device = dr.async_get(hass).async_get(device_id)
    for domain, identifier in device.identifiers if device else ():
        if domain != DOMAIN:
            continue
        entry = async_entry_of(hass, identifier)
        if entry is not None and is_battery(entry):
            return entry
    return None


@callback
def async_batteries(hass: HomeAssistant) -> list[ConfigEntry]:
    """Return the entries of configured batteries."""
    return [entry for entry in hass.config_entries.async_entries(DOMAIN) if is_battery(entry)]


@callback
def async_battery_names(
    hass: HomeAssistant, states: Collection[ConfigEntryState] = tuple(ConfigEntryState)
) -> dict[str, str]:
    """Return the names of batteries that are not disabled, in some states, by BLE MAC."""
    return {
        entry.data[CONF_BLE_MAC]: entry.title
        for entry in async_batteries(hass)
        if entry.disabled_by is None and entry.state in states
    }


@callback
def async_plan_entry(hass: HomeAssistant) -> ConfigEntry | None:
    """Return the entry of the plan, of which a home has one."""
    entries = hass.config_entries.async_entries(DOMAIN)
    return next((entry for entry in entries if is_plan(entry)), None)
