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
    """Of each battery by itself, through any restart; a later day begins anew."""
    memory = DepartureMemory()
    for key, later in sorted(departures, key=lambda each: each[1]):
        memory.count(key, _TODAY.replace(day=17 + later))
        memory = DepartureMemory.restore(StoredPart(memory.store()))
    last = max((later for _, later in departures), default=0)
    found = [key for key, later in departures if later == last]
    for key in "ab":
        assert memory.of(key, _TODAY.replace(day=17 + last)) == found.count(key)
        assert memory.of(key, _TODAY.replace(day=25)) == 0


@pytest.mark.parametrize(
    "stored", [{}, {"day": 3, "made": {"a": 1}}, {"day": "2026-11-17", "made": {"a": -1, "b": "x"}}]
)
def test_what_cannot_be_read_is_no_departure(stored: dict[str, Any]) -> None:
    """Nor what was stored by a version without it."""
    memory = ControlMemory.restore(StoredPart({"paused_until": None, "departures": stored}))
    assert memory.departures.of("b", _TODAY) == 0
    assert ControlMemory.restore(StoredPart({"paused_until": None})).departures == DepartureMemory()
    assert "departures" not in ControlMemory().store()
