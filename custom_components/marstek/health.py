"""Repairs about batteries that only the owner can solve, checked from time to time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .battery.issues import NOISY, PORT_IN_USE, RESETTING_FIRMWARE, SILENT, async_clear, async_raise
from .battery.runtime import Battery, BatteryConfigEntry
from .const import CONF_FIRMWARE
from .entries import async_batteries
from .venus import Danger, firmware_name, profile_for

_INTERVAL: Final = timedelta(minutes=5)
# A router that restarts, or a night without Wi-Fi, is not the owner's business.
# In s, by a clock that nobody sets.
_SILENT_FOR: Final = 3600.0
_KINDS: Final = (NOISY, PORT_IN_USE, RESETTING_FIRMWARE, SILENT)


class BatteryHealth:
    """Raises repairs about configured batteries, and takes them back."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know nothing yet."""
        self._hass = hass
        self._silent_since: dict[str, float] = {}

    @callback
    def async_look(self) -> None:
        """Look at all batteries."""
        now = self._hass.loop.time()
        for entry in async_batteries(self._hass):
            found = {} if entry.disabled_by else self._problems(entry, now)
            for kind in _KINDS:
                if kind in found:
                    async_raise(self._hass, kind, entry, found[kind])
                else:
                    async_clear(self._hass, kind, entry)

    def _problems(self, entry: BatteryConfigEntry, now: float) -> dict[str, Mapping[str, str]]:
        """Return what is wrong with a battery, and the placeholders of its text."""
        data = entry.data
        firmware = {"firmware": firmware_name(data[CONF_FIRMWARE])}
        where = {"host": data[CONF_HOST], "port": str(data[CONF_PORT])}
        found: dict[str, Mapping[str, str]] = {}
        if Danger.WIPES_SETTINGS in profile_for(data[CONF_MODEL], data[CONF_FIRMWARE]).dangers:
            found[RESETTING_FIRMWARE] = firmware
        if _is_noisy(entry):
            found[NOISY] = where
        if _is_port_taken(entry):
            self._silent_since.pop(entry.entry_id, None)
            found[PORT_IN_USE] = where
        elif _is_answering(entry):
            self._silent_since.pop(entry.entry_id, None)
        elif now - self._silent_since.setdefault(entry.entry_id, now) >= _SILENT_FOR:
            found[SILENT] = where
        return found


def _is_port_taken(entry: BatteryConfigEntry) -> bool:
    is_waiting = entry.state is ConfigEntryState.SETUP_RETRY
    return is_waiting and entry.error_reason_translation_key == PORT_IN_USE


def _is_noisy(entry: BatteryConfigEntry) -> bool:
    if entry.state is not ConfigEntryState.LOADED:
        return False
    battery: Battery = entry.runtime_data
    return battery.is_noisy


def _is_answering(entry: BatteryConfigEntry) -> bool:
    if entry.state is not ConfigEntryState.LOADED:
        return entry.state is not ConfigEntryState.SETUP_RETRY
    battery: Battery = entry.runtime_data
    return battery.is_reachable_or_left_alone


@callback
def async_start_health(hass: HomeAssistant) -> None:
    """Look at all batteries every few minutes."""
    health = BatteryHealth(hass)

    @callback
    def async_look(_: datetime) -> None:
        health.async_look()

    async_track_time_interval(hass, async_look, _INTERVAL, cancel_on_shutdown=True)
