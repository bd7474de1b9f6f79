"""Data of actions and numbers, as templates make them.

A file of the corpus has the name of an action and its data. What a schema accepts goes on to what
the action makes of it before a battery is asked.
"""

import datetime as dt
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from custom_components.marstek import checked
from custom_components.marstek.actions.history import HISTORY_ACTIONS
from custom_components.marstek.actions.plan import PLAN_ACTIONS
from custom_components.marstek.actions.plan_requests import end_of_pause
from custom_components.marstek.actions.power import POWER_ACTIONS
from custom_components.marstek.actions.records import RECORD_ACTIONS
from custom_components.marstek.actions.schedule import SCHEDULE_ACTIONS, period_of
from custom_components.marstek.battery.schedule.timetable import TimetableError, arrange, to_clear
from custom_components.marstek.battery.slot_mirror import SLOTS, Mirror
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import NoValueError, UnsoundError, python_value, require_sound

_NOW: Final = dt.datetime(2026, 11, 26, 22, 30, tzinfo=dt.UTC)
_SCHEMAS: Final = {
    action.name: vol.Schema(action.fields)
    for action in (
        *PLAN_ACTIONS,
        *POWER_ACTIONS,
        *SCHEDULE_ACTIONS,
        *RECORD_ACTIONS,
        *HISTORY_ACTIONS,
    )
}
_CHECKS: Final = (checked.number, checked.rounded, checked.whole, checked.duration)
_MOST: Final = 1e9
# Names of devices and texts are the caller's own.
_LONGEST: Final = 1 << 20
_NAMES: Final = ("device_id", "csv", "battery_id", "time_zone")


def _read(document: bytes) -> None:
    found = python_value(document)
    if not isinstance(found, dict):
        for check in _CHECKS:
            require_sound(check(found))
        return
    name = found.get("action")
    schema = _SCHEMAS.get(name if isinstance(name, str) else "", _SCHEMAS["set_schedule"])
    data = schema(found.get("data"))
    numbers = {key: value for key, value in data.items() if key not in _NAMES}
    require_sound(numbers, _LONGEST)
    _follow(name, data)


def _follow(name: object, data: dict[str, Any]) -> None:
    """Do with data what its action does first."""
    if name == "pause":
        until = end_of_pause(data, _NOW)
        if until is not None and until <= _NOW:
            raise UnsoundError(f"A pause until {until}")
    elif name == "set_schedule":
        periods = [period_of(each) for each in data["slots"]]
        slots = arrange(periods, Mirror(), replace=data["replace"])
        require_sound(slots)
        if len({slot.number for slot in slots}) != len(slots) or len(slots) > SLOTS:
            raise UnsoundError(f"Slots {slots}")
    elif name == "clear_schedule":
        require_sound(to_clear(Mirror(), (6, 7), data.get("slots"), foreign=data["foreign"]))
    for key in ("power", "target", "floor", "soc"):
        if key in data and not -_MOST <= data[key] <= _MOST:
            raise UnsoundError(f"{key} of {data[key]}")


ACTIONS: Final = Surface(
    "actions", _read, (vol.Invalid, HomeAssistantError, TimetableError, NoValueError)
)
