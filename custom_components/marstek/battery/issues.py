"""Repairs about one battery."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_BLE_MAC, DOMAIN

LEFT_IN_MANUAL: Final = "left_in_manual"
FOREIGN_SLOTS: Final = "foreign_slots"
CLOCK_WRONG: Final = "clock_wrong"
FOREIGN_CONTROLLER: Final = "foreign_controller"
SILENT: Final = "silent"
PORT_IN_USE: Final = "port_in_use"
KEEPS_LEAVING: Final = "keeps_leaving_passive"
RESETTING_FIRMWARE: Final = "resetting_firmware"
SETTINGS_WIPED: Final = "settings_wiped"
NOISY: Final = "noisy_address"
WRITES_USED_UP: Final = "writes_used_up"

# Those that Home Assistant can mend itself, see repairs.py.
_FIXABLE: Final = frozenset({FOREIGN_SLOTS, SETTINGS_WIPED, SILENT})


@callback
def async_raise(
    hass: HomeAssistant,
    key: str,
    entry: ConfigEntry,
    placeholders: Mapping[str, str] | None = None,
) -> None:
    """Raise a repair about a battery."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(key, entry),
        data={"entry_id": entry.entry_id, "kind": key},
        is_fixable=key in _FIXABLE,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={"name": entry.title, **(placeholders or {})},
    )


@callback
def async_clear(hass: HomeAssistant, key: str, entry: ConfigEntry) -> None:
    """Take a repair back."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(key, entry))


@callback
def async_tell(hass: HomeAssistant, key: str, entry: ConfigEntry, *, is_so: bool) -> None:
    """Raise a repair about a battery, or take it back."""
    if is_so:
        async_raise(hass, key, entry)
    else:
        async_clear(hass, key, entry)


@callback
def async_clear_all(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take all repairs about a battery back: it is gone."""
    for issue in list(ir.async_get(hass).issues.values()):
        if issue.domain == DOMAIN and (issue.data or {}).get("entry_id") == entry.entry_id:
            ir.async_delete_issue(hass, DOMAIN, issue.issue_id)


@callback
def async_left_in_manual(hass: HomeAssistant, entry: ConfigEntry, *, is_left: bool) -> None:
    """Say of a battery that it could not be handed back to Auto, or no longer."""
    async_tell(hass, LEFT_IN_MANUAL, entry, is_so=is_left)


def _issue_id(key: str, entry: ConfigEntry) -> str:
    return f"{key}_{entry.data[CONF_BLE_MAC]}"
