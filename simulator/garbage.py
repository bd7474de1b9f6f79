"""Replies that no client should trust, by name."""

from collections.abc import Callable, Mapping
import math
from random import Random

from .wire import render

type Envelope = dict[str, object]
type Corruption = Callable[[Envelope, Random], bytes]


def _numbers(change: Callable[[int | float], object]) -> Corruption:
    """Return a corruption that changes every number of the result."""

    def corrupt(envelope: Envelope, _random: Random) -> bytes:
        result = envelope.get("result")
        values = result if isinstance(result, dict) else {}
        changed = {key: _changed(value, change) for key, value in values.items()}
        return _encoded(envelope | {"result": changed})

    return corrupt


def _changed(value: object, change: Callable[[int | float], object]) -> object:
    """Return a number changed, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return change(value)


def _encoded(envelope: Mapping[str, object]) -> bytes:
    return render(dict(envelope)).encode()


def _truncated(envelope: Envelope, _random: Random) -> bytes:
    whole = _encoded(envelope)
    return whole[: len(whole) // 2]


def _oversized(envelope: Envelope, _random: Random) -> bytes:
    return _encoded(envelope | {"padding": "x" * 20000})


def _binary(_envelope: Envelope, random: Random) -> bytes:
    return random.randbytes(200)


def _deep(envelope: Envelope, _random: Random) -> bytes:
    request_id = render(envelope.get("id"))
    return f'{{"id":{request_id},"result":{"[" * 30000}{"]" * 30000}}}'.encode()


def _empty(_envelope: Envelope, _random: Random) -> bytes:
    return b""


def _missing(envelope: Envelope, _random: Random) -> bytes:
    result = envelope.get("result")
    kept = {"id": result["id"]} if isinstance(result, dict) and "id" in result else {}
    return _encoded(envelope | {"result": kept})


def _no_result(envelope: Envelope, _random: Random) -> bytes:
    return _encoded({"id": envelope.get("id"), "src": envelope.get("src")})


def _list(envelope: Envelope, _random: Random) -> bytes:
    return _encoded(envelope | {"result": [1, 2, 3]})


def _bare(_envelope: Envelope, _random: Random) -> bytes:
    return b"42"


def _wrong_id(envelope: Envelope, _random: Random) -> bytes:
    request_id = envelope.get("id")
    wrong = (request_id + 1) & 0xFFFF if isinstance(request_id, int) else "wrong"
    return _encoded(envelope | {"id": wrong})


def _wrong_encoding(envelope: Envelope, _random: Random) -> bytes:
    return _encoded(envelope).replace(b"src", b"\xff\xfe\xc3")


def _error_of_nothing(envelope: Envelope, _random: Random) -> bytes:
    return _encoded({"id": envelope.get("id"), "src": "", "error": "no"})


GARBAGE: Mapping[str, Corruption] = {
    "truncated": _truncated,
    "oversized": _oversized,
    "binary": _binary,
    "deep": _deep,
    "empty": _empty,
    "nan": _numbers(lambda _: math.nan),
    "infinity": _numbers(lambda _: math.inf),
    "huge": _numbers(lambda value: 10**30 if isinstance(value, int) else 1e308),
    "negative": _numbers(lambda value: -value - 1_000_000),
    "strings": _numbers(str),
    "null": _numbers(lambda _: None),
    "lists": _numbers(lambda value: [value]),
    "missing": _missing,
    "no_result": _no_result,
    "list": _list,
    "bare": _bare,
    "wrong_id": _wrong_id,
    "wrong_encoding": _wrong_encoding,
    "wrong_error": _error_of_nothing,
}


ANY = "any"


def corrupt(name: str, envelope: Envelope, random: Random) -> bytes:
    """Return a reply corrupted in the way of that name; "any" picks one."""
    return GARBAGE[random.choice(sorted(GARBAGE)) if name == ANY else name](envelope, random)
