"""UDP sockets: one per local port, shared by every battery whose API uses that port.

Some families answer to their own port number whatever port asked, so a socket is bound to the
battery's API port (docs/protocol.md 1.1). SO_REUSEPORT is never set: with it, two sockets on one
host take each other's answers.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import errno
import logging
import socket
from typing import Final, override

from .clock import Clock
from .errors import PortInUseError
from .gate import Gate, Gates
from .wire import MalformedDatagramError, Reply, decode_reply

_LOGGER = logging.getLogger(__name__)
# What the system says of a socket that is none any more.
_BROKEN: Final = (errno.EBADF, errno.ENOTSOCK, errno.EPIPE)
_FIRST_REOPEN_DELAY: Final = 1.0
_LAST_REOPEN_DELAY: Final = 30.0
_LOOPBACK: Final = "127.0.0.1"
_CLOSING: Final = 0.1


@dataclass(frozen=True, slots=True)
class Inbound:
    """A reply and who sent it; `reply` is None for a datagram that could not be believed."""

    address: str
    reply: Reply | None
    payload: bytes


type DatagramListener = Callable[[Inbound], None]


class Endpoint(asyncio.DatagramProtocol):
    """One UDP socket that opens itself again after an error."""

    def __init__(self, port: int, gates: Gates, bind_address: str) -> None:
        """Prepare a socket for batteries whose API port is `port`."""
        self.port = port
        self.malformed = 0
        self.send_errors = 0
        self._gates = gates
        self._bind_address = bind_address
        self._transport: asyncio.DatagramTransport | None = None
        self._broadcast_until = float("-inf")
        self._listeners: dict[str | None, list[DatagramListener]] = {}
        self._reopening: asyncio.Task[None] | None = None
        self._may_be_ephemeral = False
        self._closed = True

    @property
    def local_port(self) -> int | None:
        """The port the socket is bound to, None while there is no socket."""
        if self._transport is None:
            return None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    @property
    def is_bound_to_port(self) -> bool:
        """Tell whether answers sent to the battery's own port number reach us."""
        return self.local_port == self.port

    async def open(self, *, allow_ephemeral: bool) -> None:
        """Bind; PortInUseError when the port is taken and no other would do."""
        self._closed = False
        if self._transport is not None and (self.is_bound_to_port or allow_ephemeral):
            return
        try:
            if self._transport is None:
                await self._require_unshared()
            await self._bind(self.port)
        except OSError as err:
            if not allow_ephemeral:
                raise PortInUseError(self.port) from err
            _LOGGER.debug("UDP port %d is in use, using another one", self.port)
            await self._bind(0)
            self._may_be_ephemeral = True

    async def _require_unshared(self) -> None:
        """Raise OSError when another program has the port of all interfaces.

        It may share it willingly, as we do, and then the newest of all gets the answers of all.
        """
        if _is_shared(self.port):
            # A socket of our own that was closed just now lives until the loop goes round.
            await asyncio.sleep(_CLOSING)
            if _is_shared(self.port):
                raise OSError(errno.EADDRINUSE, "Another program shares the port")

    async def _bind(self, port: int) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.setblocking(False)
            sock.bind((self._bind_address, port))
        except OSError:
            sock.close()
            raise
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, sock=sock
        )
        previous, self._transport = self._transport, transport
        if previous is not None:
            previous.close()

    def close(self) -> None:
        """Close the socket for good."""
        self._closed = True
        if self._reopening is not None:
            self._reopening.cancel()
            self._reopening = None
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def send(self, payload: bytes, address: str) -> None:
        """Send to a battery; while there is no socket the datagram is lost, as any may be.

        Nothing is sent to one that is left alone; who can wait asks `left_alone_for` before.
        """
        if self.left_alone_for(address) > 0:
            return
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(payload, (address, self.port))

    def send_to_all(self, payload: bytes, address: str) -> None:
        """Send a search to an address that may be a broadcast, unless a battery is left alone."""
        if not self._gates.left_alone.is_any(self.port):
            self.send(payload, address)

    def left_alone_for(self, address: str) -> float:
        """Return for how many seconds nothing may be sent to a battery, 0 for not at all."""
        return self._gates.left_alone.seconds_left(address, self.port)

    def keep_quiet(self, seconds: float, clock: Clock) -> None:
        """Block requests to all batteries of this port for some seconds.

        A broadcast is a request to each of them, and a second one within the quiet gap can spoil
        both (docs/protocol.md 1.5).
        """
        self._broadcast_until = clock.time() + seconds

    def gate(self, address: str, clock: Clock) -> Gate:
        """Return the gate of the battery at an IPv4 address, also of one that is new here."""
        gate = self._gates.at(address, clock)
        gate.keep_quiet(self._broadcast_until - clock.time())
        return gate

    def listen(self, address: str | None, listener: DatagramListener) -> Callable[[], None]:
        """Pass datagrams of an IPv4 address, or of all, to a listener; return how to end that."""
        self._listeners.setdefault(address, []).append(listener)

        def stop() -> None:
            self._listeners[address].remove(listener)

        return stop

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that somebody listens to."""
        return tuple(address for address, heard in self._listeners.items() if address and heard)

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Pass a datagram to the listeners of its sender."""
        listeners = [*self._listeners.get(addr[0], ()), *self._listeners.get(None, ())]
        try:
            reply = decode_reply(data)
        except MalformedDatagramError as err:
            _LOGGER.debug("Unreadable datagram from %s: %s", addr[0], err)
            self.malformed += 1
            inbound = Inbound(addr[0], None, data)
        else:
            if reply is None:
                return
            inbound = Inbound(addr[0], reply, data)
        for listener in listeners:
            listener(inbound)

    @override
    def error_received(self, exc: Exception) -> None:
        """Count a refused datagram; its request is repeated like any lost one."""
        self.send_errors += 1
        _LOGGER.debug("Error on UDP port %d: %s", self.port, exc)
        if isinstance(exc, OSError) and exc.errno in _BROKEN:
            self._drop()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Open the socket again when it was not us who closed it."""
        if exc is None or self._closed:
            return
        _LOGGER.debug("Socket on UDP port %d failed: %s", self.port, exc)
        self._drop()

    def _drop(self) -> None:
        """Give up a socket that is of no use any more, and get another."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        self.reopen()

    def reopen(self) -> None:
        """Replace the socket, as often as it takes."""
        if not self._closed and (self._reopening is None or self._reopening.done()):
            self._reopening = asyncio.get_running_loop().create_task(self._reopen())

    async def _reopen(self) -> None:
        delay = _FIRST_REOPEN_DELAY
        while not await self._try_bind(self.port):
            if self._transport is None and self._may_be_ephemeral:
                await self._try_bind(0)
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LAST_REOPEN_DELAY)

    async def _try_bind(self, port: int) -> bool:
        try:
            await self._bind(port)
        except OSError as err:
            _LOGGER.debug("Port %d can't be opened again yet: %s", port, err)
            return False
        return True


