"""Scales, missing methods and quirks per model and firmware (docs/protocol.md section 2)."""

from datetime import UTC, datetime
from functools import partial
import json

import pytest

from simulator import BatterySpec, SimulatedBattery
from simulator.household import constant
from simulator.profiles import profile_for
from tests.simulator.bench import Bench

ALL = [
    *[("VenusC", firmware) for firmware in (153, 154, 155, 156)],
    *[("VenusE", firmware) for firmware in (153, 154, 155, 156)],
    *[("VenusE 3.0", firmware) for firmware in (135, 137, 139, 143, 144, 147)],
    *[("VenusE 3.0", firmware) for firmware in (1476, 148, 149, 150)],
    *[("Venus A", firmware) for firmware in (147, 148, 1487, 149)],
    *[("Venus D", firmware) for firmware in (147, 149, 1492, 150)],
    ("VNSEM-0", 300),
]
_VNSX = ("EM.GetStatus", "Marstek.GetData")
_VNSX_148 = (*_VNSX, "DOD.SET", "Ble.Adv", "Led.Ctrl", "Ota.Set")
_VNSX_149 = (*_VNSX_148, "Set.Ver", "Reset.Factory")
EXTRAS = {
    "VenusE-153": ("Wifi.SetConfig",),
    "VenusE-154": ("Wifi.SetConfig", "EM.GetStatus"),
    "VenusC-156": ("Wifi.SetConfig", "EM.GetStatus"),
    "E3-144": _VNSX,
    "E3-147": (*_VNSX, "DOD.SET"),
    "E3-1476": (*_VNSX, "DOD.SET", "Ble.Adv", "Led.Ctrl"),
    "E3-148": _VNSX_148,
    "E3-149": _VNSX_149,
    "E3-150": _VNSX_149,
    "A-147": (*_VNSX, "DOD.SET", "PV.GetStatus"),
    "A-148": (*_VNSX_148, "PV.GetStatus"),
    "A-1487": (*_VNSX_149, "PV.GetStatus"),
    "A-149": (*_VNSX_149, "PV.GetStatus"),
    "D-147": (*_VNSX, "DOD.SET", "PV.GetStatus"),
    "D-149": (*_VNSX_149, "PV.GetStatus"),
    "D-150": (*_VNSX_149, "PV.GetStatus"),
    "mini-300": ("EM.GetStatus",),
}
"""Methods beyond those that every firmware has."""
SHORT = {"E3": "VenusE 3.0", "A": "Venus A", "D": "Venus D", "mini": "VNSEM-0"}


def _battery(sample: str) -> Bench:
    device, _, firmware = sample.partition("-")
    return Bench(BatterySpec(device=SHORT.get(device, device), firmware=int(firmware)))


@pytest.mark.parametrize("sample", EXTRAS)
def test_methods(sample: str) -> None:
    """Each firmware has the methods of its image; PV is known and lacking, others unknown."""
    everything = {"Wifi.SetConfig", *_VNSX_149, "PV.GetStatus"}
    for method in everything:
        answer = _battery(sample).ask(method)
        data = answer.get("error", answer.get("result")).get(
            "parse_state" if sample == "VenusE-153" else "data"
        )
        missing = 424 if method == "PV.GetStatus" else 425
        assert (data == missing) == (method not in EXTRAS[sample]), method


@pytest.mark.parametrize(("device", "firmware"), ALL)
def test_every_profile_answers(device: str, firmware: int) -> None:
    """Whatever the firmware, the basic reads say the same in their own scales."""
    bench = Bench(BatterySpec(device=device, firmware=firmware, soc=50.5), net_load=400)
    found = bench.result("Marstek.GetDevice", {"ble_mac": "0"})
    assert (found["device"], found["ver"]) == (device, firmware)
    profile = profile_for(device, firmware)
    battery = bench.result("Bat.GetStatus")
    assert battery["soc"] == 50
    assert battery["bat_capacity"] * profile.capacity_unit == pytest.approx(
        bench.battery.rated_wh * 0.505, abs=profile.capacity_unit
    )
    assert battery["bat_temp"] * profile.temperature_unit == pytest.approx(
        25.0, abs=profile.temperature_unit
    )
    assert isinstance(battery["bat_temp"], float) == (firmware != 153)
    assert bench.result("ES.GetMode")["ongrid_power"] == 400
    status = bench.ask("ES.GetStatus")
    if device == "VenusE 3.0" and firmware < 143:
        assert status is None
    else:
        assert status["result"]["ongrid_power"] == 400
        assert status["result"]["bat_cap"] == bench.battery.rated_wh


