"""When slots that could not be disabled are tried again (pure but for the clock)."""

from typing import Final

from ..venus import Clock

# A battery that keeps refusing is tried ever less often: each attempt takes it out of Passive for
# some seconds. In s.
_FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0


class SlotRelease:
    """Counts the attempts to disable slots that nothing needs while Passive is on."""

    def __init__(self, clock: Clock) -> None:
        """Know of no attempt yet."""
        self._clock = clock
        self._pause = _FIRST_PAUSE
        self._again_at = float("-inf")

    @property
    def is_due(self) -> bool:
        """Tell whether the pause since the last attempt is over."""
        return self._clock.time() >= self._again_at

    @property
    def has_failed(self) -> bool:
        """Tell whether an attempt was made that has left something to disable."""
        return self._pause > _FIRST_PAUSE

    def tried(self) -> None:
        """Note that an attempt is made now."""
        self._again_at = self._clock.time() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def done(self) -> None:
        """Note that nothing is left to disable."""
        self._pause = _FIRST_PAUSE
