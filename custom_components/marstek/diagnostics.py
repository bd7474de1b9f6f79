"""Diagnostics of a config entry, without credentials, addresses and identities."""

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .battery.diagnostics import battery_diagnostics, entry_diagnostics
from .battery.memory import async_stored_memory
from .battery.runtime import Battery
from .entries import is_battery
from .plan.diagnostics import plan_diagnostics
from .redaction import redact
from .runtime import MarstekConfigEntry


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: MarstekConfigEntry
) -> dict[str, Any]:
    """Return the state of a battery or of the plan, or why it is not set up."""
    found: dict[str, Any]
    if entry.state is not ConfigEntryState.LOADED:
        found = await _async_unloaded(hass, entry)
    elif isinstance(entry.runtime_data, Battery):
        found = battery_diagnostics(entry.runtime_data)
    else:
        found = plan_diagnostics(entry.runtime_data)
    redacted: dict[str, Any] = redact(found)
    return redacted


async def _async_unloaded(hass: HomeAssistant, entry: MarstekConfigEntry) -> dict[str, Any]:
    """Return what is known of an entry without anything running."""
    found: dict[str, Any] = {
        "entry": entry_diagnostics(entry),
        "state": entry.state.value,
        "reason": entry.reason,
        "reason_key": entry.error_reason_translation_key,
        "disabled_by": entry.disabled_by,
    }
    if is_battery(entry):
        found["memory"] = (await async_stored_memory(hass, entry.entry_id)).store()
    return found
