"""Numbers of a battery."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.coordinator import BatteryConfigEntry
from .battery.numbers import numbers

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BatteryConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of a battery."""
    async_add_entities(numbers(entry.runtime_data))
