"""The dashboards of stock cards: entities under the ids that a new English home gives them."""

from pathlib import Path
import re
from typing import Any, Final

from homeassistant.util import slugify
from homeassistant.util.yaml import load_yaml
import pytest

from custom_components.marstek.main_entities import is_main_of_battery, is_main_of_plan
from tests.dashboard.test_layout import cards
from tests.test_repository import ROOT, TRANSLATIONS, read_json

PAGES: Final = sorted((ROOT / "dashboards").glob("*.yaml"))
# Named by their device alone.
_BARE: Final = {"sensor.plan"}


def expected_ids() -> set[str]:
    """Return the entity ids of what is on in a new home with a battery called Venus."""
    found = set(_BARE)
    for platform, keys in read_json(TRANSLATIONS / "en.json")["entity"].items():
        for key, text in keys.items():
            if is_main_of_battery(key):
                found.add(f"{platform}.{slugify(f'Venus {text["name"]}')}")
            if is_main_of_plan(key):
                found |= {
                    f"{platform}.{slugify(f'{of} {text["name"]}')}" for of in ("Plan", "Tempo")
                }
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_of_stock_cards(page: Path) -> None:
    """Each entity has the id of a new home, and no card is one of our own."""
    config: Any = load_yaml(page)
    kinds = {each["type"] for each in cards(config)}
    assert not any(kind.startswith("custom:") for kind in kinds)
    named = set(
        re.findall(r"\b(?:sensor|binary_sensor|switch|select|button|calendar)\.\w+", str(config))
    )
    assert named - {"button.press"} - expected_ids() == set()
    assert len(config["views"]) == 3
