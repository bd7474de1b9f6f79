"""Mode of one battery as last read or written, and whether a Passive countdown may still fire.

A countdown is never cancelled: one that runs when another mode is set takes the battery out of that
mode later (docs/protocol.md 6.7). A write without an answer may have arrived, and a Passive that is
read may be somebody else's, so both count as a countdown without a known end.
"""

from typing import Final

from .clock import Clock
from .models import Mode, ModeStatus

# A mode read longer ago than this is read again before it is relied upon, in seconds.
_TRUSTED_FOR: Final = 150.0
_FRESH_FOR: Final = 10.0


class ModeState:
    """What is known of the mode of one battery; ages are in seconds of the clock."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing known."""
        self._clock = clock
        self._mode: Mode | None = None
        self._read_at = float("-inf")
        self._status: ModeStatus | None = None
        self._countdown_until = float("-inf")

    @property
    def mode(self) -> Mode | None:
        """The mode as last read or written; None while none was read, or for one without a name."""
        return self._mode

    @property
    def is_old(self) -> bool:
        """Tell whether the mode was read too long ago to be relied upon."""
        return self._age > _TRUSTED_FOR

    @property
    def is_fresh(self) -> bool:
        """Tell whether the mode was read just now."""
        return self._age <= _FRESH_FOR

    @property
    def trusted_status(self) -> ModeStatus | None:
        """The last status of the mode; None when that was read too long ago."""
        return None if self.is_old else self._status

    @property
    def counts_down(self) -> bool:
        """Tell whether a Passive countdown may still fire, in whatever mode the battery is."""
        return self._clock.time() < self._countdown_until

    @property
    def _age(self) -> float:
        return self._clock.time() - self._read_at

    def read(self, status: ModeStatus) -> None:
        """Note a status that was read."""
        self._mode, self._status = status.mode, status
        self._read_at = self._clock.time()
        if status.mode is Mode.PASSIVE and not self.counts_down:
            # Somebody else's, for as long as nobody can tell; or ours, over, and left at 0 W.
            self._countdown_until = float("inf")

    def slot_sent(self) -> None:
        """Note a slot write, which leaves the battery in Manual (docs/protocol.md 2.9)."""
        if self._mode is not None:
            self._mode = Mode.MANUAL

    def backup_ended(self) -> None:
        """Note that UPS was switched off, which gives Auto."""
        self._mode = Mode.AUTO

    def countdown_sent(self) -> None:
        """Note that a Passive is being sent: it may arrive at any of its attempts."""
        self._countdown_until = float("inf")

    def countdown_begun(self, duration: int) -> None:
        """Note that the battery has accepted a Passive of so many seconds."""
        self._countdown_until = self._clock.time() + duration

    def countdown_stopped(self) -> None:
        """Note that no countdown can fire any more."""
        self._countdown_until = float("-inf")
