"""The parser's habits and the error table (docs/protocol.md sections 1.2 to 1.4)."""

import json
from typing import Any

import pytest

from simulator import BatterySpec
from simulator.wire import render
from tests.simulator.bench import Bench


def _envelope(text: bytes, bench: Bench | None = None) -> Any:
    (payload,) = (bench or Bench()).send(text)
    return json.loads(payload)


@pytest.mark.parametrize(
    ("datagram", "data", "code", "request_id"),
    [
        (b"hello", 402, -32700, 0),
        (b"{hello", 403, -32700, 0),
        (b'{"id":1,"method":"ES.GetStatus","params":{"id":NaN}}', 403, -32700, 0),
        (b'{"method":"ES.GetStatus","params":{"id":0}}', 404, -32600, 0),
        (b'{"id":"' + b"x" * 32 + b'","method":"ES.GetStatus","params":{}}', 406, -32602, 0),
        (b'{"id":null,"method":"ES.GetStatus","params":{"id":0}}', 407, -32602, 0),
        (b'{"id":true,"method":"ES.GetStatus","params":{"id":0}}', 407, -32602, 0),
        (b'{"id":[1],"method":"ES.GetStatus","params":{"id":0}}', 407, -32602, 0),
        (b'{"id":7,"params":{"id":0}}', 408, -32601, 7),
        (b'{"id":7,"method":5,"params":{"id":0}}', 409, -32602, 7),
        (b'{"id":7,"method":"ES.GetStatus"}', 410, -32600, 7),
        (b'{"id":7,"method":"Marstek.GetDevice","params":{}}', 411, -32602, 7),
        (b'{"id":7,"method":"ES.GetStatus","params":{}}', 412, -32602, 7),
        (
            b'{"id":7,"method":"ES.GetStatus","params":{"id":"' + b"x" * 32 + b'"}}',
            *(414, -32602, 7),
        ),
        (b'{"id":7,"method":"ES.GetStatus","params":{"id":null}}', 415, -32602, 7),
        (b'{"id":7,"method":"ES.SetMode","params":{"id":0}}', 415, -32602, 7),
        (b'{"id":7,"method":"ES.SetMode","params":{"id":0,"config":{}}}', 422, -32602, 7),
        (b'{"id":7,"method":"ES.SetMode","params":{"id":0,"config":{"mode":1}}}', 423, -32602, 7),
        (b'{"id":7,"method":"PV.GetStatus","params":{"id":0}}', 424, -32601, 7),
        (b'{"id":7,"method":"es.getstatus","params":{"id":0}}', 425, -32601, 7),
        (b'{"id":7,"method":"DOD.SET","params":{"value":0}}', 422, -32602, 7),
        (b'{"id":7,"method":"DOD.SET","params":{"value":29}}', 409, -32602, 7),
        (b'{"id":7,"method":"DOD.SET","params":{"value":89}}', 409, -32602, 7),
        (b'{"id":7,"method":"DOD.SET","params":{}}', 409, -32602, 7),
        (b'{"id":7,"method":"Led.Ctrl","params":{"state":2}}', 426, -32602, 7),
        (b'{"id":7,"method":"Ble.Adv","params":{}}', 426, -32602, 7),
    ],
)
def test_error_table(datagram: bytes, data: int, code: int, request_id: int) -> None:
    """Each mistake has its own error, and HMG-50 153 says the same number another way."""
    answer = _envelope(datagram)
    assert answer["id"] == request_id
    assert answer["error"]["code"] == code
    assert answer["error"]["data"] == data
    if data not in (409, 422, 426):
        old = Bench(BatterySpec(device="VenusE", firmware=153))
        assert _envelope(datagram, old)["result"] == {"parse_state": data}


