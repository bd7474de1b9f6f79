"""Steps about what feeding in earns by hour, day and month, after the form that chooses it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult
import voluptuous as vol

from ..const import CONF_EXPORT_HOURS, CONF_FEED_IN
from .hour_forms import HoursReading, hours_field, read_hours
from .level_forms import async_hours_summary

_MOST: Final = 1.0


class ExportHoursSteps(ConfigEntryBaseFlow):
    """A flow that can ask for prices of feeding in by hour."""

    _export: Mapping[str, Any] = {}
    """What the form of feeding in was filled in with, to be saved together with the hours."""
    _export_hours = HoursReading()
    _export_input: dict[str, Any] | None = None

    @property
    def _export_hours_before(self) -> Sequence[Mapping[str, Any]]:
        """Return the stored prices by hour."""
        raise NotImplementedError

    async def _async_use_export(self, options: Mapping[str, Any]) -> ConfigFlowResult:
        """Save options of feeding in that were confirmed."""
        raise NotImplementedError

    async def async_step_export_hours(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what a kWh fed in earns in which hours, one line a case."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._export_input = user_input
            hours = read_hours(self.hass, CONF_EXPORT_HOURS, user_input, low=-_MOST, high=_MOST)
            self._export_hours, errors = hours, hours.errors
            if not errors and hours.rules.rules:
                return await self.async_step_export_hours_check()
            errors = errors or {CONF_EXPORT_HOURS: "no_lines"}
        schema = vol.Schema(hours_field(self.hass, CONF_EXPORT_HOURS, self._export_hours_before))
        return self.async_show_form(
            step_id="export_hours",
            data_schema=self.add_suggested_values_to_schema(schema, self._export_input),
            errors=errors,
            description_placeholders=self._export_hours.placeholders,
        )

    async def async_step_export_hours_check(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show how the lines were understood and what today is, with a way on and one back."""
        summary = await async_hours_summary(
            self.hass, self._export_hours.rules, rest=self._export[CONF_FEED_IN]
        )
        return self.async_show_menu(
            step_id="export_hours_check",
            menu_options=["export_hours_use", "export_hours"],
            description_placeholders=summary,
        )

    async def async_step_export_hours_use(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Save the prices that were shown."""
        hours = self._export_hours.rules.store()
        return await self._async_use_export({**self._export, CONF_EXPORT_HOURS: hours})
