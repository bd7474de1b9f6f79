"""Switches: what they are, their own folders say."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.entities import switches as battery
from .battery.runtime import Battery
from .plan.entities.switches import async_setup_switches
from .runtime import MarstekConfigEntry

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MarstekConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add those of a battery, or those of the plan with one for each battery as it comes."""
    data = entry.runtime_data
    if isinstance(data, Battery):
        async_add_entities(battery.switches(data))
    else:
        entry.async_on_unload(async_setup_switches(data, async_add_entities))
