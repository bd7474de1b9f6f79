"""A Shelly's reply: the worked example, and the battery's reader that is no JSON parser."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.meter import shelly
from custom_components.marstek.meter.errors import DatagramError
from simulator.meter_wire import read_shelly, shelly_request


def test_worked_example() -> None:
    """The reply is the one of docs/meter.md, byte for byte in its head and size."""
    reply = shelly.build_reply(17, 412, "02B2500000FF")
    assert len(reply) == 459
    assert reply.startswith(
        b'{"id":17,"src":"shellypro3em-02b2500000ff","dst":"unknown","result":{"id":0,'
        b'"a_current":1.79,"a_voltage":230.00,"a_act_power":412.01,'
    )
    assert json.loads(reply)["result"]["total_act_power"] == 412.03


@given(st.floats(-200_000, 200_000))
def test_every_reply_is_read_by_a_battery(power: float) -> None:
    """Size and numbers are such that the firmware reads the power, cut towards zero."""
    reply = shelly.build_reply(255, power, "02b2500000ff")
    assert 250 <= len(reply) <= 590
    read = read_shelly(reply)
    expected = min(max(power, -99_999), 99_999)
    assert abs(read.powers[0] - expected) <= 1.02
    assert read.powers[1:3] == (0, 0)
    assert abs(read.powers[3] - expected) <= 1.05


def test_whole_numbers_are_never_sent() -> None:
    """A whole number would be misread ten times too large."""
    for power in (0, -0.0, 5, -7, 1999.996):
        shown = json.loads(shelly.build_reply(1, power, "02b2500000ff"))["result"]
        assert not float(shown["a_act_power"]).is_integer()
        assert not float(shown["total_act_power"]).is_integer()


def test_request() -> None:
    """A battery's request is read; another method is not answered."""
    assert shelly.parse_request(shelly_request(9)) == 9
    for other in (
        b'{"id":1,"method":"Shelly.GetDeviceInfo"}',
        b'{"id":true,"method":"EM.GetStatus"}',
        b'{"id":1e400,"method":"EM.GetStatus"}',
        b"[" * 500,
        b"{" * 500,
        b"",
    ):
        with pytest.raises(DatagramError):
            shelly.parse_request(other)
