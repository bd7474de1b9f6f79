"""Binary sensors: what they are, their own folders say."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.entities import binary_sensors as battery
from .battery.runtime import Battery
from .plan.entities import binary_sensors as plan
from .runtime import MarstekConfigEntry

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: MarstekConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add those of a battery or of the plan."""
    data = entry.runtime_data
    if isinstance(data, Battery):
        async_add_entities(battery.binary_sensors(data))
    else:
        async_add_entities(plan.binary_sensors(data))
