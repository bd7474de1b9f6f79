"""Steps that search for batteries and let their owner choose among those that answered."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_DEVICES
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..just_found import async_note_found
from ..venus import FoundDevice
from .places_form import async_note_places, places_names, places_schema
from .search_results import Sightings, async_look_around, name_of


class SearchSteps(ConfigFlow):
    """A flow with a search of the network."""

    def __init__(self) -> None:
        """Start with nothing found."""
        super().__init__()
        self._searching: asyncio.Task[Sightings] | None = None
        self._seen = Sightings()
        self._chosen: list[FoundDevice] = []

    async def _async_add(self, chosen: list[FoundDevice]) -> ConfigFlowResult:
        """Add the batteries that were chosen, of which there is at least one."""
        raise NotImplementedError

    async def async_step_search(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Search, and show that it takes a while."""
        if self._searching is None:
            self._searching = self.hass.async_create_task(
                async_look_around(self.hass, self.async_update_progress), eager_start=False
            )
        if not self._searching.done():
            return self.async_show_progress(
                step_id="search", progress_action="searching", progress_task=self._searching
            )
        self._seen, self._searching = self._searching.result(), None
        async_note_found(self.hass, self._seen.async_new(self.hass))
        return self.async_show_progress_done(next_step_id=self._after_search())

    def _after_search(self) -> str:
        if self._seen.async_new(self.hass):
            return "pick"
        if self._seen.async_foreign(self.hass):
            return "foreign"
        if self._seen.devices:
            return "nothing_new"
        return "ports_in_use" if self._seen.ports_in_use else "nothing_found"

    async def async_step_nothing_found(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Advise when no battery answered."""
        return self.async_show_menu(step_id="nothing_found", menu_options=["search", "manual"])

    async def async_step_ports_in_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Advise when no answer could have been heard."""
        return self.async_show_menu(
            step_id="ports_in_use",
            menu_options=["search", "manual"],
            description_placeholders={"ports": ", ".join(map(str, self._seen.ports_in_use))},
        )

    async def async_step_nothing_new(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Name the batteries that answered, all of which have an entry."""
        names = ", ".join(name_of(found) for found in self._seen.devices)
        return self.async_show_menu(
            step_id="nothing_new",
            menu_options=["search", "manual"],
            description_placeholders={"names": names},
        )

    async def async_step_foreign(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that another integration has the batteries."""
        return self.async_abort(
            reason="foreign_entry",
            description_placeholders={"name": ", ".join(self._seen.async_foreign(self.hass))},
        )

    async def async_step_pick(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose; each chosen battery becomes an entry."""
        new, errors = self._seen.async_new(self.hass), {}
        if user_input is not None:
            chosen = [new[ble_mac] for ble_mac in user_input[CONF_DEVICES] if ble_mac in new]
            if chosen:
                self._chosen = chosen
                return await self.async_step_places()
            if user_input[CONF_DEVICES]:
                return self.async_abort(reason="already_configured")
            errors[CONF_DEVICES] = "no_selection"
        options = [
            SelectOptionDict(value=ble_mac, label=self._seen.label(found))
            for ble_mac, found in new.items()
        ]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, multiple=True, mode=SelectSelectorMode.LIST)
        )
        return self.async_show_form(
            step_id="pick",
            data_schema=vol.Schema({vol.Required(CONF_DEVICES, default=list(new)): selector}),
            errors=errors,
        )

    async def async_step_places(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer an area for each chosen battery, and the limit of a household socket."""
        if user_input is not None:
            async_note_places(self.hass, self._chosen, user_input)
            return await self._async_add(self._chosen)
        return self.async_show_form(
            step_id="places",
            data_schema=places_schema(self._chosen),
            description_placeholders=places_names(self._chosen),
        )
