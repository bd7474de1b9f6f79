"""What real batteries said, in SI units, with the right sign and nothing invented."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.marstek.venus import (
    BatteryStatus,
    BluetoothStatus,
    DataStatus,
    DeviceStatus,
    EnergyStatus,
    InvalidReplyError,
    MeterStatus,
    Method,
    MethodMissingError,
    Mode,
    ModeStatus,
    PvChannel,
    PvStatus,
    Status,
    WifiStatus,
    profile_for,
)
from custom_components.marstek.venus.parsing import parse_device, parse_status
from custom_components.marstek.venus.wire import decode_reply

CAPTURES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data/captures.jsonl").read_text("utf-8").splitlines()
]
_DARK = PvChannel(power=0, voltage=0, current=0, active=False)


def _energy(**values: Any) -> EnergyStatus:
    """Return an energy status of a battery without solar input."""
    return EnergyStatus(**({"pv_power": None, "backup_power": 0, "pv_energy": None} | values))


def _cells(**values: Any) -> BatteryStatus:
    """Return the cells of a battery that may charge."""
    rated = {"charge_permitted": True, "discharge_permitted": None, "rated_capacity": 5120}
    return BatteryStatus(**(rated | values))


# Every capture of a read that has values: docs/protocol.md section 2 says what they mean.
EXPECTED: Mapping[tuple[str, int | None, str, int], Status] = {
    ("VenusE 3.0", 139, "Bat.GetStatus", 0): _cells(soc=86, temperature=31.4, stored_energy=4410),
    ("VenusE 3.0", 139, "Bat.GetStatus", 1): _cells(soc=45, temperature=28.0, stored_energy=2300),
    ("VenusE 3.0", 139, "Marstek.GetDevice", 0): DeviceStatus(
        "VenusE 3.0", 139, "02aabbcc0001", "192.0.2.20", "02ddeeff0001", "TESTNET"
    ),
    ("VenusE 3.0", 144, "Marstek.GetDevice", 0): DeviceStatus(
        "VenusE 3.0", 144, "02aabbcc0001", "192.0.2.20", "02ddeeff0001", "TESTNET"
    ),
    ("VenusE 3.0", 144, "Wifi.GetStatus", 0): WifiStatus(-49, "192.0.2.20"),
    ("VenusE 3.0", 144, "ES.GetStatus", 0): _energy(
        soc=81, rated_capacity=5120, ac_power=698, energy_discharged=5091, energy_charged=7576
    ),
    ("VenusE 3.0", 150, "BLE.GetStatus", 0): BluetoothStatus(connected=False),
    ("VenusE (HMG-50; unit is a Venus C sold model)", 156, "BLE.GetStatus", 0): BluetoothStatus(
        connected=False
    ),
    ("VenusE (HMG-50)", 156, "Bat.GetStatus", 0): _cells(
        soc=11, discharge_permitted=True, temperature=None, stored_energy=563
    ),
    ("VenusE (HMG-50)", 156, "Marstek.GetDevice", 0): DeviceStatus(
        "VenusE", 156, "02aabbcc0002", "192.0.2.30", "02ddeeff0002", "TESTNET"
    ),
    ("Venus A", 147, "Marstek.GetDevice", 0): DeviceStatus(
        "Venus A", 147, "02aabbcc0003", "192.0.2.104", "02ddeeff0003", "TESTNET"
    ),
    ("Venus A", 147, "Wifi.GetStatus", 0): WifiStatus(-27, "192.0.2.104"),
    ("Venus A", 147, "BLE.GetStatus", 0): BluetoothStatus(connected=True),
    ("Venus A", 147, "Bat.GetStatus", 0): _cells(
        soc=20, temperature=29, stored_energy=869, rated_capacity=4160
    ),
    ("Venus A", 147, "PV.GetStatus", 0): PvStatus((_DARK, _DARK, _DARK, _DARK)),
    # The zeros of the CT keys in Auto say nothing (docs/protocol.md 2.7).
    ("Venus A", 147, "ES.GetMode", 0): ModeStatus(Mode.AUTO, 20, 0, 0, ct_connected=None),
    ("Venus A", 147, "EM.GetStatus", 0): MeterStatus(
        connected=True,
        total_power=3688,
        phase_powers=(3688, 0, 0),
        energy_imported=0,
        energy_exported=0,
    ),
    ("VenusC", 111, "ES.GetStatus", 0): _energy(
        soc=98, rated_capacity=2560, ac_power=100, energy_discharged=8440, energy_charged=16070
    ),
    ("VenusE", None, "ES.GetMode", 0): ModeStatus(Mode.AUTO, 98, 100, 0, ct_connected=False),
    ("VenusD", None, "EM.GetStatus", 0): MeterStatus(
        connected=True,
        total_power=0,
        phase_powers=(0, 0, 0),
        energy_imported=0,
        energy_exported=0,
    ),
    ("VenusE", 153, "Bat.GetStatus", 0): _cells(
        soc=55,
        temperature=25,
        stored_energy=2810,
        voltage=52.7,
        current=-1.2,
        error_code="0",
    ),
    # Charging is negative; counters in 10 Wh.
    ("VenusE", 153, "ES.GetStatus", 0): _energy(
        soc=55, rated_capacity=5120, ac_power=-800, energy_discharged=18400, energy_charged=1219200
    ),
    ("VenusE", 156, "ES.GetMode", 0): ModeStatus(None, 55, 0, 0),
    # An Ethernet unit prints "192.00.02.20" and no signal.
    ("VenusE 3.0", 150, "Wifi.GetStatus", 0): WifiStatus(None, "192.0.2.20"),
    # Read from the firmware; counters in 10 Wh.
    ("VenusE 3.0", 150, "Marstek.GetData", 0): DataStatus(
        soc=57,
        battery_state=2,
        mode=Mode.AUTO,
        ct_connected=True,
        ac_power=-984,
        backup_power=0,
        pv_power=None,
        energy_charged=138130,
        energy_discharged=109220,
        rated_capacity=5120,
    ),
}
# What is known of examples without a firmware.
_DOCUMENTED = {"VenusE": 156, "VenusD": 150}
# A description of a reply without its powers: not enough to show.
_ABRIDGED = ("VenusE 3.0", 150, "ES.GetMode", "abridged")


def _result(capture: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the result of a capture of a read, None for errors, silence and writes."""
    response = capture["response"]
    reads = {method for method in Method if not method.is_write}
    if not response or capture["method"] not in reads:
        return None
    result: dict[str, Any] | None = response.get("result") if "src" in response else response
    return None if result is None or "parse_state" in result else result


