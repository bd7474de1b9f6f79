"""Frames of a CT: worked examples of docs/meter.md, and the battery's own strict reader."""

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.meter import frame
from custom_components.marstek.meter.errors import DatagramError
from simulator.meter_wire import ct_request, read_ct

CT = ("HME-4", "02b2500000ff")
WATTS = st.integers(-200_000, 200_000)


@pytest.mark.parametrize(
    ("fields", "length", "checksum"),
    [
        ("HMG-50|02b250000001|HME-4|02b2500000ff|A|-217", 53, b"6c"),
        ("VNSE3-0|02b250000001|HME-4|02b2500000ff|0|0", 51, b"7c"),
        (
            "HME-4|02b2500000ff|HMG-50|02b250000001|412|0|0|412|1|0|0|0|-50|7|0|-217|0|0|0|0|0|0|0|0",
            95,
            b"09",
        ),
        (
            "HME-4|02b2500000ff|VNSE3-0|02b250000001|-1412|-320|150|-1582|1|1|1|0|-50|255|0|-800|-640|0|0|0|0|0|120|0",
            113,
            b"79",
        ),
    ],
)
def test_worked_examples(fields: str, length: int, checksum: bytes) -> None:
    """Length and checksum are those that were computed elsewhere."""
    made = frame.build(tuple(fields.split("|")))
    assert made == b"\x01\x02%d|%s\x03%s" % (length, fields.encode(), checksum)
    assert len(made) == length


def test_request_of_a_battery() -> None:
    """Each field is read, and what a battery without a phase sends."""
    request = frame.parse_request(ct_request(("HMG-50", "02b250000001"), CT, "A", -217))
    assert request == frame.CtRequest("HMG-50", "02b250000001", *CT, "A", -217)
    looking = frame.parse_request(ct_request(("VNSA-0", "02b250000001"), ("", "0" * 12), "0", 0))
    assert looking.is_looking
    assert looking.ct_type == ""


@given(
    powers=st.tuples(WATTS, WATTS, WATTS, WATTS),
    index=st.integers(0, 255),
    sums=st.tuples(WATTS, WATTS, WATTS, WATTS, WATTS),
)
def test_every_reply_is_read_by_a_battery(
    powers: tuple[int, int, int, int], index: int, sums: tuple[int, int, int, int, int]
) -> None:
    """No field is empty, lengths of two and three digits agree, and numbers fit 16 bits."""
    request = frame.parse_request(ct_request(("VNSE3-0", "02B250000001"), CT, "B", 0))
    reply = frame.CtReply(powers, index, (1, 1, 1, 0), sums, sums)
    datagram = frame.build_reply(request, reply, "HME-3", "ffffffffffff")
    read = read_ct(datagram, CT, 512)
    assert read.powers == tuple(min(max(power, -32767), 32767) for power in powers)
    assert read.index == index
    assert len(datagram) <= 170


def test_open_fields_get_our_own_type_and_mac() -> None:
    """A battery that names no type or any MAC gets the CT's."""
    request = frame.parse_request(
        ct_request(("VNSD-0", "02b250000001"), ("", frame.ANY_CT), "A", 0)
    )
    datagram = frame.build_reply(request, frame.CtReply((1, 0, 0, 1), 1), *CT)
    assert read_ct(datagram, CT, 512).powers == (1, 0, 0, 1)


@given(st.binary(max_size=600), st.integers(0, 60), st.integers(0, 255))
def test_other_datagrams_are_refused(junk: bytes, place: int, byte: int) -> None:
    """Neither junk nor a request with another byte raises anything undocumented."""
    good = bytearray(ct_request(("HMG-50", "02b250000001"), CT, "A", -217))
    good[place % len(good)] = byte
    for datagram in (junk, bytes(good)):
        try:
            frame.parse_request(datagram)
        except DatagramError:
            continue
