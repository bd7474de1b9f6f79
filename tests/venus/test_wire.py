"""Datagrams: what is refused on the way out, and what is believed on the way in."""

import json
from typing import Any

from hypothesis import example, given, strategies as st
import pytest

from custom_components.marstek.venus import DeviceError, Method, MethodMissingError, profile_for
from custom_components.marstek.venus.errors import InvalidReplyError
from custom_components.marstek.venus.parsing import parse_device, parse_status
from custom_components.marstek.venus.wire import (
    MalformedDatagramError,
    Reply,
    decode_reply,
    encode_request,
)
from simulator.wire import parse
from tests.support.examples import thorough

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_KEYS = st.sampled_from(["id", "src", "result", "error", "method", "code", "message", "data"])
_ENVELOPES = st.dictionaries(_KEYS, _JSON | st.dictionaries(_KEYS, _JSON, max_size=4), max_size=5)
_FIELDS = (
    *("bat_soc", "soc", "ongrid_power", "offgrid_power", "mode", "ct_state", "bat_temp", "ver"),
    *("bat_cap", "bat_capacity", "rssi", "sta_ip", "pv1_power", "device", "ble_mac", "ip"),
    *("total_power", "a_power", "state", "charg_flag", "total_grid_input_energy"),
)
_DEEP = "[" * 900 + "]" * 900
_LONG = "9" * 1800


def _decoded(datagram: bytes) -> Reply | None:
    """Return what decoding gives; a datagram may be malformed, and nothing else."""
    try:
        return decode_reply(datagram)
    except MalformedDatagramError:
        return None


@thorough
@given(st.binary(max_size=2100))
@example(b"")
@example(b"\x00" * 4)
@example(b"\xff\xfe{\x00}\x00")
@example(b"\xef\xbb\xbf{}")
@example(b"[" * 2048)
@example(b'{"id":' + b"9" * 2000 + b"}")
def test_any_bytes_are_decoded_or_malformed(datagram: bytes) -> None:
    """Nothing that a network may carry raises anything else."""
    _decoded(datagram)


@thorough
@given(_ENVELOPES)
@example({"id": 1, "error": {"code": True, "message": None, "data": "x"}})
@example({"id": 1, "result": {"parse_state": "x"}})
@example({"id": 1, "result": {"parse_state": 10**30}})
def test_any_object_is_decoded_or_malformed(envelope: dict[str, Any]) -> None:
    """Nor does an object of whatever shape; what is decoded keeps the promises of a reply."""
    reply = _decoded(json.dumps(envelope).encode())
    if reply is not None:
        assert 0 <= reply.id <= 65535
        assert (reply.result is None) != (reply.fault is None)
        assert reply.ble_mac is None or len(reply.ble_mac) == 12


@pytest.mark.parametrize(
    "datagram",
    [
        b'{"id":1,"src":"VenusE-02aabbcc0101","result":{"bat_soc":NaN}}',
        b'{"id":1,"result":{"bat_soc":-Infinity}}',
        f'{{"id":1,"result":{_DEEP}}}'.encode(),
        f'{{"id":{_LONG},"result":{{}}}}'.encode(),
        b'{"id":1,"result":{}}' + b" " * 2048,
        b'{"id":1.0,"result":{}}',
        b'{"id":true,"result":{}}',
        b'{"id":"1","result":{}}',
        b'{"id":-1,"result":{}}',
        b'{"id":65536,"result":{}}',
        b'{"id":1}',
        b'{"id":1,"result":[1,2]}',
        b'{"id":1,"error":"no"}',
        b'{"id":1,"result":{}}{}',
        b"\x80" + b'{"id":1,"result":{}}',
        b"[1]",
        b"42",
        b"null",
    ],
)
def test_malformed(datagram: bytes) -> None:
    """What is not a reply is said to be none."""
    with pytest.raises(MalformedDatagramError):
        decode_reply(datagram)


@thorough
@given(
    st.sampled_from(list(Method)),
    st.sampled_from([153, 139, 150]),
    st.dictionaries(
        st.sampled_from(_FIELDS),
        _JSON,
    ),
)
@example(Method.ENERGY, 150, {"bat_soc": 10**1500, "ongrid_power": 1})
@example(Method.ENERGY, 150, {"bat_soc": 1, "ongrid_power": 1, "bat_cap": -(10**1500)})
@example(Method.BATTERY, 139, {"soc": 50, "bat_temp": 10**400})
@example(Method.DEVICE, 150, {"device": "VenusE 3.0", "ver": 10**1500, "ble_mac": "02aabbcc0101"})
@example(Method.ENERGY, 150, {"bat_soc": float("inf"), "ongrid_power": 0})
def test_any_result_is_parsed_or_not_believed(
    method: Method, firmware: int, result: dict[str, Any]
) -> None:
    """Whatever values a result has, it becomes a status or an InvalidReplyError."""
    profile = profile_for("VenusE" if firmware == 153 else "VenusE 3.0", firmware)
    if method.is_write:
        return
    try:
        if method is Method.DEVICE:
            parse_device(result)
        else:
            parse_status(method, result, profile)
    except InvalidReplyError:
        pass


