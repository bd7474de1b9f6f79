"""Scales that a battery's replies have proven: used, remembered, and shown in diagnostics."""

import asyncio

import pytest

from custom_components.marstek.battery.diagnostics import battery_diagnostics
from simulator import BatterySpec
from simulator.household import constant
from tests.support.home import PORT, Home, home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _spec(firmware: int, **units: float) -> BatterySpec:
    return BatterySpec(
        firmware=firmware,
        ble_mac="02aabbcc0000",
        address="127.0.1.1",
        port=PORT,
        soc=90.0,
        temperature=31.0,
        capacity_unit=units.get("capacity", 0.0),
        temperature_unit=units.get("temperature", 0.0),
        counter_unit=int(units.get("counter", 0)),
    )


def _observed(place: Home) -> dict[str, float | None]:
    scales = battery_diagnostics(place.entry(place.batteries[0]).runtime_data)["scales"]
    return {key: scale["observed"] for key, scale in scales.items()}


@virtual
async def test_a_temperature_that_the_table_has_in_tenths() -> None:
    """31 degrees instead of 3.1, also right after a restart; a new firmware begins anew."""
    async with home(specs=[_spec(142, capacity=1.0, temperature=1.0)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        battery.set_household(constant(700))
        await asyncio.sleep(60)
        assert place.state(battery, "sensor", "temperature") == "3.1"
        await asyncio.sleep(2 * 3600)
        assert place.state(battery, "sensor", "temperature") == "31.0"
        assert _observed(place)["stored_energy"] == 1.0
        await place.restart()
        await asyncio.sleep(60)
        assert place.state(battery, "sensor", "temperature") == "31.0"
        battery.update_firmware(150)
        battery.reboot()
        await asyncio.sleep(4 * 3600)
        assert place.state(battery, "sensor", "firmware") == "150"
        assert set(_observed(place).values()) == {None}


@virtual
async def test_counters_of_another_unit() -> None:
    """What is missed until the counter is distrusted stays missed; later nothing is, and none jumps."""
    async with home(specs=[_spec(150, counter=10)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(30)

        def shown() -> float:
            return 1000 * float(place.state(battery, "sensor", "energy_discharged"))

        before, true_before = shown(), battery.state.energy_discharged_wh
        missing = []
        for power in (600, -600, 600, -600, 600):
            battery.set_household(constant(power))
            await asyncio.sleep(2 * 3600)
            flowed = battery.state.energy_discharged_wh - true_before
            missing.append(flowed - (shown() - before))
        assert _observed(place)["counters"] == 10.0
        assert all(-1 <= each <= 300 for each in missing)
        assert missing[-1] - missing[0] < 20
