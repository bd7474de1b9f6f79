"""Event loops whose time jumps to the next timer instead of waiting for it.

Sockets are real. On loopback a datagram is there within a moment of being sent, so that a loop
with nothing to read and nothing to do can go on to its next timer. A test that lives in virtual
time jumps over hours; the others, whose clock is the machine's, over the short waits of a client.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from functools import wraps
import math
import selectors
from typing import Any, override

# Real seconds: a datagram's way across a busy machine, and the wait for other threads. The way is
# waited for in slices: a machine that stands still for seconds uses up one of them, not all.
_DELIVERY = 0.004
_DELIVERY_SLICES = 5
_THREAD_POLL = 0.0005
_STEP = 1e-6
# What a look at the sockets takes: a timer that is due now has to be overdue to run. Less would be
# lost in the rounding of moments that are most of a year away from the start.
_TICK = 2e-8
# A wait of more real seconds than this is no client's, but one for something outside the loop.
_SHORT = 1.0


class _JumpingSelector(selectors.DefaultSelector):
    """Polls, and reports the wait that it did not make; waits longer than `longest` s are made."""

    def __init__(self, longest: float) -> None:
        super().__init__()
        self.skipped = 0.0
        self.busy_threads = 0
        self.in_flight = False
        self.longest = longest

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.skipped += _TICK
        if timeout is None or timeout <= 0 or timeout > self.longest:
            events = super().select(timeout)
            if events:
                self.in_flight = False
            return events
        if self.busy_threads:
            return super().select(min(timeout, _THREAD_POLL))
        events = super().select(0)
        for _ in range(_DELIVERY_SLICES if self.in_flight else 0):
            if events:
                break
            events = super().select(_DELIVERY)
        self.in_flight = False
        if not events:
            self.skipped += max(timeout, _STEP)
        return events


class _JumpingLoop(asyncio.SelectorEventLoop):
    """Lets no time pass while a thread works, nor while a datagram is on its way."""

    def __init__(self, longest: float) -> None:
        self._jumps = _JumpingSelector(longest)
        super().__init__(self._jumps)

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Let no time pass while a thread works."""
        future = super().run_in_executor(executor, func, *args)
        self._jumps.busy_threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _make_datagram_transport(self, *args: Any, **kwargs: Any) -> Any:
        transport = super()._make_datagram_transport(*args, **kwargs)  # type: ignore[misc]
        send = transport.sendto

        def sendto(*arguments: Any) -> None:
            self._jumps.in_flight = True
            send(*arguments)

        transport.sendto = sendto
        return transport

    @override
    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads without letting time pass."""
        executor: Executor | None = getattr(self, "_default_executor", None)
        if executor is not None:
            executor.shutdown(wait=True)

    def _thread_done(self, _: asyncio.Future[Any]) -> None:
        self._jumps.busy_threads -= 1


class ShortWaitsLoop(_JumpingLoop):
    """Goes by the machine's clock, and ahead of it by the short waits that it leaves out."""

    def __init__(self) -> None:
        """Begin with the machine's clock."""
        super().__init__(_SHORT)

    @override
    def time(self) -> float:
        """Return the machine's monotonic seconds plus those left out."""
        return super().time() + self._jumps.skipped

    @override
    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        """Start a program, and leave out no wait from then on: that one goes by the machine's clock."""
        self._jumps.longest = 0.0
        return await super().subprocess_exec(*args, **kwargs)


class VirtualTimeLoop(_JumpingLoop):
    """Runs hours in seconds."""

    def __init__(self, start: datetime) -> None:
        """Begin at an aware moment."""
        super().__init__(math.inf)
        # No timer runs early: who then sleeps for the rest would do so for ever, as no time passes.
        self._clock_resolution = 0.0
        self._start = start

    @override
    def time(self) -> float:
        """Return the virtual seconds since the start, plus something to keep it above zero."""
        return 1000.0 + self._jumps.skipped

    def now(self) -> datetime:
        """Return the virtual moment."""
        return self._start.astimezone(UTC) + timedelta(seconds=self.time() - 1000.0)


def run[T](start: datetime, main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(start)) as runner:
        return runner.run(main)


def from_moment[**P](
    start: datetime,
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Run a test in virtual time from an aware moment on."""

    def decorate(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
        @wraps(test)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
            run(start, test(*args, **kwargs))

        return wrapper

    return decorate
