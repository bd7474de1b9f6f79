"""Time as this library sees it, so that a simulation can run without waiting."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from .errors import DeadlineError


class Clock(Protocol):
    """A source of monotonic time."""

    def time(self) -> float:
        """Return monotonic seconds."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class LoopClock:
    """The event loop's own time."""

    def time(self) -> float:
        """Return the loop's monotonic seconds."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)


async def wait_at_most(clock: Clock, future: asyncio.Future[Any], seconds: float) -> bool:
    """Wait for a future up to `seconds`; return whether it is done. It is never cancelled."""
    if seconds > 0 and not future.done():
        sleeper = asyncio.ensure_future(clock.sleep(seconds))
        try:
            await asyncio.wait((future, sleeper), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
    return future.done()


async def within[T](
    clock: Clock, deadline: float | None, method: str, work: Coroutine[Any, Any, T]
) -> T:
    """Return the result of `work`; cancel it and raise DeadlineError at `deadline`.

    The deadline is a time of `clock`; None sets no limit.
    """
    if deadline is None:
        return await work
    task = asyncio.ensure_future(work)
    try:
        is_done = await wait_at_most(clock, task, deadline - clock.time())
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
        if not task.cancelled():
            # A caller that is cancelled just now receives no error, which asyncio would then log.
            task.exception()
    if not is_done and task.cancelled():
        raise DeadlineError(method, 0)
    return await task
