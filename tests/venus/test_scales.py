"""Scales by observation: batteries in the simulator that contradict the table of profiles."""

import asyncio
from datetime import datetime
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.venus import (
    BatteryStatus,
    EnergyStatus,
    Method,
    PvStatus,
    Scale,
    Scales,
    profile_for,
)
from tests.support.examples import thorough
from tests.support.pair import Pair, pair, virtual

_MODELS = [
    ("VenusC", 156),
    ("VenusE", 153),
    ("VenusE", 154),
    ("VenusE", 156),
    ("VenusE 3.0", 139),
    ("VenusE 3.0", 142),
    ("VenusE 3.0", 143),
    ("VenusE 3.0", 147),
    ("VenusE 3.0", 150),
    ("Venus A", 147),
    ("Venus A", 149),
    ("Venus D", 147),
    ("Venus D", 150),
]


async def _settle(bench: Pair, *methods: Method, times: int, step: float) -> None:
    """Read again and again while the battery moves."""
    for _ in range(times):
        for method in methods:
            if bench.client.profile.supports(method):
                await bench.read(method)
        await asyncio.sleep(step)


async def _cells(bench: Pair) -> BatteryStatus:
    status = await bench.read(Method.BATTERY)
    assert isinstance(status, BatteryStatus)
    return status


@pytest.mark.parametrize(("device", "firmware"), _MODELS)
@pytest.mark.parametrize("unit", [0.0, 1.0, 10.0, 100.0])
@virtual
async def test_remaining_energy_in_any_unit(device: str, firmware: int, unit: float) -> None:
    """Whatever the table says, it is right after some replies, and never wrong before."""
    async with pair(device=device, firmware=firmware, capacity_unit=unit, soc=80) as bench:
        bench.battery.set_mode("Passive", 800, 20_000)
        truth = bench.battery.rated_wh / 100
        for _ in range(8):
            status = await _cells(bench)
            if status.stored_energy is not None and status.stored_energy > 600:
                assert status.stored_energy == pytest.approx(
                    truth * bench.battery.state.soc, rel=0.2
                )
            await asyncio.sleep(300)
        status = await _cells(bench)
        assert status.stored_energy == pytest.approx(truth * bench.battery.state.soc, abs=150)
        assert set(bench.client.scales.proven) <= {Scale.STORED_ENERGY}
        if not unit:
            assert bench.client.scales.proven == {}


@pytest.mark.parametrize(("firmware", "tenths"), [(142, False), (150, True)])
@virtual
async def test_the_temperature_goes_with_the_energy(firmware: int, *, tenths: bool) -> None:
    """VenusE 3.0 sends raw numbers of the cells in both, or in neither (docs/protocol.md 2.4)."""
    units = (10.0, 0.1) if tenths else (1.0, 1.0)
    spec: dict[str, Any] = {
        "capacity_unit": units[0],
        "temperature_unit": units[1],
        "temperature": 31.0,
    }
    async with pair(device="VenusE 3.0", firmware=firmware, soc=80, **spec) as bench:
        bench.battery.set_mode("Passive", 800, 20_000)
        await _settle(bench, Method.BATTERY, times=8, step=300)
        assert (await _cells(bench)).temperature == 31.0


@pytest.mark.parametrize(("device", "firmware"), [("Venus A", 149), ("Venus D", 150)])
@pytest.mark.parametrize("unit", [0.0, 1.0])
@virtual
async def test_the_first_solar_input_in_watts(device: str, firmware: int, unit: float) -> None:
    """Its power and that of the others are the sum that the battery tells."""
    async with pair(device=device, firmware=firmware, first_input_unit=unit) as bench:
        bench.battery.set_sun(_drifting)
        await _settle(bench, Method.ENERGY, Method.PV, times=8, step=60)
        status = await bench.read(Method.PV)
        assert isinstance(status, PvStatus)
        assert status.power == pytest.approx(bench.battery.state.pv_power, abs=5)
        assert bench.client.scales.proven == ({Scale.FIRST_INPUT: 1.0} if unit else {})


