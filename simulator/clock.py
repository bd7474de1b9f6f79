"""Time as the simulation sees it: real seconds for the wire, scaled ones for the battery."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
import time

type Monotonic = Callable[[], float]
type Now = Callable[[], datetime]


def monotonic() -> float:
    """Return the monotonic seconds that a running event loop goes by, else the machine's."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()


def utc_now() -> datetime:
    """Return the real, aware wall-clock time."""
    return datetime.now(UTC)


class SimulationClock:
    """A pair of clocks whose simulated time may run faster than the real one.

    Latency, gaps and darkness are real seconds. State of charge, countdowns, slots
    and the household's day follow simulated seconds.
    """

    def __init__(
        self, clock: Monotonic = monotonic, now: Now = utc_now, scale: float = 1.0
    ) -> None:
        """Start at simulated second 0, at the wall-clock time of now."""
        self._clock = clock
        self._now = now
        self._scale = _positive(scale)
        self._started = self._rebased = clock()
        self._simulated = 0.0

    def real(self) -> float:
        """Return real monotonic seconds."""
        return self._clock()

    def seconds(self) -> float:
        """Return the simulated seconds since the start."""
        return self._simulated + (self._clock() - self._rebased) * self._scale

    def timestamp(self) -> float:
        """Return the simulated wall-clock time as POSIX seconds."""
        gained = self.seconds() - (self._clock() - self._started)
        return self._now().timestamp() + gained

    @property
    def scale(self) -> float:
        """Simulated seconds per real second, above 0."""
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        self._simulated = self.seconds()
        self._rebased = self._clock()
        self._scale = _positive(scale)


def _positive(scale: float) -> float:
    """Return a time scale that lets time pass."""
    if not scale > 0:
        raise ValueError(f"time scale must be above 0, got {scale}")
    return scale
