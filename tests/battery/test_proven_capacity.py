"""Capacities that contradict what the battery names: the energy that flows decides."""

import asyncio
from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.diagnostics import battery_diagnostics
from custom_components.marstek.battery.proven_capacity import ProvenCapacity
from tests.support.examples import thorough
from tests.support.home import home, specs_of
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _live(proof: ProvenCapacity, true: float, efficiency: float, named: float, swings: int) -> None:
    """Charge and discharge between 20 and 85 %, percent by percent."""
    charged = discharged = 0.0
    proof.add(charged, discharged, 20, named=named, complete=True)
    for swing in range(swings):
        rises = swing % 2 == 0
        for soc in range(21, 86) if rises else range(84, 19, -1):
            charged += true / 100 / efficiency * rises
            discharged += true / 100 * efficiency * (not rises)
            proof.add(charged, discharged, soc, named=named, complete=True)


@thorough
@given(
    st.sampled_from([2080.0, 2560.0]),
    st.integers(1, 3),
    st.integers(1, 3),
    st.floats(0.88, 0.97),
)
def test_the_energy_tells_the_packs(pack: float, true: int, named: int, efficiency: float) -> None:
    """Whatever is named, the capacity that is used is right within losses; a right one is kept."""
    proof = ProvenCapacity()
    _live(proof, pack * true, efficiency, pack * named, 6)
    used = proof.value or pack * named
    assert used == pytest.approx(pack * true, rel=0.25)
    if true == named:
        assert proof.value is None
    _live(proof, pack * true, efficiency, pack * true, 6)
    assert proof.value is None


@thorough
@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(0, 100), st.booleans()),
        max_size=60,
    )
)
def test_readings_that_jump_prove_nothing_impossible(
    readings: list[tuple[float, float, int, bool]],
) -> None:
    """Any readings leave a number of packs, or nothing."""
    proof = ProvenCapacity()
    for charged, discharged, soc, complete in readings:
        proof.add(charged, discharged, soc, named=5120.0, complete=complete)
    assert proof.value is None or 2080 <= proof.value <= 6 * 2560


@virtual
async def test_a_battery_that_names_one_pack_of_three() -> None:
    """The plan counts on three, also after a restart; diagnostics show both."""
    spec = replace(specs_of("VenusE 3.0", 150, 1)[0], soc=90.0, rated_wh=3 * 2560, reported_wh=2560)
    async with home(specs=[spec]) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(30)
        assert place.state(battery, "sensor", "rated_capacity") == "2.56"
        await place.call(battery, "select", "mode", option="passive")
        for power in (2000, -2000, 2000, -2000):
            await place.call(battery, "number", "setpoint", value=power)
            await asyncio.sleep(2.4 * 3600)
        assert place.state(battery, "sensor", "rated_capacity") == "7.68"
        shown = battery_diagnostics(place.entry(battery).runtime_data)["capacity"]
        assert shown == {"table": 5120.0, "named": 2560.0, "observed": 7680.0}
        await place.restart()
        await asyncio.sleep(60)
        assert place.state(battery, "sensor", "rated_capacity") == "7.68"
