"""One request in flight per battery, a quiet gap between two, and commands before polls."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import IntEnum
from itertools import count
from typing import Final

from .clock import Clock, wait_at_most
from .errors import DeadlineError
from .left_alone import LeftAlone

_MOST_GATES: Final = 64
# A battery that does not answer must not keep its polls waiting behind commands for ever.
_LONGEST_PREFERENCE: Final = 60.0


class Priority(IntEnum):
    """Priority among callers that wait for a gate."""

    COMMAND = 0
    POLL = 1


class Gate:
    """Lets one holder through at a time, the most urgent first, and none during quiet time."""

    def __init__(self, clock: Clock) -> None:
        """Start open and not quiet."""
        self._clock = clock
        self.connections = 0
        """Links to a battery that go through it."""
        self._waiting: set[tuple[Priority, int]] = set()
        self._ticket = count()
        self._held = False
        self._quiet_until = float("-inf")
        self._preferences: dict[int, float] = {}
        self._changed: asyncio.Future[None] | None = None

    def keep_quiet(self, seconds: float) -> None:
        """Block all requests for `seconds` from now; never shortens an earlier block."""
        self._quiet_until = max(self._quiet_until, self._clock.time() + seconds)

    @property
    def is_idle(self) -> bool:
        """Tell whether a new gate would do the same: no connection, no holder, no quiet time."""
        is_in_use = self.connections or self._held or self._waiting or self._preferences
        return not is_in_use and self._quiet_until <= self._clock.time()

    @property
    def is_command_waiting(self) -> bool:
        """Tell whether a command waits to get in."""
        return any(priority is Priority.COMMAND for priority, _ in self._waiting)

    @property
    def waiting(self) -> int:
        """How many wait to get in."""
        return len(self._waiting)

    @contextmanager
    def preferred(self) -> Iterator[None]:
        """Keep polls out, for a minute at most, between the requests of one command."""
        ticket = next(self._ticket)
        self._preferences[ticket] = self._clock.time() + _LONGEST_PREFERENCE
        try:
            yield
        finally:
            del self._preferences[ticket]
            self._notify()

    @asynccontextmanager
    async def entered(
        self, priority: Priority, patience: float = float("inf"), method: str = "a request"
    ) -> AsyncIterator[None]:
        """Hold the gate; DeadlineError, which names the method, after `patience` seconds."""
        await self._enter(priority, self._clock.time() + patience, method)
        try:
            yield
        finally:
            self._held = False
            self._notify()

    async def _enter(self, priority: Priority, deadline: float, method: str) -> None:
        ticket = (priority, next(self._ticket))
        self._waiting.add(ticket)
        try:
            while (delay := self._delay(ticket)) is None or delay > 0:
                left = deadline - self._clock.time()
                if left <= 0:
                    raise DeadlineError(method, 0)
                await self._wait(min(left, float("inf") if delay is None else delay))
            self._held = True
        finally:
            self._waiting.discard(ticket)
            self._notify()

    def _opens_at(self, priority: Priority) -> float:
        if priority is Priority.COMMAND:
            return self._quiet_until
        return max(self._quiet_until, *self._preferences.values(), float("-inf"))

    def _delay(self, ticket: tuple[Priority, int]) -> float | None:
        """Return how long this one has to wait: None for until something changes."""
        if self._held or min(self._waiting) != ticket:
            return None
        return self._opens_at(ticket[0]) - self._clock.time()

    async def _wait(self, seconds: float) -> None:
        if self._changed is None or self._changed.done():
            self._changed = asyncio.get_running_loop().create_future()
        if seconds == float("inf"):
            await asyncio.wait((self._changed,))
        else:
            await wait_at_most(self._clock, self._changed, seconds)

    def _notify(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)


class Gates:
    """The gates of all batteries, by address: they outlast the connections made through them."""

    def __init__(self) -> None:
        """Start without any."""
        self._gates: dict[str, Gate] = {}
        self.left_alone = LeftAlone()
        """Batteries that nothing at all is sent to."""

    def at(self, address: str, clock: Clock) -> Gate:
        """Return the gate of the battery at an IPv4 address."""
        if address not in self._gates and len(self._gates) >= _MOST_GATES:
            self._forget_idle()
        return self._gates.setdefault(address, Gate(clock))

    def _forget_idle(self) -> None:
        """Drop gates that nobody uses and that are not quiet: anybody can add addresses."""
        for address in [each for each, gate in self._gates.items() if gate.is_idle]:
            del self._gates[address]
