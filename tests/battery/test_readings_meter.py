"""The meter at the grid connection: true signs, never GetMode's zeros, asked for only on wish."""

import asyncio

import pytest

from simulator.household import constant
from tests.support.all_entities import enabled_by_default, one, spec_of
from tests.support.home import home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

POWERS = ("grid_power", "grid_power_a", "grid_power_b", "grid_power_c")
ENERGIES = ("grid_energy_imported", "grid_energy_exported")
WITH_METER = [
    *(("VenusE", 155), ("VenusE", 156), ("VenusC", 156)),
    *(("VenusE 3.0", 143), ("VenusE 3.0", 144), ("VenusE 3.0", 147), ("VenusE 3.0", 150)),
    *(("Venus A", 148), ("Venus A", 149), ("Venus D", 147), ("Venus D", 150), ("VNSEM-0", 300)),
]


@virtual
@pytest.mark.parametrize(("device", "firmware"), WITH_METER)
@pytest.mark.parametrize("household", [4200.0, -3300.0])
async def test_signs(device: str, firmware: int, household: float) -> None:
    """Import is positive, export negative; the inverter can't take all of either."""
    async with one(spec_of(device, firmware), *POWERS) as (place, battery):
        battery.set_household(constant(household))
        await asyncio.sleep(1800)
        grid = round(battery.state.grid_power)
        assert abs(grid) > 500
        assert grid * household > 0
        shown = [float(place.state(battery, "sensor", key)) for key in POWERS]
        assert shown == [grid, grid, 0, 0]


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("Venus A", 149)])
async def test_zeros_of_the_mode_are_never_shown(device: str, firmware: int) -> None:
    """In Auto the mode comes with a meter of zeros, which nothing takes over."""
    async with one(spec_of(device, firmware), *POWERS, "meter_connected") as (place, battery):
        battery.set_household(constant(4200))
        await asyncio.sleep(120)
        for _ in range(600):
            await asyncio.sleep(1)
            assert float(place.state(battery, "sensor", "grid_power")) > 500
            assert place.state(battery, "binary_sensor", "meter_connected") == "on"
        assert battery.statistics().methods["ES.GetMode"] > 2


@virtual
async def test_without_a_meter_nothing_is_known() -> None:
    """A battery that has lost its meter says 0 W of everything."""
    async with one(spec_of("VenusE 3.0", 150), *POWERS, "meter_connected") as (place, battery):
        battery.faults.ct_lost = True
        await asyncio.sleep(120)
        assert place.state(battery, "binary_sensor", "meter_connected") == "off"
        assert [place.state(battery, "sensor", key) for key in POWERS] == ["unknown"] * 4
        since = place.now
        await asyncio.sleep(1800)
        assert battery.statistics(since).methods["ES.GetStatus"] > 40, "nothing drove it away"


@virtual
@pytest.mark.parametrize(("device", "firmware"), WITH_METER)
async def test_off_by_default(device: str, firmware: int) -> None:
    """Nobody's meter is asked for who does not want it."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        await asyncio.sleep(3600)
        battery = place.batteries[0]
        enabled = enabled_by_default(place, battery)
        assert not any(enabled[key] for key in POWERS)
        assert (ENERGIES[0] in enabled) is (device not in ("VenusE", "VenusC"))
        assert not any(enabled.get(key) for key in ENERGIES)
        assert "EM.GetStatus" not in battery.statistics().methods


@virtual
async def test_connection_told_with_the_mode() -> None:
    """Firmware that tells with the mode whether the meter is there is not asked twice."""
    async with one(spec_of("VenusE", 156), "meter_connected") as (place, battery):
        await asyncio.sleep(700)
        assert place.state(battery, "binary_sensor", "meter_connected") == "on"
        battery.faults.ct_lost = True
        await asyncio.sleep(700)
        assert place.state(battery, "binary_sensor", "meter_connected") == "off"
        battery.set_mode("Manual")
        await asyncio.sleep(700)
        assert place.state(battery, "binary_sensor", "meter_connected") == "unknown"


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"), [("VenusE", 153), ("VenusE", 154), ("VenusE 3.0", 139)]
)
async def test_none_without_a_meter_method(device: str, firmware: int) -> None:
    """Firmware that can't be asked has no such entities."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        keys = enabled_by_default(place, place.batteries[0])
        assert not keys.keys() & {*POWERS, *ENERGIES, "meter_connected"}
