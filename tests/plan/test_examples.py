"""The automations of docs/tempo.md, run as they stand there."""

from datetime import timedelta
from pathlib import Path
import re
from typing import Any

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.support.frozen_home import MINUTE, FrozenHome
from tests.support.moments import paris

DOCS = Path(__file__).parents[2] / "docs" / "tempo.md"
RED_EVE = "2026-03-15"


def examples() -> dict[str, Any]:
    """Return the examples by their names, that of the action by its own."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    loaded: list[Any] = [parse_yaml(block) for block in blocks]
    return {example.get("alias", example.get("action")): example for example in loaded}


@pytest.fixture(name="red_eve")
async def red_eve_fixture(home: FrozenHome) -> FrozenHome:
    """Return a home on the morning before a red day."""
    await home.jump(paris(RED_EVE, "06:10"))
    await home.set_up()
    return home


async def automate(hass: HomeAssistant, alias: str) -> None:
    """Set an example up."""
    assert await async_setup_component(hass, "automation", {"automation": examples()[alias]})
    await hass.async_block_till_done()


async def test_red_day_announced(hass: HomeAssistant, red_eve: FrozenHome) -> None:
    """The household hears of it once."""
    assert await async_setup_component(hass, "persistent_notification", {})
    await automate(hass, "Red day announced")
    for clock in ("06:45", "08:30", "11:20", "22:00"):
        await red_eve.go(RED_EVE, clock)
    (told,) = persistent_notification._async_get_or_create_notifications(hass).values()
    assert told["message"] == "Tempo tomorrow: red"


async def test_hot_water(hass: HomeAssistant, red_eve: FrozenHome) -> None:
    """It is heated at five before a red day, in any language, and on no other day."""
    calls = async_mock_service(hass, "switch", "turn_on")
    await automate(hass, "Hot water before a red day")
    for clock in ("06:45", "11:20", "22:00"):
        await red_eve.go(RED_EVE, clock)
    await red_eve.live(paris("2026-03-16", "04:59"), 14 * MINUTE)
    assert calls == []
    await red_eve.live(paris("2026-03-16", "05:01"), timedelta(seconds=30))
    assert len(calls) == 1
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.mark.parametrize(
    ("day", "is_known", "charges"),
    [(RED_EVE, True, 1), (RED_EVE, False, 1), ("2026-03-17", True, 1), ("2026-03-13", False, 0)],
)
async def test_car(
    hass: HomeAssistant, home: FrozenHome, day: str, is_known: bool, charges: int
) -> None:
    """It is charged when tomorrow is red or may be."""
    await home.jump(paris(day, "06:10"))
    await home.set_up()
    if not is_known:
        home.server.fault("all", "down")
    calls = async_mock_service(hass, "switch", "turn_on")
    await automate(hass, "Charge the car in time")
    await home.live(paris(day, "22:06"), 10 * MINUTE)
    await home.live(paris(day, "22:10"), MINUTE)
    assert len(calls) == charges
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


async def test_report(red_eve: FrozenHome) -> None:
    """The action answers with a day for each day."""
    answered = await red_eve.call(**examples()["marstek.get_tempo"]["data"])
    assert len(answered) == 31
    assert {day["colour"] for day in answered} == {"blue", "white", "red"}
    text = DOCS.read_text("utf-8").rpartition("```")[2]
    assert set(answered[0]) <= set(re.findall(r"`(\w+)`", text))


async def test_table_of_entities(hass: HomeAssistant, red_eve: FrozenHome) -> None:
    """All entities that the page names are there."""
    page = DOCS.read_text("utf-8")
    keys = set(re.findall(r"`([a-z_]+)` \| (?:sensor|binary|calendar|event)", page))
    keys |= {"colour_tomorrow_source", "last_source", "price_red_peak", "red_days_left"}
    assert len(keys) > 14
    for key in keys:
        assert red_eve.entity_id(key)
