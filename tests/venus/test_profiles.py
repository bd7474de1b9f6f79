"""Each model and firmware, read from a simulated battery and held against its ground truth."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from custom_components.marstek.venus import (
    BatteryStatus,
    BluetoothStatus,
    Danger,
    DeviceStatus,
    EnergyStatus,
    Family,
    MeterStatus,
    Method,
    Mode,
    ModeStatus,
    Pacing,
    PvStatus,
    UnsupportedError,
    WifiStatus,
    firmware_name,
    profile_for,
)
from custom_components.marstek.venus.profiles import family_of, is_marstek_model
from simulator.household import constant
from tests.support.pair import Pair, loop, pair, virtual

# Model, firmware, resolution of the counters in Wh, resolution of the temperature in degrees
# (None: not recoverable), of the stored energy in Wh (docs/protocol.md 2.4 and 2.6).
MATRIX: list[Any] = [
    *(("VenusC", 153, 10, 1, 10), ("VenusC", 154, 100, None, 1)),
    *(("VenusC", 155, 100, None, 1), ("VenusC", 156, 100, None, 1)),
    *(("VenusE", 153, 10, 1, 10), ("VenusE", 154, 100, None, 1)),
    *(("VenusE", 155, 100, None, 1), ("VenusE", 156, 100, None, 1)),
    *(("VenusE 3.0", 135, None, 1, 1), ("VenusE 3.0", 137, None, 1, 1)),
    *(("VenusE 3.0", 139, None, 0.1, 10), ("VenusE 3.0", 142, None, 0.1, 10)),
    ("VenusE 3.0", 143, 1, 1, 1),
    *(("VenusE 3.0", firmware, 1, 1, 1) for firmware in (144, 147, 1476, 148, 149, 150, 151)),
    *(("Venus A", firmware, 1, 1, 1) for firmware in (147, 148, 1487, 149, 1509)),
    *(("Venus D", firmware, 1, 1, 1) for firmware in (147, 149, 1492, 150)),
    ("VNSEM-0", 300, 1, 1, 1),
    # Nobody has seen these yet.
    *(("VenusE", 1700, 100, None, 1), ("VenusE 3.0", 200, 1, 1, 1)),
    *(("Venus A", 1601, 1, 1, 1), ("Venus D", 160, 1, 1, 1), ("VNSEM-0", 310, 1, 1, 1)),
]
_BRISK = Pacing(quiet_gap=2.5)
_TRUTH = {
    "soc": 43.0,
    "temperature": 31.4,
    "energy_charged_wh": 123_456.0,
    "energy_discharged_wh": 65_432.0,
    "energy_pv_wh": 77_777.0,
}


@asynccontextmanager
async def _battery(model: str, firmware: int, power: float, sun: float = 0) -> AsyncIterator[Pair]:
    """Connect a battery that feeds `power` W of AC, or takes them if negative."""
    async with pair(device=model, firmware=firmware, pacing=_BRISK, packs=1) as bench:
        bench.battery.set_household(constant(power))
        bench.battery.set_sun(constant(sun))
        bench.battery.set_backup(60)
        bench.battery.set_battery(**_TRUTH)
        yield bench


@pytest.mark.parametrize("power", [-400, 400], ids=["charging", "discharging"])
@pytest.mark.parametrize(("model", "firmware", "counted", "degrees", "stored"), MATRIX)
@virtual
async def test_what_a_battery_tells(
    model: str,
    firmware: int,
    counted: float | None,
    degrees: float | None,
    stored: float,
    power: int,
) -> None:
    """State of charge, powers, energies and temperature are those of the battery."""
    async with _battery(model, firmware, power) as bench:
        truth = bench.battery.state
        mode = await bench.read(Method.MODE)
        cells = await bench.read(Method.BATTERY)
        assert isinstance(mode, ModeStatus)
        assert isinstance(cells, BatteryStatus)
        assert (mode.mode, mode.soc, mode.ac_power) == (Mode.AUTO, 43, power)
        assert mode.backup_power == 60
        assert cells.soc == 43
        assert cells.rated_capacity == bench.battery.rated_wh
        assert cells.stored_energy == pytest.approx(bench.battery.rated_wh * 0.43, abs=stored)
        assert cells.charge_permitted is True
        if degrees is None:
            assert cells.temperature is None
        else:
            assert cells.temperature == pytest.approx(31.4, abs=degrees - 1e-9)
        if firmware == 153:
            assert cells.voltage == 52.7
            assert cells.current == pytest.approx(-truth.cell_power / 52.7, abs=0.05)
        if counted is None:
            with pytest.raises(UnsupportedError):
                await bench.read(Method.ENERGY)
            return
        energy = await bench.read(Method.ENERGY)
        assert isinstance(energy, EnergyStatus)
        assert (energy.soc, energy.ac_power, energy.backup_power) == (43, power, 60)
        assert energy.rated_capacity == bench.battery.rated_wh
        truth = bench.battery.state
        assert energy.energy_charged == pytest.approx(truth.energy_charged_wh, abs=counted)
        assert energy.energy_discharged == pytest.approx(truth.energy_discharged_wh, abs=counted)


@pytest.mark.parametrize(
    ("model", "firmware", "in_status"),
    [
        *(("Venus A", 147, False), ("Venus A", 148, False), ("Venus A", 1487, True)),
        *(("Venus A", 149, True), ("Venus A", 1509, True), ("Venus A", 1601, True)),
        *(("Venus D", 147, False), ("Venus D", 149, True), ("Venus D", 1492, True)),
        *(("Venus D", 150, True), ("Venus D", 160, True)),
    ],
)
@virtual
async def test_the_sun(model: str, firmware: int, in_status: bool) -> None:
    """Solar power and energy come from where the firmware has them, in W and Wh."""
    async with _battery(model, firmware, 400, sun=600) as bench:
        pv = await bench.read(Method.PV)
        assert isinstance(pv, PvStatus)
        assert [channel.power for channel in pv.channels] == [300, 300, 0, 0]
        assert [channel.active for channel in pv.channels] == [True, True, False, False]
        assert pv.power == bench.battery.state.pv_power == 600
        energy = await bench.read(Method.ENERGY)
        assert isinstance(energy, EnergyStatus)
        assert energy.ac_power == 400
        if in_status:
            assert energy.pv_power == 600
            assert energy.pv_energy == pytest.approx(bench.battery.state.energy_pv_wh, abs=10)
        else:
            assert (energy.pv_power, energy.pv_energy) == (None, None)


@pytest.mark.parametrize(("model", "firmware"), [row[:2] for row in MATRIX])
@virtual
async def test_the_rest(model: str, firmware: int) -> None:
    """Identity, radio and meter; a method that the firmware lacks is never sent."""
    async with _battery(model, firmware, 400) as bench:
        device = await bench.read(Method.DEVICE)
        assert device == DeviceStatus(
            bench.battery.spec.device,
            firmware,
            "02aabbcc0101",
            "127.0.0.11",
            device.wifi_mac if isinstance(device, DeviceStatus) else "",
            "TESTNET",
        )
        assert await bench.read(Method.WIFI) == WifiStatus(-55, "127.0.0.11")
        assert await bench.read(Method.BLUETOOTH) == BluetoothStatus(connected=False)
        for method, kind in ((Method.METER, MeterStatus), (Method.PV, PvStatus)):
            if bench.client.profile.supports(method):
                assert isinstance(await bench.read(method), kind)
            else:
                with pytest.raises(UnsupportedError):
                    await bench.read(method)
        outcomes = bench.battery.statistics().outcomes
        assert outcomes == {"answered": len(bench.exchanges)}


@virtual
async def test_a_meter_of_three_phases_import_is_positive() -> None:
    """The meter shows what the battery leaves of the house's load."""
    async with pair() as bench:
        bench.battery.set_household(constant(3000))
        meter = await bench.read(Method.METER)
        assert isinstance(meter, MeterStatus)
        assert bench.battery.state.grid_power == 500
        assert (meter.connected, meter.total_power, meter.phase_powers) == (True, 500, (500, 0, 0))


