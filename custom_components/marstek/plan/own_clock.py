"""Check of Home Assistant's own clock against the times of servers (pure).

A Raspberry Pi has no clock of its own: without network time it starts with an old one, is set in
jumps, or runs an hour off. Batteries keep their own time. Whose clock is wrong decides whether a
charge by countdown, which no slot of a battery confines, could run into dear hours.
"""

from collections.abc import Callable
import datetime as dt
from typing import Final

# Of an answer that took its time; HTTP dates have whole seconds.
_TOLERANCE: Final = dt.timedelta(minutes=2)
# Between two looks the wall clock and the monotonic one differ by no more, unless it was set.
_JUMP: Final = dt.timedelta(minutes=1)
# A clock that is being set may be set again.
_SETTLING: Final = 900.0
# Sources are asked several times a day.
_CHECK_LIFETIME: Final = 48 * 3600.0


class OwnClock:
    """Error of the system clock, as far as servers show it, and whether it was set just now."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start with an unchecked clock; `monotonic` returns seconds that are never set."""
        self._monotonic = monotonic
        self._seen: tuple[dt.datetime, float] | None = None
        self._jumped_at = float("-inf")
        self._checked_at = float("-inf")
        self._ahead = dt.timedelta()

    def look(self, now: dt.datetime) -> None:
        """Compare wall clock and monotonic clock: a difference above a minute means it was set."""
        elapsed = self._monotonic()
        if self._seen is not None:
            then, before = self._seen
            jump = (now - then) - dt.timedelta(seconds=elapsed - before)
            if abs(jump) > _JUMP:
                self._jumped_at = elapsed
                # What was known of it is known still: it is ahead by that much more.
                self._ahead += jump
        self._seen = (now, elapsed)

    def compare(self, now: dt.datetime, server: dt.datetime) -> None:
        """Compare the clock with the time of a server, good to 2 minutes."""
        self.look(now)
        self._checked_at = self._monotonic()
        self._ahead = now - server

    @property
    def is_settling(self) -> bool:
        """Whether the clock was set within the last 15 minutes, and may be set again."""
        return self._monotonic() - self._jumped_at < _SETTLING

    @property
    def _is_checked(self) -> bool:
        return self._monotonic() - self._checked_at < _CHECK_LIFETIME

    @property
    def ahead(self) -> dt.timedelta | None:
        """Time by which the clock is ahead, negative for behind.

        None without a comparison in the last 48 hours.
        """
        return self._ahead if self._is_checked else None

    def corrected(self, now: dt.datetime) -> dt.datetime:
        """Return `now` less the known error of the clock."""
        return now - (self.ahead or dt.timedelta())

    @property
    def is_proven(self) -> bool:
        """Whether a server has confirmed the clock to 2 minutes in the last 48 hours."""
        return self._is_checked and abs(self._ahead) <= _TOLERANCE

    @property
    def is_wrong(self) -> bool:
        """Whether the clock is wrong by more than 2 minutes, by a server in the last 48 hours."""
        return self._is_checked and not self.is_proven
