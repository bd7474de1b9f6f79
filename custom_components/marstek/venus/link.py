"""Requests to one battery: paced, repeated when lost, matched to their answers.

The firmware loses up to a third of the requests, and answers some of them late (docs/protocol.md
1.5).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
import logging
import random
from typing import Any, Final

from .clock import Clock, LoopClock, wait_at_most, within
from .errors import (
    ClosedError,
    DeadlineError,
    InvalidReplyError,
    LeftAloneError,
    MethodMissingError,
    NoAnswerError,
    RefusedError,
    RestingError,
    UnreadError,
    VenusError,
    WrongDeviceError,
)
from .gate import Priority
from .health import Breaker, MethodBackoff, Noise
from .models import Method
from .statistics import MethodStatistics
from .transport import Endpoint, Inbound
from .wire import MAX_ID, Reply, encode_request

_LOGGER = logging.getLogger(__name__)
_REMEMBERED_FRAMES: Final = 50
_REMEMBERED_REQUESTS: Final = 20


@dataclass(frozen=True, slots=True)
class Pacing:
    """Times in seconds (docs/protocol.md 1.5 and 6.3)."""

    quiet_gap: float = 2.55
    """Between an answer and the next request: 2.5 s, and something for the timer's own error."""
    timeout: float = 5.5
    """Until a request counts as lost; shorter would overlap it with an answer that is 5 s late."""
    retry_pause: float = 0.3
    """Before the first repetition; grows by half each time, plus up to as much again at random."""
    longest_pause: float = 10.0
    read_attempts: int = 3
    write_attempts: int = 6
    grace: float = 1.5
    """For the answer to a request after a datagram that may be its damaged answer, or not."""
    patience: float = 45.0
    """Until a caller gives up that other callers keep from sending."""
    longest_call: float = 60.0
    """Until a read or a write ends with all its repetitions, whatever it waits for."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One datagram, for the diagnostics."""

    time: float
    sent: bool
    payload: bytes


@dataclass(slots=True)
class _Call[T]:
    """What a caller waits for, over all its repetitions."""

    method: Method
    params: dict[str, Any]
    parse: Callable[[dict[str, Any]], T]
    outcome: asyncio.Future[T]
    last_error: VenusError | None = None
    is_unread: bool = False
    """The last request that was lost is one that the battery could not read."""


@dataclass(slots=True)
class _Request:
    """One datagram that was sent, and the end of waiting for its answer."""

    call: _Call[Any]
    number: int
    sent_at: float
    ended: asyncio.Future[None]
    doubted: asyncio.Future[None]
    """Done with `ended`, or when something came that may be its damaged answer."""
    is_unread: bool = False
    """The battery said that it could not read a request, without naming it (1.4)."""


@dataclass(frozen=True, slots=True)
class LateResult:
    """A result that came after its call had failed, and the request that it answers."""

    method: Method
    params: dict[str, Any]
    result: dict[str, Any]
    sent_at: float
    """When the request was sent, by the link's clock."""


