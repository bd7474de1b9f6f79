"""Cards of Home Assistant and of our own as plain configuration (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

type Card = dict[str, Any]

FLOW: Final = "custom:marstek-flow-card"
TIMELINE: Final = "custom:marstek-timeline-card"
SEASON: Final = "custom:marstek-season-card"
RECORDS: Final = "custom:marstek-records-card"
WEEK: Final = "custom:marstek-week-card"
_FULL: Final = "full"
COLOURS: Final[Mapping[str, str]] = {"blue": "blue", "white": "grey", "red": "red"}
"""Colours of the frontend for Tempo days; white is legible on light and on dark ground as grey."""


def heading(text: str, icon: str, *, path: str | None = None, badges: Iterable[Card] = ()) -> Card:
    """Return a heading; with `path` it opens another page of the dashboard."""
    card: Card = {"type": "heading", "heading": text, "icon": icon}
    if path is not None:
        card["tap_action"] = {"action": "navigate", "navigation_path": path}
    if found := list(badges):
        card["badges"] = found
    return card


def tile(entity_id: str | None, name: str | None = None, **more: Any) -> list[Card]:
    """Return a tile, or none for an entity that is not there.

    Without `name` it has that of the entity alone: that of its device is on the page already.
    """
    if entity_id is None:
        return []
    shown = name if name is not None else {"type": "entity"}
    return [{"type": "tile", "entity": entity_id, "name": shown, **more}]


def button(entity_id: str, name: str, icon: str, action: Card, **more: Any) -> Card:
    """Return a large button; `entity_id` is what its details are about."""
    return {
        "type": "tile",
        "entity": entity_id,
        "name": name,
        "icon": icon,
        "hide_state": True,
        "vertical": False,
        "tap_action": action,
        "icon_tap_action": action,
        "grid_options": {"columns": 6, "rows": 1},
        **more,
    }


def perform(action: str, confirmation: str | None = None, **data: Any) -> Card:
    """Return a tap that performs an action, after a question if there is one."""
    tap: Card = {"action": "perform-action", "perform_action": action, "data": data}
    if confirmation is not None:
        tap["confirmation"] = {"text": confirmation}
    return tap


def navigate(path: str) -> Card:
    """Return a tap that opens a page."""
    return {"action": "navigate", "navigation_path": path}


def badge(entity_id: str | None, name: str | None = None, **more: Any) -> list[Card]:
    """Return a badge, or none for an entity that is not there."""
    if entity_id is None:
        return []
    card: Card = {"type": "entity", "entity": entity_id, "show_name": name is not None, **more}
    if name is not None:
        card["name"] = name
    return [card]


def is_state(entity_id: str, state: str) -> Card:
    """Return the condition that an entity is in a state."""
    return {"condition": "state", "entity": entity_id, "state": state}


def is_not_state(entity_id: str, state: str) -> Card:
    """Return the condition that an entity is in another state."""
    return {"condition": "state", "entity": entity_id, "state_not": state}


def any_of(*conditions: Card) -> Card:
    """Return the condition that one of several holds."""
    return {"condition": "or", "conditions": list(conditions)}


def full_width(card: Card) -> Card:
    """Return a card that is as wide as its section."""
    return {**card, "grid_options": {"columns": _FULL, **card.get("grid_options", {})}}


def section(cards: Iterable[Card], span: int = 1) -> list[Card]:
    """Return a section, or none without a card below its headings."""
    found = list(cards)
    if all(card["type"] == "heading" for card in found):
        return []
    more = {"column_span": span} if span > 1 else {}
    return [{"type": "grid", "cards": found, **more}]


def view(title: str, path: str, sections: Iterable[Card], **more: Any) -> Card:
    """Return a page of sections; without an icon its tab shows the title."""
    return {
        "type": "sections",
        "title": title,
        "path": path,
        "max_columns": 3,
        "sections": list(sections),
        **more,
    }