@virtual
async def test_an_unknown_model_is_read_with_caution() -> None:
    """Its values are plausible ones, and nothing is assumed about what it can do."""
    async with pair(reported_device="VenusE Pro", device="VenusE Pro", firmware=1508) as bench:
        bench.battery.set_household(constant(-300))
        energy = await bench.read(Method.ENERGY)
        assert isinstance(energy, EnergyStatus)
        assert (energy.soc, energy.ac_power) == (55, -300)
        profile = bench.client.profile
        assert (profile.family, profile.known, profile.max_power) == (Family.UNKNOWN, False, 800)


@virtual
async def test_a_firmware_update_is_followed() -> None:
    """After GetDevice the scales are those of the new firmware."""
    async with pair(device="VenusE 3.0", firmware=139) as bench:
        bench.battery.update_firmware(150)
        assert bench.client.profile == profile_for("VenusE 3.0", 139)
        await bench.read(Method.DEVICE)
        assert bench.client.profile == profile_for("VenusE 3.0", 150)
        cells = await bench.read(Method.BATTERY)
        assert isinstance(cells, BatteryStatus)
        assert cells.temperature == 25
        assert cells.stored_energy == pytest.approx(0.55 * 5120, abs=1)


@virtual
async def test_an_ethernet_unit() -> None:
    """Its addresses have leading zeros, its signal is none."""
    async with pair(ethernet=True, address="127.0.0.15") as bench:
        assert await bench.read(Method.WIFI) == WifiStatus(None, "127.0.0.15")
        device = await bench.read(Method.DEVICE)
        assert isinstance(device, DeviceStatus)
        assert device.address == "127.0.0.15"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("VenusC", Family.HMG),
        ("VenusE", Family.HMG),
        ("Venus E", Family.HMG),
        ("venus-e", Family.HMG),
        ("Venus", Family.HMG),
        ("HMG-50", Family.HMG),
        ("HMG-25", Family.HMG),
        ("VenusE 3.0", Family.VNSE3),
        ("Venus E3", Family.VNSE3),
        ("VENUSE3.0", Family.VNSE3),
        ("VNSE3-0", Family.VNSE3),
        ("Venus A", Family.VNSA),
        ("VenusA", Family.VNSA),
        ("VNSA-0", Family.VNSA),
        ("Venus D", Family.VNSD),
        ("venus_d", Family.VNSD),
        ("VNSD-0", Family.VNSD),
        ("VNSEM-0", Family.VNSEM),
        ("VenusE mini", Family.VNSEM),
        ("VenusE Pro", Family.UNKNOWN),
        ("VEPRO-0", Family.UNKNOWN),
        ("Jupiter", Family.UNKNOWN),
        ("", Family.UNKNOWN),
    ],
)
def test_names(name: str, family: Family) -> None:
    """Spaces, dashes, underscores and case do not matter; the longest prefix wins."""
    assert family_of(name) is family


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("VenusE 3.0", True), ("VEPRO-0", True), ("HMG-50", True), ("Jupiter", False), ("", False)],
)
def test_makers_name(name: str, is_one: bool) -> None:
    """Batteries that nobody knows yet are told apart from other makers' devices."""
    assert is_marstek_model(name) is is_one


