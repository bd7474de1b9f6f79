"""Datagrams in and out, with the parser's habits (docs/protocol.md sections 1.2 to 1.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
import struct

RECEIVE_BUFFER = 512
MODEM_NOTICE = 45
"""Bytes that the Wi-Fi modem's notice takes from the receive buffer."""
ADDRESS_ZERO = 0x2001F3A8
"""What a read from address 0 yields: the parser does this for a missing number."""

ERRORS: Mapping[int, tuple[int, str]] = {
    402: (-32700, "Parse error"),
    403: (-32700, "Parse error"),
    404: (-32600, "Invalid Request"),
    405: (-32600, "Invalid Request"),
    406: (-32602, "Invalid params"),
    407: (-32602, "Invalid params"),
    408: (-32601, "Method not found"),
    409: (-32602, "Invalid params"),
    410: (-32600, "Invalid Request"),
    411: (-32602, "Invalid params"),
    412: (-32602, "Invalid params"),
    413: (-32602, "Invalid params"),
    414: (-32602, "Invalid params"),
    415: (-32602, "Invalid params"),
    422: (-32602, "Invalid params"),
    423: (-32602, "Invalid params"),
    424: (-32601, "Method not found"),
    425: (-32601, "Method not found"),
    426: (-32602, "Invalid params"),
}
"""`data` to `code` and `message` (docs/protocol.md section 1.4)."""

type RequestId = int | str


class RefusalError(Exception):
    """The device answers with an error of the table."""

    def __init__(self, data: int, request_id: RequestId = 0) -> None:
        """Take the `data` of the error table."""
        super().__init__(f"error {data}")
        self.data = data
        self.request_id = request_id


class _ParseError(ValueError):
    """What the device's JSON parser does not take."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose envelope is in order."""

    id: RequestId
    method: str
    params: Mapping[str, object]


def parse(datagram: bytes, *, ethernet: bool = False) -> Request:
    """Read a request as the device does, or raise RefusalError."""
    message = _load(datagram, ethernet=ethernet)
    if "id" not in message:
        raise RefusalError(404)
    request_id = _envelope_id(message["id"])
    if "method" not in message:
        raise RefusalError(408, request_id)
    method = message["method"]
    if not isinstance(method, str):
        raise RefusalError(409, request_id)
    params = message.get("params")
    if not isinstance(params, Mapping):
        raise RefusalError(410, request_id)
    return Request(request_id, method, params)


def glimpse(datagram: bytes) -> Mapping[str, object]:
    """Return whatever JSON object is in a datagram, for the record; {} for none."""
    try:
        return _load(datagram, ethernet=True)
    except RefusalError:
        return {}


def _load(datagram: bytes, *, ethernet: bool) -> Mapping[str, object]:
    """Return the JSON object in a datagram; bytes before the first brace are ignored."""
    room = RECEIVE_BUFFER if ethernet else RECEIVE_BUFFER - MODEM_NOTICE
    text = datagram[:room].decode("utf-8", "replace")
    start = text.find("{")
    if start < 0:
        raise RefusalError(402)
    text = text[start:] if ethernet else _balanced(text[start:])
    decoder = json.JSONDecoder(object_pairs_hook=_first_wins, parse_constant=_no_constant)
    try:
        message, _ = decoder.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise RefusalError(403) from error
    return message if isinstance(message, dict) else {}


def _balanced(text: str) -> str:
    """Return what the modem's receiver takes: it counts braces, in strings too."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if not depth:
            return text[: position + 1]
    return ""


def _first_wins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Keep the first of equal keys, as the device's look-up does."""
    return dict(reversed(pairs))


def _no_constant(name: str) -> object:
    """Refuse NaN and Infinity, which are not JSON."""
    raise _ParseError(name)


def _envelope_id(value: object) -> RequestId:
    """Return the top-level id as it will be echoed."""
    match value:
        case bool():
            raise RefusalError(407)
        case int() | float():
            return cut(value, 16)
        case str() if len(value.encode()) >= 32:
            raise RefusalError(406)
        case str():
            return value
        case _:
            raise RefusalError(407)


def params_id(params: Mapping[str, object]) -> RequestId:
    """Return params.id as it will be echoed in the result, or raise RefusalError."""
    if "id" not in params:
        raise RefusalError(412)
    match params["id"]:
        case bool():
            raise RefusalError(415)
        case int() | float() as number:
            return cut(number, 16)
        case str() as text if len(text.encode()) >= 32:
            raise RefusalError(414)
        case str() as text:
            return text
        case _:
            raise RefusalError(415)


def cut(value: object, bits: int, *, signed: bool = False) -> int:
    """Return the low bits of a JSON value, as a handler of the device reads them.

    A number with a decimal point is a double whose low bits are read, so 500.0
    gives 0. Anything else than a number is read from address 0.
    """
    match value:
        case bool() | None:
            word = ADDRESS_ZERO
        case int():
            word = value
        case float():
            (word,) = struct.unpack("<Q", struct.pack("<d", value))
        case _:
            word = ADDRESS_ZERO
    word &= (1 << bits) - 1
    return word - (1 << bits) if signed and word >> (bits - 1) else word


def render(value: object, depth: int = 0) -> str:
    """Return JSON as the device prints it: tabs and newlines, floats like 15.0."""
    if not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    indent = "\t" * (depth + 1)
    lines = [f'{indent}"{key}":\t{render(item, depth + 1)}' for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + "\t" * depth + "}"
