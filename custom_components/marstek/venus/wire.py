"""The JSON datagrams: what is sent, and what of an incoming one can be believed."""

from dataclasses import dataclass
import json
import re
from typing import Any, Final, NoReturn

from .errors import DeviceError, MethodMissingError
from .text import plain

# docs/protocol.md 1.2: the receive buffer is 512 bytes, about 45 of them taken by the modem.
MAX_REQUEST_BYTES: Final = 450
# docs/protocol.md 1.2: replies are at most about 700 bytes.
MAX_REPLY_BYTES: Final = 2048
MAX_ID: Final = 65535
# docs/protocol.md 1.4: the codes that are the sender's loss, not the request's fault.
PARSE_ERROR: Final = -32700
METHOD_NOT_FOUND: Final = -32601
# Firmware 153 has no error objects, only these numbers (docs/protocol.md 1.4).
_PARSE_STATE_CODES: Final = {
    402: PARSE_ERROR,
    403: PARSE_ERROR,
    404: -32600,
    405: -32600,
    408: METHOD_NOT_FOUND,
    410: -32600,
    424: METHOD_NOT_FOUND,
    425: METHOD_NOT_FOUND,
}
_INVALID_PARAMS: Final = -32602
_BLE_MAC = re.compile(r"-([0-9a-fA-F]{12})$")


class MalformedDatagramError(ValueError):
    """A datagram that is not a reply: too large, not JSON, or of the wrong shape."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The error part of a reply (docs/protocol.md 1.4)."""

    code: int | None
    message: str
    data: int | None

    @property
    def is_lost_request(self) -> bool:
        """Tell whether the battery could not read the request, which is worth repeating."""
        return self.code == PARSE_ERROR

    def to_error(self) -> DeviceError:
        """Return the error to raise."""
        kind = MethodMissingError if self.code == METHOD_NOT_FOUND else DeviceError
        return kind(self.code, self.message, self.data)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a battery; exactly one of `result` and `fault` is set."""

    id: int
    ble_mac: str | None
    result: dict[str, Any] | None = None
    fault: Fault | None = None

    @property
    def is_acceptance(self) -> bool:
        """Tell whether it answers a command: only those have `set_result` (docs/protocol.md 2.9)."""
        return self.result is not None and "set_result" in self.result


def encode_request(request_id: int, method: str, params: dict[str, Any]) -> bytes:
    """Return a compact request; ValueError for one that the firmware would misread."""
    if not 1 <= request_id <= MAX_ID:
        raise ValueError(f"Request id {request_id} is not between 1 and {MAX_ID}")
    _check_integers(params)
    payload = json.dumps(
        {"id": request_id, "method": method, "params": params},
        separators=(",", ":"),
    ).encode("ascii")
    if len(payload) > MAX_REQUEST_BYTES:
        raise ValueError(f"Request of {len(payload)} bytes is too long")
    return payload


def _check_integers(value: object) -> None:
    """Raise ValueError for what the parser reads as garbage: anything but int, str, dict (1.2)."""
    if isinstance(value, dict):
        for item in value.values():
            _check_integers(item)
    elif isinstance(value, str):
        if "{" in value or "}" in value:
            raise ValueError("Braces inside a string break the receiver")
    elif type(value) is not int:
        raise ValueError(f"Only integers can be sent, not {value!r}")


def _reject_constant(name: str) -> NoReturn:
    raise MalformedDatagramError(f"{name} is not JSON")


def decode_reply(datagram: bytes) -> Reply | None:
    """Return the reply, None for a request (our own broadcast), MalformedDatagramError for the rest."""
    if len(datagram) > MAX_REPLY_BYTES:
        raise MalformedDatagramError(f"{len(datagram)} bytes")
    try:
        frame = json.loads(datagram, parse_constant=_reject_constant)
    except (ValueError, RecursionError) as err:
        raise MalformedDatagramError(str(err)) from err
    if not isinstance(frame, dict):
        raise MalformedDatagramError("Not an object")
    if "method" in frame:
        return None
    return _to_reply(frame)


def _to_reply(frame: dict[str, Any]) -> Reply:
    reply_id, src = frame.get("id"), frame.get("src")
    if type(reply_id) is not int or not 0 <= reply_id <= MAX_ID:
        raise MalformedDatagramError(f"Id {reply_id!r}")
    match = _BLE_MAC.search(src) if isinstance(src, str) else None
    ble_mac = match[1].lower() if match else None
    error, result = frame.get("error"), frame.get("result")
    if isinstance(error, dict):
        fault = Fault(
            code=_integer(error.get("code")),
            message=plain(error.get("message")) or "",
            data=_integer(error.get("data")),
        )
        return Reply(reply_id, ble_mac, fault=fault)
    if not isinstance(result, dict):
        raise MalformedDatagramError("Neither a result nor an error")
    if "parse_state" in result:
        data = _integer(result["parse_state"])
        code = _INVALID_PARAMS if data is None else _PARSE_STATE_CODES.get(data, _INVALID_PARAMS)
        return Reply(reply_id, ble_mac, fault=Fault(code, "Parse state", data))
    return Reply(reply_id, ble_mac, result=result)


def _integer(value: object) -> int | None:
    return value if type(value) is int else None
