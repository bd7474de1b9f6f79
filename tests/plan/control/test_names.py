"""Names of entities: no two of a device have the same, in no language."""

from collections import Counter
import json

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN, Tariff
from tests.support.plan_home import at, plan_home
from tests.test_repository import LANGUAGES, TRANSLATIONS

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.newcomer]


@pytest.mark.parametrize("tariff", [Tariff.TEMPO, Tariff.FIXED])
@at(2026, 3, 12, 12)
async def test_names_differ(tariff: Tariff) -> None:
    """All entities of a device have names of their own, those that are off included."""
    async with plan_home(tariff=tariff) as home:
        await home.minutes(5)
        items = [
            (item.device_id, item.domain, item.translation_key, item.original_name)
            for item in er.async_get(home.hass).entities.values()
            if item.platform == DOMAIN and item.translation_key
        ]
    assert len(items) > 60
    for language in LANGUAGES:
        entities = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))["entity"]
        names = Counter[tuple[str | None, str | None]]()
        for device, domain, key, name in items:
            text: str = entities[domain][key]["name"]
            names[device, name if "{" in text else text] += 1
        assert [name for name, count in names.items() if count > 1] == [], language
