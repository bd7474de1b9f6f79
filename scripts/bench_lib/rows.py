"""Rows that a day adds to the recorder, with the entities on that are on by default."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event
from homeassistant.helpers import entity_registry as er

from simulator.household import clear_sky, daily_load, net_load
from tests.support.plan_home import paris, plan_home
from tests.support.virtual_time import run

_DAY = 24 * 60.0
_BATTERIES = 3

type Row = Callable[[str, object, str], None]


async def _rows() -> tuple[Counter[str], Counter[str]]:
    """Return the changes of state of a day by config entry, and by entity."""
    by_entry, by_entity = Counter[str](), Counter[str]()
    async with plan_home(count=_BATTERIES) as home:
        registry = er.async_get(home.hass)

        def note(event: Event[Any]) -> None:
            entity = registry.async_get(event.data["entity_id"])
            if entity is not None and entity.config_entry_id is not None:
                by_entry[entity.config_entry_id] += 1
                by_entity[entity.entity_id] += 1

        for battery in home.batteries:
            # What a house draws with a roof of its own is never the same twice.
            battery.set_household(net_load(daily_load(300.0), clear_sky(1000.0)))
        await home.minutes(60)
        home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
        await home.minutes(_DAY)
        plan = by_entry.pop(home.entry.entry_id, 0)
    by_entry["plan"] = plan
    return by_entry, by_entity


def rows(row: Row) -> None:
    """Print the table."""
    by_entry, by_entity = run(paris(2026, 3, 11, 12), _rows())
    plan = by_entry.pop("plan")
    row(
        f"recorder rows of a day, most of {_BATTERIES} batteries",
        max(by_entry.values()),
        "<= 12000",
    )
    row("  of the plan and the tariff", plan, "")
    for entity_id, count in by_entity.most_common(4):
        row(f"  {entity_id}", count, "")
