"""Selects of a battery."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.coordinator import BatteryConfigEntry
from .battery.selects import selects

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BatteryConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of a battery."""
    async_add_entities(selects(entry.runtime_data))
