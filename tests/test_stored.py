"""Stored files of which any part may be something else: nothing else is lost, and all starts."""

from dataclasses import replace
import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st
from hypothesis.strategies import DrawFn

from custom_components.marstek.battery.commanded import BackTo, Commanded, KeptUp
from custom_components.marstek.battery.energy import EnergyMeter
from custom_components.marstek.battery.held_power import HeldPower, Share
from custom_components.marstek.battery.leave import Leave
from custom_components.marstek.battery.memory import Chosen, Lost, Memory, StoredTrial, TrialResult
from custom_components.marstek.battery.mode_requests import BatteryCommand, SafetyNet, SlotWindow
from custom_components.marstek.battery.observed import Observed
from custom_components.marstek.battery.settings import SettingsData
from custom_components.marstek.battery.slot_mirror import Doubt, Mirror, MirrorEntry, Unfinished
from custom_components.marstek.limits import PowerLimits
from custom_components.marstek.plan.control_memory import FOR_EVER, ControlMemory, EnergyTotals
from custom_components.marstek.plan.forecast_record import ForecastRecord, ForecastScore
from custom_components.marstek.plan.fullness import Fullness
from custom_components.marstek.plan.memory import PlanMemory
from custom_components.marstek.plan.outside_forecast import OutsideForecast
from custom_components.marstek.planner import Action, Override
from custom_components.marstek.planner.habits import Habits
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.tempo import Announcement, Colour, Guess, PriceBook, Source
from custom_components.marstek.tempo.request_budget import RequestBudget
from custom_components.marstek.venus import Mode, Scale, Slot

