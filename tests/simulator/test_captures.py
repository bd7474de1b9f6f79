"""The simulator says what real devices said, byte for byte where the whole reply is known."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

import pytest

from simulator import BatterySpec
from simulator.household import constant
from simulator.profiles import profile_for
from simulator.wire import render
from tests.simulator.bench import Bench

CAPTURES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data/captures.jsonl").read_text().splitlines()
]
TELLING = [capture for capture in CAPTURES if capture["response"]]
SILENCES = [
    capture
    for capture in CAPTURES
    if capture["kind"] == "no_reply" and capture["firmware"] in (137, 139)
]
DOCUMENTED = {"VenusE": 156, "VenusC": 156}
"""Firmware that stands for examples of the vendor's documents without one."""
OTHER_SHAPE = {
    ("ES.GetMode", "Open API Rev 2.0 PDF"): "a document's VenusE with meter energies in GetMode",
    ("ES.GetStatus", "Open API Rev 1.0 PDF"): "a document's numbers, which contradict each other",
}
"""Examples of the vendor's documents that no device was seen to send."""


def _name(capture: Mapping[str, Any]) -> str:
    return f"{capture['model']}-{capture['firmware']}-{capture['method']}-{capture['kind']}"


def _result(capture: Mapping[str, Any]) -> dict[str, Any]:
    response: dict[str, Any] = capture["response"]
    result: dict[str, Any] = response.get("result", {} if "src" in response else response)
    return result


def _plain_address(printed: str) -> str:
    return ".".join(str(int(octet)) for octet in printed.split("."))


def _spec(capture: Mapping[str, Any]) -> BatterySpec:
    """Return a battery that is what the capture shows."""
    result, model = _result(capture), capture["model"].split(" (")[0]
    model = "VenusE" if model == "Venus" else model
    printed = result.get("ip") or result.get("sta_ip") or "192.0.2.20"
    name, _, mac = capture["response"].get("src", "-02aabbcc0001").rpartition("-")
    rated = result.get("rated_capacity") or result.get("bat_cap") or 0
    wifi_mac = result.get("wifi_mac", "02ddeeff0001")
    return BatterySpec(
        device=model,
        firmware=capture["firmware"] or DOCUMENTED.get(model, 150),
        reported_device="Venus" if name == "Venus" else "",
        ble_mac=result.get("ble_mac", mac),
        address=_plain_address(printed),
        ethernet=printed != _plain_address(printed),
        wifi_mac=wifi_mac,
        bssid=wifi_mac,
        rssi=result.get("rssi", -50) or -50,
        rated_wh=int(rated),
        ble_connected=result.get("state") == "connect",
    )


def _bench(capture: Mapping[str, Any]) -> Bench:
    """Return a battery that does what the capture shows."""
    result, spec = _result(capture), _spec(capture)
    profile = profile_for(spec.device, spec.firmware)
    power = result.get("ongrid_power", result.get("grid_pow", 0))
    if result.get("bat_current"):
        power = round(-result["bat_current"] / 100 * 52.7 * spec.efficiency)
    bench = Bench(spec, net_load=power)
    rated = bench.battery.rated_wh
    soc = result.get("soc", result.get("bat_soc", 55))
    if "bat_capacity" in result:
        soc = (result["bat_capacity"] + 0.5) * profile.capacity_unit / rated * 100
    counters = {
        "energy_charged_wh": result.get("total_grid_input_energy", 0) * profile.counter_unit
        or result.get("tol_charge", 0) * 10,
        "energy_discharged_wh": result.get("total_grid_output_energy", 0) * profile.counter_unit
        or result.get("tol_discharge", 0) * 10,
    }
    temperature = result.get("bat_temp", 25) * profile.temperature_unit
    bench.battery.set_battery(soc=soc, temperature=temperature, **counters)
    bench.battery.set_mode(result.get("mode", "Auto"))
    if "total_power" in result and "mode" not in result:
        bench.battery.set_mode("Manual")
        bench.battery.set_household(constant(result["total_power"]))
    return bench


def _answer(bench: Bench, capture: Mapping[str, Any]) -> str:
    """Ask what the capture asked and return the text of the answer."""
    method = capture["method"]
    params = {"ble_mac": "0"} if method == "Marstek.GetDevice" else {"id": 0}
    request_id = capture["response"].get("id", 1) if "src" in capture["response"] else 1
    request = capture["request"] or {"id": request_id, "method": method, "params": params}
    datagram = b"no brace" if method == "(any)" else json.dumps(request).encode()
    if "VALID request" in (capture["note"] or ""):
        bench.battery.faults.parse_errors = 1.0
    (payload,) = bench.send(datagram)
    return payload.decode()


@pytest.mark.parametrize("capture", TELLING, ids=_name)
def test_answers_as_captured(capture: Mapping[str, Any]) -> None:
    """The same state asked the same question gives the same bytes."""
    answer = _answer(_bench(capture), capture)
    expected = capture["response"]
    if reason := OTHER_SHAPE.get((capture["method"], capture["source"])):
        assert json.loads(answer)["result"].keys() <= expected["result"].keys(), reason
    elif capture["kind"] == "abridged":
        assert json.loads(answer)["result"].items() >= expected["result"].items()
    elif "src" in expected:
        assert answer == render(expected)
    else:
        result = json.loads(answer)["result"]
        shown = {key: value for key, value in result.items() if key in expected or key != "id"}
        assert render(shown) == render(expected)


@pytest.mark.parametrize("capture", SILENCES, ids=_name)
def test_is_silent_where_the_device_is(capture: Mapping[str, Any]) -> None:
    """Early firmware of the Venus E 3.0 never answers these methods."""
    bench = Bench(BatterySpec(device=capture["model"], firmware=capture["firmware"]))
    assert bench.ask(capture["method"]) is None
    assert bench.battery.exchanges[-1].outcome == "silent"


def test_every_capture_is_used() -> None:
    """A capture that no test looks at would be a fact that nobody checks."""
    troubles = [
        (capture["model"], capture["firmware"], capture["method"])
        for capture in CAPTURES
        if capture not in TELLING and capture not in SILENCES
    ]
    assert troubles == [
        ("VenusE (HMG-50)", 155, "EM.GetStatus"),
        ("VenusE 3.0", 144, "ES.SetMode"),
    ]


def test_trouble_reports_can_be_reproduced() -> None:
    """A meter that answers nothing, and an API that switched itself off: both are faults."""
    meter = Bench(BatterySpec(device="VenusE", firmware=155))
    meter.battery.faults.silent = "EM.GetStatus"
    assert meter.ask("EM.GetStatus") is None
    assert meter.ask("ES.GetStatus")["result"]["bat_soc"] == 55

    switched_off = Bench(BatterySpec(firmware=144))
    switched_off.battery.wipe_settings()
    assert switched_off.passive(-2500, 14400) is None
    assert switched_off.battery.state.mode == "Auto"