@pytest.mark.parametrize(
    ("sample", "temperature", "shown"),
    [
        ("VenusE-153", 25.4, 25),
        ("VenusE-156", 29.9, 2.0),
        ("E3-139", 31.4, 314.0),
        ("E3-143", 31.4, 31.0),
        ("A-147", 31.4, 31.0),
    ],
)
def test_temperature_scales(sample: str, temperature: float, shown: float) -> None:
    """Tens of degrees on HMG-50 since 154, tenths on 139, degrees elsewhere."""
    bench = _battery(sample)
    bench.battery.set_battery(temperature=temperature)
    assert bench.result("Bat.GetStatus")["bat_temp"] == shown


@pytest.mark.parametrize(
    ("sample", "unit"),
    [("VenusE-153", 10), ("VenusE-154", 100), ("VenusE-156", 100), ("E3-150", 1)],
)
def test_counter_units(sample: str, unit: int) -> None:
    """10 Wh, 100 Wh or Wh; input is what was charged from AC."""
    bench = _battery(sample)
    bench.battery.set_battery(energy_charged_wh=123456.0, energy_discharged_wh=98765.0)
    status = bench.result("ES.GetStatus")
    assert status["total_grid_input_energy"] == 123456 // unit
    assert status["total_grid_output_energy"] == 98765 // unit


def test_flags() -> None:
    """Permissions of the BMS: constant, two real bits, or one byte shown twice."""
    expected = {"VenusE-153": (False, True), "VenusE-156": (False, True), "E3-150": (True, True)}
    for sample, flags in expected.items():
        bench = _battery(sample)
        bench.battery.set_battery(soc=100.0)
        battery = bench.result("Bat.GetStatus")
        assert (battery["charg_flag"], battery["dischrg_flag"]) == flags
    expected = {"VenusE-153": (True, True), "VenusE-156": (True, False), "E3-150": (True, True)}
    for sample, flags in expected.items():
        bench = _battery(sample)
        bench.battery.set_battery(soc=5.0)
        battery = bench.result("Bat.GetStatus")
        assert (battery["charg_flag"], battery["dischrg_flag"]) == flags


@pytest.mark.parametrize(
    ("sample", "auto", "ai"),
    [
        ("VenusE-153", None, None),
        ("VenusE-156", 700, 700),
        ("E3-139", None, None),
        ("E3-150", 0, 700),
        ("D-150", 0, 700),
    ],
)
def test_ct_in_get_mode(sample: str, auto: int | None, ai: int | None) -> None:
    """VNSx shows zeros in Auto although the meter is live, HMG-50 156 shows the truth."""
    bench = _battery(sample)
    bench.battery.set_household(constant(3200))
    for mode, shown in (("Auto", auto), ("AI", ai)):
        bench.battery.set_mode(mode)
        assert bench.result("ES.GetMode").get("total_power") == shown
    bench.battery.set_mode("Passive", power=0)
    assert "ct_state" not in bench.result("ES.GetMode")


def test_pv_channels() -> None:
    """Channel 1 in 0.1 W, the others in W; below 10 W nothing; volts and amperes whole."""
    bench = _battery("A-149")
    bench.battery.set_sun(constant(301.0))
    pv = bench.result("PV.GetStatus")
    assert (pv["pv1_power"], pv["pv2_power"], pv["pv3_power"]) == (1505, 150, 0)
    assert (pv["pv1_voltage"], pv["pv1_current"], pv["pv1_state"], pv["pv4_state"]) == (38, 3, 1, 0)
    assert bench.result("ES.GetStatus")["pv_power"] == 301
    bench.battery.set_sun(constant(19.0))
    assert bench.result("PV.GetStatus")["pv1_power"] == 0
    assert bench.result("ES.GetStatus")["pv_power"] == 0


@pytest.mark.parametrize(("sample", "shown"), [("A-148", 0), ("A-1487", 25968), ("D-147", 0)])
def test_pv_energy(sample: str, shown: int) -> None:
    """0.01 kWh since 148.7 and 149, hard 0 before."""
    bench = _battery(sample)
    bench.battery.set_battery(energy_pv_wh=259_680.0)
    assert bench.result("ES.GetStatus")["total_pv_energy"] == shown


