"""The journal of the plan, driven by what is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.plan.journal import MOST_ENTRIES, Journal, JournalEntry
from custom_components.marstek.plan.plan_data import ControlState, PlanData, Totals
from custom_components.marstek.planner import Action, Reason, Step

NOW = datetime(2026, 11, 16, 21, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shown(action: Action, reason: Reason, charged: float | None = 0.0) -> PlanData:
    """Return what the plan shows in a step."""
    step = Step(NOW, NOW + 8 * HOUR, action, reason, sent=2000, target=100.0)
    totals = Totals(soc=60.4, charged=charged, discharged=100.0)
    states = {Action.CHARGE: ControlState.CHARGING, Action.HOLD: ControlState.HOLD}
    return PlanData(
        state=states.get(action, ControlState.SELF_CONSUMPTION),
        step=step,
        totals=totals,
        failing=frozenset({"a"}) if action is Action.CHARGE else frozenset(),
        members={"a": "Cellar"},
    )


def test_a_night() -> None:
    """A charge is kept with what it drew, whom it failed with, and the state of charge."""
    journal = Journal()
    charge = shown(Action.CHARGE, Reason.RED_TOMORROW, 1000.0)
    assert journal.look(charge, NOW) is False
    grown = replace(charge, totals=replace(charge.totals, charged=6000.0))
    assert journal.look(grown, NOW + HOUR) is False
    assert journal.running is not None
    assert (journal.running.start, journal.running.charged) == (NOW, 5000.0)
    hold = shown(Action.HOLD, Reason.TARGET_REACHED, 7000.0)
    assert journal.look(hold, NOW + 2 * HOUR) is True
    (entry,) = journal.entries
    assert (entry.charged, entry.soc, entry.failing) == (6000.0, 60, ("Cellar",))
    assert (entry.start, entry.end) == (NOW, NOW + 2 * HOUR)
    assert len(journal.between(NOW, NOW + 3 * HOUR)) == 2


def test_a_restart_goes_on() -> None:
    """A step that a restart cut in two is one, with the energy that was seen in both parts."""
    before = Journal()
    charge = shown(Action.CHARGE, Reason.RED_TOMORROW, 1000.0)
    before.look(charge, NOW)
    before.look(replace(charge, totals=replace(charge.totals, charged=2000.0)), NOW + HOUR)
    stored = json.loads(json.dumps(before.store()))
    after = Journal(JournalEntry.restore(each) for each in stored)
    later = replace(charge, totals=replace(charge.totals, charged=2500.0))
    after.look(later, NOW + HOUR + timedelta(minutes=2))
    after.look(replace(later, totals=replace(later.totals, charged=4000.0)), NOW + 2 * HOUR)
    assert list(after.entries) == []
    assert after.running is not None
    assert (after.running.start, after.running.charged) == (NOW, 2500.0)


def test_after_a_long_gap() -> None:
    """What happened while nobody looked is not made up."""
    journal = Journal()
    charge = shown(Action.CHARGE, Reason.RED_TOMORROW)
    journal.look(charge, NOW)
    journal.look(charge, NOW + HOUR)
    journal.close(None, NOW + 9 * HOUR)
    journal.look(charge, NOW + 9 * HOUR)
    (entry,) = journal.entries
    assert entry.end == NOW + HOUR
    assert journal.running is not None
    assert journal.running.start == NOW + 9 * HOUR


@pytest.mark.parametrize("state", [ControlState.OFF, ControlState.PAUSED])
def test_nothing_is_noted_while_nothing_is_commanded(state: ControlState) -> None:
    """A plan that only thinks has done nothing."""
    journal = Journal()
    for hours in range(5):
        journal.look(
            replace(shown(Action.HOLD, Reason.CHEAP_NIGHT), state=state), NOW + hours * HOUR
        )
    assert journal.store() == []


steps = st.tuples(
    st.sampled_from([Action.AUTO, Action.HOLD, Action.CHARGE]),
    st.sampled_from([Reason.RED_TOMORROW, Reason.CHEAP_NIGHT]),
    st.one_of(st.none(), st.floats(0, 1e6)),
    st.integers(-3600, 36000),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=30))
def test_any_history(history: list[tuple[Action, Reason, float | None, int, bool]]) -> None:
    """Whatever counters and clocks do: bounded, readable again, no negative energy or length."""
    journal, now = Journal(), NOW
    for action, reason, charged, seconds, restarts in history:
        now += timedelta(seconds=seconds)
        journal.look(shown(action, reason, charged), now)
        if restarts:
            stored = json.loads(json.dumps(journal.store()))
            journal = Journal(JournalEntry.restore(each) for each in stored)
    for entry in journal.between(NOW - 999 * HOUR, now + 999 * HOUR):
        assert entry.end >= entry.start
        assert entry.charged is None or entry.charged >= 0
        assert JournalEntry.restore(json.loads(json.dumps(entry.store()))).start == entry.start
    assert len(journal.entries) <= MOST_ENTRIES


def test_what_an_earlier_version_has_stored() -> None:
    """The end of a step was a moment then; a length that can't be is refused, and so is none."""
    start = {"start": NOW.isoformat(), "action": "hold", "reason": "cheap_night"}
    ended = JournalEntry.restore(start | {"end": (NOW + HOUR).isoformat()})
    assert ended == JournalEntry.restore(start | {"seconds": 3600})
    assert ended.end == NOW + HOUR
    assert "power" not in ended.store()
    for wrong in ({}, {"seconds": -1}, {"seconds": 10**12}, {"seconds": "1"}):
        with pytest.raises(ValueError, match=r"Not a"):
            JournalEntry.restore(start | wrong)
    late = {**start, "start": "9999-01-01T00:00:00Z", "seconds": 3 * 10**7}
    assert JournalEntry.restore(late).end.year == 9999
