"""Subentry flow of the emulated meter: the way, the source, and its sign as it is understood."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import UnitOfPower
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
import voluptuous as vol

from ..const import DOMAIN
from ..meter.frame import ANY_CT, CT_TYPES
from ..meter.server import SHELLY_PORT
from ..meter.source import SourceKind, SourceParts
from ..plan.metering.emulation import NAMES
from ..plan.metering.entity_feed import is_apparent, power_of
from ..plan.metering.settings import (
    CONF_AIM,
    CONF_CT_MAC,
    CONF_CT_TYPE,
    CONF_EXPORT,
    CONF_EXPORT_CAP,
    CONF_INVERTED,
    CONF_LOW_LOAD,
    CONF_PHASE_B,
    CONF_PHASE_C,
    CONF_SHELLY_PORT,
    CONF_SOURCE,
    CONF_SOURCE_KIND,
    CONF_WAY,
    MOST_AIM,
    MOST_EXPORT_CAP,
    OTHER_SHELLY_PORT,
    USUAL_AIM,
    Way,
    is_ct_mac,
    meter_subentry,
    settings_of,
)
from ..runtime import async_loaded_plan
from ..texts import async_load_texts

_MOST_LOW_LOAD: Final = 300
_PARTS: Final[Mapping[SourceKind, tuple[str, ...]]] = {
    SourceKind.SIGNED: (CONF_SOURCE,),
    SourceKind.PAIR: (CONF_SOURCE, CONF_EXPORT),
    SourceKind.PHASES: (CONF_SOURCE, CONF_PHASE_B, CONF_PHASE_C),
}


class MeterFlow(ConfigSubentryFlow):
    """Adds or changes the one meter of a plan."""

    def __init__(self) -> None:
        """Begin with listening, which changes nothing."""
        self._data: dict[str, Any] = {
            CONF_WAY: Way.LISTEN,
            CONF_SOURCE_KIND: SourceKind.SIGNED,
            CONF_AIM: USUAL_AIM,
            CONF_EXPORT_CAP: 0,
            CONF_LOW_LOAD: 0,
            CONF_CT_TYPE: CT_TYPES[0],
            CONF_SHELLY_PORT: str(SHELLY_PORT),
        }

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the meter is emulated."""
        if meter_subentry(self._get_entry()) is not None:
            return self.async_abort(reason="meter_exists")
        return await self._async_ask_way("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the meter."""
        if user_input is None:
            self._data |= self._get_reconfigure_subentry().data
        return await self._async_ask_way("reconfigure", user_input)

    async def _async_ask_way(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        if user_input is not None:
            self._data |= user_input
            if self._data[CONF_WAY] == Way.LISTEN:
                return await self._async_finish()
            return await self.async_step_source()
        schema = vol.Schema(
            {
                vol.Required(CONF_WAY): _choice(CONF_WAY, list(Way)),
                vol.Required(CONF_SOURCE_KIND): _choice(CONF_SOURCE_KIND, list(SourceKind)),
            }
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, self._data),
            description_placeholders={"heard": await self._async_heard()},
        )

    async def async_step_source(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the source entities, and what the way needs."""
        errors = dict[str, str]()
        if user_input is not None:
            errors = self._problems(user_input)
            self._data |= user_input
            if not errors:
                return await self.async_step_sign()
        elif not self._data.get(CONF_CT_MAC):
            self._data[CONF_CT_MAC] = self._asked_mac()
        return self.async_show_form(
            step_id="source",
            data_schema=self.add_suggested_values_to_schema(self._source_schema(), self._data),
            errors=errors,
        )

    async def async_step_sign(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the power as it is understood, and ask whether the sign is right."""
        if user_input is not None:
            self._data |= user_input
            return await self._async_finish()
        schema = vol.Schema({vol.Required(CONF_INVERTED): BooleanSelector()})
        shown = {CONF_INVERTED: False} | self._data
        return self.async_show_form(
            step_id="sign",
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            description_placeholders={"power": self._power_now()},
        )

    async def _async_finish(self) -> SubentryFlowResult:
        way = self._data[CONF_WAY]
        parts = () if way == Way.LISTEN else _PARTS[SourceKind(self._data[CONF_SOURCE_KIND])]
        kept = {CONF_WAY, CONF_SOURCE_KIND, CONF_AIM, CONF_INVERTED, CONF_SHELLY_PORT, *parts}
        if way == Way.CT:
            kept |= {CONF_CT_MAC, CONF_CT_TYPE, CONF_EXPORT_CAP, CONF_LOW_LOAD}
        data = {key: value for key, value in self._data.items() if key in kept}
        texts = await async_load_texts(self.hass)
        title = texts.get(f"selector.{CONF_WAY}.options.{way}")
        if self.source == "reconfigure":
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=data
            )
        return self.async_create_entry(title=title, data=data)

    def _source_schema(self) -> vol.Schema:
        entity = EntitySelector(
            EntitySelectorConfig(
                domain="sensor",
                device_class=[SensorDeviceClass.POWER, SensorDeviceClass.APPARENT_POWER],
            )
        )
        kind = SourceKind(self._data[CONF_SOURCE_KIND])
        fields: dict[Any, Any] = {vol.Required(key): entity for key in _PARTS[kind]}
        fields[vol.Required(CONF_AIM)] = _watts(-MOST_AIM, MOST_AIM)
        if self._data[CONF_WAY] == Way.CT:
            fields[vol.Required(CONF_EXPORT_CAP)] = _watts(0, MOST_EXPORT_CAP)
            fields[vol.Required(CONF_CT_MAC)] = TextSelector()
            fields[vol.Required(CONF_CT_TYPE)] = _ct_types()
            fields[vol.Required(CONF_LOW_LOAD)] = _watts(0, _MOST_LOW_LOAD)
        else:
            ports = [str(SHELLY_PORT), str(OTHER_SHELLY_PORT)]
            fields[vol.Required(CONF_SHELLY_PORT)] = SelectSelector(
                SelectSelectorConfig(options=ports)
            )
        return vol.Schema(fields)

    def _problems(self, given: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with the source, by field."""
        keys = _PARTS[SourceKind(self._data[CONF_SOURCE_KIND])]
        states = {key: self.hass.states.get(given[key]) for key in keys}
        errors = {key: "not_a_power" for key, state in states.items() if power_of(state) is None}
        registry = er.async_get(self.hass)
        for key in keys:
            entity = registry.async_get(given[key])
            if entity is not None and entity.platform == DOMAIN:
                errors[key] = "own_source"
        if len({given[key] for key in keys}) < len(keys):
            errors[keys[-1]] = "same_source"
        if len(keys) > 1 and any(is_apparent(state) for state in states.values()):
            errors["base"] = "apparent_parts"
        if self._data[CONF_WAY] == Way.CT:
            if not is_ct_mac(str(given[CONF_CT_MAC])):
                errors[CONF_CT_MAC] = "not_a_mac"
            if 0 < given[CONF_EXPORT_CAP] < -given[CONF_AIM]:
                errors[CONF_EXPORT_CAP] = "cap_below_aim"
        return errors

    def _power_now(self) -> str:
        """Return the power in W that the source shows now, as it would be sent uninverted."""
        settings = settings_of(self._data | {CONF_INVERTED: False})
        parts, sample = SourceParts(settings.kind), None
        for number, entity in enumerate(settings.entities):
            power = power_of(self.hass.states.get(entity))
            if power is not None:
                sample = parts.take(number, power, 0.0)
        return "?" if sample is None else f"{sample.power:.0f}"

    def _asked_mac(self) -> str:
        """Return the MAC of the CT that batteries were heard to ask for, "" for none."""
        plan = async_loaded_plan(self.hass)
        running = None if plan is None else plan.meter.running
        heard = [] if running is None else running.askers
        macs = [each.ct_mac for each in heard if each.ct_mac and each.ct_mac != ANY_CT]
        return macs[0] if macs else ""

    async def _async_heard(self) -> str:
        """Return who was heard to ask, as lines of text."""
        plan = async_loaded_plan(self.hass)
        running = None if plan is None else plan.meter.running
        texts = await async_load_texts(self.hass)
        lines = [] if running is None else running.heard()
        return "\n".join(lines) or texts.message("meter_nobody_heard")


def _choice(key: str, options: list[Any]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(options=list(map(str, options)), translation_key=key)
    )


def _ct_types() -> SelectSelector:
    options = [SelectOptionDict(value=kind, label=NAMES[kind]) for kind in CT_TYPES]
    return SelectSelector(SelectSelectorConfig(options=options))


def _watts(low: int, high: int) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=low,
            max=high,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfPower.WATT,
        )
    )