def test_wifi_status_has_its_own_code_on_hmg() -> None:
    """HMG-50 calls a missing params.id of Wifi.GetStatus an invalid request."""
    for device, firmware, code in (("VenusE", 156, -32600), ("VenusE 3.0", 150, -32602)):
        answer = Bench(BatterySpec(device=device, firmware=firmware)).ask("Wifi.GetStatus", {})
        assert (answer["error"]["code"], answer["error"]["data"]) == (code, 412)


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        *[(1, 1), (65535, 65535), (65536, 0), (65537, 1), (-1, 65535), (1.0, 0), (0.1, 0x999A)],
        *[("abc", "abc"), ("x" * 31, "x" * 31)],
    ],
)
def test_ids_are_echoed_as_uint16_or_string(sent: object, echoed: object) -> None:
    """Numbers lose their high bits, numbers with a point are read as doubles' low bits."""
    assert Bench().ask("ES.GetMode", request_id=sent)["id"] == echoed
    assert Bench().result("ES.GetMode", {"id": sent})["id"] == echoed


def test_stale_params_id() -> None:
    """Methods that need no params.id answer with the last one that was seen."""
    bench = Bench()
    assert bench.result("Led.Ctrl", {"state": 0})["id"] == 0
    bench.ask("ES.GetMode", {"id": 33})
    assert bench.result("Led.Ctrl", {"state": 0, "id": 5})["id"] == 33
    assert "id" not in bench.result("Marstek.GetDevice", {"ble_mac": "0"})


def test_bytes_before_the_brace_are_ignored() -> None:
    """The modem's notice comes first, so the parser looks for the brace."""
    assert _envelope(b'\x00+IPD {"id":3,"method":"ES.GetMode","params":{"id":0}}')["id"] == 3


@pytest.mark.parametrize(
    ("ethernet", "size", "answered"),
    [(False, 467, True), (False, 468, False), (True, 512, True), (True, 513, False)],
)
def test_receive_buffer(ethernet: bool, size: int, answered: bool) -> None:
    """512 bytes, of which the Wi-Fi modem's notice takes some; the rest is cut off."""
    start, end = b'{"id":3,"method":"ES.GetMode","params":{"id":0},"x":"', b'"}'
    datagram = start + b"y" * (size - len(start) - len(end)) + end
    assert len(datagram) == size
    answer = _envelope(datagram, Bench(BatterySpec(ethernet=ethernet)))
    assert ("result" in answer) is answered
    assert answered or (answer["id"], answer["error"]["data"]) == (0, 403)


@pytest.mark.parametrize("brace", ["{", "}"])
def test_wifi_counts_braces_inside_strings(brace: str) -> None:
    """A brace in a string breaks a request over Wi-Fi, not over Ethernet."""
    text = f'{{"id":3,"x":"{brace}","method":"ES.GetMode","params":{{"id":0}}}}'
    ethernet = _envelope(text.encode(), Bench(BatterySpec(ethernet=True)))
    assert ethernet["result"]["mode"] == "Auto"
    assert _envelope(text.encode())["error"]["data"] == 403


def test_first_of_equal_keys_counts() -> None:
    """The device looks a key up from the front."""
    assert _envelope(b'{"id":3,"id":4,"method":"ES.GetMode","params":{"id":0}}')["id"] == 3


def test_deeply_nested_request_is_a_parse_error() -> None:
    """Nothing that comes in brings the simulator down."""
    assert _envelope(b'{"id":' + b"[" * 400)["error"]["data"] == 403


def test_another_battery_is_refused_aloud() -> None:
    """Marstek.GetDevice with another MAC is answered with an error, not with silence."""
    bench = Bench(BatterySpec(ble_mac="02aabbcc0101"))
    assert bench.error("Marstek.GetDevice", {"ble_mac": "02aabbcc0102"}) == 411
    assert bench.error("Marstek.GetDevice", {"ble_mac": 0}) == 411
    assert bench.result("Marstek.GetDevice", {"ble_mac": "02aabbcc0101"})["ver"] == 150


def test_rendering() -> None:
    """Tabs, newlines, a tab after the colon, floats with a point."""
    text = render({"id": 1, "result": {"a": 15.0, "b": True, "c": "é"}})
    assert (
        text
        == '{\n\t"id":\t1,\n\t"result":\t{\n\t\t"a":\t15.0,\n\t\t"b":\ttrue,\n\t\t"c":\t"é"\n\t}\n}'
    )
