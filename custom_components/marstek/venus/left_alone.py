"""Batteries that get no datagram for a while, such as during a firmware update.

An update in the vendor's app fails while the battery is asked anything (docs/protocol.md 1.5). The
socket itself holds this, so that no poll, command, probe or search can slip through, also while
the battery's config entry is set up anew.
"""

from dataclasses import dataclass

from .clock import Clock


@dataclass(frozen=True, slots=True)
class _Rest:
    clock: Clock
    until: float


class LeftAlone:
    """Places that nothing is sent to, by IPv4 address and port."""

    def __init__(self) -> None:
        """Start without any."""
        self._rests: dict[tuple[str, int], _Rest] = {}

    def begin(self, address: str, port: int, seconds: float, clock: Clock) -> None:
        """Leave a battery alone for that many seconds from now, replacing an earlier end."""
        self._rests[address, port] = _Rest(clock, clock.time() + seconds)

    def end(self, address: str, port: int) -> None:
        """Let a battery be asked again."""
        self._rests.pop((address, port), None)

    def seconds_left(self, address: str, port: int) -> float:
        """Return for how many seconds a battery is still left alone, 0 for not at all."""
        rest = self._rests.get((address, port))
        if rest is None:
            return 0.0
        left = rest.until - rest.clock.time()
        if left <= 0:
            del self._rests[address, port]
        return max(0.0, left)

    def is_any(self, port: int) -> bool:
        """Tell whether a battery of a port is left alone: a broadcast is a request to each."""
        return any(
            self.seconds_left(*place) > 0 for place in tuple(self._rests) if place[1] == port
        )
