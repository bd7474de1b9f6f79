"""Takes over batteries that another integration of the same domain has set up.

What such entries hold was read in the published code of two of them: the maker's own, and the
Local API one. Both know a battery by its BLE MAC, write its entities' unique ids as that MAC, an
underscore and a key, and its device's identifier as the MAC alone.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import format_mac

from .const import CONF_BLE_MAC, CONF_FIRMWARE, CONF_KIND, DOMAIN, LOGGER, EntryKind
from .entries import is_foreign
from .venus import DISCOVERY_PORTS
from .venus.profiles import is_marstek_model

_MODELS: Final = ("device_type", CONF_MODEL)
_FIRMWARES: Final = ("version", CONF_FIRMWARE)
_VERSION: Final = 1

KEYS: Final[Mapping[tuple[Platform, str], str]] = MappingProxyType(
    {
        (Platform.SENSOR, theirs): ours
        for theirs, ours in {
            "battery_soc": "soc",
            "ongrid_power": "ac_power",
            "offgrid_power": "backup_power",
            "pv_power": "pv_power",
            "bat_cap": "rated_capacity",
            "bat_temp": "temperature",
            "bat_capacity": "stored_energy",
            "wifi_rssi": "wifi_signal",
            "device_ip": "address",
            "device_version": "firmware",
            "em_total_power": "grid_power",
            "em_a_power": "grid_power_a",
            "em_b_power": "grid_power_b",
            "em_c_power": "grid_power_c",
            "em_input_energy": "grid_energy_imported",
            "em_output_energy": "grid_energy_exported",
            "total_pv_energy": "pv_energy",
            "total_grid_output_energy": "energy_discharged",
            "total_grid_input_energy": "energy_charged",
        }.items()
    }
    | {
        (Platform.SENSOR, f"pv{number}_{value}"): f"pv{number}_{value}"
        for number in range(1, 5)
        for value in ("power", "voltage", "current")
    }
    | {(Platform.SELECT, "operating_mode"): "mode"}
)
"""Of their entities, those that go on as ours: they mean the same, in a unit that can be converted.

Not their battery power, whose sign is not the same in all of them: it is put aside, so that its
history does not become part of ours.
"""
_OF_DOUBTFUL_SIGN: Final = "battery_power"


@callback
def async_adopt_all(hass: HomeAssistant) -> None:
    """Take over each battery of another integration that says enough of itself.

    Before any entry is set up: of a version above ours Home Assistant would not even ask.
    """
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        if is_foreign(entry) and (data := _data(entry)) is not None:
            _adopt(hass, entry, data)


def _data(entry: ConfigEntry) -> dict[str, Any] | None:
    """Return the entry's data as ours, None when they don't tell which battery it is."""
    data = entry.data
    ble_mac = _mac(data.get(CONF_BLE_MAC)) or (
        None if CONF_BLE_MAC in data else _mac(entry.unique_id)
    )
    host, port = data.get(CONF_HOST), data.get(CONF_PORT, DISCOVERY_PORTS[0])
    if ble_mac is None or not isinstance(host, str) or not isinstance(port, int):
        return None
    model = next((data[key] for key in _MODELS if isinstance(data.get(key), str)), "")
    firmware = next((data[key] for key in _FIRMWARES if isinstance(data.get(key), int)), 0)
    return {
        CONF_KIND: EntryKind.BATTERY,
        CONF_HOST: host,
        CONF_PORT: port,
        CONF_BLE_MAC: ble_mac,
        # Set-up asks the battery itself, and corrects what is wrong.
        CONF_MODEL: model if is_marstek_model(model) else "Venus",
        CONF_FIRMWARE: firmware,
    }


def _mac(value: object) -> str | None:
    """Return a MAC as twelve hexadecimal digits, None for anything else."""
    if not isinstance(value, str):
        return None
    digits = format_mac(value).replace(":", "")
    is_mac = len(digits) == 12 and all(digit in "0123456789abcdef" for digit in digits)
    return digits if is_mac else None


def _adopt(hass: HomeAssistant, entry: ConfigEntry, data: dict[str, Any]) -> None:
    ble_mac = data[CONF_BLE_MAC]
    unique_id = format_mac(ble_mac)
    if hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, unique_id) not in (None, entry):
        LOGGER.warning(
            "%s is set up twice; the entry of the other integration is left", entry.title
        )
        return
    LOGGER.info("%s was set up by another integration and goes on with this one", entry.title)
    _adopt_entities(hass, entry, ble_mac)
    _adopt_device(hass, entry, ble_mac)
    hass.config_entries.async_update_entry(
        entry,
        data=data,
        options={},
        unique_id=unique_id,
        version=_VERSION,
        minor_version=1,
    )


def _adopt_entities(hass: HomeAssistant, entry: ConfigEntry, ble_mac: str) -> None:
    """Let their entities go on under our unique ids, with names, areas and history."""
    registry = er.async_get(hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        prefix, _, key = entity.unique_id.partition("_")
        ours = KEYS.get((Platform(entity.domain), key))
        if _mac(prefix) != ble_mac:
            continue
        if key == _OF_DOUBTFUL_SIGN:
            ours = f"former_{key}"
        if ours is None:
            continue
        unique_id = f"{ble_mac}_{ours}"
        if registry.async_get_entity_id(entity.domain, DOMAIN, unique_id) in (
            None,
            entity.entity_id,
        ):
            registry.async_update_entity(entity.entity_id, new_unique_id=unique_id)


def _adopt_device(hass: HomeAssistant, entry: ConfigEntry, ble_mac: str) -> None:
    """Let their device go on as ours, with its name and area."""
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        named = {name for domain, name in device.identifiers if domain == DOMAIN}
        if named - {ble_mac} and ble_mac in map(_mac, named):
            registry.async_update_device(device.id, new_identifiers={(DOMAIN, ble_mac)})
