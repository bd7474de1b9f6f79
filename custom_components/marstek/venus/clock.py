"""Time as this library sees it, so that a simulation can run without waiting."""

import asyncio
from typing import Any, Protocol


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
    """Wait for a future up to `seconds`; tell whether it is done. The future is never cancelled."""
    if seconds > 0 and not future.done():
        sleeper = asyncio.ensure_future(clock.sleep(seconds))
        try:
            await asyncio.wait((future, sleeper), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
    return future.done()
