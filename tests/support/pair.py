"""A client and the battery it talks to, in virtual time with real waits and real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
import gc
import json
import random
from typing import Any, override

from custom_components.marstek.venus import (
    DeviceStatus,
    EnergyStatus,
    FoundDevice,
    Hub,
    Link,
    LoopClock,
    Method,
    ModeControl,
    ModeStatus,
    Pacing,
    Status,
    VenusClient,
    VenusError,
)
from simulator import BatterySpec, Exchange, Faults, Fleet, SimulatedBattery
from simulator.exchanges import Address
from simulator.household import constant
from simulator.sockets import open_socket
from tests.support.loopback import free_port as _free_port
from tests.support.virtual_time import VirtualTimeLoop

START = datetime(2026, 6, 10, 11, 0, tzinfo=UTC)
MAC = "02aabbcc0101"
ADDRESS = "127.0.0.11"
LATENCY = (0.09, 0.25)
MINIMUM_GAP = 2.5
POLLED = (Method.ENERGY, Method.MODE, Method.BATTERY, Method.WIFI, Method.DEVICE)
PROBE_INTERVAL = 20.0


class _Loop(VirtualTimeLoop):
    """Waits for a datagram that was sent until it is there, and no longer."""

    def _process_events(self, event_list: Any) -> None:
        if event_list:
            self._jumps.in_flight = False
        super()._process_events(event_list)  # type: ignore[misc]


def run[T](main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time; nothing may fail unseen in a callback or a task."""
    unseen: list[dict[str, Any]] = []
    with asyncio.Runner(loop_factory=lambda: _Loop(START)) as runner:
        runner.get_loop().set_exception_handler(lambda _, context: unseen.append(context))
        result = runner.run(main)
        gc.collect()
    assert unseen == []
    return result


