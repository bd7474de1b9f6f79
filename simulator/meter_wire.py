"""Requests to a meter, and replies as the firmware reads them.

Neither reader is lenient: a CT's fields are split as `strtok` does, so that an empty one moves all that
follow, and a Shelly's numbers stand a fixed number of characters after their names (docs/meter.md).
"""

from dataclasses import dataclass
from functools import reduce
import re


class UnreadableReplyError(Exception):
    """A reply that a battery does not understand. The message says why."""


@dataclass(frozen=True, slots=True)
class MeterReply:
    """A meter's values as a battery has read them. Powers in W, + = import."""

    powers: tuple[int, int, int, int]
    counts: tuple[int, int, int, int] = (1, 1, 1, 1)
    index: int = 0
    charging: tuple[int, ...] = (0,) * 5
    discharging: tuple[int, ...] = (0,) * 5


def ct_request(battery: tuple[str, str], ct: tuple[str, str], phase: str, power: int) -> bytes:
    """Return the request of a battery to a CT, each given by type and MAC."""
    body = f"|{battery[0]}|{battery[1]}|{ct[0]}|{ct[1]}|{phase}|{power}".encode()
    bare = len(body) + 5
    frame = b"\x01\x02" + str(bare + (2 if bare <= 97 else 3)).encode() + body + b"\x03"
    return frame + b"%02x" % _xor(frame)


def shelly_request(number: int) -> bytes:
    """Return the request of a battery to a Shelly Pro 3EM."""
    return b'{"id":%d,"method":"EM.GetStatus","params":{"id":0}}' % number


def read_ct(datagram: bytes, ct: tuple[str, str], longest: int) -> MeterReply:
    """Return a CT's reply. Raises UnreadableReplyError."""
    if len(datagram) >= longest:
        raise UnreadableReplyError("too long")
    found = re.fullmatch(rb"\x01\x02(\d+)(\|[^\x03]*)\x03([0-9A-Fa-f ]{2})", datagram, re.DOTALL)
    if found is None or int(found[1]) != len(datagram):
        raise UnreadableReplyError("frame or length")
    if int(found[3].replace(b" ", b"0"), 16) != _xor(datagram[:-2]):
        raise UnreadableReplyError("checksum")
    fields = [field.decode("latin-1") for field in found[2].split(b"|") if field]
    if len(fields) < 14 or fields[0] != ct[0] or fields[1] != ct[1]:
        raise UnreadableReplyError("type, MAC or number of fields")
    numbers = [_whole(field) for field in fields[4:]] + [0] * 10
    return MeterReply(
        (numbers[0], numbers[1], numbers[2], numbers[3]),
        (numbers[4], numbers[5], numbers[6], numbers[7]),
        numbers[9],
        tuple(numbers[10:15]),
        tuple(numbers[15:20]),
    )


def read_shelly(datagram: bytes) -> MeterReply:
    """Return a Shelly's reply. Raises UnreadableReplyError."""
    text = datagram.decode("latin-1")
    if len(text) < 250:
        raise UnreadableReplyError("shorter than 250 bytes")
    if "total_act_power" not in text:
        raise UnreadableReplyError("no total")
    a, b, c = (_after(text, f"{name}_act_power", 13) for name in "abc")
    return MeterReply((a, b, c, _after(text, "total_act_power", 17)))


def _after(text: str, name: str, skipped: int) -> int:
    """Return the decimal that stands some characters after the beginning of a name."""
    place = text.find(name)
    if place < 0:
        return 0
    number = re.match(r"\s*([+-]?\d+)(\.?)", text[place + skipped :])
    if number is None:
        return 0
    # A whole number is misread: ten times too large.
    return int(number[1]) if number[2] else 10 * int(number[1])


def _whole(text: str) -> int:
    number = re.match(r"\s*[+-]?\d+", text)
    return int(number[0]) if number else 0


def _xor(data: bytes) -> int:
    return reduce(lambda one, other: one ^ other, data, 0)
