"""Page of the log: what was done and why, alerts, and who commanded which battery."""

from collections.abc import Iterable
from typing import Final

from ..cards import Card, full_width, heading, navigate, section, view
from ..inventory import Entities, Inventory
from ..texts import DashboardTexts
from .plan import INTEGRATION_PAGE

_HOURS: Final = 72


def log_view(home: Inventory, texts: DashboardTexts) -> Card | None:
    """Return the page; None where Home Assistant keeps no logbook."""
    if "logbook" not in home.components:
        return None
    sections = [
        *section(_of_plan(home, texts)),
        *section(card for each in home.batteries for card in _of_battery(each.entities, each.name)),
        *section(_help(texts)),
    ]
    return view(texts.get("views", "log"), "log", sections)


def _of_plan(home: Inventory, texts: DashboardTexts) -> Iterable[Card]:
    if home.plan is None or home.plan.device_id is None:
        return
    yield heading(texts.get("headings", "log"), "mdi:text-box-outline")
    yield full_width(
        {
            "type": "logbook",
            "target": {"device_id": [home.plan.device_id]},
            "hours_to_show": _HOURS,
            "grid_options": {"rows": 8},
        }
    )


def _of_battery(entities: Entities, name: str) -> Iterable[Card]:
    found = [entities[key] for key in ("commanded_by", "mode") if key in entities]
    if found:
        yield heading(name, "mdi:battery")
        yield full_width(
            {
                "type": "logbook",
                "target": {"entity_id": found},
                "hours_to_show": _HOURS,
                "grid_options": {"rows": 4},
            }
        )


def _help(texts: DashboardTexts) -> Iterable[Card]:
    yield heading(texts.get("headings", "help"), "mdi:lifebuoy")
    yield {
        "type": "button",
        "name": texts.get("buttons", "diagnostics"),
        "icon": "mdi:stethoscope",
        "tap_action": navigate(INTEGRATION_PAGE),
        "grid_options": {"columns": 6, "rows": 2},
    }
