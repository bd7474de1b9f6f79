"""Runtime data of a loaded config entry, and the set-up of its entities."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .battery.runtime import Battery
from .entries import async_plan_entry, is_battery
from .plan.runtime import Plan, PlanConfigEntry

type MarstekConfigEntry = ConfigEntry[Battery | Plan]
type Follow = Callable[[Plan, AddConfigEntryEntitiesCallback], None]
"""Adds entities of the plan as they come, until its entry is unloaded."""
type FollowBattery = Callable[[Battery, AddConfigEntryEntitiesCallback], None]
"""The same for a battery."""
type SetUp = Callable[
    [HomeAssistant, MarstekConfigEntry, AddConfigEntryEntitiesCallback], Coroutine[Any, Any, None]
]


def platform(
    of_battery: Callable[[Battery], Iterable[Entity]] | None,
    of_plan: Callable[[Plan], Iterable[Entity]] | None,
    follow: Follow | None = None,
    follow_battery: FollowBattery | None = None,
) -> SetUp:
    """Return the `async_setup_entry` of a platform: the entities of a battery or of the plan."""

    async def async_setup_entry(
        hass: HomeAssistant,
        entry: MarstekConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        data = entry.runtime_data
        if isinstance(data, Battery):
            if of_battery is not None:
                async_add_entities(of_battery(data))
            if follow_battery is not None:
                follow_battery(data, async_add_entities)
            return
        if of_plan is not None:
            async_add_entities(of_plan(data))
        if follow is not None:
            follow(data, async_add_entities)

    return async_setup_entry


@callback
def async_loaded_plan(hass: HomeAssistant) -> Plan | None:
    """Return the running plan."""
    entry: PlanConfigEntry | None = async_plan_entry(hass)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry.runtime_data


@callback
def async_is_heard(entry: ConfigEntry) -> bool:
    """Tell whether the battery of an entry is set up and answers where it is, or is left alone."""
    if entry.state is not ConfigEntryState.LOADED or not is_battery(entry):
        return False
    battery: Battery = entry.runtime_data
    return battery.is_reachable_or_left_alone
