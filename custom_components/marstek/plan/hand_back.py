"""Return of batteries to Auto when the plan, or a battery, is taken out of service."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..battery.issues import async_left_in_manual
from ..battery.memory import MemoryStore
from ..battery.mode_requests import AUTO
from ..battery.runtime import Battery
from ..const import CONF_BLE_MAC, CONF_FIRMWARE, LOGGER
from ..discovery import AddressError, async_get_hub, async_resolve
from ..venus import (
    DeviceStatus,
    FoundDevice,
    LoopClock,
    Mode,
    ModeControl,
    ModeRequest,
    VenusClient,
    VenusError,
)
from .participants import loaded_batteries


async def async_hand_back_all(hass: HomeAssistant) -> None:
    """Bring every battery that the plan has taken out of Auto back into it."""
    await asyncio.gather(
        *(async_hand_back(hass, battery) for battery in loaded_batteries(hass).values())
    )


async def async_hand_back(hass: HomeAssistant, battery: Battery) -> None:
    """Bring one battery back; a repair says when that fails."""
    if not battery.is_planned:
        return
    try:
        await battery.async_obey(AUTO, dt_util.utcnow())
    except VenusError as err:
        LOGGER.debug("%s was not handed back: %s", battery.name, err)
    async_left_in_manual(hass, battery.entry, is_left=battery.is_planned)


async def async_hand_back_removed(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Bring a battery back whose entry is being removed and which is no longer polled."""
    store = MemoryStore(hass, entry.entry_id)
    await store.async_load()
    commanded = store.memory.commanded
    if not (commanded.is_planned or commanded.is_run):
        return
    data = entry.data
    device = DeviceStatus(data[CONF_MODEL], data[CONF_FIRMWARE], data[CONF_BLE_MAC])
    is_left = True
    try:
        address = await async_resolve(hass, data[CONF_HOST])
        client = VenusClient(async_get_hub(hass), FoundDevice(device, address, data[CONF_PORT]))
        try:
            await client.open()
            await ModeControl(client, LoopClock()).set_mode(ModeRequest(Mode.AUTO))
            is_left = False
        finally:
            client.close()
    except (VenusError, AddressError) as err:
        LOGGER.debug("%s was not handed back: %s", entry.title, err)
    async_left_in_manual(hass, entry, is_left=is_left)
