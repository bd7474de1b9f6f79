"""Layout of the dashboard: complete for every home, and without a word of markup from names."""

from collections.abc import Iterator
import json
import re
import time
from typing import Any, Final

from homeassistant.helpers.json import json_bytes
import pytest

from custom_components.marstek.const import Tariff
from custom_components.marstek.dashboard.inventory import Inventory
from custom_components.marstek.dashboard.layout import layout
from tests.dashboard.home import OF_BATTERY, OF_PLAN, battery, inventory, plan, texts_of
from tests.test_repository import LANGUAGES

_DOMAINS: Final = (
    *("sensor", "select", "number", "switch", "button", "calendar", "time", "binary_sensor"),
)
HOSTILE: Final = '<img src=x onerror="alert(1)"> {{ states("x") }} **bold**'


def cards(node: Any) -> Iterator[dict[str, Any]]:
    """Yield whatever has a type, at any depth."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for value in node.values():
            yield from cards(value)
    elif isinstance(node, list):
        for value in node:
            yield from cards(value)


def built(home: Inventory, language: str = "en", hidden: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a layout as the browser receives it."""
    found: dict[str, Any] = json.loads(json_bytes(layout(home, texts_of(language), hidden)))
    return found


def paths(config: dict[str, Any]) -> list[str]:
    """Return the paths of the pages."""
    return [view["path"] for view in config["views"]]


def entities(config: dict[str, Any]) -> set[str]:
    """Return all entity ids that are named."""
    found = re.findall(rf"\b(?:{'|'.join(_DOMAINS)})\.\w+", json.dumps(config))
    return set(found) - {"button.press"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tariff", [None, *Tariff])
@pytest.mark.parametrize("count", [0, 1, 2, 6])
def test_every_home_has_its_pages(count: int, tariff: Tariff | None, language: str) -> None:
    """The pages are those of what the home has, each with a title and at least one card."""
    config = built(inventory(count, tariff), language)
    if count == 0 and tariff is None:
        assert paths(config) == ["now"]
        return
    of_plan = [] if tariff is None else ["plan", "tariff"]
    own = [f"battery-02aabbcc{number:04d}" for number in range(count)]
    assert paths(config) == ["now", *of_plan, "energy", "log", *own]
    for view in config["views"]:
        assert view["title"]
        assert all(section["cards"] for section in view["sections"])
    assert [view["path"] for view in config["views"] if view.get("subview")] == own


def test_only_entities_that_exist_are_named() -> None:
    """Each entity on the pages is one of the home, whatever is missing."""
    for missing in [(), *((key,) for key in OF_BATTERY), tuple(OF_BATTERY)]:
        home = Inventory((battery(1, without=missing),), plan(), frozenset({"logbook", "recorder"}))
        there = {*home.batteries[0].entities.values(), *home.of_plan.values(), "sensor.grid"}
        assert entities(built(home)) <= there
    for key in OF_PLAN:
        home = Inventory((battery(1),), plan(without=(key,)))
        there = {*home.batteries[0].entities.values(), *home.of_plan.values(), "sensor.grid"}
        assert entities(built(home)) <= there


def test_all_of_a_battery_is_on_its_page() -> None:
    """A page of a battery shows all its entities."""
    home = inventory(1)
    page = built(home)["views"][-1]
    assert set(home.batteries[0].entities.values()) <= entities(page)
    (week,) = (each for each in cards(page) if each["type"] == "custom:marstek-week-card")
    assert week["device_id"] == home.batteries[0].device_id


def test_names_are_no_markup() -> None:
    """A hostile name stands where names stand, and never in a text that is rendered as Markdown."""
    config = built(Inventory((battery(1, HOSTILE), battery(2)), plan()))
    shown = list(cards(config))
    assert any(
        HOSTILE in json.dumps(each["name"], ensure_ascii=False).replace('\\"', '"')
        for each in shown
        if "name" in each
    )
    for each in shown:
        if each["type"] == "markdown":
            assert "onerror" not in each["content"]
            assert "{{" not in each["content"] or each["content"].endswith("| e }}")


def test_hidden_pages_are_left_out() -> None:
    """The owner can leave pages out; those of batteries stay, as they are opened from others."""
    config = built(inventory(1), hidden=("plan", "energy"))
    assert paths(config) == ["now", "tariff", "log", "battery-02aabbcc0000"]


def test_charging_in_red_peak_names_the_price() -> None:
    """One of two buttons is shown: in peak hours of a red day its question has the price."""
    buttons = [
        each
        for each in cards(built(inventory(2)))
        if each.get("tap_action", {}).get("perform_action") == "marstek.charge"
    ]
    plain, red = buttons
    assert "0.7295 EUR/kWh" in red["tap_action"]["confirmation"]["text"]
    assert "0.7295" not in plain["tap_action"]["confirmation"]["text"]
    assert red["tap_action"]["data"] == {"device_id": ["device0", "device1"], "target": 100}
    assert red["visibility"] == [
        {"condition": "state", "entity": "sensor.colour_today", "state": "red"},
        {"condition": "state", "entity": "binary_sensor.off_peak", "state": "off"},
    ]
    (other,) = plain["visibility"]
    assert other["condition"] == "or"


@pytest.mark.parametrize("tariff", [None, Tariff.FIXED, Tariff.DYNAMIC])
def test_charging_asks_first_with_any_tariff(tariff: Tariff | None) -> None:
    """Without colours there is one button, which asks."""
    (button,) = (
        each
        for each in cards(built(inventory(1, tariff)))
        if each.get("tap_action", {}).get("perform_action") == "marstek.charge"
    )
    assert button["tap_action"]["confirmation"]["text"]
    assert "visibility" not in button


def test_integrations_that_are_not_loaded_are_not_needed() -> None:
    """Without energy, recorder and logbook the pages have none of their cards."""
    config = built(inventory(2, components=()))
    kinds = {each["type"] for each in cards(config)}
    assert not {"logbook", "statistics-graph", "energy-date-selection"} & kinds
    assert "log" not in paths(config)


def test_cards_are_known_to_the_oldest_home_assistant() -> None:
    """Only cards, features and badges are used that both supported versions have."""
    kinds = {each["type"] for view in built(inventory(6))["views"] for each in cards(view)}
    assert kinds <= {
        *("sections", "grid", "heading", "tile", "markdown", "button", "repairs", "calendar"),
        *("entity", "entities", "attribute", "history-graph", "statistics-graph", "logbook"),
        *("energy-date-selection", "energy-usage-graph", "energy-sources-table"),
        *("bar-gauge", "trend-graph", "select-options", "numeric-input", "toggle"),
        *("custom:marstek-flow-card", "custom:marstek-timeline-card", "custom:marstek-season-card"),
        *("custom:marstek-records-card", "custom:marstek-week-card"),
    }


@pytest.mark.exhaustive
def test_six_batteries_take_no_time() -> None:
    """The layout of the largest home takes a fraction of the 30 ms that a call may take."""
    home, texts = inventory(6), texts_of()
    begun = time.perf_counter()
    for _ in range(10):
        layout(home, texts)
    assert (time.perf_counter() - begun) / 10 < 0.03
