"""Switches of the plan."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .plan.runtime import PlanConfigEntry
from .plan.switches import async_setup_switches

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: PlanConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of the plan, and one for each battery as it comes."""
    entry.async_on_unload(async_setup_switches(entry.runtime_data, async_add_entities))
