"""The cells: permissions, volts, how long they last, what they lose and how often they turned."""

import asyncio

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.efficiency import EfficiencyMeter
from custom_components.marstek.stored import StoredPart
from simulator import SimulatedBattery
from simulator.household import constant
from simulator.readings import CELL_VOLTAGE
from tests.support.all_entities import enabled_by_default, one, spec_of
from tests.support.home import Home, home
from tests.support.truth import virtual
from tests.support.variants import variants

pytestmark = pytest.mark.usefixtures("socket_enabled")

CAPACITY = 5120.0
PERMISSIONS = ("charge_permitted", "discharge_permitted")
# Which permissions are real: one bit stands for both on everything newer.
PERMITTED = [
    ("VenusE", 153, {"charge_permitted"}),
    ("VenusC", 153, {"charge_permitted"}),
    ("VenusE", 155, set(PERMISSIONS)),
    ("VenusE", 156, set(PERMISSIONS)),
    ("VenusE 3.0", 139, set[str]()),
    ("VenusE 3.0", 150, set[str]()),
    ("Venus A", 149, set[str]()),
    ("Venus D", 147, set[str]()),
    ("VNSEM-0", 300, set[str]()),
]


@virtual
@pytest.mark.parametrize(("device", "firmware", "expected"), PERMITTED)
async def test_permissions_exist_where_they_are_real(
    device: str, firmware: int, expected: set[str]
) -> None:
    """Each is there where it means something."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        enabled = enabled_by_default(place, place.batteries[0])
        assert set(PERMISSIONS) & enabled.keys() == expected


@virtual
@pytest.mark.parametrize(
    ("soc", "charge", "discharge"), [(50, "on", "on"), (100, "off", "on"), (5, "on", "off")]
)
async def test_permissions(soc: float, charge: str, discharge: str) -> None:
    """A full battery may not be charged, an empty one not discharged."""
    async with one(spec_of("VenusE", 156), *PERMISSIONS) as (place, battery):
        battery.set_mode("Passive", 0)
        battery.set_battery(soc=soc)
        await asyncio.sleep(1000)
        shown = [place.state(battery, "binary_sensor", key) for key in PERMISSIONS]
        assert shown == [charge, discharge]


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE", 153), ("VenusC", 153)])
async def test_volts(device: str, firmware: int) -> None:
    """Volts and amperes are no hundredths of them."""
    keys = ("cell_voltage", "cell_current", "error_code")
    async with one(spec_of(device, firmware), *keys) as (place, battery):
        battery.set_household(constant(1000))
        await asyncio.sleep(1900)
        voltage, current, error = [place.state(battery, "sensor", key) for key in keys]
        assert float(voltage) == CELL_VOLTAGE
        assert abs(float(current)) == pytest.approx(1000 / 0.95 / CELL_VOLTAGE, abs=0.01)
        assert error == "0"


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE", 154), ("VenusE 3.0", 150)])
async def test_no_volts(device: str, firmware: int) -> None:
    """Firmware that does not send them has no such entities."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        keys = enabled_by_default(place, place.batteries[0])
        assert not keys.keys() & {"cell_voltage", "cell_current", "error_code"}


def number(place: Home, battery: SimulatedBattery, key: str) -> float:
    """Return what a sensor shows."""
    return float(place.state(battery, "sensor", key))


async def hours_until(battery: SimulatedBattery, soc: float) -> float:
    """Wait until a battery has a state of charge in %; return how long that took."""
    seconds = 0
    while abs(battery.state.soc - soc) > 0.1:
        await asyncio.sleep(10)
        seconds += 10
    return seconds / 3600


