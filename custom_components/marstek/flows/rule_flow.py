"""Subentry flow that adds, copies and edits the own rules of a home."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME, PERCENTAGE, UnitOfPower
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..checked import is_whole
from ..const import CONF_BLE_MAC, CONF_TARIFF, Tariff
from ..entries import async_batteries
from ..limits import power_limits
from ..plan.plan_options import plan_options
from ..plan.rules import (
    CONF_ACTION,
    CONF_ACTIVE,
    CONF_COLOUR_DAY,
    CONF_COLOURS,
    CONF_DAYS,
    CONF_END,
    CONF_FLOOR,
    CONF_POWER,
    CONF_RULE_BATTERIES,
    CONF_START,
    CONF_TARGET,
    DAYS,
    NEXT_DAY,
    THIS_DAY,
    is_active,
    rule_name,
    rule_of,
    subentries,
)
from ..planner import Action, Rule
from ..tempo import Colour
from ..texts import async_load_texts
from ..venus import profile_for
from .minutes import MinuteSelector

_COPIED: Final = "copied"
_DESPITE: Final = "despite"
_LEAST_POWER: Final = 50
_USUAL_POWER: Final = 800
_DEFAULTS: Final[Mapping[str, Any]] = {
    CONF_ACTION: Action.HOLD,
    CONF_START: "22:00:00",
    CONF_END: "06:00:00",
    CONF_DAYS: list(DAYS),
    CONF_COLOURS: [],
    CONF_COLOUR_DAY: THIS_DAY,
    CONF_POWER: _USUAL_POWER,
    CONF_ACTIVE: True,
}


class RuleFlow(ConfigSubentryFlow):
    """One rule at a time; what contradicts it is shown before it is saved."""

    def __init__(self) -> None:
        """Begin with the usual."""
        self._shown: Mapping[str, Any] = _DEFAULTS

    async def async_step_user(self, _: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask whether to begin with a rule that there is."""
        if subentries(self._get_entry()):
            return self.async_show_menu(step_id="user", menu_options=["rule", "copy"])
        return await self.async_step_rule()

    async def async_step_copy(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask which rule to begin with."""
        known = {each.subentry_id: each for each in subentries(self._get_entry())}
        if user_input is not None:
            chosen = known[user_input[_COPIED]]
            self._shown = {**_DEFAULTS, **chosen.data, CONF_NAME: rule_name(chosen)}
            return await self.async_step_rule()
        choices = [SelectOptionDict(value=key, label=each.title) for key, each in known.items()]
        selector = SelectSelector(SelectSelectorConfig(options=choices))
        return self.async_show_form(
            step_id="copy", data_schema=vol.Schema({vol.Required(_COPIED): selector})
        )

    async def async_step_rule(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        data, result = self._ask("rule", user_input)
        if data is None:
            return result
        return self.async_create_entry(title=await self._async_title(data), data=data)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a rule."""
        subentry = self._get_reconfigure_subentry()
        self._shown = {**_DEFAULTS, **subentry.data, CONF_NAME: rule_name(subentry)}
        data, result = self._ask("reconfigure", user_input, subentry)
        if data is None:
            return result
        title = await self._async_title(data)
        return self.async_update_and_abort(self._get_entry(), subentry, title=title, data=data)

    async def _async_title(self, data: Mapping[str, Any]) -> str:
        """Return what the list of rules shows: the name, when, and what."""
        texts = await async_load_texts(self.hass)
        parts = [
            f"{data[CONF_START][:5]}\u2013{data[CONF_END][:5]}",
            texts.get(f"selector.override_mode.options.{data[CONF_ACTION]}"),
        ]
        if colours := data.get(CONF_COLOURS):
            names = (texts.get(f"selector.colours.options.{colour}") for colour in colours)
            parts.append(", ".join(names))
        return f"{data[CONF_NAME]} ({' \u00b7 '.join(parts)})"

    def _ask(
        self,
        step_id: str,
        user_input: dict[str, Any] | None,
        edited: ConfigSubentry | None = None,
    ) -> tuple[dict[str, Any] | None, SubentryFlowResult]:
        """Return what was filled in, None with the form to show until it is a rule."""
        errors, rivals = dict[str, str](), list[str]()
        data: dict[str, Any] | None = None
        if user_input is not None:
            data, errors = self._read(user_input, edited)
            if not errors:
                rivals = self._rivals(rule_of("", data[CONF_NAME], data), edited)
                if rivals and data[CONF_ACTIVE] and not user_input.get(_DESPITE):
                    errors = {"base": "contradicts"}
        form = self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                self._schema(ask_despite=bool(rivals)), user_input or self._shown
            ),
            errors=errors,
            description_placeholders={
                "rules": ", ".join(rivals),
                "high": str(self._highest_power()),
                "low": str(_LEAST_POWER),
            },
        )
        return (data if user_input is not None and not errors else None), form

    def _schema(self, *, ask_despite: bool) -> vol.Schema:
        def choice(options: list[str], key: str, *, multiple: bool = False) -> SelectSelector:
            config = SelectSelectorConfig(
                options=options,
                translation_key=key,
                multiple=multiple,
                mode=SelectSelectorMode.LIST if multiple else SelectSelectorMode.DROPDOWN,
            )
            return SelectSelector(config)

        def number(unit: str, step: int) -> NumberSelector:
            # No bounds: the selector would tell them in English only.
            config = NumberSelectorConfig(
                mode=NumberSelectorMode.BOX, step=step, unit_of_measurement=unit
            )
            return NumberSelector(config)

        actions = [each.value for each in Action]
        fields: dict[vol.Marker, Any] = {
            vol.Required(CONF_NAME): TextSelector(),
            vol.Required(CONF_ACTION): choice(actions, "override_mode"),
            vol.Required(CONF_START): MinuteSelector(),
            vol.Required(CONF_END): MinuteSelector(),
            vol.Required(CONF_DAYS): choice(list(DAYS), "days", multiple=True),
            **self._colour_fields(choice),
            vol.Optional(CONF_POWER): number(UnitOfPower.WATT, 50),
            vol.Optional(CONF_TARGET): number(PERCENTAGE, 1),
            vol.Optional(CONF_FLOOR): number(PERCENTAGE, 1),
        }
        if known := self._batteries():
            labels = [SelectOptionDict(value=mac, label=name) for mac, name in known.items()]
            config = SelectSelectorConfig(
                options=labels, multiple=True, mode=SelectSelectorMode.LIST
            )
            fields[vol.Optional(CONF_RULE_BATTERIES)] = SelectSelector(config)
        fields[vol.Required(CONF_ACTIVE)] = BooleanSelector()
        if ask_despite:
            fields[vol.Required(_DESPITE, default=False)] = BooleanSelector()
        return vol.Schema(fields)

    def _colour_fields(self, choice: Callable[..., SelectSelector]) -> dict[vol.Marker, Any]:
        """Return what only Tempo can be asked."""
        if self._get_entry().data[CONF_TARIFF] != Tariff.TEMPO:
            return {}
        colours = [colour.value for colour in Colour]
        return {
            vol.Optional(CONF_COLOURS): choice(colours, "colours", multiple=True),
            vol.Optional(CONF_COLOUR_DAY, default=THIS_DAY): choice(
                [THIS_DAY, NEXT_DAY], "colour_day"
            ),
        }

    def _read(
        self, given: Mapping[str, Any], edited: ConfigSubentry | None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the data of a rule, and what is wrong with it."""
        errors: dict[str, str] = {}
        name = given[CONF_NAME].strip()
        others = {rule_name(each) for each in subentries(self._get_entry()) if each is not edited}
        if not name:
            errors[CONF_NAME] = "name_missing"
        elif name in others:
            errors[CONF_NAME] = "name_taken"
        if not given[CONF_DAYS]:
            errors[CONF_DAYS] = "day_missing"
        if given[CONF_ACTION] == Action.DISCHARGE and self._never_feeds_in():
            errors[CONF_ACTION] = "never_feed_in"
        takes_power = given[CONF_ACTION] in (Action.CHARGE, Action.DISCHARGE)
        power = given.get(CONF_POWER, 0)
        if takes_power and not is_whole(power, _LEAST_POWER, self._highest_power()):
            errors[CONF_POWER] = "power_out_of_range"
        for key in (CONF_TARGET, CONF_FLOOR):
            if not is_whole(given.get(key, 0), 0, 100):
                errors[key] = "percentage_out_of_range"
        data = {key: given[key] for key in given if key != _DESPITE} | {CONF_NAME: name}
        return data, errors

    def _rivals(self, rule: Rule, edited: ConfigSubentry | None) -> list[str]:
        """Return the names of active rules that want something else at the same time."""
        return [
            rule_name(each)
            for each in subentries(self._get_entry())
            if (edited is None or each.subentry_id != edited.subentry_id)
            and is_active(each)
            and rule.contradicts(rule_of(each.subentry_id, rule_name(each), each.data))
        ]

    def _batteries(self) -> dict[str, str]:
        """Return the names of the batteries that are set up, by BLE MAC."""
        entries = sorted(async_batteries(self.hass), key=lambda entry: entry.title)
        return {entry.data[CONF_BLE_MAC]: entry.title for entry in entries}

    def _never_feeds_in(self) -> bool:
        return plan_options(self._get_entry().options).never_feed_in

    def _highest_power(self) -> int:
        """Return the largest power in W that any battery can be commanded."""
        limits = [
            power_limits(profile_for(entry.data["model"], entry.data["firmware"]), entry.options)
            for entry in async_batteries(self.hass)
        ]
        return max((max(each.charge, each.discharge) for each in limits), default=2500)
