"""Solar inputs, the firmware's name and Bluetooth."""

import asyncio

import pytest

from simulator.household import constant
from simulator.readings import PV_VOLTAGE
from tests.support.all_entities import enabled_by_default, one, spec_of
from tests.support.home import home
from tests.support.truth import NOTHING, virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

NUMBERS = (1, 2, 3, 4)
BLIND = [("Venus A", 147), ("Venus A", 148), ("Venus D", 147)]
SEEING = [("Venus A", 1487), ("Venus A", 149), ("Venus D", 149), ("Venus D", 1508)]


@virtual
@pytest.mark.parametrize(("device", "firmware"), BLIND + SEEING)
async def test_channels(device: str, firmware: int) -> None:
    """The first channel's tenths of a watt are watts here, and no channel is another's."""
    keys = [f"pv{number}_{kind}" for number in NUMBERS for kind in ("power", "voltage", "current")]
    live = [f"pv{number}_live" for number in NUMBERS]
    spec = spec_of(device, firmware, pv_peak_w=1000.0)
    async with one(spec, *keys, *live) as (place, battery):
        battery.set_household(constant(300))
        battery.set_sun(constant(641))
        await asyncio.sleep(400)
        for number in NUMBERS:
            shown = [
                place.state(battery, "sensor", f"pv{number}_{kind}")
                for kind in ("power", "voltage", "current")
            ]
            power = {1: 320.5, 2: 320.0}.get(number, 0.0)
            voltage, current = (int(PV_VOLTAGE), int(power / PV_VOLTAGE)) if power else (0, 0)
            assert [float(value) for value in shown] == [power, voltage, current]
            state = place.state(battery, "binary_sensor", f"pv{number}_live")
            assert state == ("on" if power else "off")
        assert abs(float(place.state(battery, "sensor", "pv_power")) - 641) <= 1
        assert abs(float(place.state(battery, "sensor", "battery_power")) + 341) <= 1


@virtual
async def test_power_and_sun_are_of_one_moment() -> None:
    """Inputs read in between don't mix with a power of before."""
    async with one(spec_of("Venus D", 149), "pv1_power") as (place, battery):
        battery.set_household(constant(300))
        battery.set_sun(constant(0))
        await asyncio.sleep(120)
        for minute in range(60):
            house, sun = (300, 0) if minute % 2 else (100, 600)
            battery.set_household(constant(house))
            battery.set_sun(constant(sun))
            for _ in range(61):
                await asyncio.sleep(1)
                assert float(place.state(battery, "sensor", "battery_power")) in (300, -500)


@virtual
@pytest.mark.parametrize(("device", "firmware"), BLIND + SEEING)
async def test_inputs_are_read_where_their_total_is_not_told(device: str, firmware: int) -> None:
    """The battery's own power depends on them there; others are not asked for."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        await asyncio.sleep(600)
        battery = place.batteries[0]
        is_read = (device, firmware) in BLIND
        assert ("PV.GetStatus" in battery.statistics().methods) is is_read


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("VenusE", 156)])
async def test_no_solar_inputs(device: str, firmware: int) -> None:
    """Models without them have no such entities."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        keys = enabled_by_default(place, place.batteries[0])
        assert [key for key in keys if key.startswith("pv")] == []


@virtual
@pytest.mark.parametrize(
    ("device", "firmware", "name"),
    [
        ("VenusE 3.0", 1476, "147.6"),
        ("VenusE 3.0", 150, "150"),
        ("Venus D", 1492, "149.2"),
        ("VenusE", 1581, "158.1"),
    ],
)
async def test_firmware(device: str, firmware: int, name: str) -> None:
    """The firmware has the name that people know."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        assert place.state(place.batteries[0], "sensor", "firmware") == name


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("VenusE", 153)])
async def test_bluetooth(device: str, firmware: int) -> None:
    """Whether an app is connected is asked every quarter of an hour, once that is wanted."""
    async with one(spec_of(device, firmware), "bluetooth") as (place, battery):
        assert place.state(battery, "binary_sensor", "bluetooth") == "off"
        battery.set_battery(ble_connected=True)
        await asyncio.sleep(1000)
        assert place.state(battery, "binary_sensor", "bluetooth") == "on"
        assert battery.statistics().methods["BLE.GetStatus"] <= 3


@virtual
@pytest.mark.parametrize(("device", "firmware"), BLIND)
async def test_inputs_that_fall_silent(device: str, firmware: int) -> None:
    """What is no longer read is neither shown nor counted, nor a part of another value."""
    async with one(spec_of(device, firmware), "battery_power", "pv_power", "pv_energy") as (
        place,
        battery,
    ):
        battery.set_household(constant(200))
        battery.set_sun(constant(899))
        await asyncio.sleep(1800)
        assert float(place.state(battery, "sensor", "pv_power")) == pytest.approx(899, abs=2)
        before = float(place.state(battery, "sensor", "pv_energy"))
        battery.faults.silent = "PV.GetStatus"
        battery.set_sun(constant(0))
        await asyncio.sleep(1200)
        for _ in range(60):
            assert place.state(battery, "sensor", "pv_power") in NOTHING
            assert place.state(battery, "sensor", "battery_power") in NOTHING
            await asyncio.sleep(60)
        counted = float(place.state(battery, "sensor", "pv_energy")) - before
        assert counted <= 899 * 600 / 3600 / 1000 + 0.01
        battery.faults.silent = ""
        # A method that has long been silent is left alone for up to an hour.
        await asyncio.sleep(4500)
        assert float(place.state(battery, "sensor", "pv_power")) == 0
        assert float(place.state(battery, "sensor", "battery_power")) == pytest.approx(200, abs=2)


@virtual
async def test_inputs_that_are_silent_from_the_start() -> None:
    """Unknown sun is not taken for none."""
    async with home(specs=[spec_of("Venus A", 147)]) as place:
        battery = place.batteries[0]
        battery.faults.silent = "PV.GetStatus"
        battery.set_household(constant(-576))
        battery.set_sun(constant(400))
        await place.add_all()
        for _ in range(30):
            await asyncio.sleep(60)
            assert place.state(battery, "sensor", "battery_power") in NOTHING
