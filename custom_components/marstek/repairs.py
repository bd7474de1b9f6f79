"""Repairs that Home Assistant can make itself, once the owner has confirmed."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState, OperationNotAllowed
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from .battery.issues import SETTINGS_WIPED, SILENT
from .battery.restore import async_restore
from .battery.runtime import Battery, BatteryConfigEntry
from .const import CONF_BLE_MAC, CONF_STRATEGY
from .discovery import async_place_of, async_search
from .plan.options import Approach
from .plan.suggestion import SAVINGS_POSSIBLE
from .runtime import async_loaded_plan
from .venus import VenusError


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow that repairs an issue."""
    known = data or {}
    flow = _FLOWS.get(str(known.get("kind")), ForeignSlotsFlow)
    return flow(known.get("entry_id", ""))


class _BatteryFlow(RepairsFlow):
    """Says what will be done, and does it once that is confirmed."""

    def __init__(self, entry_id: str) -> None:
        """Know the config entry of the battery."""
        self._entry_id = entry_id
        self._placeholders: dict[str, str] = {}

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask, and do it; a form with an error says that it did not work."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if (error := await self._async_mend()) is None:
                return self.async_create_entry(data={})
            errors["base"] = error
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders=((issue and issue.translation_placeholders) or {})
            | self._placeholders,
        )

    async def _async_mend(self) -> str | None:
        """Do it; return the error of the form, None when it is done."""
        raise NotImplementedError

    def _entry(self) -> BatteryConfigEntry | None:
        return self.hass.config_entries.async_get_entry(self._entry_id)

    def _battery(self) -> Battery | None:
        """Return the battery while it is set up."""
        entry = self._entry()
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        battery: Battery = entry.runtime_data
        return battery


class ForeignSlotsFlow(_BatteryFlow):
    """Disables all slots of a battery, which can't be read, but its own."""

    @override
    async def _async_mend(self) -> str | None:
        battery = self._battery()
        if battery is None or not await _async_clear(battery):
            return "not_cleared"
        if (plan := async_loaded_plan(self.hass)) is not None:
            plan.control.participants.async_trust_slots_of(battery)
            await plan.control.async_refresh()
        return None


class WipedFlow(_BatteryFlow):
    """Writes lost settings, slots and mode to a battery again; a failure is shown and can be retried."""

    @override
    async def _async_mend(self) -> str | None:
        battery = self._battery()
        if battery is None:
            return "not_set_up"
        failures = await async_restore(battery)
        self._placeholders = {"failures": " ".join(failures)}
        return "not_restored" if failures else None


class SilentFlow(_BatteryFlow):
    """Looks for a battery by its identity, and follows it to where it answers."""

    @override
    async def _async_mend(self) -> str | None:
        entry = self._entry()
        if entry is None:
            return None
        data = entry.data
        result = await async_search(self.hass, ports=(data[CONF_PORT],), hosts=(data[CONF_HOST],))
        wanted = data[CONF_BLE_MAC]
        claims = result.claims_to(wanted)
        found = await async_place_of(self.hass, entry, claims, is_heard=False)
        if found is None:
            return "nobody_found" if not result.devices else "others_found"
        self.hass.config_entries.async_update_entry(
            entry, data={**data, CONF_HOST: found.address, CONF_PORT: found.port}
        )
        try:
            await self.hass.config_entries.async_reload(entry.entry_id)
        except OperationNotAllowed:
            # Home Assistant sets an entry up anew only in some states, not after a failed migration.
            return "not_reloaded"
        if entry.disabled_by is not None:
            return "disabled"
        return None if entry.state is ConfigEntryState.LOADED else "still_silent"


class SavingsFlow(_BatteryFlow):
    """Lets the plan learn what a stored kWh will save."""

    @override
    async def _async_mend(self) -> str | None:
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is not None:
            options = {**entry.options, CONF_STRATEGY: Approach.SAVINGS}
            self.hass.config_entries.async_update_entry(entry, options=options)
        return None


_FLOWS: Final[Mapping[str, type[_BatteryFlow]]] = {
    SETTINGS_WIPED: WipedFlow,
    SILENT: SilentFlow,
    SAVINGS_POSSIBLE: SavingsFlow,
}


async def _async_clear(battery: Battery) -> bool:
    """Disable all slots; tell whether every one was accepted."""
    try:
        return await battery.async_bound(battery.async_clear_all_slots())
    except VenusError:
        return False