@pytest.mark.parametrize(
    ("number", "name"),
    [
        *((139, "139"), (150, "150"), (153, "153"), (300, "300")),
        *((1476, "147.6"), (1487, "148.7"), (1492, "149.2"), (1508, "150.8"), (1581, "158.1")),
    ],
)
def test_firmware_names(number: int, name: str) -> None:
    """Point releases are concatenated on the wire."""
    assert firmware_name(number) == name


def test_point_releases_lie_between_releases() -> None:
    """1476 is newer than 147 and older than 148, not newer than everything."""
    assert Danger.WIPES_SETTINGS in profile_for("VenusE 3.0", 1476).dangers
    assert profile_for("VenusE 3.0", 1476).known
    assert Danger.WIPES_SETTINGS in profile_for("Venus A", 1487).dangers
    assert not profile_for("VenusE 3.0", 1491).dangers
    assert not profile_for("VenusE 3.0", 1520).known


@pytest.mark.parametrize(
    ("model", "known", "unknown"),
    [
        ("VenusE", 1581, 159),
        ("VenusE 3.0", 151, 152),
        ("Venus A", 1509, 151),
        ("Venus D", 150, 151),
        ("VNSEM-0", 300, 301),
    ],
)
def test_an_unknown_future_firmware(model: str, known: int, unknown: int) -> None:
    """It is taken for the newest one known, and said to be unknown."""
    newest, future = profile_for(model, known), profile_for(model, unknown)
    assert newest.known
    assert not future.known
    assert future.family is newest.family
    for name in ("methods", "modes", "dangers", "steady", "max_power", "energy_scale"):
        assert getattr(future, name) == getattr(newest, name)


