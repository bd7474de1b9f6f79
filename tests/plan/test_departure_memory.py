"""Stored count of departures from Auto: kept over a restart, none of another day, and nothing unreadable."""

from datetime import date
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.plan.control_memory import ControlMemory
from custom_components.marstek.plan.departure_memory import DepartureMemory
from custom_components.marstek.stored import StoredPart

_TODAY = date(2026, 11, 17)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 2)), max_size=20))
def test_a_day_is_counted(departures: list[tuple[str, int]]) -> None:
    """Of each battery by itself, through any restart, and each day by itself."""
    memory = DepartureMemory()
    for key, later in departures:
        memory.count(key, _TODAY.replace(day=17 + later))
        memory = DepartureMemory.restore(StoredPart(memory.store()))
    for key in "ab":
        for later in range(3):
            day = _TODAY.replace(day=17 + later)
            assert memory.of(key, day) == departures.count((key, later))
        assert memory.of(key, _TODAY.replace(day=25)) == 0


def test_few_days_are_kept() -> None:
    """Those on which departures were made last."""
    memory = DepartureMemory()
    for number in range(1, 21):
        memory.count("a", _TODAY)
        memory.count("a", date(2027, 1, number))
    assert memory.of("a", _TODAY) == 20
    assert len(memory.store()["days"]) == 8


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"days": 3},
        {"days": [3, {"day": 3, "made": {"b": 1}}, {"day": "2026-11-17"}]},
        {"days": [{"day": "2026-11-17", "made": {"a": -1, "b": "x"}}]},
    ],
)
def test_what_cannot_be_read_is_no_departure(stored: dict[str, Any]) -> None:
    """Nor what was stored by a version without it."""
    memory = ControlMemory.restore(StoredPart({"paused_until": None, "departures": stored}))
    assert memory.departures.of("b", _TODAY) == 0
    assert ControlMemory.restore(StoredPart({"paused_until": None})).departures == DepartureMemory()
    assert "departures" not in ControlMemory().store()
