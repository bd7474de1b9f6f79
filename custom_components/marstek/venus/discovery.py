"""Finding batteries: by broadcast, and by asking an address (PROTOCOL.md 1.1 and 2.1)."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
import logging
import random
from typing import Final

from .clock import Clock, LoopClock, wait_at_most
from .errors import InvalidReplyError, NoAnswerError, NotMarstekError, PortInUseError, VenusError
from .gate import Gate, Priority
from .link import Pacing
from .models import FoundDevice, Method
from .parsing import parse_device
from .profiles import is_marstek_model
from .transport import Endpoint, Hub, Inbound
from .wire import MAX_ID, encode_request

_LOGGER = logging.getLogger(__name__)

DEFAULT_PORT: Final = 30000
# The ports that other clients search as well (PROTOCOL.md 1.1).
DISCOVERY_PORTS: Final = (30000, 30001, 30002, 30003, 30004, 30030)
_ROUNDS: Final = 3
# Bounds on what a flood of forged answers can fill: batteries that are new here, the addresses
# that claim to be one battery, and the batteries that one address claims to be.
_MOST_BATTERIES: Final = 64
_MOST_CLAIMS: Final = 8
_MOST_PER_ADDRESS: Final = 2
# Above the quiet gap, in s: a battery is quiet from its answer on, not from the request (1.5).
_LATENCY: Final = 0.25
# One request of a battery with its time-out and quiet gap takes 8 s.
_LONGEST_GATE_WAIT: Final = 10.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Batteries that answered a search, and the local ports that it could not use."""

    devices: tuple[FoundDevice, ...]
    """One per battery: where it answered first."""
    ports_in_use: tuple[int, ...] = ()
    claims: tuple[FoundDevice, ...] = ()
    """Every address and port that answered as a battery, in the order of their first answers.

    Anybody on the network can answer with a BLE MAC: a second claim to one is no proof.
    """

    def claims_to(self, ble_mac: str) -> tuple[FoundDevice, ...]:
        """Return the places that answered with a BLE MAC."""
        return tuple(claim for claim in self.claims if claim.device.ble_mac == ble_mac)


class _Collector:
    """Answers to GetDevice: the newest of each battery at each address, within bounds."""

    def __init__(
        self,
        endpoint: Endpoint,
        request_id: int,
        clock: Clock,
        pacing: Pacing,
        known: Collection[str] = (),
    ) -> None:
        self.found: dict[tuple[str, str], FoundDevice] = {}
        self.answered = asyncio.Event()
        self.last_error: VenusError | None = None
        self._endpoint = endpoint
        self._id = request_id
        self._known = frozenset(known)
        self._clock = clock
        self._pacing = pacing

    @property
    def request(self) -> bytes:
        """The datagram to send."""
        return encode_request(self._id, Method.DEVICE, {"ble_mac": "0"})

    def received(self, inbound: Inbound) -> None:
        reply = inbound.reply
        if reply is not None and reply.id == self._id:
            gate = self._endpoint.gate(inbound.address, self._clock)
            gate.keep_quiet(self._pacing.quiet_gap)
        if reply is None:
            self.last_error = InvalidReplyError("An unreadable datagram")
            return
        if reply.id != self._id:
            return
        if reply.result is None:
            self.last_error = reply.fault.to_error() if reply.fault else None
            return
        try:
            device = parse_device(reply.result, ble_mac=reply.ble_mac)
        except InvalidReplyError as err:
            self.last_error = err
            return
        if not is_marstek_model(device.model):
            self.last_error = NotMarstekError(device.model)
            return
        claim = (device.ble_mac, inbound.address)
        if claim in self.found or self._has_room(*claim):
            self.found[claim] = FoundDevice(device, inbound.address, self._endpoint.port)
            self.answered.set()

    def _has_room(self, ble_mac: str, address: str) -> bool:
        """Tell whether a claim is within the bounds; a known battery is never crowded out."""
        claims = [claimed for claimed, _ in self.found]
        if claims.count(ble_mac) >= _MOST_CLAIMS:
            return False
        if ble_mac in self._known:
            return True
        strangers = set(claims) - self._known
        if ble_mac not in strangers and len(strangers) >= _MOST_BATTERIES:
            return False
        return [there for _, there in self.found].count(address) < _MOST_PER_ADDRESS


@contextmanager
def _listening(endpoint: Endpoint, collector: _Collector, address: str | None) -> Iterator[None]:
    stop = endpoint.listen(address, collector.received)
    try:
        yield
    finally:
        stop()


@asynccontextmanager
async def _entered(
    endpoint: Endpoint, addresses: Iterable[str], clock: Clock
) -> AsyncIterator[None]:
    """Hold the gates of batteries: a broadcast is a request to each of them."""
    async with AsyncExitStack() as stack:
        for address in sorted(addresses):
            gate = endpoint.gate(address, clock)
            await stack.enter_async_context(gate.entered(Priority.POLL))
        yield


