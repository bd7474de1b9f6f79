"""The notifications blueprint: who is told what, and what the buttons on a phone do."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
import shutil
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.events import EVENT, Alert, Kind

AUTOMATION = "automation"
FOLDER = Path(__file__).parents[2] / "blueprints" / "automation" / "marstek"
NAME = "notifications.yaml"
FRENCH = "notifications_fr.yaml"


def choices() -> list[str]:
    """Return the notices that the blueprint offers."""
    blueprint: Any = load_yaml(str(FOLDER / NAME))
    topics = blueprint["blueprint"]["input"]["topics"]["input"]
    return [option["value"] for option in topics["kinds"]["selector"]["select"]["options"]]


@pytest.fixture(name="phone")
def phone_fixture(hass: HomeAssistant) -> str:
    """Return the device of a phone with the app."""
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "x")}, name="Anna's phone"
    )
    return device.id


@pytest.fixture(name="pushes")
def pushes_fixture(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what the phone gets."""
    calls: list[ServiceCall] = async_mock_service(hass, "notify", "mobile_app_anna_s_phone")
    return calls


@pytest.fixture(name="messages")
def messages_fixture(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what notify entities get."""
    calls: list[ServiceCall] = async_mock_service(hass, "notify", "send_message")
    return calls


@pytest.fixture(name="resumed")
def resumed_fixture(hass: HomeAssistant) -> list[ServiceCall]:
    """Return how often the plan was asked to take the batteries again."""
    calls: list[ServiceCall] = async_mock_service(hass, DOMAIN, "resume")
    return calls


async def automate(hass: HomeAssistant, **inputs: object) -> None:
    """Make an automation from the blueprint."""
    target = Path(hass.config.path("blueprints", "automation", "marstek"))
    await hass.async_add_executor_job(shutil.copytree, FOLDER, target)
    blueprint = {"path": f"marstek/{NAME}", "input": inputs}
    config = {AUTOMATION: {"alias": "Told", "use_blueprint": blueprint}}
    assert await async_setup_component(hass, AUTOMATION, config)
    await hass.async_block_till_done()
    assert hass.states.get("automation.told") is not None


async def settle() -> None:
    """Let the automation get to where it waits for a button, which may take for ever."""
    for _ in range(100):
        await asyncio.sleep(0)


async def tell(hass: HomeAssistant, *kinds: Kind | Alert) -> None:
    """Fire what the chronicle fires."""
    for kind in kinds:
        data = {
            "title": f"T {kind}",
            "message": f"M {kind}",
            "battery": "Venus E 0012",
            "until": "06:00",
        }
        hass.bus.async_fire(EVENT, {"type": kind.value, **data})
        await settle()


async def press(hass: HomeAssistant, action: str) -> None:
    """Press a button of a notification."""
    hass.bus.async_fire("mobile_app_notification_action", {"action": action})
    await settle()


def titles(calls: Sequence[ServiceCall]) -> list[str]:
    """Return the titles of notifications."""
    return [call.data["title"] for call in calls]


def without_texts(tree: Any) -> Any:
    """Return a blueprint without what people read in its form."""
    if isinstance(tree, dict):
        # A default that is a text is the label of a button.
        return {
            key: without_texts(value)
            for key, value in tree.items()
            if key not in {"name", "description", "label"}
            and not (key == "default" and isinstance(value, str))
        }
    return [without_texts(item) for item in tree] if isinstance(tree, list) else tree


def test_french_differs_in_texts_only() -> None:
    """Forms of blueprints can't be translated, so that the French one is a file of its own."""
    english, french = (load_yaml(str(FOLDER / name)) for name in (NAME, FRENCH))
    assert without_texts(english) == without_texts(french)
    assert english != french


def test_all_that_is_told_can_be_chosen() -> None:
    """Each notice of the integration is a choice, and each choice is one of its notices."""
    assert sorted(choices()) == sorted([*Kind, *Alert])


@pytest.fixture(autouse=True)
def _own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Keep blueprints in a folder of this test."""
    hass.config.config_dir = str(tmp_path)


async def test_only_what_was_chosen(
    hass: HomeAssistant, phone: str, pushes: list[ServiceCall], messages: list[ServiceCall]
) -> None:
    """Phones and notify entities get what was chosen, with title and text, and nothing else."""
    await automate(
        hass, phones=[phone], notifiers=["notify.mail"], kinds=["failed", "red_tomorrow"]
    )
    await tell(hass, Kind.SWITCHED, Kind.FAILED, Alert.BATTERY_FULL, Alert.RED_TOMORROW)
    assert titles(pushes) == titles(messages) == ["T failed", "T red_tomorrow"]
    assert pushes[0].data["message"] == "M failed"
    assert pushes[0].data["data"]["actions"] == []
    assert messages[0].data["entity_id"] == ["notify.mail"]


@pytest.mark.parametrize(("button", "times"), [(0, 1), (1, 0)])
async def test_buttons(
    hass: HomeAssistant,
    phone: str,
    pushes: list[ServiceCall],
    resumed: list[ServiceCall],
    button: int,
    times: int,
) -> None:
    """One button hands the batteries back, the other leaves them as they are."""
    await automate(hass, phones=[phone], kinds=["override_started"], keep_label="Bis")
    await tell(hass, Kind.OVERRIDE_STARTED)
    actions = pushes[0].data["data"]["actions"]
    assert [action["title"] for action in actions] == ["Hand back to plan", "Bis 06:00"]
    await press(hass, "MARSTEK_HAND_BACK_of_something_else")
    assert resumed == []
    await press(hass, actions[button]["action"])
    assert len(resumed) == times
    await press(hass, actions[0]["action"])
    assert len(resumed) == times


async def test_nobody(hass: HomeAssistant, resumed: list[ServiceCall]) -> None:
    """Without recipients nothing happens, and nothing waits."""
    await automate(hass)
    await tell(hass, Kind.OVERRIDE_STARTED, Alert.LOW_SOC)
    state = hass.states.get("automation.told")
    assert state is not None
    assert state.attributes["current"] == 0
