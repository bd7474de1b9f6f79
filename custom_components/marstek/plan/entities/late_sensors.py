"""Sensors of the plan that come later, once their owner has chosen what they show."""

from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..runtime import Plan
from .belief_sensors import async_add_belief_sensors
from .full_sensors import async_add_full_sensors
from .meter_sensors import async_add_meter_sensors


@callback
def async_add_late_plan_sensors(plan: Plan, add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Add each group as soon as it has something to show."""
    async_add_belief_sensors(plan, add_entities)
    async_add_full_sensors(plan, add_entities)
    async_add_meter_sensors(plan, add_entities)
