"""Entities that the options of the plan name are renamed, removed, and come back."""

from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.marstek.const import (
    CONF_GRID_SENSOR,
    CONF_LOAD_SENSOR,
    CONF_NOTIFY,
    CONF_NOTIFY_ENTITIES,
    CONF_PRICE_ENTITIES,
    CONF_PV_SENSOR,
    DOMAIN,
    Tariff,
)
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

KEYS = (CONF_GRID_SENSOR, CONF_LOAD_SENSOR, CONF_PV_SENSOR)
WATTS = {"unit_of_measurement": "W"}


def named_by(home: PlanHome, key: str) -> list[str]:
    """Return the entities that an option names."""
    options = home.entry.options
    if key == CONF_PRICE_ENTITIES:
        return list(options[Tariff.DYNAMIC][key])
    return [options[key]]


def gone(home: PlanHome) -> str | None:
    """Return the entities that a repair says are gone."""
    issue_id = f"option_entity_gone_{home.entry.entry_id}"
    issue = ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id)
    return (issue.translation_placeholders or {})["entities"] if issue else None


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize("key", [*KEYS, CONF_PRICE_ENTITIES])
async def test_a_renamed_entity_is_followed(key: str) -> None:
    """In every option that can name one, also while the plan is not loaded."""
    async with plan_home(count=1) as home:
        registry = er.async_get(home.hass)
        entity = registry.async_get_or_create("sensor", "meter", "1").entity_id
        is_list = key == CONF_PRICE_ENTITIES
        prices: dict[str, object] = {Tariff.DYNAMIC: {key: ["sensor.other", entity]}}
        home.set_options(**(prices if is_list else {key: entity}))
        registry.async_update_entity(entity, new_entity_id="sensor.first")
        await home.minutes(1)
        assert named_by(home, key) == (["sensor.other"] if is_list else []) + ["sensor.first"]
        await home.hass.config_entries.async_unload(home.entry.entry_id)
        registry.async_update_entity("sensor.first", new_entity_id="sensor.second")
        await home.minutes(1)
        assert "sensor.second" in named_by(home, key)
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)


@at(2026, 3, 9, 12, 0)
async def test_a_renamed_recipient_is_followed() -> None:
    """Where notifications are sent to a notify entity, with all else that was chosen for them."""
    async with plan_home(count=1) as home:
        registry = er.async_get(home.hass)
        entity = registry.async_get_or_create("notify", "mail", "1").entity_id
        entities = ["notify.other", entity]
        home.set_options(notify={CONF_NOTIFY_ENTITIES: entities, "kinds": ["failed"]})
        registry.async_update_entity(entity, new_entity_id="notify.first")
        await home.minutes(1)
        assert home.entry.options[CONF_NOTIFY] == {
            CONF_NOTIFY_ENTITIES: ["notify.other", "notify.first"],
            "kinds": ["failed"],
        }
        assert gone(home) is None


@at(2026, 3, 9, 12, 0)
@pytest.mark.parametrize("key", KEYS)
async def test_a_removed_entity_is_told_until_it_is_back(key: str) -> None:
    """Within the hour, and not for a reload of its integration."""
    async with plan_home(count=1) as home:
        home.hass.states.async_set("sensor.meter", "300", WATTS)
        home.set_options(**{key: "sensor.meter"})
        await home.minutes(60)
        assert gone(home) is None
        home.hass.states.async_remove("sensor.meter")
        await home.minutes(12)
        home.hass.states.async_set("sensor.meter", "300", WATTS)
        await home.minutes(30)
        assert gone(home) is None
        home.hass.states.async_remove("sensor.meter")
        await home.minutes(55)
        assert gone(home) == "sensor.meter"
        home.hass.states.async_set("sensor.meter", "300", WATTS)
        await home.minutes(6)
        assert gone(home) is None