NOW = dt.datetime(2026, 11, 26, 22, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
MAC = "02aabbcc0101"

numbers = st.one_of(
    st.integers(-(10**400), 10**400),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([-5000, 99, -1, -400, 0, 1, 101]),
)
texts = st.one_of(
    st.sampled_from(["\n\x1b[31m", "\u202e", "x" * 300]),
    st.text(max_size=20),
    st.datetimes().map(dt.datetime.isoformat),
    st.datetimes(timezones=st.timezones(), allow_imaginary=False).map(dt.datetime.isoformat),
    st.dates().map(dt.date.isoformat),
    st.sampled_from(["Auto", "Passive", "auto", "nan", "9999-12-31T23:59:59-12:00"]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


def battery_file() -> dict[str, Any]:
    """Return a battery's file that has everything."""
    meter = EnergyMeter(9000.0, 8900.0, 1.8e9, 200.0, 1.8e9, 50.0, 20.0, 3.0, 1, True, 9.0, 8.0)
    memory = Memory(
        charged=meter,
        discharged=EnergyMeter(total=5000.0),
        setpoint=-800,
        commanded=replace(
            Commanded.run(-800, BackTo(Mode.MANUAL, 100, Mode.AI, by_owner=True), NOW, 80),
            kept=KeptUp(TODAY, NOW),
        ),
        slots={6, 7},
        chosen=Chosen(Mode.MANUAL, 300),
        was_silent=True,
        lost=Lost(Chosen(Mode.AI), SettingsData(88, 1, 0)),
        trial=StoredTrial(150, TrialResult.PROVEN),
        leave=Leave(NOW, 1800.0),
        observed=Observed(142, {Scale.STORED_ENERGY: 1.0}),
        settings=SettingsData(70, 0, 1),
    )
    memory.efficiency.value = 0.85
    memory.held_power = HeldPower(150, {"charge_400": Share(0.94, 8)}, 0.97)
    slots = [Slot(number, "10:00", "11:00", 127, 200) for number in (0, 3)]
    memory.schedule = Mirror(
        {slot.number: MirrorEntry(slot, NOW, True, Doubt.BACKUP, NOW) for slot in slots},
        is_backup=True,
        before_backup=Mode.AUTO,
        unfinished=Unfinished(Mode.PASSIVE, 20),
    )
    return as_read(memory.store())


def plan_file() -> dict[str, Any]:
    """Return a plan's file that has everything."""
    net = SafetyNet(TODAY, dt.time(6), dt.time(22), 200)
    window = SlotWindow(NOW, NOW + dt.timedelta(hours=5), net)
    batteries = frozenset({MAC})
    control = ControlMemory(
        paused_until=NOW + dt.timedelta(hours=3),
        overrides=[
            Override(Action.CHARGE, NOW + dt.timedelta(hours=1), 500, 80.0, 20.0, batteries),
            Override(Action.CHARGE, NOW + dt.timedelta(hours=2)),
        ],
        standing_back={MAC: NOW + dt.timedelta(hours=2), "02aabbcc0102": NOW},
        complete={MAC: NOW},
        fullness={
            MAC: Fullness(NOW, NOW, 97.0, NOW, NOW, NOW, 2),
            "02aabbcc0102": Fullness(),
        },
        filling_since=NOW,
        taken_over={MAC},
        orders={MAC: BatteryCommand(-800, window), "02aabbcc0102": BatteryCommand(0, until=NOW)},
        full_day=TODAY,
        was_full=True,
        doubts={MAC: "clock"},
        active={"low_soc 1"},
        alerted={"full": TODAY},
        energy=EnergyTotals(70000.0, 60000.0, {MAC: (1.0, 2.0)}),
    )
    memory = PlanMemory(
        announced={TODAY: Colour.RED},
        missed=TODAY,
        control=control,
        unpriced_for=dt.timedelta(hours=1),
        silent_for=dt.timedelta(hours=2),
        prices=PriceBook({1_982_000 + number: 0.1 for number in range(20)}),
        client={"spread": 0.5, "calls": {"rte": 3}, "last_asked": NOW.isoformat()},
        outside=OutsideForecast({TODAY: Guess(Colour.RED, 0.67)}, NOW),
        forecast=ForecastRecord(
            ForecastScore(TODAY - dt.timedelta(days=40), TODAY, 38, 33, 6.1234),
            {TODAY + dt.timedelta(days=1): {Colour.BLUE: 0.5, Colour.WHITE: 0.3, Colour.RED: 0.2}},
        ),
    )
    memory.book.learn([Announcement(TODAY, Colour.RED, Source.RTE, NOW)])
    return as_read(memory.store())


def as_read(stored: object) -> dict[str, Any]:
    """Return what is in a file once it is read again."""
    found: dict[str, Any] = json.loads(json.dumps(stored))
    return found


def older_file(version: str, name: str) -> dict[str, Any]:
    """Return a file as a version of the integration has written it, see tests/data/README.md."""
    path = Path(__file__).parent / "data" / "stored" / version / f"{name}.json"
    return as_read(json.loads(path.read_text("utf-8")))


def test_battery_file_of_the_first_version() -> None:
    """All that it knew is known: a person's choice goes before what the plan had set earlier."""
    older = older_file("0.1.0", "battery")
    root = StoredPart(older)
    memory = Memory.restore(root)
    restored = as_read(memory.store())
    assert not root.damaged
    changed = {"is_planned", "hold", "run"}
    assert {key: restored[key] for key in older.keys() - changed} == {
        key: older[key] for key in older.keys() - changed
    }
    assert restored["run"] == older["run"] | {"is_stray": False}
    assert restored["hold"] == older["hold"] | {"before": "Auto"}
    commanded = memory.commanded
    assert commanded.is_running
    assert (commanded.power, commanded.target, commanded.until) == (-800, 80, NOW)
    assert commanded.back_to == BackTo(Mode.MANUAL, 100, Mode.AI, by_owner=True)
    assert commanded.keeps(Mode.PASSIVE)


def test_plan_file_of_the_first_version() -> None:
    """All that it knew is known but since when prices are missing, which counted time without a run."""
    older = older_file("0.1.0", "plan")
    root = StoredPart(older)
    control = older["control"]
    told = {"control": control | {"taken_over": sorted(control["orders"])}}
    del older["unpriced_since"]
    new = {"currency": None, "unpriced_for": None}
    assert as_read(PlanMemory.restore(root).store()) == older | new | told
    assert not root.damaged


@st.composite
def damaged(draw: DrawFn, valid: dict[str, Any]) -> tuple[dict[str, Any], tuple[Any, ...]]:
    """Return a copy in which any one part is anything, and the path of it."""
    copy = as_read(valid)
    inner: Any = copy
    path: list[Any] = []
    while True:
        keys = sorted(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = draw(st.sampled_from(keys))
        path.append(key)
        if not isinstance(inner[key], (dict, list)) or not inner[key] or draw(st.booleans()):
            inner[key] = draw(anything)
            return copy, tuple(path)
        inner = inner[key]


def check_neighbours(valid: Any, restored: Any, path: tuple[Any, ...]) -> None:
    """Look at all that is beside the path."""
    first, rest = path[0], path[1:]
    # A pause that can't be read is assumed, and that is noted beside it.
    changed = {first, "is_pause_assumed"} if first == "paused_until" else {first}
    assert {key: value for key, value in restored.items() if key not in changed} == {
        key: value for key, value in valid.items() if key not in changed
    }
    if first == "control" and rest:
        check_neighbours(valid[first], restored[first], rest)


@settings(max_examples=1500, deadline=None)
@given(damaged(battery_file()))
def test_battery_keeps_what_is_not_damaged(case: tuple[dict[str, Any], tuple[Any, ...]]) -> None:
    """One value that is something else costs nothing beside it, and what is left can be used."""
    stored, path = case
    memory = Memory.restore(StoredPart(stored))
    restored = as_read(memory.store())
    check_neighbours(battery_file(), restored, path)
    assert as_read(Memory.restore(StoredPart(restored)).store()) == restored
    memory.limit(PowerLimits(2500, 2500))
    for meter in (memory.charged, memory.discharged, memory.solar):
        meter.add_power(100.0, 1.8e9 + 60, resolution=10.0)
        meter.add_counter(9000.0, 1.8e9 + 60, resolution=10.0, max_power=2500.0)
        assert 0 <= meter.total < 1e13
    assert memory.slots <= set(range(10))
    memory.schedule.of_owner()
    memory.commanded.is_past(NOW)
    if path == ("charged",) or path[:2] == ("charged", "total"):
        # Either what is now there can be a total, or the battery's own counter is.
        assert memory.charged.total >= 8900 or not stored["charged"]["total"] < 0


@settings(max_examples=1500, deadline=None)
@given(damaged(plan_file()))
def test_plan_keeps_what_is_not_damaged(case: tuple[dict[str, Any], tuple[Any, ...]]) -> None:
    """One value that is something else costs nothing beside it, and what is left can be used."""
    stored, path = case
    root = StoredPart(stored)
    memory = PlanMemory.restore(root)
    restored = as_read(memory.store())
    check_neighbours(plan_file(), restored, path)
    assert as_read(PlanMemory.restore(StoredPart(restored)).store()) == restored
    control = memory.control
    if path in {("control",), ("control", "paused_until")} and root.damaged:
        assert control.paused_until == FOR_EVER
        assert control.is_pause_assumed
    control.forget(NOW)
    control.energy.count(MAC, 5.0, 6.0)
    assert control.energy.charged is None or control.energy.charged >= 0
    for order in control.orders.values():
        assert order.mode
    ledger = RequestBudget(0.5)
    ledger.restore(memory.client)
    ledger.turn(NOW)
    memory.prices.known_until(NOW)
    memory.forecast.settle(TODAY + dt.timedelta(days=1), {TODAY + dt.timedelta(days=1): Colour.RED})
    assert memory.forecast.score is None or 0 <= memory.forecast.score.brier <= 2


@settings(max_examples=300, deadline=None)
@given(anything)
def test_anything_is_habits_or_none(stored: object) -> None:
    """What can't be habits is none."""
    found = Habits.restore(stored, dt.UTC)
    assert found is None or found.days >= 0


def test_texts_of_a_file_can_be_logged_and_shown() -> None:
    """Control characters and texts without end are damage, in values as in names."""
    stored = plan_file()
    control = stored["control"]
    control["overrides"][0]["batteries"] = ["\x1b[31m"]
    control["active"] = ["low_soc 1", "x" * 300]
    control["doubts"] = {MAC: "clock", "a\nb": "clock"}
    root = StoredPart(stored)
    restored = PlanMemory.restore(root).control
    assert root.damaged == ["control.overrides.0", "control.doubts.a?b", "control.active.1"]
    assert len(restored.overrides) == 1
    assert restored.active == {"low_soc 1"}
    assert restored.doubts == {MAC: "clock"}


def test_valid_files_are_read_as_they_are() -> None:
    """Files without damage are restored in full, and nothing is reported."""
    for valid, restore in ((battery_file(), Memory.restore), (plan_file(), PlanMemory.restore)):
        root = StoredPart(valid)
        assert as_read(restore(root).store()) == valid
        assert root.damaged == []


def test_damage_within_books_is_named() -> None:
    """Colours, prices and the calls of the sources are read by a library, which names what it drops."""
    stored = plan_file()
    days = stored["book"]["days"]
    kept = len(days)
    stored["book"]["days"] = {**days, "2026-13-01": next(iter(days.values())), "2026-11-02": 7}
    stored["prices"] = {**stored["prices"], "never": [1.0], "2026-11-20T00:00:00+00:00": [0.1, "x"]}
    stored["client"] = {
        **stored["client"],
        "last_asked": "soon",
        "calls": {"rte": "many"},
        "history": {"2025-2026": {"at": 5}, "2024-2025": []},
    }
    stored["announced"] = {**stored["announced"], "some day": "red"}
    root = StoredPart(stored)
    memory = PlanMemory.restore(root)
    assert sorted(root.damaged) == [
        "announced.some day",
        "book.days.2026-11-02",
        "book.days.2026-13-01",
        "client.calls.rte",
        "client.history.2024-2025",
        "client.history.2025-2026.at",
        "client.last_asked",
        "prices.2026-11-20T00:00:00+00:00",
        "prices.never",
    ]
    assert len(memory.book.store()["days"]) == kept
    assert PlanMemory.restore(StoredPart({"book": {"days": []}})).book.store() == {"days": {}}


def test_an_empty_override_costs_itself_only() -> None:
    """The pause, orders and totals outlive an override that can't be read."""
    stored = plan_file()
    stored["control"]["overrides"] = [{}]
    root = StoredPart(stored)
    control = PlanMemory.restore(root).control
    assert root.damaged == ["control.overrides.0"]
    assert control.overrides == []
    assert control.paused_until == NOW + dt.timedelta(hours=3)
    assert control.orders.keys() == {MAC, "02aabbcc0102"}
    assert control.energy.charged == 70000


def test_impossible_values_are_dropped() -> None:
    """Values out of their range are reported and are not believed."""
    stored = battery_file()
    stored["charged"]["total"] = -5000
    stored["slots"] = [99, 6, -1]
    stored["settings"]["depth_of_discharge"] = -400
    root = StoredPart(stored)
    memory = Memory.restore(root)
    assert root.damaged == [
        "charged.total",
        "slots.0",
        "slots.2",
        "settings.depth_of_discharge",
    ]
    assert memory.slots == {6}
    assert memory.settings == SettingsData(None, 0, 1)
    assert memory.charged.shown_total is None
    memory.charged.add_power(300.0, 1.8e9, resolution=10.0)
    assert memory.charged.shown_total is None
    memory.charged.add_counter(9100.0, 1.8e9, resolution=10.0, max_power=2500.0)
    assert memory.charged.shown_total == 9100
