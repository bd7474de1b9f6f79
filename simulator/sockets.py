"""The UDP side: sockets on loopback, and replies that leave when they are due."""

import asyncio
from collections.abc import Callable
import errno
from ipaddress import ip_address
import socket
from typing import override

from .exchanges import Address
from .link import Delivery

type Receiver = Callable[[bytes, Address], list[Delivery]]


class SimulatorError(Exception):
    """The simulator cannot do what it was asked to; the message says why."""


def check_address(address: str, *, allow_lan: bool) -> None:
    """Raise SimulatorError for an address that others could reach."""
    try:
        loopback = ip_address(address).is_loopback
    except ValueError as error:
        raise SimulatorError(f"{address!r} is not an IP address") from error
    if not loopback and not allow_lan:
        raise SimulatorError(
            f"{address} is not a loopback address: a simulated battery could be taken "
            "for a real one (--allow-lan overrules this)"
        )


async def open_socket(
    protocol: asyncio.DatagramProtocol, address: str, port: int, *, allow_lan: bool
) -> asyncio.DatagramTransport:
    """Bind a UDP socket with SO_REUSEADDR and SO_BROADCAST."""
    check_address(address, allow_lan=allow_lan)
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.setblocking(False)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    try:
        bound.bind((address, port))
    except OSError as error:
        bound.close()
        raise SimulatorError(_why(error, address, port)) from error
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: protocol, sock=bound)
    return transport


def _why(error: OSError, address: str, port: int) -> str:
    """Explain a failed bind."""
    reasons = {
        errno.EADDRINUSE: "something else is bound there without SO_REUSEADDR",
        errno.EADDRNOTAVAIL: (
            "this machine has no such address; only Linux gives all of 127.0.0.0/8 to "
            "loopback (macOS needs `ifconfig lo0 alias` first)"
        ),
        errno.EACCES: "ports below 1024 need privileges",
    }
    reason = reasons.get(error.errno or 0, str(error))
    return f"cannot bind UDP {address}:{port}: {reason}"


class BatterySocket(asyncio.DatagramProtocol):
    """The socket of one battery."""

    def __init__(self, receive: Receiver, *, allow_lan: bool) -> None:
        """Hand datagrams to `receive` and send what it returns."""
        self._receive = receive
        self._allow_lan = allow_lan
        self._transport: asyncio.DatagramTransport | None = None
        self._closed: asyncio.Event = asyncio.Event()
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def is_bound(self) -> bool:
        """Whether the socket is open."""
        return self._transport is not None

    async def bind(self, address: str, port: int) -> None:
        """Open the socket. Raises SimulatorError."""
        if self._transport is not None:
            raise SimulatorError(f"{address}:{port}: this battery is already started")
        self._closed.clear()
        self._transport = await open_socket(self, address, port, allow_lan=self._allow_lan)

    async def close(self) -> None:
        """Close the socket and drop what has not been sent yet."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            await self._closed.wait()

    def handle(self, datagram: bytes, source: Address) -> None:
        """Let the battery handle a datagram and send its replies in time."""
        for delay, payload, destination in self._receive(datagram, source):
            if delay > 0:
                self._send_later(delay, payload, destination)
            else:
                self._send(payload, destination)

    @override
    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        """Take a datagram from the network."""
        host, port = addr[:2]
        self.handle(data, (str(host), int(str(port))))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is really closed."""
        self._closed.set()

    def _send_later(self, delay: float, payload: bytes, destination: Address) -> None:
        """Send after some seconds, unless the socket is closed before."""

        def send() -> None:
            self._timers.discard(timer)
            self._send(payload, destination)

        timer = asyncio.get_running_loop().call_later(delay, send)
        self._timers.add(timer)

    def _send(self, payload: bytes, destination: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(payload, destination)
