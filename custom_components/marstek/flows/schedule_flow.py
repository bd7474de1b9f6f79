"""Steps of a battery's options flow that edit its schedule, slot after slot."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfPower
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..battery.runtime import Battery
from ..battery.schedule.timetable import EVERY_DAY, ScheduledPeriod, arrange
from ..battery.schedule_errors import async_write_checked, check_powers
from ..battery.slot_mirror import DAYS, OWNER_SLOTS, MirrorEntry, cleared
from ..plan.slot_conflict import action_of, async_conflict
from ..planner import Action
from ..texts import Texts, async_load_texts
from ..venus import Slot
from .minutes import MinuteSelector

CONF_SLOT: Final = "slot"
CONF_SLOT_START: Final = "slot_start"
CONF_SLOT_END: Final = "slot_end"
CONF_SLOT_DAYS: Final = "slot_days"
CONF_SLOT_ACTION: Final = "slot_action"
CONF_SLOT_POWER: Final = "slot_power"
CONF_SLOT_ENABLED: Final = "slot_enabled"
CONF_SLOT_CLEAR: Final = "slot_clear"
CONF_SLOT_DESPITE: Final = "slot_despite"
_SIGNS: Final = {Action.CHARGE: -1, Action.DISCHARGE: 1, Action.HOLD: 0}
_NEW: Final = Slot(0, "22:00", "23:59", EVERY_DAY, 0)


class ScheduleFlow(OptionsFlowWithReload):
    """Shows the owner's slots as last written, and writes the one that is changed."""

    _number = 0

    async def async_step_schedule(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which slot to change."""
        if (battery := self._battery) is None:
            return self.async_abort(reason="not_loaded")
        if user_input is not None:
            self._number = int(user_input[CONF_SLOT])
            return await self.async_step_slot()
        texts = await async_load_texts(self.hass)
        entries = battery.mirror.entries
        options = [
            SelectOptionDict(value=str(number), label=_label(texts, number, entries.get(number)))
            for number in OWNER_SLOTS
        ]
        selector = SelectSelector(
            SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST)
        )
        return self.async_show_form(
            step_id="schedule",
            data_schema=vol.Schema({vol.Required(CONF_SLOT): selector}),
            description_placeholders={"name": battery.name},
        )

    async def async_step_slot(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the slot is to do, write it, and go back to the mode that was on."""
        if (battery := self._battery) is None:
            return self.async_abort(reason="not_loaded")
        errors, reason = dict[str, str](), ""
        if user_input is not None:
            errors, reason = await self._async_try(battery, user_input)
            if not errors:
                return await self.async_step_slot_written()
        entry = battery.mirror.of_owner().get(self._number)
        given = user_input or _suggested(entry.slot if entry is not None else _NEW)
        schema = _SCHEMA
        if "slot_against_plan" in errors.values():
            despite = {vol.Required(CONF_SLOT_DESPITE, default=False): BooleanSelector()}
            schema = schema.extend(despite)
        return self.async_show_form(
            step_id="slot",
            data_schema=self.add_suggested_values_to_schema(schema, given),
            errors=errors,
            description_placeholders={
                "slot": str(self._number),
                "reason": reason,
                "low": str(battery.limits.charge),
                "high": str(battery.limits.discharge),
            },
        )

    async def async_step_slot_written(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether another slot is to be changed."""
        return self.async_show_menu(
            step_id="slot_written", menu_options=["schedule", "schedule_done"]
        )

    async def async_step_schedule_done(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """End; the options of the battery are as they were."""
        return self.async_create_entry(data=dict(self.config_entry.options))

    async def _async_try(
        self, battery: Battery, given: dict[str, Any]
    ) -> tuple[dict[str, str], str]:
        """Write the slot; return the errors of the form, and the reason that they mention."""
        if not given[CONF_SLOT_CLEAR]:
            if given[CONF_SLOT_ACTION] != Action.HOLD and given[CONF_SLOT_POWER] <= 0:
                return {CONF_SLOT_POWER: "slot_power_missing"}, ""
            conflict = async_conflict(self.hass, battery.mac, self._period(given))
            if conflict is not None and not given.get(CONF_SLOT_DESPITE):
                return {"base": "slot_against_plan"}, conflict
        try:
            await async_write_checked(battery, lambda: self._slots(battery, given))
        except HomeAssistantError as err:
            texts = await async_load_texts(self.hass)
            return {"base": "schedule_not_written"}, texts.of_error(err)
        return {}, ""

    def _slots(self, battery: Battery, given: dict[str, Any]) -> tuple[Slot, ...]:
        if given[CONF_SLOT_CLEAR]:
            return (cleared(self._number),)
        period = self._period(given)
        check_powers(battery, (period,))
        return arrange((period,), battery.mirror)

    def _period(self, given: dict[str, Any]) -> ScheduledPeriod:
        """Return what the form describes."""
        return ScheduledPeriod(
            sum(1 << DAYS.index(day) for day in given[CONF_SLOT_DAYS]),
            given[CONF_SLOT_START][:5],
            given[CONF_SLOT_END][:5],
            _SIGNS[given[CONF_SLOT_ACTION]] * round(given[CONF_SLOT_POWER]),
            self._number,
            given[CONF_SLOT_ENABLED],
        )

    @property
    def _battery(self) -> Battery | None:
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return None
        battery: Battery = self.config_entry.runtime_data
        return battery


def _label(texts: Texts, number: int, entry: MirrorEntry | None) -> str:
    """Return a slot as text: days, hours and power."""
    if entry is None or not entry.is_occupied:
        return f"{number}: {texts.get('selector.slot_state.options.free')}"
    slot = entry.slot
    does = action_of(slot.power)
    summary = texts.get(f"selector.slot_summary.options.{does}", {"power": str(abs(slot.power))})
    parts = [f"{slot.start}-{slot.end}", summary]
    if slot.days != EVERY_DAY:
        names = [name for bit, name in enumerate(DAYS) if slot.days >> bit & 1]
        parts.insert(0, ", ".join(texts.get(f"selector.days.options.{name}") for name in names))
    if not slot.enabled:
        parts.append(texts.get("selector.slot_state.options.disabled"))
    if not entry.is_certain:
        parts.append(texts.get("selector.slot_state.options.uncertain"))
    return f"{number}: {', '.join(parts)}"


def _suggested(slot: Slot) -> dict[str, Any]:
    return {
        CONF_SLOT_START: f"{slot.start}:00",
        CONF_SLOT_END: f"{slot.end}:00",
        CONF_SLOT_DAYS: [name for bit, name in enumerate(DAYS) if slot.days >> bit & 1],
        CONF_SLOT_ACTION: action_of(slot.power),
        CONF_SLOT_POWER: abs(slot.power),
        CONF_SLOT_ENABLED: slot.enabled,
    }


_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_SLOT_START): MinuteSelector(),
        vol.Required(CONF_SLOT_END): MinuteSelector(),
        vol.Required(CONF_SLOT_DAYS): SelectSelector(
            SelectSelectorConfig(
                options=list(DAYS),
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="days",
            )
        ),
        vol.Required(CONF_SLOT_ACTION, default=Action.CHARGE): SelectSelector(
            SelectSelectorConfig(
                options=list(_SIGNS), mode=SelectSelectorMode.LIST, translation_key="override_mode"
            )
        ),
        vol.Required(CONF_SLOT_POWER, default=0): NumberSelector(
            NumberSelectorConfig(
                step=50, mode=NumberSelectorMode.BOX, unit_of_measurement=UnitOfPower.WATT
            )
        ),
        vol.Required(CONF_SLOT_ENABLED, default=True): BooleanSelector(),
        vol.Required(CONF_SLOT_CLEAR, default=False): BooleanSelector(),
    }
)
