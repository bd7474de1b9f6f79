"""Numbers: what they are, their own folders say."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.entities import numbers as battery
from .battery.runtime import Battery
from .plan.entities import numbers as plan
from .runtime import MarstekConfigEntry

# Commands queue by themselves: one that waits gives way to the next.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MarstekConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add those of a battery or of the plan."""
    data = entry.runtime_data
    if isinstance(data, Battery):
        async_add_entities(battery.numbers(data))
    else:
        async_add_entities(plan.numbers(data))
