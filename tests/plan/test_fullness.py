"""When a battery was last full for an hour, and when it is due again."""

import datetime as dt

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.plan.control_memory import ControlMemory
from custom_components.marstek.plan.full_charges import FullCharges
from custom_components.marstek.plan.fullness import Fullness
from custom_components.marstek.plan.own_clock import OwnClock
from custom_components.marstek.plan.plan_options import plan_options
from custom_components.marstek.planner import Action, Reason, Step

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
WEEK = 7 * DAY


def lived(soc: float | None, minutes: int, known: Fullness, start: dt.datetime = NOON) -> Fullness:
    """Look each minute at a battery with a state of charge in %."""
    for minute in range(minutes + 1):
        known.look(soc, start + minute * MINUTE)
    return known


def test_an_hour_at_the_top() -> None:
    """Less is none; a reading that falls a little is no end."""
    known = lived(100, 59, Fullness())
    assert known.last is None
    assert lived(97, 1, known, NOON + HOUR).last == NOON + HOUR


@pytest.mark.parametrize("soc", [94.0, 99.0])
def test_not_full(soc: float) -> None:
    """Only 100 % begins it; below 95 % it is over."""
    assert lived(soc, 120, Fullness()).last is None
    known = lived(100, 30, Fullness())
    known.look(94, NOON + 31 * MINUTE)
    assert known.since is None


def test_cells_that_take_no_more() -> None:
    """Near the top they are full as observed, far below not."""
    known = Fullness()
    known.look(92, NOON, takes_no_more=True)
    assert lived(88, 60, known).last == NOON + HOUR
    known.look(86, NOON + 61 * MINUTE)
    assert known.since is None
    low = Fullness()
    low.look(80, NOON, takes_no_more=True)
    assert low.since is None


def test_a_charge_to_the_full() -> None:
    """It counts from when it was over by observation."""
    known = Fullness()
    known.look(97, NOON)
    known.charged(97, NOON)
    assert lived(97, 60, known).last == NOON + HOUR


def test_silence_is_no_hour_at_the_top() -> None:
    """Who was silent may have been used; a short silence is none."""
    known = Fullness()
    known.look(100, NOON)
    known.look(None, NOON + 5 * MINUTE)
    known.look(100, NOON + 10 * MINUTE)
    assert known.since == NOON
    known.look(100, NOON + 3 * HOUR)
    assert (known.since, known.last) == (NOON + 3 * HOUR, None)


def test_a_charge_waits_for_a_battery_for_an_hour() -> None:
    """One that was removed, or is silent for longer, neither keeps it going nor has failed."""
    memory = ControlMemory(fullness={"a": lived(50, 1, Fullness())}, filling_since=NOON)
    memory.fullness["a"].counted_from = NOON - WEEK
    charges = FullCharges(
        lambda: memory, lambda: plan_options({"full_every": 7}), OwnClock(lambda: 0.0)
    )
    step = Step(NOON, NOON + DAY, Action.HOLD, Reason.CHEAP_NIGHT)
    charges.look({}, NOON + 59 * MINUTE)
    since = list[dt.datetime | None]()
    for minutes in (59, 62):
        charges.note(step, NOON + minutes * MINUTE, is_in_control=True)
        since.append(memory.filling_since)
    assert since == [NOON, None]
    assert memory.fullness["a"].failures == 0


def test_due() -> None:
    """Since it was full, else since the owner wants it; never without an interval."""
    known = Fullness()
    assert known.due(WEEK) is None
    known.want(NOON, is_wanted=True)
    known.want(NOON + DAY, is_wanted=True)
    assert (known.due(None), known.due(WEEK)) == (None, NOON + WEEK)
    lived(100, 60, known, NOON + DAY)
    assert known.due(WEEK) == NOON + DAY + HOUR + WEEK
    known.failed(NOON + 9 * DAY)
    assert known.due(WEEK) == NOON + 9 * DAY + 18 * HOUR
    known.failed(NOON + 10 * DAY)
    assert known.due(WEEK) == NOON + 10 * DAY + 66 * HOUR
    lived(100, 60, known, NOON + 13 * DAY)
    assert (known.tried, known.failures) == (None, 0)
    known.want(NOON, is_wanted=False)
    assert known.counted_from is None


def test_a_clock_that_was_ahead() -> None:
    """A moment of the future becomes the present one."""
    ahead = NOON + 400 * DAY
    known = Fullness(last=ahead, since=ahead, seen=ahead, counted_from=ahead, tried=ahead)
    known.look(50, NOON)
    assert known.last == known.counted_from == known.tried == NOON
    due = known.due(WEEK)
    assert due is not None
    assert due <= NOON + WEEK


_MOMENTS = st.none() | st.timedeltas(-2000 * DAY, 2000 * DAY).map(NOON.__add__)


@given(_MOMENTS, _MOMENTS, _MOMENTS, st.floats(0, 100) | st.none())
def test_never_due_beyond_the_interval(
    last: dt.datetime | None,
    since: dt.datetime | None,
    tried: dt.datetime | None,
    soc: float | None,
) -> None:
    """Whatever the clock has been: what is stored is read back, and nothing is put off for good."""
    known = Fullness(last=last, since=since, tried=tried)
    assert Fullness.read(known.store()) == known
    known.want(NOON, is_wanted=True)
    known.look(soc, NOON)
    due = known.due(WEEK)
    assert due is not None
    assert due <= NOON + WEEK


@pytest.mark.parametrize(
    "stored", [None, 5, "full", {"last": 5}, {"last": "yesterday"}, {"level": 101}]
)
def test_what_can_not_be_read(stored: object) -> None:
    """It is refused."""
    with pytest.raises(ValueError):  # noqa: PT011
        Fullness.read(stored)
