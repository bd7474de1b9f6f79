"""Client of a battery, at the address in its config entry."""

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady

from ..const import CONF_BLE_MAC, CONF_FIRMWARE, DOMAIN
from ..discovery import AddressError, async_get_hub, async_resolve
from ..venus import Clock, DeviceStatus, FoundDevice, Pacing, Status, VenusClient
from .observed import Observed


async def async_make_client(
    hass: HomeAssistant,
    entry: ConfigEntry,
    clock: Clock,
    pacing: Pacing,
    on_late: Callable[[Status], None],
    observed: Observed,
) -> VenusClient:
    """Return the client of a battery, not open yet; ConfigEntryNotReady without an address."""
    data = entry.data
    try:
        address = await async_resolve(hass, data[CONF_HOST])
    except AddressError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key=err.translation_key,
            translation_placeholders=err.translation_placeholders,
        ) from err
    device = DeviceStatus(data[CONF_MODEL], data[CONF_FIRMWARE], data[CONF_BLE_MAC])
    return VenusClient(
        async_get_hub(hass),
        FoundDevice(device, address, data[CONF_PORT]),
        clock=clock,
        pacing=pacing,
        on_late=on_late,
        scales=observed.scales(device.firmware),
    )