def _drifting(moment: datetime) -> float:
    return 400.0 + moment.minute * 5


@pytest.mark.parametrize(
    ("device", "firmware"),
    [each for each in _MODELS if profile_for(*each).supports(Method.ENERGY)],
)
@pytest.mark.parametrize("unit", [0, 1, 10, 100])
@virtual
async def test_counters_in_any_unit(device: str, firmware: int, unit: int) -> None:
    """The power that has flowed tells what a count is worth, over hours and not at once."""
    async with pair(device=device, firmware=firmware, counter_unit=unit, soc=90) as bench:
        bench.battery.set_mode("Passive", 700, 200_000)
        for power in (700, -700) * 3:
            bench.battery.set_mode("Passive", power, 200_000)
            await _settle(bench, Method.ENERGY, times=70, step=60)
        status = await bench.read(Method.ENERGY)
        assert isinstance(status, EnergyStatus)
        truth = bench.battery.state.energy_discharged_wh
        assert status.energy_discharged == pytest.approx(truth, abs=110)
        if not unit:
            assert bench.client.scales.proven == {}


@virtual
async def test_another_firmware_begins_anew() -> None:
    """A scale belongs to the firmware that it was observed with."""
    async with pair(firmware=142, capacity_unit=1.0, soc=80, polite=False) as bench:
        bench.battery.set_mode("Passive", 800, 20_000)
        await _settle(bench, Method.BATTERY, times=8, step=300)
        assert bench.client.scales.proven == {Scale.STORED_ENERGY: 1.0}
        bench.battery.update_firmware(150)
        await bench.read(Method.DEVICE)
        assert bench.client.scales.proven == {}


def _reply(soc: int, unit: float) -> dict[str, Any]:
    return {"soc": soc, "rated_capacity": 5120.0, "bat_capacity": int(51.2 * soc / unit)}


@thorough
@given(
    st.lists(st.tuples(st.integers(20, 100), st.sampled_from([0.1, 1.0, 10.0, 100.0])), max_size=30)
)
def test_no_scale_without_a_row_of_replies(replies: list[tuple[int, float]]) -> None:
    """Only five replies in a row with three different values change anything."""
    scales, profile = Scales(), profile_for("VenusE 3.0", 150)
    current = 1.0
    for number, (soc, unit) in enumerate(replies):
        scales.observe(Method.BATTERY, _reply(soc, unit), profile, 0.0)
        new = scales.applied(profile).stored_energy_scale
        if new != current:
            row = replies[max(0, number - 4) : number + 1]
            assert {each for _, each in row} == {new}
            assert len(row) == 5
            current = new


_KEYS = ["soc", "rated_capacity", "bat_capacity", "pv1_power", "pv_power", "ongrid_power"]
_KEYS += ["total_grid_input_energy", "total_grid_output_energy"]


@thorough
@given(
    st.dictionaries(
        st.sampled_from(_KEYS),
        st.one_of(st.none(), st.booleans(), st.text(), st.floats(), st.integers()),
    ),
    st.sampled_from([Method.BATTERY, Method.PV, Method.ENERGY]),
)
def test_any_reply_is_borne(result: dict[str, Any], method: Method) -> None:
    """Garbage proves nothing and breaks nothing."""
    scales, profile = Scales(), profile_for("Venus A", 149)
    for now in range(12):
        scales.observe(method, result, profile, float(now))
    assert scales.proven == {}


@virtual
async def test_a_battery_that_repeats_itself_proves_nothing() -> None:
    """A stuck reading is one observation, however often it is made."""
    async with pair(firmware=142, capacity_unit=1.0, soc=80) as bench:
        bench.battery.faults.frozen = True
        await _settle(bench, Method.BATTERY, times=12, step=300)
        assert bench.client.scales.proven == {}