@asynccontextmanager
async def _entered_in_time(endpoint: Endpoint, clock: Clock) -> AsyncIterator[None]:
    """Hold the gates that open within some seconds, all waited for at once.

    A battery whose gate stays shut is asked all the same: the broadcast may cost it one answer,
    while waiting for it would keep all the others from being asked.
    """
    release = asyncio.get_running_loop().create_future()
    waiting = {
        asyncio.ensure_future(_hold(endpoint.gate(address, clock), entered, release)): entered
        for address in endpoint.addresses
        for entered in [asyncio.get_running_loop().create_future()]
    }
    try:
        until = clock.time() + _LONGEST_GATE_WAIT
        for entered in waiting.values():
            await wait_at_most(clock, entered, until - clock.time())
        for task, entered in waiting.items():
            if not entered.done():
                task.cancel()
        yield
    finally:
        release.set_result(None)
        for task, entered in waiting.items():
            if not entered.done():
                task.cancel()
        if waiting:
            await asyncio.wait(waiting)


async def _hold(gate: Gate, entered: asyncio.Future[None], release: asyncio.Future[None]) -> None:
    async with gate.entered(Priority.POLL):
        entered.set_result(None)
        await asyncio.wait((release,))


async def _search_port(
    endpoint: Endpoint,
    addresses: Collection[str],
    rounds: int,
    clock: Clock,
    pacing: Pacing,
    known: Collection[str],
) -> list[FoundDevice]:
    collector = _Collector(endpoint, random.randint(1, MAX_ID), clock, pacing, known)
    with _listening(endpoint, collector, None):
        for _ in range(rounds):
            async with _entered_in_time(endpoint, clock):
                endpoint.keep_quiet(pacing.quiet_gap + _LATENCY, clock)
                for address in addresses:
                    endpoint.send(collector.request, address)
                await clock.sleep(pacing.quiet_gap + _LATENCY)
    return list(collector.found.values())


async def search(
    hub: Hub,
    addresses: Iterable[str],
    *,
    ports: Iterable[int] = DISCOVERY_PORTS,
    rounds: int = _ROUNDS,
    clock: Clock | None = None,
    pacing: Pacing | None = None,
    known: Collection[str] = (),
) -> SearchResult:
    """Ask broadcast and single IPv4 addresses on every port, several times, all ports at once.

    A battery that answers on two addresses or ports is found once. Ports that another program
    holds are left out and reported. `known` are BLE MACs of batteries that no flood of forged
    answers may crowd out.
    """
    targets = tuple(dict.fromkeys(addresses))
    in_use: list[int] = []
    claims: list[FoundDevice] = []

    async def search_port(port: int) -> None:
        try:
            endpoint = await hub.acquire(port, allow_ephemeral=True)
        except (PortInUseError, OSError) as err:
            _LOGGER.debug("No search on port %d: %s", port, err)
            in_use.append(port)
            return
        try:
            if not endpoint.is_bound_to_port:
                in_use.append(port)
            claims.extend(
                await _search_port(
                    endpoint, targets, rounds, clock or LoopClock(), pacing or Pacing(), known
                )
            )
        finally:
            hub.release(endpoint)

    async with hub.searching, asyncio.TaskGroup() as group:
        for port in dict.fromkeys(ports):
            group.create_task(search_port(port))
    found: dict[str, FoundDevice] = {}
    for claim in claims:
        found.setdefault(claim.device.ble_mac, claim)
    devices = sorted(found.values(), key=lambda item: item.device.ble_mac)
    return SearchResult(tuple(devices), tuple(sorted(in_use)), tuple(claims))


async def probe(
    hub: Hub,
    address: str,
    port: int = DEFAULT_PORT,
    *,
    attempts: int = 4,
    clock: Clock | None = None,
    pacing: Pacing | None = None,
) -> FoundDevice:
    """Return the battery at an IPv4 address and port.

    Raises PortInUseError when its answers could not reach us, NoAnswerError, or the last error
    answer: DeviceError, InvalidReplyError or, of those, NotMarstekError.
    """
    clock, pacing = clock or LoopClock(), pacing or Pacing()
    endpoint = await hub.acquire(port, allow_ephemeral=True)
    collector = _Collector(endpoint, random.randint(1, MAX_ID), clock, pacing)
    try:
        with _listening(endpoint, collector, address):
            for _ in range(attempts):
                async with _entered(endpoint, (address,), clock):
                    endpoint.send(collector.request, address)
                    await _wait(collector, pacing.quiet_gap + _LATENCY, clock)
                if collector.found:
                    return next(iter(collector.found.values()))
        if not endpoint.is_bound_to_port:
            raise PortInUseError(port)
        raise collector.last_error or NoAnswerError(Method.DEVICE, attempts)
    finally:
        hub.release(endpoint)


async def _wait(collector: _Collector, seconds: float, clock: Clock) -> None:
    """Wait for an answer."""
    answered = asyncio.ensure_future(collector.answered.wait())
    sleeper = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((answered, sleeper), return_when=asyncio.FIRST_COMPLETED)
    finally:
        answered.cancel()
        sleeper.cancel()