def test_pretty_printed_reply() -> None:
    """A reply as the device prints it."""
    reply = decode_reply(
        b'{\n\t"id":\t7,\n\t"src":\t"VenusE 3.0-02AABBCC0101",\n\t"result":\t{\n\t\t"id":\t0\n\t}\n}'
    )
    assert reply == Reply(7, "02aabbcc0101", result={"id": 0})


def test_own_broadcast_is_no_reply() -> None:
    """A request that comes back is neither a reply nor malformed."""
    assert decode_reply(encode_request(5, Method.DEVICE, {"ble_mac": "0"})) is None


@pytest.mark.parametrize(
    ("src", "mac"),
    [
        ("VenusC-02aabbcc0101", "02aabbcc0101"),
        ("VNSE3-0-02AABBCC0101", "02aabbcc0101"),
        ("Venus-02aabbcc0101", "02aabbcc0101"),
        ("VenusC-mac", None),
        ("02aabbcc0101", None),
        ("VenusE-02aabbcc01012", None),
        (None, None),
        (7, None),
    ],
)
def test_mac_in_src(src: object, mac: str | None) -> None:
    """The BLE MAC is the suffix of src, whatever the name before it."""
    reply = decode_reply(json.dumps({"id": 1, "src": src, "result": {}}).encode())
    assert reply is not None
    assert reply.ble_mac == mac


@pytest.mark.parametrize(
    ("data", "missing", "lost"),
    [
        (402, False, True),
        (403, False, True),
        (404, False, False),
        (408, True, False),
        (410, False, False),
        (412, False, False),
        (424, True, False),
        (425, True, False),
        (426, False, False),
        (999, False, False),
    ],
)
def test_parse_state_of_firmware_153(data: int, missing: bool, lost: bool) -> None:
    """Firmware 153 has numbers for errors; they mean what the error objects of others do."""
    reply = decode_reply(json.dumps({"id": 9, "result": {"parse_state": data}}).encode())
    assert reply is not None
    assert reply.fault is not None
    assert reply.fault.data == data
    assert reply.fault.is_lost_request is lost
    assert isinstance(reply.fault.to_error(), DeviceError)
    assert isinstance(reply.fault.to_error(), MethodMissingError) is missing


def test_error_object() -> None:
    """An error keeps its three parts."""
    reply = decode_reply(
        b'{"id":3,"error":{"code":-32601,"message":"Method not found","data":424}}'
    )
    assert reply is not None
    assert reply.fault is not None
    error = reply.fault.to_error()
    assert isinstance(error, MethodMissingError)
    assert (error.code, error.data) == (-32601, 424)
    assert "Method not found" in str(error)


def test_a_message_of_any_length_is_cut() -> None:
    """An error's text never floods a log."""
    reply = decode_reply(json.dumps({"id": 3, "error": {"message": ["x"] * 300}}).encode())
    assert reply is not None
    assert reply.fault is not None
    assert len(reply.fault.message) <= 80


@thorough
@given(
    st.integers(1, 65535),
    st.dictionaries(
        st.sampled_from(["id", "config", "power"]),
        st.integers(-(2**15), 2**15) | st.sampled_from(["Auto", "00:00", "02aabbcc0101"]),
    ),
)
def test_a_request_is_what_the_device_reads(request_id: int, params: dict[str, Any]) -> None:
    """The device reads what was meant, and no byte is wasted."""
    datagram = encode_request(request_id, Method.MODE, params)
    assert b" " not in datagram
    request = parse(datagram)
    assert (request.id, request.method, request.params) == (request_id, "ES.GetMode", params)


@pytest.mark.parametrize("request_id", [0, -1, 65536, 70000])
def test_ids_out_of_range_are_refused(request_id: int) -> None:
    """0 is what parse errors carry, and ids are 16 bits."""
    with pytest.raises(ValueError, match="id"):
        encode_request(request_id, Method.MODE, {"id": 0})


@pytest.mark.parametrize(
    "value",
    [500.0, 1.5, True, None, [1], (1,), float("nan"), "{", "a}b", {"power": 1.0}, {"a": [2]}],
)
def test_what_the_firmware_misreads_is_refused(value: object) -> None:
    """Only whole numbers, texts without braces, and objects of those go out."""
    with pytest.raises(ValueError, match=r"integers|Braces"):
        encode_request(1, Method.SET_MODE, {"id": 0, "config": value})


def test_longest_request() -> None:
    """450 bytes go out, 451 do not."""
    spare = 450 - len(encode_request(1, Method.MODE, {"id": 0, "text": ""}))
    assert len(encode_request(1, Method.MODE, {"id": 0, "text": "x" * spare})) == 450
    with pytest.raises(ValueError, match="451"):
        encode_request(1, Method.MODE, {"id": 0, "text": "x" * (spare + 1)})