def _parse(capture: Mapping[str, Any], result: Mapping[str, Any]) -> Status:
    method = Method(capture["method"])
    model: str = capture["model"].split(" (")[0]
    if method is Method.DEVICE:
        return parse_device(result)
    return parse_status(
        method, result, profile_for(model, capture["firmware"] or _DOCUMENTED[model])
    )


def _read_captures() -> list[Any]:
    seen: dict[tuple[str, int | None, str], int] = {}
    cases = []
    for capture in CAPTURES:
        result = _result(capture)
        short = (capture["model"], capture["firmware"], capture["method"])
        if result is None or (*short, capture["kind"]) == _ABRIDGED:
            continue
        number = seen[short] = seen.get(short, -1) + 1
        cases.append(pytest.param(capture, result, (*short, number), id="-".join(map(str, short))))
    return cases


@pytest.mark.parametrize(("capture", "result", "key"), _read_captures())
def test_capture(
    capture: dict[str, Any], result: dict[str, Any], key: tuple[str, int | None, str, int]
) -> None:
    """A captured reply says what its battery did."""
    assert _parse(capture, result) == EXPECTED[key]


def test_every_expectation_is_met_by_a_capture() -> None:
    """No expectation is left over."""
    assert {case.values[2] for case in _read_captures()} == EXPECTED.keys()


@pytest.mark.parametrize(
    "capture",
    [
        capture
        for capture in CAPTURES
        if capture["response"] and "error" in str(capture["response"].keys())
    ],
    ids=lambda capture: (
        f"{capture['model']}-{capture['method']}-{capture['response']['error']['data']}"
    ),
)
def test_captured_error(capture: dict[str, Any]) -> None:
    """A captured error keeps its code, and only what the battery could not read is repeated."""
    reply = decode_reply(json.dumps(capture["response"]).encode())
    assert reply is not None
    assert reply.fault is not None
    error = capture["response"]["error"]
    assert (reply.fault.code, reply.fault.data) == (error["code"], error["data"])
    assert reply.fault.is_lost_request == (error["data"] in (402, 403))
    assert isinstance(reply.fault.to_error(), MethodMissingError) == (
        error["data"] in (408, 424, 425)
    )


