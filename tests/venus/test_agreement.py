"""Whether a measured power is what was asked for: one table, for proofs and for watches."""

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.venus import Purpose, agrees, is_idle
from custom_components.marstek.venus.agreement import EMPTY_BELOW, FULL_FROM, may_stand_still

POWERS = st.integers(-2500, 2500)
SOCS = st.none() | st.integers(0, 100)
PURPOSES = st.sampled_from(Purpose)


@given(POWERS, SOCS, PURPOSES)
def test_what_was_asked_for_agrees(asked: int, soc: int | None, purpose: Purpose) -> None:
    """The power itself is never a deviation, whatever it is compared for."""
    assert agrees(asked, asked, soc, purpose)


@given(POWERS, POWERS, SOCS)
def test_a_watch_believes_what_a_proof_believes(asked: int, power: int, soc: int | None) -> None:
    """A command that was proven is not put back a minute later."""
    if agrees(asked, power, soc, Purpose.PROOF):
        assert agrees(asked, power, soc, Purpose.WATCH)


@given(POWERS, POWERS, SOCS, PURPOSES)
def test_directions_are_alike(asked: int, power: int, soc: int | None, purpose: Purpose) -> None:
    """But for full and empty cells, charging and discharging are compared alike."""
    if soc is None or EMPTY_BELOW < soc < FULL_FROM:
        assert agrees(asked, power, soc, purpose) is agrees(-asked, -power, soc, purpose)


@given(st.integers(200, 2500), POWERS, SOCS, PURPOSES)
def test_the_other_direction_never_agrees(
    asked: int, power: int, soc: int | None, purpose: Purpose
) -> None:
    """Discharging is no charging, however small the share."""
    if power < -purpose.value.around(asked):
        assert not agrees(asked, power, soc, purpose)


@given(POWERS, POWERS, SOCS, PURPOSES)
def test_nearer_agrees_as_well(asked: int, power: int, soc: int | None, purpose: Purpose) -> None:
    """What agrees goes on to agree on its way to what was asked for."""
    if agrees(asked, power, soc, purpose):
        assert agrees(asked, (asked + power) / 2, soc, purpose)


@pytest.mark.parametrize(
    ("asked", "power", "in_proof", "in_watch"),
    [
        (0, 100, True, True),
        (0, 120, False, False),
        (-1000, -760, False, True),
        (-1000, -60, False, True),
        (-1000, 0, False, False),
        (2500, 3100, False, True),
        (2500, 3300, False, False),
    ],
)
def test_cases(asked: int, power: int, in_proof: bool, in_watch: bool) -> None:
    """Half full cells: all watches give the same answer, and hold 0 W as the proof does."""
    assert agrees(asked, power, 80, Purpose.PROOF) is in_proof
    assert agrees(asked, power, 80, Purpose.WATCH) is in_watch


@given(POWERS.filter(bool), SOCS)
def test_a_standstill_is_excused_by_the_cells(asked: int, soc: int | None) -> None:
    """Full cells need not charge, empty ones need not discharge; a watch excuses both."""
    assert is_idle(0)
    if abs(asked) > 150:
        assert agrees(asked, 0, soc, Purpose.WATCH) is may_stand_still(asked, soc)
