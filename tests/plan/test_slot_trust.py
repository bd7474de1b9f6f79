"""Trust in the slots of one battery: which remedy follows which finding, and what each one shows."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.mode_requests import BatteryCommand
from custom_components.marstek.plan.execution_report import DOUBTS, Outcome
from custom_components.marstek.plan.slot_trust import Diagnosis, Remedy, SlotTrust

_WINDOW: Any = object()
_BY_SLOT = BatteryCommand(-1000, _WINDOW)
_BY_COUNTDOWN = BatteryCommand(-1000)
_REPEAT, _REST = Diagnosis(Remedy.REPEAT), Diagnosis(Remedy.REST)


def _trust(*, may_rewrite: bool = True) -> SlotTrust:
    return SlotTrust(may_rewrite=may_rewrite)


def _idle(trust: SlotTrust, *, is_clock_proven: bool = False) -> Diagnosis:
    return trust.idle(_BY_SLOT, is_clock_proven=is_clock_proven)


def _doubt(trust: SlotTrust) -> Outcome | None:
    return trust.doubt


def _expects(trust: SlotTrust) -> bool:
    return trust.expects_power


def _probed() -> SlotTrust:
    """Return one whose slot acted, stopped, took nothing anew, and is being tried by countdown."""
    trust = _trust()
    assert not trust.slot_acted()
    assert trust.stopped(_BY_SLOT) == _REPEAT
    assert _idle(trust, is_clock_proven=True) == Diagnosis(Remedy.COUNTDOWN)
    assert trust.doubt is Outcome.CLOCK_WRONG
    return trust


def test_a_slot_that_never_acts() -> None:
    """The clock is blamed at once, and acquitted where a countdown does no better."""
    trust = _trust()
    assert _idle(trust) == Diagnosis(Remedy.COUNTDOWN, Outcome.CLOCK_WRONG)
    assert (_doubt(trust), trust.is_clock_open, _expects(trust)) == (
        Outcome.CLOCK_WRONG,
        False,
        True,
    )
    found = trust.idle(_BY_COUNTDOWN, is_clock_proven=True)
    assert found == Diagnosis(Remedy.REST, Outcome.SLOTS_RIGHT)
    assert _doubt(trust) is None
    assert not trust.expects_power


def test_a_slot_that_stops() -> None:
    """It is written anew once: power that flows again shows that somebody had disabled it."""
    trust = _trust()
    assert trust.stopped(_BY_SLOT) == _REPEAT
    assert not _expects(trust)
    assert trust.slot_acted()
    assert not trust.slot_acted()
    assert _expects(trust)
    assert _idle(trust) == _REPEAT
    assert _idle(trust) == _REST
    assert trust.stopped(_BY_SLOT) == _REST


def test_a_countdown_is_proof_against_the_clock_once() -> None:
    """What the cells take by countdown they would have taken by a slot."""
    trust = _probed()
    assert trust.countdown_acted()
    assert not trust.countdown_acted()
    assert trust.doubt is Outcome.CLOCK_WRONG
    assert trust.expects_power


def test_full_cells_take_nothing_by_countdown_either() -> None:
    """So the slots are right; the countdown is not tried again in this window."""
    trust = _probed()
    found = trust.idle(_BY_COUNTDOWN, is_clock_proven=True)
    assert found == Diagnosis(Remedy.REST, Outcome.SLOTS_RIGHT)
    assert _idle(trust, is_clock_proven=True) == _REST


@pytest.mark.parametrize("order", [_BY_SLOT, _BY_COUNTDOWN])
def test_beside_the_sun_nothing_is_written_anew(order: BatteryCommand) -> None:
    """Nor is it where no slot carries the order out."""
    trust = _trust(may_rewrite=order is not _BY_SLOT)
    assert trust.stopped(order) == _REST
    assert not trust.expects_power


def test_passive_that_is_not_followed() -> None:
    """No slot is to blame: it is sent again."""
    trust = _trust()
    failed = Diagnosis(Remedy.REPEAT, Outcome.FAILED)
    assert trust.distrust(Outcome.FOREIGN_SLOTS, _BY_COUNTDOWN) == failed
    assert trust.idle(_BY_COUNTDOWN, is_clock_proven=True) == failed
    assert trust.doubt is None


def test_a_new_window() -> None:
    """A doubt outlasts it, the clock may be tried once, and cells may take something again."""
    trust = _trust()
    assert _idle(trust).outcome is Outcome.CLOCK_WRONG
    trust.begin_window()
    assert (_doubt(trust), trust.is_clock_open) == (Outcome.CLOCK_WRONG, True)
    trust.clock_tried()
    assert (_doubt(trust), trust.is_clock_open) == (Outcome.CLOCK_WRONG, False)
    trust = _trust()
    assert trust.stopped(_BY_COUNTDOWN) == _REST
    trust.begin_window()
    assert trust.expects_power


def test_a_probe_ends_with_its_window() -> None:
    """What a battery takes by countdown hours later shows nothing, and nobody was told of a doubt."""
    trust = _probed()
    trust.begin_window()
    assert trust.doubt is None
    assert not trust.countdown_acted()


def test_a_probe_ends_with_its_doubt() -> None:
    """Where its slots are trusted again, or others are found in the way, its clock is not blamed."""
    trust = _probed()
    trust.doubt = None
    assert not trust.countdown_acted()
    trust = _probed()
    found = trust.distrust(Outcome.FOREIGN_SLOTS, _BY_SLOT)
    assert found == Diagnosis(Remedy.COUNTDOWN, Outcome.FOREIGN_SLOTS)
    assert not trust.countdown_acted()


def _happens(trust: SlotTrust, event: str, order: BatteryCommand) -> Diagnosis | None:
    """Have something happen to an order; return what is to be done about it."""
    match event:
        case "idle" | "proven":
            return trust.idle(order, is_clock_proven=event == "proven")
        case "stopped":
            return trust.stopped(order)
        case "other":
            return trust.distrust(Outcome.FOREIGN_SLOTS, order)
        case "window":
            trust.begin_window()
        case "tried":
            trust.clock_tried()
        case "trusted":
            trust.doubt = None
        case _:
            assert not trust.countdown_acted() or trust.doubt is Outcome.CLOCK_WRONG
            if order is _BY_SLOT:
                trust.slot_acted()
    return None


_EVENTS = ["acts", "idle", "proven", "stopped", "other", "window", "tried", "trusted"]


@given(st.lists(st.sampled_from(_EVENTS), max_size=40), st.booleans())
def test_any_history(events: list[str], may_rewrite: bool) -> None:
    """Orders go by countdown while slots are in doubt: no slot is written anew twice in vain."""
    trust, rewritten, flows = _trust(may_rewrite=may_rewrite), 0, False
    for event in events:
        if (flows and event in ("idle", "proven")) or (event == "stopped" and not flows):
            # Power that has flowed since the order stops, and else it is idle.
            continue
        before = trust.doubt
        order = _BY_SLOT if before is None else _BY_COUNTDOWN
        found = _happens(trust, event, order)
        assert trust.doubt is None or trust.doubt in DOUBTS
        if found is None:
            flows |= event == "acts"
            rewritten = 0 if event in ("acts", "window") else rewritten
            continue
        flows = False
        if order is _BY_SLOT:
            rewritten += found.remedy is Remedy.REPEAT
            assert rewritten <= 1
            assert (found.remedy is Remedy.COUNTDOWN) is (trust.doubt is not before)
        if found.remedy is Remedy.REST:
            assert not trust.expects_power
