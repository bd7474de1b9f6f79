"""Steps about prices by hour, which set-up of the plan and its options share."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult

from .level_forms import LevelsReading, async_hours_summary, levels_schema, read_levels


class LevelSteps(ConfigEntryBaseFlow):
    """A flow that can ask for a contract with more than two prices."""

    _levels = LevelsReading()
    _levels_input: dict[str, Any] | None = None

    @property
    def _levels_before(self) -> Mapping[str, Any]:
        """Return the stored options of fixed hours."""
        raise NotImplementedError

    @property
    def _may_leave_levels(self) -> bool:
        """Whether an empty form goes back to two prices."""
        return False

    async def _async_use_levels(self, options: dict[str, Any]) -> ConfigFlowResult:
        """Go on with options of fixed hours that were confirmed."""
        raise NotImplementedError

    async def async_step_levels(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the price of each hour, one line a case."""
        before = self._levels_before
        if user_input is not None:
            self._levels_input = user_input
            self._levels = read_levels(
                self.hass, user_input, before, may_be_empty=self._may_leave_levels
            )
            if not self._levels.errors and not self._levels.hours.rules.rules:
                return await self._async_use_levels(self._levels.options)
            if not self._levels.errors:
                return await self.async_step_levels_check()
        return self.async_show_form(
            step_id="levels",
            data_schema=self.add_suggested_values_to_schema(
                levels_schema(self.hass, before), self._levels_input
            ),
            errors=self._levels.errors,
            description_placeholders=self._levels.hours.placeholders,
        )

    async def async_step_levels_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show how the lines were understood and what today is, with a way on and one back."""
        summary = await async_hours_summary(self.hass, self._levels.hours.rules)
        return self.async_show_menu(
            step_id="levels_check",
            menu_options=["levels_use", "levels"],
            description_placeholders=summary,
        )

    async def async_step_levels_use(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with the prices that were shown."""
        return await self._async_use_levels(self._levels.options)
