"""What an owner meets in the first hour, and what an update leaves as it was."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.newcomer]

MOST: Final = 55
"""Entities that three batteries and Tempo have on, as many as a person can look through."""
# Registry of three batteries and Tempo as version 0.1.0 made it: domain, unique id, entity id,
# unit, device class, off.
BEFORE: Final = Path(__file__).parents[2] / "data" / "registry" / "0.1.0.json"


def ours(home: PlanHome) -> Iterator[er.RegistryEntry]:
    """Yield what is registered."""
    for item in er.async_get(home.hass).entities.values():
        if item.platform == DOMAIN:
            yield item


@at(2026, 3, 12, 12)
async def test_few_entities() -> None:
    """Few entities are on, under names that no other has; most of them know something."""
    async with plan_home() as home:
        await home.minutes(30)
        on = [item for item in ours(home) if item.disabled_by is None]
        assert len(on) <= MOST
        devices = dr.async_get(home.hass)
        names = [(item.device_id, item.original_name) for item in on]
        assert len(set(names)) == len(names)
        shown = {devices.async_get(item.device_id or "").name for item in on}  # type: ignore[union-attr]
        assert {"Plan", "Tempo"} < shown
        states = [home.hass.states.get(item.entity_id) for item in on]
        assert [
            state for state in states if state is None or state.state == STATE_UNAVAILABLE
        ] == []


@at(2026, 3, 12, 12)
async def test_an_update_leaves_the_registry_as_it_was() -> None:
    """Nothing that is registered is renamed, switched off, removed, or given another unit."""
    before: list[list[Any]] = json.loads(BEFORE.read_text("utf-8"))
    async with plan_home(registered=before) as home:
        await home.minutes(30)
        now = {(item.domain, item.unique_id): item for item in ours(home)}
        for domain, unique_id, entity_id, unit, device_class, is_off in before:
            item = now.pop((domain, unique_id))
            assert item.entity_id == entity_id
            assert (item.disabled_by is not None) == is_off, entity_id
            assert item.original_device_class == device_class, entity_id
            if not is_off:
                state = home.hass.states.get(entity_id)
                assert state is not None, entity_id
                assert state.attributes.get("unit_of_measurement") == unit, entity_id
        new = {unique_id for (_, unique_id), item in now.items() if item.disabled_by is None}
        assert "plan_plan_summary" in new
        assert "02aabbcc0000_commanded_by" in new
        assert not {each for each in new if each.endswith("days_left")}