def test_ethernet_addresses_are_zero_padded() -> None:
    """Two digits per octet, and no signal strength."""
    bench = Bench(BatterySpec(address="127.0.0.5", ethernet=True))
    assert bench.result("Marstek.GetDevice", {"ble_mac": "0"})["ip"] == "127.00.00.05"
    assert bench.result("Wifi.GetStatus")["sta_ip"] == "127.00.00.05"
    assert bench.result("Wifi.GetStatus")["rssi"] == 0


def test_wifi_mac() -> None:
    """VNSx reports the access point, which batteries share; HMG-50 its own; 153 none."""
    shared = {
        _battery(sample).result("Wifi.GetStatus").get("wifi_mac")
        for sample in ("E3-144", "E3-150", "A-149")
    }
    assert shared == {"02ddeeff0001"}
    assert _battery("VenusE-156").result("Wifi.GetStatus")["wifi_mac"] == "02ddbbcc0101"
    assert "wifi_mac" not in _battery("VenusE-153").result("Wifi.GetStatus")
    assert _battery("VenusE-153").result("Wifi.GetStatus")["rssi"] == 55


@pytest.mark.parametrize(
    ("device", "firmware", "port"),
    [
        *[("VenusE", 153, 30000), ("VenusC", 156, 30000), ("VenusE 3.0", 150, 41234)],
        *[("Venus A", 149, 41234), ("Venus D", 147, 41234)],
    ],
)
def test_where_replies_go(device: str, firmware: int, port: int) -> None:
    """HMG-50 answers to its own API port at the sender's address, VNSx to the source."""
    bench = Bench(BatterySpec(device=device, firmware=firmware))
    request = {"id": 1, "method": "ES.GetMode", "params": {"id": 0}}
    deliveries = bench.battery.receive(json.dumps(request).encode(), ("127.0.0.9", 41234))
    assert [destination for _, _, destination in deliveries] == [("127.0.0.9", port)]


def test_firmware_in_between_and_beyond() -> None:
    """An unknown firmware behaves like the newest known one before it."""
    assert profile_for("VenusE 3.0", 1484) == profile_for("VenusE 3.0", 148)
    assert profile_for("VenusE 3.0", 1509) == profile_for("VenusE 3.0", 150)
    assert profile_for("VenusE", 1581) == profile_for("VenusE", 156)
    assert profile_for("venus_d", 147) == profile_for("VNSD-0", 147)
    assert _battery("E3-151").battery.src == "VNSE3-0-02aabbcc0101"
    assert (
        _battery("E3-151").result("Marstek.GetDevice", {"ble_mac": "0"})["device"] == "VenusE 3.0"
    )
    with pytest.raises(ValueError, match="unknown battery model 'B2500'"):
        profile_for("B2500", 1)


def test_get_data() -> None:
    """The undocumented method tells signs as the firmware does; totals in 10 Wh."""
    bench = Bench(net_load=-984)
    data = bench.result("Marstek.GetData")
    assert (data["bat_state"], data["work_mode"], data["grid_pow"]) == (2, 0, -984)
    bench.battery.set_mode("Passive", power=300)
    assert bench.result("Marstek.GetData")["bat_state"] == 3
    assert bench.result("Marstek.GetData")["work_mode"] == 3


def test_firmware_update_keeps_the_battery() -> None:
    """A Venus C that calls itself VenusE after an update is still the same battery."""
    bench = Bench(BatterySpec(device="VenusC", firmware=153, rated_wh=2560))
    bench.passive(-400)
    bench.battery.set_backup(80.0)
    bench.battery.set_household(constant(300.0))
    bench.battery.update_firmware(156, "VenusE")
    assert (bench.battery.state.backup_power, bench.battery.state.household_power) == (80, 300)
    found = bench.result("Marstek.GetDevice", {"ble_mac": "0"})
    assert (found["device"], found["ver"], found["ble_mac"]) == ("VenusE", 156, "02aabbcc0101")
    assert bench.result("ES.GetMode")["mode"] == "Passive"
    assert bench.result("ES.GetStatus")["bat_cap"] == 2560


def test_clear_day() -> None:
    """The default sun shines at noon and not at midnight."""
    spec = BatterySpec(device="Venus A", firmware=149, pv_peak_w=800.0)
    for hour, lowest, highest in ((0, 0, 0), (12, 600, 800)):
        start = datetime(2026, 6, 1, hour, tzinfo=UTC)
        clock = partial(datetime.fromtimestamp, start.timestamp(), UTC)
        battery = SimulatedBattery(spec, clock=float, now=clock)
        assert lowest <= battery.state.pv_power <= highest
