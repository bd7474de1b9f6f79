"""A small HTTP/1.1 server on loopback: one request per connection, so that each can be spoilt."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
import errno
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from .sockets import SimulatorError, check_address

_HEAD_LIMIT = 65_536
_BODY_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What a client asked."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What is answered."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Real seconds before the first byte."""
    cut: float = 1.0
    """The part of the body that is sent before the connection ends."""
    is_reset: bool = False
    """Whether the connection is torn down without a word."""


type Handler = Callable[[HttpRequest], Awaitable[HttpAnswer]]


class HttpServer:
    """Hands requests to a handler."""

    def __init__(self, handler: Handler, host: str = "127.0.0.1") -> None:
        """Serve on a loopback address."""
        check_address(host, allow_lan=False)
        self._handler = handler
        self._host = host
        self._port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that was bound last."""
        return self._port

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://{self._host}:{self._port}"

    @property
    def is_open(self) -> bool:
        """Whether connections are accepted."""
        return self._server is not None

    async def start(self, port: int = 0) -> None:
        """Listen; port 0 takes a free one. Raises SimulatorError."""
        try:
            self._server = await asyncio.start_server(
                self._accept, self._host, port, limit=_HEAD_LIMIT
            )
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "something else listens there" if taken else str(error)
            raise SimulatorError(f"cannot listen on {self._host}:{port}: {reason}") from error
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until it ends or the server does."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            request = await _read(reader)
            if request is None:
                return
            answer = await self._handler(request)
            if answer.is_reset:
                writer.transport.abort()
                return
            await asyncio.sleep(answer.delay)
            writer.write(_head(answer) + answer.body[: round(len(answer.body) * answer.cut)])
            await writer.drain()
        except ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError:
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> HttpRequest | None:
    """Return a request, or None for something else."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    try:
        method, target, _ = first.split(" ")
        pairs = [line.partition(":") for line in lines if line]
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = min(int(headers.get("content-length", "0")), _BODY_LIMIT)
        parts = urlsplit(target)
    except ValueError:
        return None
    body = await reader.readexactly(length) if length > 0 else b""
    return HttpRequest(method, parts.path, parse_qs(parts.query), headers, body)


def _head(answer: HttpAnswer) -> bytes:
    """Return the status line and the headers."""
    try:
        reason = HTTPStatus(answer.status).phrase
    except ValueError:
        reason = "Unknown"
    headers = {
        "Content-Type": answer.content_type,
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