def test_a_reply_without_its_powers_is_not_believed() -> None:
    """A GetMode that lacks what it always carries is asked for again."""
    with pytest.raises(InvalidReplyError):
        parse_status(Method.MODE, {"id": 1, "mode": "Auto"}, profile_for("VenusE 3.0", 150))


def _parsed(
    method: Method, result: Mapping[str, Any], model: str = "VenusE 3.0", firmware: int = 150
) -> Any:
    return parse_status(method, result, profile_for(model, firmware))


_ES: dict[str, Any] = {"bat_soc": 50, "ongrid_power": 0}


def test_solar_channel_1_is_in_tenths_of_a_watt() -> None:
    """The others are in watts, on every image (docs/protocol.md 2.5)."""
    powers = {f"pv{number}_power": 1234 for number in range(1, 5)}
    for model, firmware in (("Venus A", 147), ("Venus A", 1509), ("Venus D", 149)):
        status = _parsed(Method.PV, powers, model, firmware)
        assert [channel.power for channel in status.channels] == [123.4, 1234, 1234, 1234]
        assert status.power == pytest.approx(123.4 + 3 * 1234)


def test_solar_energy_is_in_hundredths_of_a_kilowatt_hour() -> None:
    """25968 is 259.68 kWh, where the firmware counts at all (docs/protocol.md 2.6)."""
    result = _ES | {"total_pv_energy": 25968, "pv_power": 321}
    status = _parsed(Method.ENERGY, result, "Venus A", 1487)
    assert (status.pv_energy, status.pv_power) == (259_680, 321)
    for model, firmware in (("Venus A", 148), ("Venus D", 147), ("VenusE", 156)):
        status = _parsed(Method.ENERGY, result, model, firmware)
        assert (status.pv_energy, status.pv_power) == (None, None)


@pytest.mark.parametrize(
    ("model", "firmware", "unit"),
    [
        ("VenusE", 153, 10),
        ("VenusE", 154, 100),
        ("VenusC", 156, 100),
        ("VenusE", 1581, 100),
        ("VenusE 3.0", 144, 1),
        ("Venus A", 149, 1),
        ("Venus D", 1492, 1),
    ],
)
def test_unit_of_the_counters(model: str, firmware: int, unit: int) -> None:
    """Each firmware counts in its own unit (docs/protocol.md 2.6)."""
    status = _parsed(
        Method.ENERGY,
        _ES | {"total_grid_output_energy": 123, "total_grid_input_energy": 456},
        model,
        firmware,
    )
    assert (status.energy_discharged, status.energy_charged) == (123 * unit, 456 * unit)


@pytest.mark.parametrize(
    ("sent", "power"),
    [(0, 0), (1234, 1234), (65535, 0), (65436, 0), (32767, None), (7000, None), (-5, None)],
)
def test_backup_power(sent: int, power: int | None) -> None:
    """65xxx is a small negative power, which a load is not; absurd ones are not shown."""
    assert _parsed(Method.ENERGY, _ES | {"offgrid_power": sent}).backup_power == power


@pytest.mark.parametrize(
    ("sent", "rssi"), [(-49, -49), (49, -49), (0, None), (-200, None), ("x", None), (None, None)]
)
def test_wifi_signal(sent: object, rssi: int | None) -> None:
    """Firmware 153 drops the sign, and 0 is no signal but the lack of one (docs/protocol.md 2.2)."""
    assert _parsed(Method.WIFI, {"rssi": sent, "sta_ip": "192.0.2.7"}, "VenusE", 153).rssi == rssi


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("192.168.01.05", "192.168.1.5"),
        ("010.000.000.008", "10.0.0.8"),
        ("192.0.2.256", None),
        ("192.0.2", None),
        ("192.0.2.x", None),
        ("192.0.2.1.1", None),
        ("192.0.2.-1", None),
        ("", None),
        (7, None),
    ],
)
def test_address(sent: object, address: str | None) -> None:
    """Leading zeros are not octal; what is no IPv4 address is none."""
    device = {"device": "VenusE 3.0", "ver": 150, "ble_mac": "02aabbcc0001", "ip": sent}
    assert parse_device(device).address == address


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bat_soc", 101),
        ("bat_soc", -1),
        ("bat_soc", "55"),
        ("bat_soc", True),
        ("bat_soc", None),
        ("ongrid_power", 6001),
        ("ongrid_power", -6001),
        ("ongrid_power", [1]),
        ("ongrid_power", 1e400),
    ],
)
def test_an_essential_value_that_cannot_be_true(key: str, value: object) -> None:
    """A status without its essential values is not believed as a whole."""
    with pytest.raises(InvalidReplyError):
        _parsed(Method.ENERGY, _ES | {key: value})


