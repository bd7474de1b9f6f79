"""Page of one battery: all that it tells, what it is to do, and its connection."""

from collections.abc import Iterable
from typing import Final

from ..cards import WEEK, Card, badge, full_width, heading, navigate, section, tile, view
from ..inventory import BatteryInventory
from ..texts import DashboardTexts

_STATE: Final = ("full_at", "empty_at", "commanded_by")
_CONTROL: Final = ("mode", "do_now", "setpoint", "restore_automatic")
_CONNECTION: Final = (
    *("connectivity", "success_rate", "wifi_signal", "last_command", "address", "firmware"),
    *("refresh", "leave_alone", "identify"),
)
_SHOWN: Final = frozenset({"soc", "battery_power", "schedule", *_STATE, *_CONTROL, *_CONNECTION})


def battery_view(battery: BatteryInventory, texts: DashboardTexts) -> Card:
    """Return the page, which is opened from others."""
    sections = [
        *section(_state(battery, texts)),
        *section(_control(battery, texts)),
        *section(_schedule(battery, texts)),
        *section(_history(battery, texts)),
        *section(_others(battery, texts)),
        *section(_connection(battery, texts)),
    ]
    return view(battery.name, battery.path, sections, subview=True)


def _state(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    known = battery.entities.get
    yield heading(texts.get("headings", "state"), "mdi:battery")
    yield from tile(
        known("soc"),
        texts.get("labels", "soc"),
        features=[{"type": "bar-gauge", "min": 0, "max": 100}],
    )
    yield from tile(
        known("battery_power"),
        texts.get("labels", "power"),
        features=[{"type": "trend-graph", "hours_to_show": 24}],
    )
    for key in _STATE:
        yield from tile(known(key))


def _control(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    known = battery.entities.get
    yield heading(texts.get("headings", "control"), "mdi:tune-variant")
    for key in ("mode", "do_now"):
        yield from tile(
            known(key), features=[{"type": "select-options"}], grid_options={"columns": "full"}
        )
    yield from tile(
        known("setpoint"),
        features=[{"type": "numeric-input", "style": "slider"}],
        grid_options={"columns": "full"},
    )
    yield from tile(
        known("restore_automatic"),
        hide_state=True,
        features=[{"type": "button"}],
        grid_options={"columns": "full"},
    )


def _schedule(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    """Return the week grid, where the battery has a schedule that is shown."""
    schedule = battery.entities.get("schedule")
    calendar = badge(schedule, show_state=False, show_icon=True)
    yield heading(texts.get("headings", "schedule"), "mdi:calendar-week", badges=calendar)
    if battery.has_schedule and battery.device_id is not None:
        yield {"type": WEEK, "device_id": battery.device_id}


def _history(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    entities = battery.entities
    yield heading(texts.get("headings", "history"), "mdi:chart-line")
    found = [{"entity": entities[key]} for key in ("soc", "battery_power") if key in entities]
    if found:
        yield full_width({"type": "history-graph", "entities": found, "hours_to_show": 24})


def _others(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    rest = [
        {"entity": entity_id, "name": {"type": "entity"}}
        for key, entity_id in sorted(battery.entities.items())
        if key not in _SHOWN
    ]
    yield heading(texts.get("headings", "readings"), "mdi:gauge")
    if rest:
        yield full_width({"type": "entities", "entities": rest})


def _connection(battery: BatteryInventory, texts: DashboardTexts) -> Iterable[Card]:
    entities = battery.entities
    yield heading(texts.get("headings", "connection"), "mdi:wifi")
    found = [
        {"entity": entities[key], "name": {"type": "entity"}}
        for key in _CONNECTION
        if key in entities
    ]
    if found:
        yield full_width({"type": "entities", "entities": found})
    if battery.device_id is not None:
        yield {
            "type": "button",
            "name": texts.get("buttons", "device"),
            "icon": "mdi:devices",
            "tap_action": navigate(f"/config/devices/device/{battery.device_id}"),
            "grid_options": {"columns": 6, "rows": 2},
        }
