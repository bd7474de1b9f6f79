"""Device triggers: the plan's events on its device, and those about a battery on the battery's.

Home Assistant finds this platform by its file name.
"""

from typing import Final

from homeassistant.components.device_automation import DEVICE_TRIGGER_BASE_SCHEMA
from homeassistant.components.homeassistant.triggers import event as event_trigger
from homeassistant.const import (
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_EVENT_DATA,
    CONF_PLATFORM,
    CONF_TYPE,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.trigger import TriggerActionType, TriggerInfo
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .const import DOMAIN, PLAN_UNIQUE_ID
from .entries import async_entry_of_device, async_plan_entry
from .plan.events import BATTERY_DEVICE_ID, EVENT, OF_A_BATTERY, Alert, Kind

_ALL: Final = (*Kind, *Alert)
TRIGGER_SCHEMA: Final = DEVICE_TRIGGER_BASE_SCHEMA.extend(
    {vol.Required(CONF_TYPE): vol.In([kind.value for kind in _ALL])}
)


async def async_get_triggers(hass: HomeAssistant, device_id: str) -> list[dict[str, str]]:
    """Return the events of a device: of the plan's all, of a battery's those about it."""
    kinds = _ALL if _is_plan(hass, device_id) else ()
    if async_entry_of_device(hass, device_id) is not None and async_plan_entry(hass) is not None:
        kinds = tuple(kind for kind in _ALL if kind in OF_A_BATTERY)
    return [
        {
            CONF_PLATFORM: "device",
            CONF_DEVICE_ID: device_id,
            CONF_DOMAIN: DOMAIN,
            CONF_TYPE: kind.value,
        }
        for kind in kinds
    ]


async def async_attach_trigger(
    hass: HomeAssistant, config: ConfigType, action: TriggerActionType, trigger_info: TriggerInfo
) -> CALLBACK_TYPE:
    """Listen to one kind of event of a device."""
    device_id = config[CONF_DEVICE_ID]
    key = CONF_DEVICE_ID if _is_plan(hass, device_id) else BATTERY_DEVICE_ID
    event = event_trigger.TRIGGER_SCHEMA(
        {
            CONF_PLATFORM: "event",
            event_trigger.CONF_EVENT_TYPE: EVENT,
            CONF_EVENT_DATA: {"type": config[CONF_TYPE], key: device_id},
        }
    )
    return await event_trigger.async_attach_trigger(
        hass, event, action, trigger_info, platform_type="device"
    )


@callback
def _is_plan(hass: HomeAssistant, device_id: str) -> bool:
    device = dr.async_get(hass).async_get(device_id)
    return device is not None and (DOMAIN, PLAN_UNIQUE_ID) in device.identifiers