@virtual
@pytest.mark.parametrize(
    ("power", "key", "other", "end"),
    [(-2000, "time_to_full", "time_to_empty", 100), (2000, "time_to_empty", "time_to_full", 12)],
)
async def test_times_come_true(power: float, key: str, other: str, end: float) -> None:
    """What is told is what happens, losses included, down to the usual depth of discharge."""
    async with home(specs=[spec_of("VenusE 3.0", 150)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        battery.set_household(constant(power))
        await asyncio.sleep(90)
        told = number(place, battery, key) / 60
        assert place.state(battery, "sensor", other) == "unknown"
        assert await hours_until(battery, end) == pytest.approx(told, abs=0.06)
        battery.set_household(constant(0))
        await asyncio.sleep(90)
        assert [place.state(battery, "sensor", each) for each in (key, other)] == ["unknown"] * 2


@virtual
@pytest.mark.parametrize(("soc", "usable"), [(100, 0.88), (50, 0.38), (12, 0.0), (5, 0.0)])
async def test_usable_energy(soc: float, usable: float) -> None:
    """What is below the depth of discharge can't be had."""
    async with home(specs=[spec_of("VenusE 3.0", 150, soc=soc)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        battery.set_mode("Passive", 0)
        await asyncio.sleep(60)
        shown = number(place, battery, "usable_energy")
        assert shown * 1000 == pytest.approx(usable * battery.rated_wh, abs=1)


async def cycle(battery: SimulatedBattery, *, backup: float = 0.0) -> None:
    """Fill a battery and empty it."""
    battery.set_backup(backup)
    for power, end in ((-2500, 97), (2500, 15)):
        battery.set_household(constant(power))
        await hours_until_past(battery, end)


async def hours_until_past(battery: SimulatedBattery, soc: float) -> None:
    """Wait until a battery has gone past a state of charge in %."""
    below = battery.state.soc < soc
    while (battery.state.soc < soc) is below:
        await asyncio.sleep(60)


@virtual
@pytest.mark.parametrize(
    ("device", "firmware"),
    variants([("VenusE", 156), ("VenusE 3.0", 150), ("Venus D", 149)], quick=[("VenusE", 156)]),
)
async def test_efficiency(device: str, firmware: int) -> None:
    """There is none before enough has flowed, then what the losses really are; cycles count along."""
    async with home(specs=[spec_of(device, firmware)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        await asyncio.sleep(60)
        before = number(place, battery, "equivalent_cycles")
        for _ in range(2):
            await cycle(battery)
        assert "round_trip_efficiency" not in enabled_by_default(place, battery)
        for _ in range(5):
            await cycle(battery)
        assert number(place, battery, "round_trip_efficiency") == pytest.approx(90.25, abs=1.5)
        cycles = number(place, battery, "equivalent_cycles") - before
        assert cycles == pytest.approx(7 * 0.82, abs=0.5)


@virtual
async def test_efficiency_outlives_a_restart() -> None:
    """What was measured is not measured anew each time Home Assistant starts."""
    async with home(specs=[spec_of("VenusE 3.0", 150)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        for turn in range(7):
            await cycle(battery)
            if turn % 2:
                await place.restart(pause=3600)
        await asyncio.sleep(60)
        assert number(place, battery, "round_trip_efficiency") == pytest.approx(90.25, abs=1.5)


@virtual
async def test_what_an_integral_missed_is_no_gain() -> None:
    """A battery without counters that was charged while nobody listened is no better for it."""
    async with home(specs=[spec_of("Venus D", 149)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        for _ in range(8):
            battery.set_household(constant(-1000))
            battery.go_dark(1800)
            await asyncio.sleep(1900)
            await cycle(battery)
        shown = number(place, battery, "round_trip_efficiency")
        assert shown == pytest.approx(90.25, abs=2)


@virtual
async def test_backup_load_is_no_loss() -> None:
    """No counter knows what the backup socket took: then nothing is measured."""
    async with home(specs=[spec_of("VenusE 3.0", 150)]) as place:
        await place.add_all()
        battery = place.batteries[0]
        for turn in range(7):
            await cycle(battery, backup=500.0 if turn < 4 else 0.0)
        assert "round_trip_efficiency" not in enabled_by_default(place, battery)


swings = st.lists(st.tuples(st.floats(10, 600), st.booleans()), min_size=1, max_size=400)


@given(swings, st.floats(0.75, 0.98))
def test_efficiency_is_found_whatever_flows(
    steps: list[tuple[float, bool]], one_way: float
) -> None:
    """Any order of charges and discharges tells the same, however full the battery ends."""
    meter = EfficiencyMeter()
    charged = discharged = 0.0
    stored = CAPACITY / 2
    meter.add(0, 0, 50, capacity=CAPACITY, complete=True)
    for _ in range(10):
        for energy, up in steps:
            if up and stored + energy * one_way <= CAPACITY:
                charged, stored = charged + energy, stored + energy * one_way
            elif not up and stored >= energy / one_way:
                discharged, stored = discharged + energy, stored - energy / one_way
            soc = int(stored / CAPACITY * 100)
            meter.add(charged, discharged, soc, capacity=CAPACITY, complete=True)
    assert (meter.value is None) is (charged < 5 * CAPACITY)
    assert meter.value is None or meter.value == pytest.approx(one_way**2, abs=0.01)


def test_what_no_total_knows_is_left_out() -> None:
    """Energy that flowed unseen is in the state of charge only, and changes nothing."""
    meter = EfficiencyMeter()
    charged = discharged = 0.0
    meter.add(0, 0, 20, capacity=CAPACITY, complete=True)
    for _ in range(20):
        charged += 2000
        meter.add(charged, discharged, 56, capacity=CAPACITY, complete=True)
        meter.add(charged, discharged, 20, capacity=CAPACITY, complete=False)
        meter.add(charged, discharged, 56, capacity=CAPACITY, complete=False)
        discharged += 2000 * 0.85
        meter.add(charged, discharged, 20, capacity=CAPACITY, complete=True)
    assert meter.value == pytest.approx(0.85, abs=0.01)


def test_efficiency_forgets_and_restores() -> None:
    """A battery that ages shows it, and what is stored comes back."""
    meter = EfficiencyMeter()
    charged = discharged = 0.0
    for turn in range(200):
        efficiency = 0.9 if turn < 100 else 0.8
        for up in (True, False):
            charged += 2000 if up else 0
            discharged += 0 if up else 2000 * efficiency
            soc = 20 + (round(2000 * efficiency**0.5 / CAPACITY * 100) if up else 0)
            meter.add(charged, discharged, soc, capacity=CAPACITY, complete=True)
        if turn == 99:
            assert meter.value == pytest.approx(0.9, abs=0.01)
    assert meter.value == pytest.approx(0.8, abs=0.03)
    assert EfficiencyMeter.restore(StoredPart(meter.store())) == meter
    assert EfficiencyMeter.restore(StoredPart({"nonsense": 1})) == EfficiencyMeter()


def test_a_jump_is_not_measured() -> None:
    """More than a battery holds between two readings was found, not observed."""
    meter = EfficiencyMeter()
    meter.add(0, 0, 50, capacity=CAPACITY, complete=True)
    meter.add(120_000, 90_000, 50, capacity=CAPACITY, complete=True)
    assert (meter.charged, meter.discharged, meter.value) == (0, 0, None)
