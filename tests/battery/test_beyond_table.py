"""Batteries that do more than the table allows to command: what they do is counted."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.marstek.battery.diagnostics import battery_diagnostics
from simulator.household import constant
from tests.support.home import home, specs_of
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


@virtual
async def test_energy_of_an_unknown_model_across_a_silence() -> None:
    """At most 800 W are commanded; the 2,400 W that it gives by itself are counted all the same."""
    spec = replace(
        specs_of("VenusE 3.0", 150, 1)[0], soc=95.0, rated_wh=20_000, reported_device="Venus X"
    )
    async with home(specs=[spec]) as place:
        await place.add_all()
        battery = place.batteries[0]
        battery.set_household(constant(2400))
        await asyncio.sleep(300)
        shown = float(place.state(battery, "sensor", "energy_discharged"))
        before = battery.state.energy_discharged_wh
        battery.faults.loss = 1.0
        await asyncio.sleep(1800)
        battery.faults.loss = 0.0
        await asyncio.sleep(600)
        flowed = battery.state.energy_discharged_wh - before
        total = float(place.state(battery, "sensor", "energy_discharged"))
        assert 1000 * (total - shown) == pytest.approx(flowed, abs=150)


@virtual
async def test_a_power_beyond_the_inverter_that_the_counters_agree_with() -> None:
    """A Venus A that gives 2,200 W, with the energy counted: believed, and commanded no higher."""
    spec = replace(specs_of("Venus A", 149, 1)[0], soc=95.0, rated_wh=20_000, max_discharge=2200)
    async with home(specs=[spec]) as place:
        await place.add_all()
        battery = place.batteries[0]
        battery.set_household(constant(2200))
        await asyncio.sleep(300)
        assert place.state(battery, "sensor", "ac_power") == "unknown"
        await asyncio.sleep(3600)
        assert place.state(battery, "sensor", "ac_power") == "2200"
        coordinator = place.entry(battery).runtime_data
        assert coordinator.limits.discharge == 1500
        assert battery_diagnostics(coordinator)["scales"]["inverter_limit"] == {
            "table": 1500,
            "observed": 2500.0,
        }
