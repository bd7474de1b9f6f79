"""Several batteries on one network, with broadcasts that reach all of them."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypedDict, Unpack, override

from .battery import SimulatedBattery
from .exchanges import Address
from .faults import Faults
from .link import Delivery
from .sockets import SimulatorError, open_socket
from .spec import BatterySpec

BROADCAST = "127.255.255.255"
"""The directed broadcast address of loopback."""


class Options(TypedDict, total=False):
    """What all batteries of a fleet have in common; see SimulatedBattery."""

    seed: int
    latency: tuple[float, float]
    clock: Callable[[], float]
    now: Callable[[], datetime]
    time_scale: float
    allow_lan: bool


class Fleet:
    """Batteries that start and stop together; an async context manager."""

    def __init__(
        self,
        specs: Iterable[BatterySpec],
        *,
        faults: Faults | None = None,
        broadcast: str = BROADCAST,
        **options: Unpack[Options],
    ) -> None:
        """Switch batteries on. Each gets its own copy of `faults`."""
        specs = list(specs)
        if len({spec.ble_mac for spec in specs}) < len(specs):
            raise ValueError("two batteries have the same BLE MAC")
        self.broadcast = broadcast
        self.eavesdroppers: list[Callable[[bytes, tuple[object, ...]], None]] = []
        """Called with every broadcast and its sender, as any device of the network hears it."""
        self._allow_lan = options.get("allow_lan", False)
        self._listeners: list[_BroadcastListener] = []
        self._batteries = {
            spec.ble_mac: SimulatedBattery(
                spec, faults=replace(faults) if faults else None, **options
            )
            for spec in specs
        }

    def __getitem__(self, ble_mac: str) -> SimulatedBattery:
        """Return the battery with that BLE MAC."""
        return self._batteries[ble_mac]

    def __iter__(self) -> Iterator[SimulatedBattery]:
        """Iterate over the batteries in the order of their specs."""
        return iter(self._batteries.values())

    def __len__(self) -> int:
        """Return the number of batteries."""
        return len(self._batteries)

    async def __aenter__(self) -> Self:
        """Start everything."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything."""
        await self.stop()

    async def start(self) -> None:
        """Bind all batteries, and one broadcast listener per port."""
        try:
            for battery in self:
                await battery.start()
            for port in sorted({battery.spec.port for battery in self}):
                listener = _BroadcastListener(self, port)
                await listener.bind(self.broadcast, allow_lan=self._allow_lan)
                self._listeners.append(listener)
        except SimulatorError:
            await self.stop()
            raise

    async def ignore_broadcasts(self) -> None:
        """Answer no broadcast from now on, as in a network that drops them."""
        for listener in self._listeners:
            await listener.close()
        self._listeners.clear()

    async def stop(self) -> None:
        """Close all sockets."""
        await self.ignore_broadcasts()
        for battery in self:
            await battery.stop()

    async def swap_addresses(self, first: str, second: str) -> None:
        """Let two batteries, given by BLE MAC, exchange their addresses."""
        one, other = self[first], self[second]
        taken, given = one.spec.address, other.spec.address
        await one.stop()
        await other.change_address(taken)
        await one.change_address(given)
        await one.start()

    def receive(
        self, datagram: bytes, source: Address, destination: Address
    ) -> list[tuple[Delivery, Address]]:
        """Route a datagram without sockets: each delivery with the address it is from."""
        return [
            (delivery, (battery.spec.address, battery.spec.port))
            for battery in self
            if battery.spec.port == destination[1]
            and destination[0] in (battery.spec.address, self.broadcast, "255.255.255.255")
            for delivery in battery.receive(datagram, source)
        ]


class _BroadcastListener(asyncio.DatagramProtocol):
    """Hands broadcasts to every battery of its port."""

    def __init__(self, fleet: Fleet, port: int) -> None:
        """Serve the batteries of one port."""
        self._fleet = fleet
        self._port = port
        self._transport: asyncio.DatagramTransport | None = None
        self._closed = asyncio.Event()

    async def bind(self, address: str, *, allow_lan: bool) -> None:
        """Open the socket. Raises SimulatorError."""
        self._transport = await open_socket(self, address, self._port, allow_lan=allow_lan)

    async def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()
            await self._closed.wait()

    @override
    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        """Let every battery of the port answer from its own address."""
        for eavesdropper in self._fleet.eavesdroppers:
            eavesdropper(data, addr)
        host, port = addr[:2]
        for battery in self._fleet:
            if battery.spec.port == self._port:
                battery.deliver(data, (str(host), int(str(port))))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the socket is really closed."""
        self._closed.set()
