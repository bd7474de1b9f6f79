"""Powers that a battery does not exceed although more is commanded."""

import asyncio
from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.diagnostics import battery_diagnostics
from custom_components.marstek.battery.proven_power import Plateau, ProvenPower
from custom_components.marstek.limits import PowerLimits
from custom_components.marstek.plan.planner_context import battery_state
from custom_components.marstek.stored import StoredPart
from tests.support.examples import thorough
from tests.support.home import home, specs_of
from tests.support.plan_home import at, plan_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

WEEK = 7 * 86400.0
TABLE = PowerLimits(2500, 2500)
_READ = st.tuples(st.sampled_from([700, 1480, 1500, 1520, 2450]), st.integers(0, 100))


def _charge(proof: ProvenPower, power: int, socs: range, start: float = 0.0) -> float:
    """Read a charge of 2,500 W minute by minute; return when it is over."""
    for number, soc in enumerate(socs):
        start += 60.0 * bool(number)
        proof.look(-2500, -power, soc, 25.0, start)
    return start


def test_a_plateau_at_three_states_of_charge_is_a_limit() -> None:
    """It lowers what is counted on, for a week, and is forgotten once more flows."""
    proof = ProvenPower()
    end = _charge(proof, 1500, range(30, 60))
    assert proof.applied(TABLE, end) == PowerLimits(1500, 2500)
    again = ProvenPower.restore(StoredPart(proof.store()))
    assert again.applied(TABLE, end + WEEK - 600) == PowerLimits(1500, 2500)
    assert again.applied(TABLE, end + WEEK) == TABLE
    assert again.of(1).applied(TABLE, end) == TABLE
    end = _charge(proof, 2400, range(30, 36), end)
    assert proof.applied(TABLE, end) == TABLE


@pytest.mark.parametrize("temperature", [5.0, 50.0])
def test_derated_cells_prove_nothing(temperature: float) -> None:
    """Cold and hot cells take less, and so do cells whose power falls as they fill."""
    cold, falling = ProvenPower(), ProvenPower()
    for number in range(60):
        cold.look(-2500, -1500, 20 + number, temperature, 60.0 * number)
        falling.look(-2500, -(2000 - 20 * number), 20 + number, 25.0, 60.0 * number)
    assert cold.applied(TABLE, 3600.0) == falling.applied(TABLE, 3600.0) == TABLE


@thorough
@given(st.lists(_READ, max_size=60), st.integers(0, 3000), st.integers(0, 3000))
def test_no_limit_is_ever_raised(reads: list[tuple[int, int]], charge: int, discharge: int) -> None:
    """Whatever is read, nothing above the table or the owner's limit is allowed."""
    proof, limits = ProvenPower(), PowerLimits(charge, discharge)
    for number, (power, soc) in enumerate(reads):
        proof.look(2500, power, soc, None, 60.0 * number)
        found = proof.applied(limits, 60.0 * number)
        assert found.charge == charge
        assert found.discharge <= discharge


@thorough
@given(st.lists(_READ, max_size=40))
def test_a_limit_needs_nine_reads_that_agree(reads: list[tuple[int, int]]) -> None:
    """A limit is a power that nine short reads in a row at three states of charge agree on."""
    plateau = Plateau()
    for number, (power, soc) in enumerate(reads):
        before = plateau.power
        plateau.look(2500, power, soc, float(number))
        if plateau.power is not None and plateau.power != before:
            short = [each for each in reads[: number + 1] if each[0] < 2125 and 20 <= each[1] < 90]
            agreeing = short[-9:]
            assert len(agreeing) == 9
            assert max(each for each, _ in agreeing) <= 1.11 * min(each for each, _ in agreeing)
            assert plateau.power >= power


@virtual
async def test_a_limit_that_a_hand_command_shows() -> None:
    """Passive with 2,500 W that stays at 1,500 W: counted on by the plan, shown in diagnostics."""
    spec = replace(specs_of("VenusE 3.0", 150, 1)[0], soc=95.0, max_discharge=1500)
    async with home(specs=[spec]) as place:
        await place.add_all()
        battery = place.batteries[0]
        await place.call(battery, "number", "setpoint", value=2500)
        await place.call(battery, "select", "mode", option="passive")
        await asyncio.sleep(2.2 * 3600)
        coordinator = place.entry(battery).runtime_data
        assert coordinator.expected_limits == PowerLimits(2500, 1500)
        assert coordinator.limits == TABLE
        shown = battery_diagnostics(coordinator)["power_limits"]
        assert shown["discharge"] == {"table": 2500, "observed": 1500}
        await place.restart()
        await asyncio.sleep(60)
        assert place.entry(battery).runtime_data.expected_limits == PowerLimits(2500, 1500)
        battery.update_firmware(151)
        battery.reboot()
        await asyncio.sleep(2 * 3600)
        assert place.entry(battery).runtime_data.expected_limits == TABLE


@at(2026, 3, 12, 21, 40)
async def test_the_plan_counts_on_what_the_battery_takes() -> None:
    """A red eve's charge shows the limit; the next expectation and orders are within it."""
    spec = replace(specs_of("VenusE 3.0", 150, 1)[0], soc=14.0, max_charge=800)
    async with plan_home(specs=[spec], options={"red_power": 2500}) as place:
        await place.until(5, 40)
        (executor,) = place.control.participants.executors.values()
        assert executor.battery.expected_limits.charge == 800
        assert executor.battery.limits.charge == 2500
        assert {
            entry.doubt for entry in executor.battery.parts.memory.schedule.entries.values()
        } == {None}
        state = battery_state(executor.battery, is_complete=False)
        assert state.max_charge == 800
