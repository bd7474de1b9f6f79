"""Requests and replies of a Shelly Pro 3EM, as batteries ask for them over UDP.

The battery's parser is no JSON parser (docs/meter.md): it looks for a name, skips a fixed number of
characters and reads decimals. So the reply is compact, every number has decimals and is never a bare
zero, and its size stays between 250 and 590 bytes.
"""

import json
from typing import Final

from .errors import DatagramError
from .frame import LARGEST_REQUEST

METHOD: Final = "EM.GetStatus"
REQUEST: Final = b'{"id":17,"method":"EM.GetStatus","params":{"id":0}}'
"""A request as batteries send it, for a look whether another meter answers."""
_VOLTAGE: Final = 230.0
_SMALLEST: Final = 0.01
_MOST: Final = 99_999.0


def parse_request(datagram: bytes) -> int:
    """Return the `id`, 0..65535, of a request for the state of the meter. Raises DatagramError."""
    if len(datagram) > LARGEST_REQUEST or not datagram.startswith(b"{"):
        raise DatagramError("not a request to a Shelly")
    try:
        request = json.loads(datagram)
    except (ValueError, RecursionError) as err:
        raise DatagramError("not JSON") from err
    if not isinstance(request, dict) or request.get("method") != METHOD:
        raise DatagramError("another method")
    number = request.get("id")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= 65535:
        raise DatagramError("the id is none")
    return number


def is_reply(datagram: bytes) -> bool:
    """Return whether a datagram is a Shelly's reply, from which a battery would read a power."""
    return len(datagram) <= 2048 and b'"total_act_power":' in datagram


def build_reply(request_id: int, power: float, mac: str) -> bytes:
    """Return the datagram that names a power in W, + = import, on phase A.

    The whole power stands on one phase: with a third on each, the battery does not find its own
    phase. `mac` are 12 hex digits.
    """
    phases = (_shown(power), _SMALLEST, _SMALLEST)
    parts = [_phase(name, watts) for name, watts in zip("abc", phases, strict=True)]
    total = _shown(sum(phases))
    parts.append(
        f'"total_current":{abs(phases[0]) / _VOLTAGE:.2f},"total_act_power":{total:.2f},'
        f'"total_aprt_power":{abs(total):.2f}'
    )
    return (
        f'{{"id":{request_id},"src":"shellypro3em-{mac.lower()}","dst":"unknown",'
        f'"result":{{"id":0,{",".join(parts)}}}}}'
    ).encode("ascii")


def _phase(name: str, watts: float) -> str:
    current = 0.0 if abs(watts) < 1 else abs(watts) / _VOLTAGE
    return (
        f'"{name}_current":{current:.2f},"{name}_voltage":{_VOLTAGE:.2f},'
        f'"{name}_act_power":{watts:.2f},"{name}_aprt_power":{abs(watts):.2f},'
        f'"{name}_pf":1.00,"{name}_freq":50.00'
    )


def _shown(power: float) -> float:
    """Return a power that no firmware misreads: bounded, and whole numbers made decimal."""
    bounded = round(min(max(power, -_MOST), _MOST), 2)
    whole = round(bounded)
    if abs(bounded - whole) < _SMALLEST:
        return whole - _SMALLEST if whole < 0 else whole + _SMALLEST
    return bounded
