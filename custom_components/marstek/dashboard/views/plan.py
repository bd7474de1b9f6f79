"""Page of the plan: the timeline, own rules, options and past nights."""

from collections.abc import Iterable
from typing import Final

from ...main_entities import RULE_PREFIX
from ..cards import TIMELINE, Card, button, full_width, heading, navigate, section, tile, view
from ..inventory import Inventory
from ..texts import DashboardTexts

INTEGRATION_PAGE: Final = "/config/integrations/integration/marstek"
_OPTIONS: Final = (
    *("night", "red_power", "red_target", "most_soc", "least_soc", "reserve"),
    *("night_start", "day_start"),
)


def plan_view(home: Inventory, texts: DashboardTexts) -> Card | None:
    """Return the page; None without a plan."""
    if home.plan is None:
        return None
    timeline = full_width({"type": TIMELINE})
    sections = [
        *section([timeline], span=3),
        *section(_rules(home, texts)),
        *section(_options(home, texts)),
        *section(_nights(home, texts)),
    ]
    return view(texts.get("views", "plan"), "plan", sections)


def _rules(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    yield heading(texts.get("headings", "rules"), "mdi:calendar-edit", path=INTEGRATION_PAGE)
    for key, entity_id in sorted(home.of_plan.items()):
        if key.startswith(RULE_PREFIX):
            yield from tile(entity_id, features=[{"type": "toggle"}])


def _options(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    known = home.of_plan.get
    yield heading(texts.get("headings", "options"), "mdi:tune", path=INTEGRATION_PAGE)
    for key in _OPTIONS:
        entity_id = known(key)
        if entity_id is not None and entity_id.startswith("number."):
            yield from tile(entity_id, features=[{"type": "numeric-input", "style": "buttons"}])
        elif entity_id is not None and entity_id.startswith("select."):
            yield from tile(entity_id, features=[{"type": "select-options"}])
        else:
            yield from tile(entity_id)
    for each in home.batteries:
        yield from tile(known(f"takes_part_{each.ble_mac}"), features=[{"type": "toggle"}])
    state = known("plan_state")
    if state is not None:
        link = navigate(INTEGRATION_PAGE)
        wide = {"color": "primary", "grid_options": {"columns": "full", "rows": 1}}
        yield button(state, texts.get("buttons", "all_options"), "mdi:cog", link, **wide)


def _nights(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    calendar = home.of_plan.get("plan")
    yield heading(texts.get("headings", "nights"), "mdi:weather-night")
    if calendar is not None:
        yield full_width({"type": "calendar", "entities": [calendar], "initial_view": "listWeek"})
