"""Tidying up a home of 0.1.0, whose registry has everything on that had a value then."""

import json
from pathlib import Path
from typing import Any, Final

from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from tests.plan.flow import PlanFlow
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.newcomer]

BEFORE: Final = Path(__file__).parents[2] / "data" / "registry" / "0.1.0.json"
MOST: Final = 55


def on(home: PlanHome) -> dict[str, str]:
    """Return the unique ids of what is on, by entity id."""
    return {
        item.entity_id: item.unique_id
        for item in er.async_get(home.hass).entities.values()
        if item.platform == DOMAIN and item.disabled_by is None
    }


async def tidying(home: PlanHome) -> PlanFlow:
    """Return the dialog that tidies up."""
    flow = PlanFlow(home.hass)
    await flow.options(home.entry)
    await flow.choose("tidy_up")
    return flow


@at(2026, 3, 12, 12)
async def test_what_a_new_home_has_is_left() -> None:
    """All beyond it is listed by device and switched off, save what is kept; once is enough."""
    before: list[list[Any]] = json.loads(BEFORE.read_text("utf-8"))
    async with plan_home(registered=before) as home:
        await home.minutes(30)
        registry, was_on = er.async_get(home.hass), on(home)
        by_id = {unique_id: entity_id for entity_id, unique_id in was_on.items()}
        kept = by_id["plan_price_red_peak"]
        named = by_id["plan_total_stored"]
        registry.async_update_entity(named, name="In store")
        flow = await tidying(home)
        listed = flow.result["description_placeholders"] or {}
        lines = listed["list"].splitlines()
        assert [line.partition(" (")[0] for line in lines] == [
            "- **Plan**",
            "- **Tempo**",
            *(f"- **{battery.title}**" for battery in map(home.place.entry, home.batteries)),
        ]
        assert "In store" in lines[0]
        assert flow.defaults == {"kept": []}
        result = await flow.submit(kept=[kept])
        assert result["reason"] == "tidied_up"
        left = on(home)
        assert len(was_on) - len(left) == int(listed["count"]) - 1
        assert len(left) <= MOST + 1
        assert left.items() < was_on.items()
        assert {"plan_price_red_peak", "plan_plan_state", "plan_days_left_red"} < set(left.values())
        # In a new home too, only the red days are counted down on the page.
        assert "plan_days_left_blue" not in left.values()
        gone = registry.async_get(named)
        assert gone is not None
        assert (gone.name, gone.disabled_by) == ("In store", er.RegistryEntryDisabler.INTEGRATION)
        assert home.hass.states.get(named) is None
        flow = await tidying(home)
        await flow.submit(kept=[])
        assert kept not in on(home)
        again = await tidying(home)
        assert again.result["reason"] == "nothing_to_tidy_up"
        assert again.result["type"] is FlowResultType.ABORT


@at(2026, 3, 12, 12)
async def test_a_new_home_is_tidy() -> None:
    """A newcomer has nothing to tidy up."""
    async with plan_home(count=1) as home:
        await home.minutes(30)
        assert (await tidying(home)).result["reason"] == "nothing_to_tidy_up"
