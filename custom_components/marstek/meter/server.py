"""Sockets of the emulated meter, and the look whether another meter answers.

The socket is bound to all addresses, since one bound to a single address hears no broadcast on Linux,
and without SO_REUSEADDR, so that a second emulator on the port is noticed (docs/meter.md).
"""

import asyncio
from collections.abc import Callable, Iterable
import errno
import logging
import socket
import time
from typing import Final, override

from . import frame, shelly
from .emulator import Emulator
from .errors import DatagramError, PortError

_LOGGER = logging.getLogger(__name__)
SHELLY_PORT: Final = 1010
CT_PORT: Final = 12345
_ANSWER_SECONDS: Final = 1.0
_PROBE_MAC: Final = "02b2500000fe"
_CAUSES: Final = {
    errno.EADDRINUSE: ("port_in_use", "another emulator or meter program holds it"),
    errno.EACCES: ("port_privileged", "ports below 1024 need privileges"),
    errno.EPERM: ("port_privileged", "ports below 1024 need privileges"),
}


def open_socket(port: int, host: str = "0.0.0.0") -> socket.socket:  # noqa: S104 - broadcasts
    """Return a bound UDP socket. Raises PortError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.setblocking(False)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        bound.bind((host, port))
    except OSError as err:
        bound.close()
        cause, reason = _CAUSES.get(err.errno or 0, ("port_other", str(err)))
        raise PortError(port, cause, f"UDP port {port} cannot be bound: {reason}") from err
    return bound


class MeterServer(asyncio.DatagramProtocol):
    """One UDP port on which an emulator answers."""

    def __init__(
        self, emulator: Emulator, port: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Answer on a port by a clock of monotonic seconds. Call `start` to bind it."""
        self.emulator = emulator
        self.port = port
        self.ignored_port: int | None = None
        """Source port of our own probe, which ours shall not answer."""
        self._clock = clock
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str = "0.0.0.0") -> None:  # noqa: S104 - broadcasts
        """Bind the port. Raises PortError."""
        bound = open_socket(self.port, host)
        self.port = bound.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=bound)

    def close(self) -> None:
        """Close the socket at once: what has not been sent is dropped."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    @override
    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        """Answer a datagram from memory, to the address and port that it came from."""
        source = (str(addr[0]), int(str(addr[1])))
        if source[1] == self.ignored_port or self._transport is None:
            return
        answer = self.emulator.receive(data, source[0], self._clock())
        if answer is not None:
            self._transport.sendto(answer, source)

    @override
    def error_received(self, exc: Exception) -> None:
        """Note that a battery could not be reached; it asks again by itself."""
        _LOGGER.debug("Port %d: %s", self.port, exc)


class _Probe(asyncio.DatagramProtocol):
    def __init__(self, is_answer: Callable[[bytes], bool]) -> None:
        self.is_answer = is_answer
        self.answers: set[str] = set()

    @override
    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        if self.is_answer(data):
            self.answers.add(str(addr[0]))


async def other_meters(
    kind: str,
    broadcasts: Iterable[str],
    port: int,
    *,
    ct: tuple[str, str] = (frame.CT_TYPES[0], ""),
    server: MeterServer | None = None,
) -> set[str]:
    """Return the addresses of other meters that answer like a battery's own, "shelly" or "ct".

    `ct` is the type and MAC of the CT that is emulated; the request says that it does not take
    part, so that a real CT does not count it. `server` is ours, which does not answer meanwhile.
    """
    request, is_answer = shelly.REQUEST, shelly.is_reply
    if kind == "ct":
        fields = ("HMG-50", _PROBE_MAC, ct[0], ct[1] or frame.ANY_CT, "0", "0", "0")
        request, is_answer = frame.build(fields), _is_ct_reply
    loop = asyncio.get_running_loop()
    probe = _Probe(is_answer)
    transport, _ = await loop.create_datagram_endpoint(lambda: probe, sock=open_socket(0))
    if server is not None:
        server.ignored_port = transport.get_extra_info("sockname")[1]
    try:
        for broadcast in broadcasts:
            transport.sendto(request, (broadcast, port))
        await asyncio.sleep(_ANSWER_SECONDS)
    finally:
        transport.close()
        if server is not None:
            server.ignored_port = None
    return probe.answers


def _is_ct_reply(datagram: bytes) -> bool:
    try:
        return len(frame.split(datagram)) >= 14
    except DatagramError:
        return False
