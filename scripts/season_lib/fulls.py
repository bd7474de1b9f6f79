"""How long ago each simulated battery was really full for an hour, whatever is reported of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from tests.support.plan_home import PlanHome

_EVERY: Final = 600.0
"""Seconds between two looks."""
_FULL: Final = 97.0
"""% above which a battery that was at 100 % is still full."""
_HOUR: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(days=4)
"""How much later than due a full charge may be: three days of waiting for a cheaper night, and the
night itself."""


class FullWatch:
    """Watch over the batteries of a home."""

    def __init__(self, home: PlanHome, every: timedelta) -> None:
        """Count from now on; batteries ought to be full once in `every`."""
        self._home = home
        self._limit = every + PATIENCE
        self._since: dict[int, datetime] = {}
        self._last = dict.fromkeys(range(len(home.batteries)), home.now)
        self.times = 0
        """How often a battery was full for an hour, each stay at the top counted once."""
        self.longest = timedelta()
        """The longest time that one had to wait for it."""
        self._counted: set[int] = set()

    def look(self) -> None:
        """Look at the true state of charge of each battery."""
        now = self._home.now
        for number, battery in enumerate(self._home.batteries):
            soc = battery.state.soc
            if number not in self._since and soc < 99.9:
                continue
            if soc < _FULL:
                self._since.pop(number, None)
                self._counted.discard(number)
                continue
            if now - self._since.setdefault(number, now) < _HOUR:
                continue
            if number not in self._counted:
                self._counted.add(number)
                self.times += 1
                self.longest = max(self.longest, now - self._last[number])
            self._last[number] = now

    def wrong(self) -> list[str]:
        """Return what has to be said of batteries that have waited for too long."""
        now = self._home.now
        late = {n: now - last for n, last in self._last.items() if now - last > self._limit}
        for number in late:
            # It is said once for each wait.
            self._last[number] = now
        return [f"{now:%Y-%m-%d}: battery {n} was not full for {wait}" for n, wait in late.items()]


@asynccontextmanager
async def watched(home: PlanHome, every: timedelta) -> AsyncIterator[FullWatch]:
    """Watch as long as the context lasts."""
    watch = FullWatch(home, every)

    async def run() -> None:
        while True:
            watch.look()
            await asyncio.sleep(_EVERY)

    task = asyncio.create_task(run())
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
