"""The red day blueprint: what it runs, and when it does not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed, async_mock_service

from custom_components.marstek.plan.events import EVENT, Alert

AUTOMATION = "automation"
FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "marstek"
NAME = "red_day.yaml"
TODAY, TOMORROW = "sensor.tempo_colour_today", "sensor.tempo_colour_tomorrow"


@pytest.fixture(name="folder")
def folder_fixture(hass: HomeAssistant) -> Path:
    """Import the blueprint; return where it is."""
    folder = Path(hass.config.path("blueprints", AUTOMATION, "marstek"))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(FOLDER / NAME, folder)
    return folder


@pytest.fixture(name="ran")
async def ran_fixture(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, folder: Path
) -> AsyncIterator[list[ServiceCall]]:
    """Set the automation up at midnight, with an action for each moment; return what ran."""
    await hass.config.async_set_time_zone("Europe/Paris")
    freezer.move_to(datetime(2026, 1, 13, 23, tzinfo=UTC))
    calls: list[ServiceCall] = async_mock_service(hass, "test", "ran")
    moments = ("announced", "eve", "begin", "end")
    inputs: dict[str, Any] = {
        f"on_{moment}": [{"action": "test.ran", "data": {"moment": moment}}] for moment in moments
    }
    inputs |= {"colour_today": TODAY, "colour_tomorrow": TOMORROW}
    config = {"use_blueprint": {"path": f"marstek/{NAME}", "input": inputs}}
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: config})
    yield calls
    every = {"entity_id": "all"}
    await hass.services.async_call(AUTOMATION, "turn_off", every, blocking=True)


async def come_to(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hour: int, minute: int = 0
) -> None:
    """Let it be a time in Paris, and a little later."""
    now = datetime(2026, 1, 14, hour - 1, minute, tzinfo=UTC)
    for seconds in (0, 1):
        freezer.move_to(now + timedelta(seconds=seconds))
        async_fire_time_changed(hass, now + timedelta(seconds=seconds))
        await hass.async_block_till_done()


def moments(ran: list[ServiceCall]) -> list[str]:
    """Return what ran."""
    return [call.data["moment"] for call in ran]


async def test_it_is_run_around_a_red_day(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, ran: list[ServiceCall]
) -> None:
    """The night before, the begin and the end of the dear hours, each once."""
    hass.states.async_set(TODAY, "blue")
    hass.states.async_set(TOMORROW, "red")
    await come_to(hass, freezer, 2)
    assert moments(ran) == ["eve"]
    hass.states.async_set(TODAY, "red")
    hass.states.async_set(TOMORROW, "unknown")
    await come_to(hass, freezer, 6, 1)
    await come_to(hass, freezer, 22)
    assert moments(ran) == ["eve", "begin", "end"]


@pytest.mark.parametrize("colour", ["blue", "white", "unknown", "unavailable"])
async def test_nothing_is_run_on_other_days(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, ran: list[ServiceCall], colour: str
) -> None:
    """Days that are not known to be red are left alone."""
    hass.states.async_set(TODAY, colour)
    hass.states.async_set(TOMORROW, colour)
    for hour, minute in ((2, 0), (6, 1), (22, 0)):
        await come_to(hass, freezer, hour, minute)
    assert moments(ran) == []


async def test_an_announcement(hass: HomeAssistant, ran: list[ServiceCall]) -> None:
    """The announcement of a red day is one, that of another colour is none."""
    for kind in (Alert.RED_TOMORROW, Alert.COLOUR_TOMORROW):
        hass.bus.async_fire(EVENT, {"type": kind.value, "title": "", "message": ""})
    await hass.async_block_till_done()
    assert moments(ran) == ["announced"]