def test_other_values_that_cannot_be_true_are_unknown() -> None:
    """One bad value does not spoil the others."""
    status = _parsed(
        Method.ENERGY,
        {
            **_ES,
            "bat_cap": 10**30,
            "total_grid_output_energy": -5,
            "total_grid_input_energy": "7",
        },
    )
    assert status == _energy(
        soc=50,
        rated_capacity=None,
        ac_power=0,
        backup_power=None,
        energy_discharged=None,
        energy_charged=None,
    )


@pytest.mark.parametrize(
    ("model", "firmware", "limit"),
    [
        ("VenusE 3.0", 150, 2500),
        ("VenusE", 153, 2500),
        ("Venus A", 149, 1500),
        ("Venus D", 147, 2500),
        ("VNSEM-0", 300, 2500),
        ("Venus A", 199, 2500),
        ("Venus X", 1, 2500),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("method", [Method.ENERGY, Method.MODE])
def test_power_beyond_the_inverter(
    model: str, firmware: int, limit: int, sign: int, method: Method
) -> None:
    """A power that the inverter can't have is unknown, and noted; the rest of the reply holds."""
    noted: list[tuple[str, float]] = []

    def parsed(power: int, backup: int = 0) -> int | None:
        result = _ES | {"mode": "Auto", "ongrid_power": sign * power, "offgrid_power": backup}
        profile = profile_for(model, firmware)
        status = parse_status(method, result, profile, lambda *told: noted.append(told))
        assert isinstance(status, (EnergyStatus, ModeStatus))
        assert status.soc == 50
        return status.ac_power

    largest = round(1.2 * limit)
    assert parsed(largest) == sign * largest
    assert noted == []
    assert parsed(largest + 1) is None
    assert noted == [("ac_power", sign * (largest + 1))]
    # What the grid gives to the backup socket comes on top of what charges.
    assert parsed(largest + 300, 300) == (None if sign > 0 else -largest - 300)


@pytest.mark.parametrize("firmware", [139, 142, 150])
def test_more_energy_than_the_battery_holds(firmware: int) -> None:
    """A battery of 5,120 Wh does not hold 37,880 Wh (docs/protocol.md 2.4)."""
    result = {"soc": 74, "bat_temp": 25.0, "bat_capacity": 37_880, "rated_capacity": 5120.0}
    status = _parsed(Method.BATTERY, result, "VenusE 3.0", firmware)
    assert (status.soc, status.stored_energy, status.rated_capacity) == (74, None, 5120)


@pytest.mark.parametrize("name", ["", "auto", "Trade", "Ups", "3"])
def test_modes_of_the_app_are_unknown(name: str) -> None:
    """A mode without a name, or with one that nobody knows, is still a good status."""
    status = _parsed(Method.MODE, {"mode": name, "bat_soc": 50, "ongrid_power": -20})
    assert (status.mode, status.soc, status.ac_power) == (None, 50, -20)


@pytest.mark.parametrize(
    ("model", "firmware", "mode", "connected"),
    [
        ("VenusE", 155, "Auto", True),
        ("VenusE", 156, "AI", True),
        ("VenusE", 156, "Manual", None),
        ("VenusE 3.0", 150, "Auto", None),
        ("VenusE 3.0", 150, "AI", None),
    ],
)
def test_meter_in_get_mode(model: str, firmware: int, mode: str, connected: bool | None) -> None:
    """Only HMG-50 from 155 on fills the CT keys in Auto (docs/protocol.md 2.7)."""
    status = _parsed(
        Method.MODE,
        {"mode": mode, "bat_soc": 50, "ongrid_power": 0, "ct_state": 1},
        model,
        firmware,
    )
    assert status.ct_connected is connected


def test_meter_energies_are_in_tenths() -> None:
    """And absent on HMG-50 (docs/protocol.md 2.8); import is positive."""
    powers = {"ct_state": 1, "total_power": -40, "a_power": -50, "b_power": 10, "c_power": 0}
    status = _parsed(Method.METER, powers | {"input_energy": 12345, "output_energy": 678})
    assert (status.energy_imported, status.energy_exported) == (1234.5, 67.8)
    assert (status.total_power, status.phase_powers) == (-40, (-50, 10, 0))
    assert _parsed(Method.METER, powers, "VenusE", 156).energy_imported is None
