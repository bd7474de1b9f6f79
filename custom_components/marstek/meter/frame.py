"""Frames of the meters CT002 and CT003, as batteries ask for them on UDP port 12345.

A frame is `01 02`, its own length in ASCII digits, fields between bars, `03`, and two hex digits of
the XOR of all bytes from `01` to `03` (docs/meter.md). The battery's parser is strict: it compares type
and MAC of the meter byte by byte, and an empty field moves all that follow.
"""

from dataclasses import dataclass
import re
from typing import Final

from .errors import DatagramError

LARGEST_REQUEST: Final = 512
"""Bytes beyond which a datagram is not looked at."""
ANY_CT: Final = "000000000000"
"""MAC by which a battery asks for whichever meter is there."""
CT_TYPES: Final = ("HME-4", "HME-3")
"""Types of CT002 and CT003."""
_START: Final = b"\x01\x02"
_END: Final = 0x03
_MOST: Final = 32767
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,24}")
_MAC: Final = re.compile(r"[0-9A-Fa-f]{12}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}")
_RSSI: Final = -50


@dataclass(frozen=True, slots=True)
class CtRequest:
    """A battery's request to a CT."""

    battery_type: str
    """Such as "VNSE3-0"."""
    battery_mac: str
    """12 hex digits, in the battery's own case."""
    ct_type: str
    """"HME-4", "HME-3", or empty where the battery does not say."""
    ct_mac: str
    """12 hex digits in the battery's own case; `ANY_CT` for any."""
    phase: str
    """"A", "B", "C", "D" for the sum of all, or "0" while the battery looks for its phase."""
    power: int
    """The battery's own AC power in W, + = discharging."""
    participates: bool = True
    """Whether the battery counts itself among those that follow the meter."""

    @property
    def is_looking(self) -> bool:
        """Whether the battery is looking for its phase, and so drives power by itself."""
        return self.phase == "0"


@dataclass(frozen=True, slots=True)
class CtReply:
    """A CT's reply. Powers in W, + = import, of phases A, B, C and of all three."""

    powers: tuple[int, int, int, int]
    index: int
    """0..255. The last one again, other than 0, says that nothing is new."""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Batteries by phase A, B, C and sum: a battery divides its value by its own count."""
    charging: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """Charging powers in W, <= 0, of batteries without a phase, on A, B, C and on the sum."""
    discharging: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """Discharging powers in W, >= 0, in the same order."""


def build(fields: tuple[str, ...]) -> bytes:
    """Return the frame of some fields."""
    body = ("|" + "|".join(fields)).encode("ascii")
    bare = 5 + len(body)
    length = bare + 2 if bare + 2 <= 99 else bare + 3
    frame = _START + str(length).encode() + body + bytes([_END])
    return frame + b"%02x" % _checksum(frame)


def split(datagram: bytes) -> list[str]:
    """Return the fields of a frame. Raises DatagramError."""
    if not 10 <= len(datagram) <= LARGEST_REQUEST or not datagram.startswith(_START):
        raise DatagramError("not a frame of a CT")
    head, bar, _ = datagram.partition(b"|")
    if not bar or head[2:] != str(len(datagram)).encode():
        raise DatagramError("the length does not agree")
    if datagram[-3] != _END:
        raise DatagramError("the end is missing")
    if (
        datagram[-2:].decode("latin-1").lower().replace(" ", "0")
        != f"{_checksum(datagram[:-2]):02x}"
    ):
        raise DatagramError("the checksum does not agree")
    try:
        return datagram[len(head) + 1 : -3].decode("ascii").split("|")
    except UnicodeDecodeError as err:
        raise DatagramError("not ASCII") from err


def parse_request(datagram: bytes) -> CtRequest:
    """Return a battery's request. Raises DatagramError."""
    fields = split(datagram)
    if len(fields) not in (6, 7):
        raise DatagramError("not the fields of a request")
    kind, mac, ct_type, ct_mac, phase, power, *flag = fields
    if not _NAME.fullmatch(kind) or not _MAC.fullmatch(mac):
        raise DatagramError("type or MAC of the battery is none")
    if (ct_type and not _NAME.fullmatch(ct_type)) or not _MAC.fullmatch(ct_mac):
        raise DatagramError("type or MAC of the CT is none")
    if phase not in {"", "0", "A", "B", "C", "D"} or not _NUMBER.fullmatch(power):
        raise DatagramError("phase or power is none")
    if flag and flag[0] not in {"0", "1"}:
        raise DatagramError("the flag is none")
    return CtRequest(kind, mac, ct_type, ct_mac, phase or "0", _clamped(int(power)), flag != ["0"])


def build_reply(request: CtRequest, reply: CtReply, ct_type: str, ct_mac: str) -> bytes:
    """Return the datagram for a request.

    Type and MAC of the request are echoed, since the battery compares both; `ct_type` and `ct_mac`
    stand in where the request leaves them open.
    """
    mac = ct_mac if request.ct_mac == ANY_CT else request.ct_mac
    numbers = (*reply.powers, *reply.counts, _RSSI, reply.index % 256)
    sums = (*reply.charging, *reply.discharging)
    return build(
        (
            *(request.ct_type or ct_type, mac, request.battery_type, request.battery_mac),
            *(str(_clamped(number)) for number in (*numbers, *sums)),
        )
    )


def _checksum(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
    return value


def _clamped(number: int) -> int:
    """Return a number that fits the battery's 16 bits."""
    return min(max(number, -_MOST), _MOST)
