"""Powers that a model can't have: unknown, not counted, and no reason to be unavailable."""

import asyncio

import pytest

from simulator import BatterySpec
from simulator.household import constant
from tests.support.home import PORT, home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


@virtual
async def test_a_power_of_twice_the_inverter_is_not_counted() -> None:
    """3,500 W from an inverter of 1,500 W: the state of charge is shown, the power is not."""
    spec = BatterySpec(
        device="Venus A",
        firmware=149,
        ble_mac="02aabbcc0000",
        address="127.0.1.1",
        port=PORT,
        soc=90.0,
        packs=3,
        max_discharge=4000,
    )
    async with home(specs=[spec]) as place:
        await place.add_all()
        battery = place.batteries[0]
        battery.set_household(constant(1000))
        await asyncio.sleep(1800)
        before = float(place.state(battery, "sensor", "energy_discharged"))
        assert before > 0.3
        battery.set_household(constant(3500))
        await asyncio.sleep(1200)
        assert place.state(battery, "sensor", "ac_power") == "unknown"
        assert place.state(battery, "sensor", "battery_power") == "unknown"
        assert place.state(battery, "sensor", "soc").isdecimal()
        after = float(place.state(battery, "sensor", "energy_discharged"))
        assert after - before < 0.05
        battery.set_household(constant(1000))
        await asyncio.sleep(300)
        assert place.state(battery, "sensor", "ac_power") == "1000"