@pytest.mark.parametrize(
    ("model", "firmware", "port", "wipes", "loses", "power"),
    [
        ("VenusC", 153, False, False, True, 2500),
        ("VenusE", 156, False, False, True, 2500),
        ("VenusE 3.0", 139, False, False, False, 2500),
        ("VenusE 3.0", 143, False, True, False, 2500),
        ("VenusE 3.0", 144, True, True, False, 2500),
        ("VenusE 3.0", 148, True, True, False, 2500),
        ("VenusE 3.0", 149, True, False, False, 2500),
        ("Venus A", 147, False, True, False, 1500),
        ("Venus A", 148, True, True, False, 1500),
        ("Venus A", 149, True, False, False, 1500),
        ("Venus D", 147, True, True, False, 2200),
        ("Venus D", 149, True, False, False, 2500),
        ("VNSEM-0", 300, False, False, False, 800),
    ],
)
def test_ports_dangers_and_limits(
    model: str, firmware: int, port: bool, wipes: bool, loses: bool, power: int
) -> None:
    """Whom a foreign port reaches, whom polling hurts, and what each can do (section 3)."""
    profile = profile_for(model, firmware)
    assert profile.answers_to_source_port is port
    assert (Danger.WIPES_SETTINGS in profile.dangers) is wipes
    assert (Danger.LOSES_METER in profile.dangers) is loses
    assert profile.max_power == power


def test_capacity_of_those_who_do_not_tell() -> None:
    """One pack of the model."""
    capacities = {
        model: profile_for(model, 150).rated_capacity
        for model in ("VenusC", "HMG-25", "VenusE", "VenusE 3.0", "Venus A", "Venus D")
    }
    assert list(capacities.values()) == [2560, 2560, 5120, 5120, 2080, 2560]


@virtual
async def test_virtual_time_really_passes() -> None:
    """The waits that these tests prove are those of the library's defaults."""
    begun = loop().time()
    async with pair() as bench:
        await bench.read()
        await bench.read()
        assert loop().time() - begun >= Pacing().quiet_gap
        assert Pacing().quiet_gap >= 2.5


@pytest.mark.parametrize(
    ("model", "firmware", "is_possible"),
    [
        ("VenusE 3.0", 143, False),
        ("VenusE 3.0", 144, True),
        ("VenusE 3.0", 150, True),
        ("Venus A", 147, True),
        ("Venus D", 150, True),
        ("VenusE", 156, False),
        ("VNSEM-0", 300, False),
        ("Something", 150, False),
    ],
)
def test_where_the_undocumented_method_may_be(model: str, firmware: int, is_possible: bool) -> None:
    """It is in the firmware of three families (2.11), and never among what is just asked."""
    profile = profile_for(model, firmware)
    assert (Method.DATA in profile.experimental) is is_possible
    assert not profile.supports(Method.DATA)
