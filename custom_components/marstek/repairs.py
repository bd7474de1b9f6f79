"""Repairs that Home Assistant can make itself, once the owner has confirmed."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from .battery.coordinator import BatteryCoordinator
from .runtime import async_loaded_plan
from .venus import VenusError


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow that clears the foreign slots of a battery."""
    return ForeignSlotsFlow((data or {}).get("entry_id", ""))


class ForeignSlotsFlow(RepairsFlow):
    """Disables all slots of a battery, which can't be read, but its own."""

    def __init__(self, entry_id: str) -> None:
        """Know the config entry of the battery."""
        self._entry_id = entry_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what will be lost, and do it once that is confirmed."""
        errors: dict[str, str] = {}
        if user_input is not None:
            battery = self._battery()
            if battery is not None and await _async_clear(battery):
                if (plan := async_loaded_plan(self.hass)) is not None:
                    plan.control.crew.async_trust_slots_of(battery)
                    await plan.control.async_refresh()
                return self.async_create_entry(data={})
            errors["base"] = "not_cleared"
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders=issue.translation_placeholders if issue else None,
        )

    def _battery(self) -> BatteryCoordinator | None:
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        battery: BatteryCoordinator = entry.runtime_data
        return battery


async def _async_clear(battery: BatteryCoordinator) -> bool:
    """Disable all slots; tell whether every one was accepted."""
    try:
        return await battery.async_clear_all_slots()
    except VenusError:
        return False
