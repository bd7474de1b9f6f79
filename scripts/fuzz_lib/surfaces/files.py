"""Stored files of batteries, of the plan and of its habits, read as Home Assistant reads them.

A file of the corpus has the kind of file and its data. What was read must be usable, must be
written in a form that is read the same again, and must not keep Home Assistant from writing.
"""

from collections.abc import Callable, Mapping
import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from custom_components.marstek.battery.memory import Memory
from custom_components.marstek.battery.slot_mirror import covers, described
from custom_components.marstek.limits import PowerLimits
from custom_components.marstek.plan.control_memory import FOR_EVER
from custom_components.marstek.plan.memory import PlanMemory
from custom_components.marstek.planner.habits import Habits
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.tempo.request_budget import RequestBudget
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import NoValueError, UnsoundError, require_sound

_NOW: Final = dt.datetime(2026, 11, 26, 22, 30, tzinfo=dt.UTC)
_EPOCH: Final = _NOW.timestamp()
_PARIS: Final = ZoneInfo("Europe/Paris")
_AHEAD: Final = dt.timedelta(hours=48)
_MAC: Final = "02aabbcc0101"
_LONGEST_PATHS: Final = 200
# What a file may hold as text is as long as the file.
_LONGEST: Final = 1 << 20


def _read(document: bytes) -> None:
    try:
        found: Any = orjson.loads(document)
    except orjson.JSONDecodeError as err:
        raise NoValueError from err
    kind, data = (found.get("file"), found.get("data")) if isinstance(found, dict) else ("", found)
    _READERS.get(str(kind), _read_battery)(data)


def _written(restored: Mapping[str, Any]) -> Any:
    """Return what is in a file once it is written and read again."""
    return orjson.loads(orjson.dumps(restored))


def _require_same(first: Any, again: Any) -> None:
    if first != again:
        raise UnsoundError(f"Read otherwise the second time: {first!r:.200} {again!r:.200}")


def _require_named(root: StoredPart) -> None:
    """Check the names of damaged values, which are logged and shown."""
    require_sound(root.damaged[:_LONGEST_PATHS], _LONGEST)


def _read_battery(data: object) -> None:
    root = StoredPart(data or None)
    memory = Memory.restore(root)
    _require_named(root)
    stored = _written(memory.store())
    _require_same(stored, _written(Memory.restore(StoredPart(stored)).store()))
    for meter in (memory.charged, memory.discharged, memory.solar):
        require_sound(meter.shown_total)
        meter.add_power(100.0, _EPOCH, resolution=10.0)
        meter.add_counter(9000.0, _EPOCH, resolution=10.0, max_power=2500.0)
        require_sound(meter.shown_total)
    memory.efficiency.add(9000.0, 8000.0, 50, capacity=5120.0, complete=True)
    require_sound(memory.efficiency.value)
    for entry in memory.schedule.entries.values():
        require_sound(described(entry))
        covers(entry.slot, _NOW)
    memory.schedule.free_slots()
    memory.limit(PowerLimits(2500, 2500))
    memory.commanded.is_past(_NOW)
    memory.commanded.is_reached(50)
    _written(memory.store())


def _read_plan(data: object) -> None:
    root = StoredPart(data or None)
    memory = PlanMemory.restore(root)
    _require_named(root)
    stored = _written(memory.store())
    _require_same(stored, _written(PlanMemory.restore(StoredPart(stored)).store()))
    ledger = RequestBudget(0.5)
    ledger.restore(memory.client)
    ledger.turn(_NOW)
    _written(ledger.store())
    memory.prices.known_until(_NOW)
    require_sound(list(memory.prices.spans(_NOW, _NOW + _AHEAD, _PARIS)))
    memory.book.forget_before(_NOW.date())
    control = memory.control
    if root.is_damaged("control") and control.paused_until != FOR_EVER:
        raise UnsoundError("A pause that could not be read is forgotten")
    control.forget(_NOW)
    control.energy.count(_MAC, 5.0, 6.0)
    require_sound((control.energy.charged, control.energy.discharged))
    for order in control.orders.values():
        require_sound(order)
    require_sound(control.overrides, _LONGEST)
    _written(memory.store())


def _read_habits(data: object) -> None:
    habits = Habits.restore(StoredPart(data or None).contents, _PARIS)
    if habits is None:
        raise NoValueError
    require_sound(habits.forecast(_NOW, _NOW + _AHEAD))
    _require_same(
        _written(habits.store()),
        _written((Habits.restore(habits.store(), _PARIS) or habits).store()),
    )


_READERS: Final[Mapping[str, Callable[[object], None]]] = {
    "battery": _read_battery,
    "plan": _read_plan,
    "habits": _read_habits,
}
FILES: Final = Surface("files", _read, (NoValueError,))
