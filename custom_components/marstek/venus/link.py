"""Requests to one battery: paced, repeated when lost, matched to their answers.

The firmware loses up to a third of the requests, and answers some of them late (docs/protocol.md
1.5).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
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
    WrongDeviceError,
)
from .gate import Priority
from .health import Breaker, MethodBackoff, Noise
from .models import Method
from .requests import Frame, LateResult, Pacing, PendingCall, SentRequest
from .statistics import MethodStatistics
from .transport import Endpoint, Inbound
from .wire import MAX_ID, Reply, encode_request

_LOGGER = logging.getLogger(__name__)
_REMEMBERED_FRAMES: Final = 50
_REMEMBERED_REQUESTS: Final = 20


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
        self._in_flight: SentRequest | None = None
        self._requests: dict[int, SentRequest] = {}
        self._answered_ids: deque[int] = deque(maxlen=_REMEMBERED_REQUESTS)
        self._calls: list[PendingCall[Any]] = []
        self._newest_sent: dict[Method, SentRequest] = {}
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
            request.call.fail(ClosedError("The connection was closed"))
            request.end()

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
        call = PendingCall(method, params, parse, outcome)
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
            call.give_up()
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

    async def _exchange(self, call: PendingCall[Any], params: dict[str, Any]) -> None:
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

    def _send(self, call: PendingCall[Any], params: dict[str, Any]) -> SentRequest:
        number, self._next_id = self._next_id, self._next_id % MAX_ID + 1
        payload = encode_request(number, call.method, params)
        now = self.clock.time()
        loop = asyncio.get_running_loop()
        request = SentRequest(call, number, now, loop.create_future(), loop.create_future())
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

    def _doubt(self, request: SentRequest, reply: Reply | None, now: float) -> None:
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

    def _lose(self, request: SentRequest) -> None:
        """Count a request as lost, and wait for it no more."""
        self._statistics(request.call.method).lost += 1
        request.end()

    def _answered(self, request: SentRequest, reply: Reply, now: float) -> None:
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
        request.end()

    def _use(self, request: SentRequest, reply: Reply, statistics: MethodStatistics) -> None:
        """Give the answer to who waits for it, or to `on_late` when nobody does any more."""
        call = request.call if reply.fault else self._heir(request)
        if self._ble_mac and reply.ble_mac and reply.ble_mac != self._ble_mac:
            call.fail(WrongDeviceError(self._ble_mac, reply.ble_mac))
        elif reply.fault:
            statistics.errors += 1
            error = reply.fault.to_error()
            self.backoff.answered(call.method, missing=isinstance(error, MethodMissingError))
            call.fail(error)
        elif reply.result is not None and call.outcome.done():
            if self._on_late and call.outcome.cancelled():
                late = LateResult(call.method, call.params, reply.result, request.sent_at)
                self._on_late(late)
        elif reply.result is not None:
            self._parse(call, reply.result, statistics)

    def _heir(self, request: SentRequest) -> PendingCall[Any]:
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
        self, call: PendingCall[Any], result: dict[str, Any], statistics: MethodStatistics
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
