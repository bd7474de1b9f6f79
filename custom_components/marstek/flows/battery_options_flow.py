"""Options flow of a battery: power limits, behaviour after a restart, schedule, and old log."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_MODEL, UnitOfPower
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..checked import is_whole
from ..const import (
    CONF_AFTER_RESTART,
    CONF_CHARGE_LIMIT,
    CONF_DISCHARGE_LIMIT,
    CONF_EXPERIMENTAL,
    CONF_FIRMWARE,
    CONF_POWER_PRESET,
    AfterRestart,
    PowerPreset,
)
from ..venus import Mode, Profile, profile_for
from .old_log_flow import OldLogFlow
from .schedule_flow import ScheduleFlow

_LOWEST: Final = 100


class BatteryOptionsFlow(ScheduleFlow, OldLogFlow):
    """Changes the limits, and sets the battery up again with them, or its schedule or history."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what is to be changed, where there is a choice."""
        data = self.config_entry.data
        groups = ["limits"]
        if Mode.MANUAL in profile_for(data[CONF_MODEL], data[CONF_FIRMWARE]).modes:
            groups.append("schedule")
        if self._can_import:
            groups.append("old_log")
        if len(groups) == 1:
            return await self.async_step_limits()
        return self.async_show_menu(step_id="init", menu_options=groups)

    async def async_step_limits(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a preset, and for the limits that its own-limits choice uses."""
        data = self.config_entry.data
        profile = profile_for(data[CONF_MODEL], data[CONF_FIRMWARE])
        highest = profile.max_power
        errors: dict[str, str] = {}
        if user_input is not None:
            limits = {key: user_input[key] for key in (CONF_CHARGE_LIMIT, CONF_DISCHARGE_LIMIT)}
            errors = {
                key: "limit_out_of_range"
                for key, value in limits.items()
                if not is_whole(value, _LOWEST, highest)
            }
            if not errors:
                whole = {key: int(value) for key, value in limits.items()}
                return self.async_create_entry(data=user_input | whole)
        return self.async_show_form(
            step_id="limits",
            data_schema=self.add_suggested_values_to_schema(
                _schema(profile), user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders={"low": str(_LOWEST), "high": str(highest)},
        )


def _schema(profile: Profile) -> vol.Schema:
    highest = profile.max_power
    limit = NumberSelector(
        NumberSelectorConfig(
            step=50, mode=NumberSelectorMode.BOX, unit_of_measurement=UnitOfPower.WATT
        )
    )
    preset = SelectSelector(
        SelectSelectorConfig(
            options=list(PowerPreset),
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_POWER_PRESET,
        )
    )
    after_restart = SelectSelector(
        SelectSelectorConfig(
            options=list(AfterRestart),
            mode=SelectSelectorMode.LIST,
            translation_key=CONF_AFTER_RESTART,
        )
    )
    experimental: dict[vol.Marker, Any] = {}
    if profile.experimental:
        experimental[vol.Required(CONF_EXPERIMENTAL, default=False)] = BooleanSelector()
    return vol.Schema(
        {
            vol.Required(CONF_POWER_PRESET, default=PowerPreset.MODEL): preset,
            vol.Required(CONF_CHARGE_LIMIT, default=highest): limit,
            vol.Required(CONF_DISCHARGE_LIMIT, default=highest): limit,
            vol.Required(CONF_AFTER_RESTART, default=AfterRestart.RESUME): after_restart,
            **experimental,
        }
    )