def virtual[**P](test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in virtual time, so that it waits as long as the library really does."""

    @wraps(test)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        run(test(*args, **kwargs))

    return wrapper


def loop() -> VirtualTimeLoop:
    """Return the loop that runs the test."""
    running = asyncio.get_running_loop()
    assert isinstance(running, VirtualTimeLoop)
    return running


def time() -> float:
    """Return virtual seconds."""
    return loop().time()


def found(battery: SimulatedBattery) -> FoundDevice:
    """Return what a search would have found."""
    spec = battery.spec
    return FoundDevice(
        DeviceStatus(spec.device, spec.firmware, spec.ble_mac), spec.address, spec.port
    )


@asynccontextmanager
async def fleet(*specs: BatterySpec, faults: Faults | None = None) -> AsyncIterator[Fleet]:
    """Switch batteries on; their time is virtual too, and nothing dangerous may reach them."""
    clock = loop()
    batteries = Fleet(specs, faults=faults, latency=LATENCY, clock=clock.time, now=clock.now)
    async with batteries:
        for battery in batteries:
            battery.set_household(constant(0))
        yield batteries
    for battery in batteries:
        assert battery.forbidden == []


@asynccontextmanager
async def switched_on(
    *, faults: Faults | None = None, **spec: Any
) -> AsyncIterator[SimulatedBattery]:
    """Switch one battery on, a VenusE 3.0 of firmware 150 unless told otherwise."""
    values = {"address": ADDRESS, "ble_mac": MAC} | spec
    if "port" not in values:
        values["port"] = _free_port()
    async with fleet(BatterySpec(**values), faults=faults) as batteries:
        yield batteries[values["ble_mac"]]


@asynccontextmanager
async def connected(
    battery: SimulatedBattery, *, hub: Hub | None = None, **options: Any
) -> AsyncIterator[VenusClient]:
    """Open a client to a simulated battery."""
    async with opened(found(battery), hub=hub, **options) as client:
        yield client


@dataclass(slots=True)
class Pair:
    """A battery, a client that talks to it, and what it heard late."""

    battery: SimulatedBattery
    client: VenusClient
    control: ModeControl
    late: list[Status] = field(default_factory=list)

    @property
    def link(self) -> Link:
        """The conversation."""
        return self.client.link

    @property
    def exchanges(self) -> list[Exchange]:
        """What the battery was asked."""
        return self.battery.exchanges

    async def read(self, method: Method = Method.ENERGY, **options: Any) -> Status:
        """Read a status."""
        return await self.client.read(method, **options)

    def writes(self) -> list[Mapping[str, Any]]:
        """Return the configs of the mode writes that arrived."""
        return [exchange.config for exchange in self.exchanges if "config" in exchange.params]


@asynccontextmanager
async def pair(
    *,
    faults: Faults | None = None,
    polite: bool = True,
    pacing: Pacing | None = None,
    seed: int = 7,
    **spec: Any,
) -> AsyncIterator[Pair]:
    """Connect a client and a battery.

    At the end, unless `polite` is False, nothing may ever have overlapped or come too soon.
    """
    late: list[Status] = []
    async with (
        switched_on(faults=faults, **spec) as battery,
        connected(battery, pacing=pacing, rng=random.Random(seed), on_late=late.append) as client,
    ):
        yield Pair(battery, client, ModeControl(client, LoopClock()), late)
        if polite:
            assert_polite(battery)


def assert_polite(battery: SimulatedBattery) -> None:
    """Check that one request was in flight at a time, with quiet in between."""
    for exchange in battery.exchanges:
        assert not exchange.overlapped, exchange
        assert exchange.gap is None or exchange.gap >= MINIMUM_GAP, exchange


type Script = Callable[[dict[str, Any]], list[tuple[float, bytes]]]
"""From a request to the datagrams to answer with, and after how many seconds."""


class ScriptedDevice(asyncio.DatagramProtocol):
    """Answers as a test says, for what no simulated battery would ever say."""

    def __init__(self, script: Script) -> None:
        """Follow a script."""
        self.requests: list[dict[str, Any]] = []
        self._script = script
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, address: str, port: int) -> None:
        """Open the socket."""
        self._transport = await open_socket(self, address, port, allow_lan=False)

    def stop(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()

    @override
    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Answer a request."""
        request = json.loads(data)
        self.requests.append(request)
        for delay, payload in self._script(request):
            assert self._transport is not None
            loop().call_later(delay, self._transport.sendto, payload, addr)


@asynccontextmanager
async def scripted(
    script: Script, address: str = ADDRESS, port: int = 0
) -> AsyncIterator[tuple[ScriptedDevice, FoundDevice]]:
    """Start a device that follows a script."""
    device, port = ScriptedDevice(script), port or _free_port()
    await device.start(address, port)
    try:
        yield device, FoundDevice(DeviceStatus("VenusE 3.0", 150, MAC), address, port)
    finally:
        device.stop()


def reply(request: Mapping[str, Any], result: Mapping[str, Any], mac: str = MAC) -> bytes:
    """Return a battery's reply to a request."""
    return json.dumps(
        {"id": request["id"], "src": f"VenusE 3.0-{mac}", "result": {"id": 0, **result}}
    ).encode()


POWERS: Mapping[str, Any] = {
    "bat_soc": 55,
    "bat_cap": 5120,
    "ongrid_power": -300,
    "offgrid_power": 0,
}
"""A result of ES.GetStatus."""


@asynccontextmanager
async def opened(
    target: FoundDevice, *, hub: Hub | None = None, **options: Any
) -> AsyncIterator[VenusClient]:
    """Open a client; its jitter is the same in every run."""
    client = VenusClient(hub or Hub(), target, **({"rng": random.Random(7)} | options))
    await client.open()
    try:
        yield client
    finally:
        client.close()


def soc(status: Status) -> int | None:
    """Return the state of charge of a status that has one."""
    assert isinstance(status, (EnergyStatus, ModeStatus))
    return status.soc


async def outcome(bench: Pair, method: Method = Method.ENERGY, **options: Any) -> Status | None:
    """Read; None for any error of the library."""
    try:
        return await bench.read(method, **options)
    except VenusError:
        return None
