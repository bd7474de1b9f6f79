"""Answers of the sources of colours over HTTP.

A file of the corpus has a line of JSON with the call, the status and the headers, and after it
the body as it came.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import datetime as dt
import json
from typing import Any, Final, cast

import aiohttp
import orjson

from custom_components.marstek.tempo import ColourBook, SourceError
from custom_components.marstek.tempo.calendar import Season
from custom_components.marstek.tempo.parsing import parse_open_dpe, parse_token
from custom_components.marstek.tempo.sources import (
    LONGEST_RETRY_AFTER,
    Bases,
    Call,
    Credentials,
    Request,
    community,
    fetch,
    light,
    open_dpe,
    rte_api,
    season,
    token_request,
)
from scripts.fuzz_lib.corpus import parse_json
from scripts.fuzz_lib.mutation import dump_json
from scripts.fuzz_lib.surface import Surface
from scripts.fuzz_lib.values import UnsoundError, require_sound

_NOW: Final = dt.datetime(2026, 1, 25, 11, tzinfo=dt.UTC)
_BASES: Final = Bases()
_REQUESTS: Final[dict[str, Request]] = {
    Call.LIGHT: light(_BASES),
    Call.COMMUNITY: community(_BASES, _NOW.date()),
    Call.SEASON: season(_BASES, Season(2025)),
    Call.RTE_API: rte_api(_BASES, "token", _NOW.date()),
    Call.TOKEN: token_request(_BASES, Credentials("a", "b")),
    Call.FORECAST: open_dpe(_BASES),
}
_LONGEST_TOKEN: Final = 4096
_LONGEST_FAULT: Final = 200


class _Content:
    """A body, in parts."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), size):
            yield self._body[start : start + size]


class _Response:
    """What a server answers."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.content = _Content(body)


class _Session:
    """Session that gives every request the same answer."""

    def __init__(self, response: _Response) -> None:
        self._response = response

    @asynccontextmanager
    async def request(self, *_: Any, **__: Any) -> AsyncIterator[_Response]:
        """Answer."""
        yield self._response


class _Reader:
    """Asks a source, and learns from its answer."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def read(self, document: bytes) -> None:
        """Read an answer."""
        head, _, body = document.partition(b"\n")
        request, response = _parts(head, body)
        try:
            self._runner.run(_read(request, response))
        except SourceError as err:
            _check_fault(err)
            raise


def _parts(head: bytes, body: bytes) -> tuple[Request, _Response]:
    """Return what was asked and what the answer is; what a head lacks is as usual."""
    try:
        given = parse_json(head)
    except ValueError:
        given = None
    found: dict[str, Any] = given if isinstance(given, dict) else {}
    status, headers = found.get("status"), found.get("headers")
    texts = {
        name: value
        for name, value in (headers.items() if isinstance(headers, dict) else ())
        if isinstance(value, str)
    }
    request = _REQUESTS.get(str(found.get("call")), _REQUESTS[Call.LIGHT])
    if type(status) is not int or not 100 <= status <= 999:
        status = 200
    return request, _Response(status, texts, body)


async def _read(request: Request, response: _Response) -> None:
    dates: list[dt.datetime] = []
    session = cast("aiohttp.ClientSession", _Session(response))
    body = await fetch(session, request, now=_NOW, spend=_spend, on_date=dates.append)
    require_sound(dates)
    if request.call is Call.TOKEN:
        require_sound(parse_token(body), _LONGEST_TOKEN)
        return
    if request.call is Call.FORECAST:
        require_sound(parse_open_dpe(body, _NOW))
        return
    said = request.parse(body, _NOW)
    require_sound(said)
    book = ColourBook()
    book.learn(said)
    if ColourBook.restore(orjson.loads(orjson.dumps(book.store()))).store() != book.store():
        raise UnsoundError("A book that is not read as it was written")


def _spend() -> None:
    """Spend nothing: there is no end to the budget."""


def _check_fault(err: SourceError) -> None:
    """Check a fault, which is stored, logged and shown in diagnostics."""
    fault = err.fault
    require_sound(fault, _LONGEST_FAULT)
    if fault.retry_after is not None and not dt.timedelta() <= fault.retry_after <= (
        LONGEST_RETRY_AFTER
    ):
        raise UnsoundError(f"A wait of {fault.retry_after}")


def _parse(document: bytes) -> Any:
    head, _, body = document.partition(b"\n")
    return [json.loads(head), json.loads(body)]


def _dump(tree: Any) -> bytes:
    match tree:
        case [head, body]:
            return dump_json(head) + b"\n" + dump_json(body)
    return dump_json(tree)


PAGES: Final = Surface("pages", _Reader().read, (SourceError,), parse=_parse, dump=_dump)
