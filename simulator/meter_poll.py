"""Socket and pace of a battery that polls its meter.

Broadcasts until a meter has answered, then asks that one alone; after six failures in a row it pauses
and broadcasts again. Time is that of the event loop.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from typing import override

from .meter_client import PORTS, MeterClient
from .sockets import open_socket

SOURCE_PORT = 22222
"""Port from which a Venus asks its meter."""
_PAUSED = 0.5


class MeterPoller(asyncio.DatagramProtocol):
    """Polls as one battery does."""

    def __init__(
        self,
        client: MeterClient,
        address: str,
        *,
        output: Callable[[], float],
        settle: Callable[[], None],
        is_steering: Callable[[], bool] = lambda: True,
        broadcast: str = "127.255.255.255",
        port: int = 0,
        allow_lan: bool = False,
    ) -> None:
        """Ask from an address.

        `output` returns the own power in W, `settle` follows a setpoint, and `is_steering` says
        whether the mode follows the meter.
        """
        self._is_steering = is_steering
        self.client = client
        self._address = address
        self._output = output
        self._settle = settle
        self._broadcast = broadcast
        self._port = port or PORTS[client.kind]
        self._allow_lan = allow_lan
        self._responder: str | None = None
        self._sent_at = 0.0
        self._latencies: deque[float] = deque(maxlen=1000)
        self._transport: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind the socket and begin to ask. Raises SimulatorError."""
        self._transport = await open_socket(
            self, self._address, SOURCE_PORT, allow_lan=self._allow_lan
        )
        self._task = asyncio.get_running_loop().create_task(self._run(self._transport))

    async def stop(self) -> None:
        """Stop asking and close the socket."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    @override
    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        """Keep a reply in the buffer until the battery looks: the first that answers is believed."""
        if self._responder is None:
            self._responder = str(addr[0])
        if self._responder == str(addr[0]):
            self._latencies.append(asyncio.get_running_loop().time() - self._sent_at)
            self.client.deliver(data)

    def figures(self) -> dict[str, float]:
        """Return counts of polls, and the 95th percentile of the last answers' latency in ms."""
        latest = sorted(self._latencies)
        late = latest[len(latest) * 95 // 100] if latest else 0.0
        return {**asdict(self.client.statistics), "latency_ms": round(1000 * late, 1)}

    async def _run(self, transport: asyncio.DatagramTransport) -> None:
        loop, profile = asyncio.get_running_loop(), self.client.profile
        while True:
            request = self.client.request(self._output(), loop.time())
            if request is None:
                self._responder = None
                self._settle()
                await asyncio.sleep(_PAUSED)
                continue
            if not self.client.is_unicast:
                self._responder = None
            self._sent_at = loop.time()
            transport.sendto(request, (self._responder or self._broadcast, self._port))
            await asyncio.sleep(profile.looks_after)
            self.client.is_steering = self._is_steering()
            self.client.look(self._output(), loop.time())
            self._settle()
            await asyncio.sleep(max(0.05, profile.poll - profile.looks_after))
