"""Logbook of the plan: every event is a sentence with a name and an icon."""

import re
from types import SimpleNamespace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.logbook import async_describe_events
from custom_components.marstek.plan.events import EVENT, Alert, Kind
from tests.support.owner import at, owner

pytestmark = pytest.mark.usefixtures("socket_enabled")


def describer(hass: HomeAssistant | None = None) -> Any:
    """Return what the logbook asks about the plan's events."""
    found: dict[tuple[str, str], Any] = {}
    async_describe_events(
        hass,  # type: ignore[arg-type]
        lambda domain, event, describe: found.update({(domain, event): describe}),
    )
    assert found.keys() == {(DOMAIN, EVENT)}
    return found[DOMAIN, EVENT]


@pytest.mark.parametrize("kind", [*Kind, *Alert])
def test_each_kind_has_an_icon_of_its_own(kind: str) -> None:
    """No kind of event falls back to the icon of the integration."""
    event = SimpleNamespace(data={"type": str(kind), "title": "Plan", "message": "Charging"})
    entry = describer()(event)
    assert (entry["name"], entry["message"]) == ("Plan", "Charging")
    assert re.fullmatch(r"mdi:[a-z-]+", entry["icon"])
    assert entry["icon"] != "mdi:home-battery"


def test_an_event_of_an_older_version() -> None:
    """An event without what is known today is shown as it is."""
    assert describer()(SimpleNamespace(data={}))["icon"] == "mdi:home-battery"


@at("2026-03-12 21:50")
async def test_the_events_of_an_evening() -> None:
    """What the plan fires is what the logbook can show: title, sentence and the plan's device."""
    async with owner(soc=75) as me:
        fired: list[Any] = []
        me.home.hass.bus.async_listen(EVENT, fired.append)
        await me.until("22:15")
        assert fired
        for event in fired:
            entry = describer()(event)
            assert entry["name"]
            assert entry["message"]
            assert event.data["device_id"]
