"""Icons: where the class of an entity brings one, none of ours stands in its place."""

import json
from pathlib import Path

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from tests.support.all_entities import spec_of
from tests.support.home import Home, home
from tests.support.owner import at, owner
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

ICONS = json.loads(
    (Path(__file__).parents[1] / "custom_components/marstek/icons.json").read_text("utf-8")
)["entity"]
# The class of a choice says nothing about what is chosen.
SAYS_NOTHING = (None, SensorDeviceClass.ENUM)


def doubled(place: Home) -> list[tuple[str, str]]:
    """Return the entities that have a class, and an icon of ours."""
    return [
        (entity.domain, entity.translation_key)
        for entity in er.async_get(place.hass).entities.values()
        if entity.platform == DOMAIN
        and entity.original_device_class not in SAYS_NOTHING
        and entity.translation_key is not None
        and entity.translation_key in ICONS.get(entity.domain, {})
    ]


@pytest.mark.parametrize(("device", "firmware"), [("Venus A", 149), ("VenusE", 153)])
def test_of_a_battery(device: str, firmware: int) -> None:
    """The entities of a battery."""

    @virtual
    async def check() -> None:
        async with home(specs=[spec_of(device, firmware)]) as place:
            await place.add_all()
            assert doubled(place) == []

    check()


@at("2026-03-12 20:30")
async def test_of_the_plan() -> None:
    """The entities of the plan and of the tariff."""
    async with owner() as me:
        assert doubled(me.home) == []
