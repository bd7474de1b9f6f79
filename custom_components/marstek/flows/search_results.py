"""Results of a search that the user has started."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from homeassistant.config_entries import SOURCE_IGNORE
from homeassistant.core import HomeAssistant, callback

from ..const import LOGGER
from ..discovery import PACING, async_get_hub, async_search
from ..entries import async_entry_of, battery_name, is_foreign
from ..venus import BatteryStatus, EnergyStatus, FoundDevice, Method, VenusClient, VenusError

_SOC_TIMEOUT: Final = 3.0
# Share of the search itself; the rest goes to what it found.
_SEARCHED: Final = 0.8


@dataclass(frozen=True, slots=True)
class Sightings:
    """The batteries that answered, and the local ports that could not be used."""

    devices: tuple[FoundDevice, ...] = ()
    ports_in_use: tuple[int, ...] = ()
    socs: dict[str, int | None] = field(default_factory=dict)
    """State of charge in percent by BLE MAC."""

    @callback
    def async_new(self, hass: HomeAssistant) -> dict[str, FoundDevice]:
        """Return those that have no entry, or one that only says to ignore them, by BLE MAC."""
        return {
            found.device.ble_mac: found
            for found in self.devices
            if (entry := async_entry_of(hass, found.device.ble_mac)) is None
            or entry.source == SOURCE_IGNORE
        }

    @callback
    def async_foreign(self, hass: HomeAssistant) -> list[str]:
        """Return the names of those that another integration has."""
        return [
            name_of(found)
            for found in self.devices
            if (entry := async_entry_of(hass, found.device.ble_mac)) and is_foreign(entry)
        ]

    def label(self, found: FoundDevice) -> str:
        """Return what tells a battery from the others in a list."""
        soc = self.socs.get(found.device.ble_mac)
        parts = [name_of(found), found.address, *([] if soc is None else [f"{soc} %"])]
        return " · ".join(parts)


def name_of(found: FoundDevice) -> str:
    """Return what people call a battery."""
    return battery_name(found.device.model, found.device.ble_mac)


async def async_look_around(hass: HomeAssistant, on_progress: Callable[[float], None]) -> Sightings:
    """Search, and ask the new ones for their state of charge.

    `on_progress` is called with the share that is done, above 0 and below 1.
    """
    result = await async_search(hass, on_progress=lambda done: on_progress(_SEARCHED * done))
    found = Sightings(result.devices, result.ports_in_use)
    new = found.async_new(hass)
    socs = await asyncio.gather(*(_async_read_soc(hass, device) for device in new.values()))
    return Sightings(result.devices, result.ports_in_use, dict(zip(new, socs, strict=True)))


async def _async_read_soc(hass: HomeAssistant, found: FoundDevice) -> int | None:
    """Return the state of charge when the battery tells it at once."""
    client = VenusClient(async_get_hub(hass), found, pacing=PACING)
    method = Method.ENERGY if client.profile.supports(Method.ENERGY) else Method.BATTERY
    try:
        async with asyncio.timeout(_SOC_TIMEOUT):
            await client.open()
            status = await client.read(method, attempts=1)
    except (VenusError, TimeoutError) as err:
        LOGGER.debug("State of charge of %s not read: %s", found.address, err)
        return None
    finally:
        client.close()
    return status.soc if isinstance(status, (BatteryStatus, EnergyStatus)) else None
