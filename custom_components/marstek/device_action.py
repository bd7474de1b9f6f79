"""Device actions of a battery, as the editor of automations offers them beside those of its entities.

Each is one of the integration's own actions on one battery. Home Assistant finds this platform by
its file name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.device_automation.exceptions import InvalidDeviceAutomationConfig
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_DEVICE_ID, CONF_DOMAIN, CONF_TYPE
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType, TemplateVarsType
import voluptuous as vol

from .battery.runtime import Battery
from .const import DOMAIN
from .entries import async_entry_of_device
from .venus import Mode

type _Fields = Mapping[vol.Marker, Any]

_DURATION: Final[_Fields] = {vol.Optional("duration"): cv.positive_time_period_dict}
_RUN: Final[_Fields] = {
    vol.Optional("power"): vol.Coerce(int),
    vol.Optional("target"): vol.Coerce(int),
    **_DURATION,
}
_BACK_TO_PLAN: Final = "back_to_plan"


@dataclass(frozen=True, slots=True)
class _Offer:
    """A device action: the action of ours that it calls, with which data and fields."""

    action: str
    fields: _Fields
    data: Mapping[str, Any]
    """What it gives that nobody is asked for."""


_OFFERS: Final[Mapping[str, _Offer]] = {
    "charge": _Offer("charge", _RUN, {}),
    "discharge": _Offer("discharge", _RUN, {}),
    "hold": _Offer("set_passive", _DURATION, {"power": 0}),
    "stop": _Offer("stop", {}, {}),
}
_TYPES: Final = (*_OFFERS, _BACK_TO_PLAN)
_NEEDS_PASSIVE: Final = ("charge", "discharge", "hold")

_SCHEMA: Final = cv.DEVICE_ACTION_BASE_SCHEMA.extend(
    {vol.Required(CONF_TYPE): vol.In(_TYPES), **_RUN}
)


async def async_validate_action_config(hass: HomeAssistant, config: ConfigType) -> ConfigType:
    """Return a checked action; InvalidDeviceAutomationConfig for a device that is no battery."""
    checked: ConfigType = _SCHEMA(config)
    if async_entry_of_device(hass, checked[CONF_DEVICE_ID]) is None:
        raise InvalidDeviceAutomationConfig(f"{checked[CONF_DEVICE_ID]} is no battery")
    return checked


async def async_get_actions(hass: HomeAssistant, device_id: str) -> list[dict[str, str]]:
    """Return what a battery can be made to do; nothing for another device."""
    entry = async_entry_of_device(hass, device_id)
    if entry is None:
        return []
    battery = _battery(entry)
    has_passive = battery is None or Mode.PASSIVE in battery.profile.modes
    return [
        {CONF_DEVICE_ID: device_id, CONF_DOMAIN: DOMAIN, CONF_TYPE: each}
        for each in _TYPES
        if has_passive or each not in _NEEDS_PASSIVE
    ]


async def async_get_action_capabilities(
    _hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """Return the fields of an action, all of which can be left empty."""
    offer = _OFFERS.get(config[CONF_TYPE])
    return {"extra_fields": vol.Schema(dict(offer.fields))} if offer and offer.fields else {}


async def async_call_action_from_config(
    hass: HomeAssistant,
    config: ConfigType,
    _variables: TemplateVarsType,
    context: Context | None,
) -> None:
    """Carry it out; a translated error says what went wrong."""
    device_id = config[CONF_DEVICE_ID]
    if (offer := _OFFERS.get(config[CONF_TYPE])) is None:
        await _async_back_to_plan(hass, device_id)
        return
    given = {name: config[name] for name in map(str, offer.fields) if name in config}
    await hass.services.async_call(
        DOMAIN,
        offer.action,
        {CONF_DEVICE_ID: device_id, **offer.data, **given},
        blocking=True,
        context=context,
    )


async def _async_back_to_plan(hass: HomeAssistant, device_id: str) -> None:
    entry = async_entry_of_device(hass, device_id)
    battery = None if entry is None else _battery(entry)
    if battery is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="battery_not_loaded",
            translation_placeholders={"name": device_id if entry is None else entry.title},
        )
    await battery.async_back_to_plan()


@callback
def _battery(entry: ConfigEntry) -> Battery | None:
    """Return the battery of an entry, None while it is not set up."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    battery: Battery = entry.runtime_data
    return battery
