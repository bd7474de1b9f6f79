"""What a link knows of its requests to one battery: their times, and who waits for an answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import VenusError
from .models import Method


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
class PendingCall[T]:
    """What a caller waits for, over all its repetitions."""

    method: Method
    params: dict[str, Any]
    parse: Callable[[dict[str, Any]], T]
    outcome: asyncio.Future[T]
    last_error: VenusError | None = None
    is_unread: bool = False
    """The last request that was lost is one that the battery could not read."""

    def give_up(self) -> None:
        """Note that nobody waits for it any more."""
        if not self.outcome.cancel() and not self.outcome.cancelled():
            self.outcome.exception()

    def fail(self, error: VenusError) -> None:
        """End it with an error, unless it has ended."""
        if not self.outcome.done():
            self.outcome.set_exception(error)


@dataclass(slots=True)
class SentRequest:
    """One datagram that was sent, and the end of waiting for its answer."""

    call: PendingCall[Any]
    number: int
    sent_at: float
    ended: asyncio.Future[None]
    doubted: asyncio.Future[None]
    """Done with `ended`, or when something came that may be its damaged answer."""
    is_unread: bool = False
    """The battery said that it could not read a request, without naming it (1.4)."""

    def end(self) -> None:
        """End the wait for its answer."""
        for future in (self.ended, self.doubted):
            if not future.done():
                future.set_result(None)


@dataclass(frozen=True, slots=True)
class LateResult:
    """A result that came after its call had failed, and the request that it answers."""

    method: Method
    params: dict[str, Any]
    result: dict[str, Any]
    sent_at: float
    """When the request was sent, by the link's clock."""