class Link:
    """The conversation with one battery."""

    def __init__(
        self,
        endpoint: Endpoint,
        address: str,
        ble_mac: str | None,
        *,
        clock: Clock | None = None,
        pacing: Pacing | None = None,
        rng: random.Random | None = None,
        on_late: Callable[[LateResult], None] | None = None,
    ) -> None:
        """Talk to the battery at an IPv4 address; with a BLE MAC, to that battery only.

        `on_late` gets a result that came after its call had failed, when it is still the newest
        word on its method.
        """
        self.clock: Clock = clock or LoopClock()
        self.pacing = pacing or Pacing()
        self.address = address
        self.statistics: dict[Method, MethodStatistics] = {}
        self.frames: deque[Frame] = deque(maxlen=_REMEMBERED_FRAMES)
        self.last_heard: float | None = None
        self.breaker = Breaker(self.clock)
        self.backoff = MethodBackoff(self.clock)
        self.noise = Noise(self.clock)
        self._endpoint = endpoint
        self._ble_mac = ble_mac
        self._rng = rng or random.Random()
        self._on_late = on_late
        self._gate = endpoint.gate(address, self.clock)
        self._gate.connections += 1
        self._next_id = self._rng.randint(1, MAX_ID)
        self._in_flight: _Request | None = None
        self._requests: dict[int, _Request] = {}
        self._answered_ids: deque[int] = deque(maxlen=_REMEMBERED_REQUESTS)
        self._calls: list[_Call[Any]] = []
        self._newest_sent: dict[Method, _Request] = {}
        self._may_extend_quiet = True
        self._newest_answer: dict[Method, float] = {}
        self._closed = False
        self._stop_listening = endpoint.listen(address, self._received)

    def preferred(self) -> AbstractContextManager[None]:
        """Keep polls from getting between the requests of one command."""
        return self._gate.preferred()

    def move(self, address: str) -> None:
        """Talk to another IPv4 address from now on, at once."""
        self._stop_listening()
        self.address = address
        self._gate.connections -= 1
        self._gate = self._endpoint.gate(address, self.clock)
        self._gate.connections += 1
        self._stop_listening = self._endpoint.listen(address, self._received)
        self.breaker.close()

    def close(self) -> None:
        """End; calls that wait get a ClosedError."""
        self._closed = True
        self._gate.connections -= 1
        self._stop_listening()
        if self._in_flight is not None:
            # The battery may still be busy with it when it is set up anew.
            self._gate.keep_quiet(self.pacing.timeout)
        for request in self._requests.values():
            _fail(request.call, ClosedError("The connection was closed"))
            _end(request)

    async def call[T](
        self,
        method: Method,
        params: dict[str, Any],
        parse: Callable[[dict[str, Any]], T],
        *,
        priority: Priority = Priority.POLL,
        attempts: int | None = None,
        deadline: float | None = None,
        latest: float = float("inf"),
    ) -> T:
        """Send a request until it is answered; return its result as `parse` reads it.

        LeftAloneError, without sending anything, while the battery is left alone.

        DeadlineError when the link's clock reaches `deadline` first, also while the gate is shut,
        or when other callers keep this one from sending for too long, or until `latest`, after
        which no attempt begins.

        Raises NoAnswerError when no attempt is answered, RestingError for a poll that should not
        be sent now, DeviceError for an error answer, InvalidReplyError or RefusedError when `parse`
        rejects every answer with it, WrongDeviceError when another battery answers.
        """
        work = self._call(method, params, parse, priority, attempts, latest)
        is_command = priority is Priority.COMMAND
        with self.preferred() if is_command else nullcontext():
            return await within(self.clock, deadline, method, work)

    async def _call[T](
        self,
        method: Method,
        params: dict[str, Any],
        parse: Callable[[dict[str, Any]], T],
        priority: Priority,
        attempts: int | None,
        latest: float,
    ) -> T:
        self._check_left_alone()
        attempts = attempts or self.pacing.read_attempts
        if priority is Priority.POLL:
            attempts = self._allowed_attempts(method, attempts)
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        call = _Call(method, params, parse, outcome)
        self._calls.append(call)
        try:
            for attempt in range(attempts):
                if attempt and (left := latest - self.clock.time()) > 0:
                    # A late answer ends the wait.
                    await wait_at_most(self.clock, outcome, min(self.pause_before(attempt), left))
                if outcome.done():
                    return await outcome
                async with self._gate.entered(priority, self._patience(latest, method), method):
                    if self._closed:
                        raise ClosedError("The connection was closed")
                    self._check_left_alone()
                    if not call.outcome.done():
                        if priority is Priority.POLL:
                            self.breaker.sent()
                        await self._exchange(call, params)
                if call.outcome.done():
                    return await outcome
        finally:
            self._calls.remove(call)
            _give_up(call)
        if not self.breaker.is_open:
            self.backoff.failed(method)
        kind = UnreadError if call.is_unread else NoAnswerError
        raise call.last_error or kind(method, attempts)

    def _patience(self, latest: float, method: Method) -> float:
        """Return for how many seconds an attempt may wait for its turn; DeadlineError for none."""
        if (left := latest - self.clock.time()) <= 0:
            raise DeadlineError(method, 0)
        return min(self.pacing.patience, left)

    def _check_left_alone(self) -> None:
        if (seconds := self._endpoint.left_alone_for(self.address)) > 0:
            raise LeftAloneError(seconds)

    def _allowed_attempts(self, method: Method, attempts: int) -> int:
        """Return how often a poll may be sent now; RestingError for not at all."""
        if not self.breaker.may_probe() or not self.backoff.may_try(method):
            raise RestingError(method, 0)
        return 1 if self.breaker.is_open else attempts

    def pause_before(self, attempt: int) -> float:
        """Return the seconds to wait before a repetition, `attempt` being 1 for the first."""
        pause = min(self.pacing.retry_pause * 1.5 ** (attempt - 1), self.pacing.longest_pause)
        return pause * self._rng.uniform(1, 2)

    async def _exchange(self, call: _Call[Any], params: dict[str, Any]) -> None:
        """Send once and wait until that request is answered or lost."""
        request = self._send(call, params)
        try:
            await wait_at_most(self.clock, request.doubted, self.pacing.timeout)
            if request.doubted.done():
                await wait_at_most(self.clock, request.ended, self.pacing.grace)
        except asyncio.CancelledError:
            # The battery may still be busy with it.
            self._gate.keep_quiet(self.pacing.timeout)
            raise
        finally:
            self._in_flight = None
        if not request.ended.done():
            self._lose(request)
            call.is_unread = request.is_unread
            if not request.is_unread:
                self.breaker.lost(request.sent_at)

    def _send(self, call: _Call[Any], params: dict[str, Any]) -> _Request:
        number, self._next_id = self._next_id, self._next_id % MAX_ID + 1
        payload = encode_request(number, call.method, params)
        now = self.clock.time()
        loop = asyncio.get_running_loop()
        request = _Request(call, number, now, loop.create_future(), loop.create_future())
        self._requests[number] = self._in_flight = self._newest_sent[call.method] = request
        if len(self._requests) > _REMEMBERED_REQUESTS:
            del self._requests[next(iter(self._requests))]
        self._statistics(call.method).sent += 1
        self._may_extend_quiet = True
        self.frames.append(Frame(now, sent=True, payload=payload))
        self._endpoint.send(payload, self.address)
        return request

    def _statistics(self, method: Method) -> MethodStatistics:
        return self.statistics.setdefault(method, MethodStatistics())

    def _received(self, inbound: Inbound) -> None:
        now = self.clock.time()
        self.frames.append(Frame(now, sent=False, payload=inbound.payload[:1024]))
        self._extend_quiet(inbound.reply)
        reply = inbound.reply
        if reply is not None and (request := self._requests.pop(reply.id, None)):
            self._heard(now)
            self._answered_ids.append(reply.id)
            self._answered(request, reply, now)
        elif self._in_flight and (reply is None or (reply.id == 0 and reply.fault)):
            self._doubt(self._in_flight, reply, now)
        elif reply is None or reply.id not in self._answered_ids:
            self.noise.heard(is_acceptance=reply is not None and reply.is_acceptance)

    def _heard(self, now: float) -> None:
        """Note a sign of life: only an answer to a request of ours is one."""
        self.last_heard = now
        self.breaker.close()

    def _doubt(self, request: _Request, reply: Reply | None, now: float) -> None:
        """Shorten the wait for an answer after a datagram that names no request.

        It may be what became of that answer, and as well a stranger's: the answer, should it
        come after all, still counts.
        """
        if reply is not None and not request.is_unread:
            request.is_unread = True
            self._heard(now)
        if not request.doubted.done():
            request.doubted.set_result(None)

    def _extend_quiet(self, reply: Reply | None) -> None:
        """Start the quiet gap after an answer to a request of ours.

        Any other datagram does so once per request, as a duplicate or a damaged answer may be
        one: without that bound, anybody who sends more often than the gap keeps us from asking.
        """
        if reply is None or reply.id not in self._requests:
            if not self._may_extend_quiet:
                return
            self._may_extend_quiet = False
        self._gate.keep_quiet(self.pacing.quiet_gap)

    def _lose(self, request: _Request) -> None:
        """Count a request as lost, and wait for it no more."""
        self._statistics(request.call.method).lost += 1
        _end(request)

    def _answered(self, request: _Request, reply: Reply, now: float) -> None:
        call, statistics = request.call, self._statistics(request.call.method)
        if reply.fault and reply.fault.is_lost_request and request is self._in_flight:
            self._lose(request)
            return
        if request is self._in_flight:
            statistics.add_answer(now - request.sent_at)
        else:
            statistics.late += 1
        is_newest = request.sent_at > self._newest_answer.get(call.method, float("-inf"))
        if is_newest:
            self._newest_answer[call.method] = request.sent_at
            self._use(request, reply, statistics)
        _end(request)

    def _use(self, request: _Request, reply: Reply, statistics: MethodStatistics) -> None:
        """Give the answer to who waits for it, or to `on_late` when nobody does any more."""
        call = request.call if reply.fault else self._heir(request)
        if self._ble_mac and reply.ble_mac and reply.ble_mac != self._ble_mac:
            _fail(call, WrongDeviceError(self._ble_mac, reply.ble_mac))
        elif reply.fault:
            statistics.errors += 1
            error = reply.fault.to_error()
            self.backoff.answered(call.method, missing=isinstance(error, MethodMissingError))
            _fail(call, error)
        elif reply.result is not None and call.outcome.done():
            if self._on_late and call.outcome.cancelled():
                late = LateResult(call.method, call.params, reply.result, request.sent_at)
                self._on_late(late)
        elif reply.result is not None:
            self._parse(call, reply.result, statistics)

    def _heir(self, request: _Request) -> _Call[Any]:
        """Return the call that waits for an answer to a request.

        A write that failed may be about to be sent again: a late answer to it spares that, unless
        another write was sent since. A read is worth nothing when a write lies in between.
        """
        call = request.call
        if (
            call.outcome.done()
            and call.method.is_write
            and request is self._newest_sent[call.method]
        ):
            for other in self._calls:
                if (other.method, other.params) == (call.method, call.params):
                    return other
        return call

    def _parse(
        self, call: _Call[Any], result: dict[str, Any], statistics: MethodStatistics
    ) -> None:
        try:
            value = call.parse(result)
        except (InvalidReplyError, RefusedError) as err:
            _LOGGER.debug("Reply of %s not believed: %s", self.address, err)
            statistics.errors += 1
            call.last_error = err
        else:
            self.backoff.answered(call.method)
            call.outcome.set_result(value)


def _give_up(call: _Call[Any]) -> None:
    """Mark a call as one that nobody waits for any more."""
    if not call.outcome.cancel() and not call.outcome.cancelled():
        call.outcome.exception()


def _fail(call: _Call[Any], error: VenusError) -> None:
    if not call.outcome.done():
        call.outcome.set_exception(error)


def _end(request: _Request) -> None:
    for future in (request.ended, request.doubted):
        if not future.done():
            future.set_result(None)
