"""Marstek Venus batteries over their local API."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .battery.coordinator import BatteryCoordinator, MarstekConfigEntry
from .battery.memory import MemoryStore
from .const import CONF_KIND, DOMAIN, EntryKind
from .discovery import async_start_discovery

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Start looking for batteries on the network."""
    async_start_discovery(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: MarstekConfigEntry) -> bool:
    """Set up a battery."""
    if entry.data.get(CONF_KIND) != EntryKind.BATTERY:
        raise ConfigEntryError(translation_domain=DOMAIN, translation_key="foreign_entry")
    coordinator = BatteryCoordinator(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.async_plan_polls()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: MarstekConfigEntry) -> bool:
    """Stop polling a battery; nothing is written to it."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.store.async_save()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: MarstekConfigEntry) -> None:
    """Forget what was stored about a battery."""
    await MemoryStore(hass, entry.entry_id).async_remove()


async def async_migrate_entry(hass: HomeAssistant, entry: MarstekConfigEntry) -> bool:
    """Leave entries of other integrations as they are; set-up then says what they are."""
    return True
