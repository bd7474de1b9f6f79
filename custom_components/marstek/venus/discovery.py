"""Discovery of batteries: by broadcast, and by asking one address (docs/protocol.md 1.1 and 2.1)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
import logging
import random
from typing import Final

from .clock import Clock, LoopClock, wait_at_most
from .errors import (
    InvalidReplyError,
    LeftAloneError,
    NoAnswerError,
    NotMarstekError,
    PortInUseError,
    VenusError,
)
from .gate import Gate, Priority
from .models import FoundDevice, Method
from .parsing import parse_device
from .profiles import is_marstek_model
from .requests import Pacing
from .transport import Endpoint, Hub, Inbound
from .wire import MAX_ID, encode_request

_LOGGER = logging.getLogger(__name__)

DEFAULT_PORT: Final = 30000
# The ports that other clients search as well (docs/protocol.md 1.1).
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
_GATE_LOOK: Final = 0.05


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
        self._quietened: set[str] = set()
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
            self._keep_quiet(inbound.address)
            self.found[claim] = FoundDevice(device, inbound.address, self._endpoint.port)
            self.answered.set()

    def _keep_quiet(self, address: str) -> None:
        """Start the quiet gap of a battery that answered, once per search: anybody can answer."""
        if address not in self._quietened:
            self._quietened.add(address)
            self._endpoint.gate(address, self._clock).keep_quiet(self._pacing.quiet_gap)

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


class _Holding:
    """The gates that a search holds: a broadcast is a request to each battery of the port.

    One that stays shut is passed over, from then on at once: the broadcast may cost that battery
    an answer, while waiting for it would keep all others from being asked.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._shut: set[Gate] = set()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold all gates that can be had within some seconds."""
        loop = asyncio.get_running_loop()
        start, release = loop.create_future(), loop.create_future()
        entered: set[Gate] = set()
        found = {self._endpoint.gate(each, self._clock) for each in self._endpoint.addresses}
        tasks = {
            gate: loop.create_task(self._hold(gate, entered, start, release))
            for gate in found - self._shut
        }
        try:
            until = self._clock.time() + _LONGEST_GATE_WAIT
            while len(entered) < len(tasks) and self._clock.time() < until:
                await self._clock.sleep(_GATE_LOOK)
            start.set_result(None)
            self._shut |= tasks.keys() - entered
            yield
        finally:
            release.set_result(None)
            for gate, task in tasks.items():
                if gate not in entered or not start.done():
                    task.cancel()
            if tasks:
                await asyncio.wait(tasks.values())

    def quieten(self, seconds: float) -> None:
        """Block requests for some seconds to the batteries that were passed over by a broadcast."""
        for gate in self._shut:
            gate.keep_quiet(seconds)

    async def _hold(
        self,
        gate: Gate,
        entered: set[Gate],
        start: asyncio.Future[None],
        release: asyncio.Future[None],
    ) -> None:
        """Hold a gate from its turn to the release; let commands pass until the start."""
        while True:
            async with gate.entered(Priority.POLL):
                entered.add(gate)
                while not start.done() and not gate.is_command_waiting:
                    await wait_at_most(self._clock, start, _GATE_LOOK)
                if start.done():
                    await asyncio.wait((release,))
                    return
                entered.discard(gate)


class _Progress:
    """The share of a search that is done."""

    def __init__(self, rounds: int, report: Callable[[float], None] | None) -> None:
        self._rounds = rounds
        self._report = report
        self._done = 0

    def add(self, rounds: int = 1) -> None:
        """Count rounds of one port that are over."""
        self._done += rounds
        if self._report is not None:
            self._report(self._done / self._rounds)


async def _search_port(
    endpoint: Endpoint,
    addresses: Collection[str],
    rounds: int,
    clock: Clock,
    pacing: Pacing,
    known: Collection[str],
    progress: _Progress,
) -> list[FoundDevice]:
    collector = _Collector(endpoint, random.randint(1, MAX_ID), clock, pacing, known)
    with _listening(endpoint, collector, None):
        gates = _Holding(endpoint, clock)
        for _ in range(rounds):
            async with gates.held():
                endpoint.keep_quiet(pacing.quiet_gap + _LATENCY, clock)
                for address in addresses:
                    endpoint.send_to_all(collector.request, address)
                gates.quieten(pacing.quiet_gap + _LATENCY)
                await clock.sleep(pacing.quiet_gap + _LATENCY)
            progress.add()
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
    on_progress: Callable[[float], None] | None = None,
) -> SearchResult:
    """Ask broadcast and single IPv4 addresses on every port, several times, all ports at once.

    A battery that answers on two addresses or ports is found once. Ports that another program
    holds are left out and reported. `known` are BLE MACs of batteries that no flood of forged
    answers may crowd out. `on_progress` is called with the share that is done, above 0 and up to 1,
    after each round of a port.
    """
    targets, ports = tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(ports))
    count = _Progress(rounds * len(ports), on_progress)
    in_use: list[int] = []
    claims: list[FoundDevice] = []

    async def search_port(port: int) -> None:
        try:
            endpoint = await hub.acquire(port, allow_ephemeral=True)
        except (PortInUseError, OSError) as err:
            _LOGGER.debug("No search on port %d: %s", port, err)
            in_use.append(port)
            count.add(rounds)
            return
        times = clock or LoopClock(), pacing or Pacing()
        try:
            if not endpoint.is_bound_to_port:
                in_use.append(port)
            claims.extend(await _search_port(endpoint, targets, rounds, *times, known, count))
        finally:
            hub.release(endpoint)

    async with hub.searching, asyncio.TaskGroup() as group:
        for port in ports:
            group.create_task(search_port(port))
    return _result(claims, in_use)


def _result(claims: Iterable[FoundDevice], ports_in_use: Iterable[int]) -> SearchResult:
    """Return claims in their order, and the first one of each battery by BLE MAC."""
    claims = tuple(claims)
    first = {claim.device.ble_mac: claim for claim in reversed(claims)}
    devices = sorted(first.values(), key=lambda item: item.device.ble_mac)
    return SearchResult(tuple(devices), tuple(sorted(ports_in_use)), claims)


async def probe(
    hub: Hub,
    address: str,
    port: int = DEFAULT_PORT,
    *,
    attempts: int = 4,
    clock: Clock | None = None,
    pacing: Pacing | None = None,
    on_attempt: Callable[[int], None] | None = None,
) -> FoundDevice:
    """Return the battery at an IPv4 address and port.

    `on_attempt` is called with the number of each request, from 1 on, when it is sent.

    Raises PortInUseError when its answers could not reach us, LeftAloneError while the battery is
    left alone, NoAnswerError, DeadlineError where others keep it from being asked for a minute, or
    the last error answer: DeviceError, InvalidReplyError or, of those, NotMarstekError.
    """
    clock, pacing = clock or LoopClock(), pacing or Pacing()
    endpoint = await hub.acquire(port, allow_ephemeral=True)
    collector = _Collector(endpoint, random.randint(1, MAX_ID), clock, pacing)
    try:
        with _listening(endpoint, collector, address):
            latest = clock.time() + pacing.longest_call - pacing.timeout
            for attempt in range(attempts):
                gate = endpoint.gate(address, clock)
                left = max(0.0, latest - clock.time())
                async with gate.entered(Priority.POLL, min(pacing.patience, left), Method.DEVICE):
                    if (seconds := endpoint.left_alone_for(address)) > 0:
                        raise LeftAloneError(seconds)
                    endpoint.send(collector.request, address)
                    if on_attempt is not None:
                        on_attempt(attempt + 1)
                    await _wait(collector, pacing.quiet_gap + _LATENCY, clock)
                if collector.found:
                    return next(iter(collector.found.values()))
        if not endpoint.is_bound_to_port:
            raise PortInUseError(port)
        raise collector.last_error or NoAnswerError(Method.DEVICE, attempts)
    finally:
        hub.release(endpoint)


async def _wait(collector: _Collector, seconds: float, clock: Clock) -> None:
    """Wait for an answer to be collected, for some seconds at most."""
    answered = asyncio.ensure_future(collector.answered.wait())
    sleeper = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((answered, sleeper), return_when=asyncio.FIRST_COMPLETED)
    finally:
        answered.cancel()
        sleeper.cancel()