class Hub:
    """The sockets in use, by port."""

    def __init__(self, bind_address: str = "0.0.0.0") -> None:  # noqa: S104 - broadcasts come to every interface
        """Start without a socket."""
        self.gates = Gates()
        self._bind_address = bind_address
        self._endpoints: dict[int, Endpoint] = {}
        self._users: dict[int, int] = {}
        self._opening = asyncio.Lock()
        self.searching = asyncio.Lock()
        """Held by a search, so that no two broadcast at once."""

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports with an open socket."""
        return tuple(self._endpoints)

    async def acquire(self, port: int, *, allow_ephemeral: bool = False) -> Endpoint:
        """Return the port's socket; every acquire needs a release. May raise PortInUseError."""
        async with self._opening:
            endpoint = self._endpoints.get(port) or Endpoint(port, self.gates, self._bind_address)
            await endpoint.open(allow_ephemeral=allow_ephemeral)
            self._endpoints[port] = endpoint
            self._users[port] = self._users.get(port, 0) + 1
            return endpoint

    def release(self, endpoint: Endpoint) -> None:
        """Close the port's socket when nobody uses it any more."""
        self._users[endpoint.port] -= 1
        if not self._users[endpoint.port]:
            del self._users[endpoint.port], self._endpoints[endpoint.port]
            endpoint.close()


def _is_shared(port: int) -> bool:
    """Tell whether a socket is bound to a UDP port of all interfaces."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return True
    return False
