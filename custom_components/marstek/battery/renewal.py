"""When what was chosen has to be sent anew, so that it goes on.

The countdown of Passive would otherwise end at 0 W, and the slot of Manual covers two days.
"""

from dataclasses import dataclass, field
import datetime as dt
from typing import Final

from homeassistant.util import dt as dt_util

from ..venus import Clock, Mode
from .commanded import Commanded
from .passive_exits import PassiveExits
from .standstill import Standstill

_COUNTDOWN: Final = 300
# A countdown begins when the request arrives, which may take some attempts.
_COUNTDOWN_MARGIN: Final = 5.0
# A countdown is renewed when this much of it, in s, has passed and a read since then shows that the
# battery is still in Passive; without such a read, when no more time is left to wait for one.
RENEW_AFTER: Final = 120.0
RENEW_AT_LAST: Final = 180.0
_FRESH_MODE: Final = 45.0
_RETRY: Final = 20.0
_SLOT_RETRY: Final = 600.0


def countdown(until: dt.datetime | None, now: dt.datetime) -> int:
    """Return the seconds of a Passive that is to be over by a moment, at least the least one."""
    if until is None:
        return _COUNTDOWN
    left = (until - now).total_seconds() - _COUNTDOWN_MARGIN
    return max(1, min(_COUNTDOWN, int(left)))


@dataclass(slots=True)
class Renewal:
    """Times of the command in force on one battery, in monotonic seconds of the clock."""

    clock: Clock
    spares_mode: bool = False
    """True for firmware that is harmed by reads of its mode."""
    exits: PassiveExits = field(default_factory=PassiveExits)
    """How often it left Passive by itself."""
    standstill: Standstill = field(default_factory=Standstill)
    """Since when its cells take or give nothing."""
    _sent_at: float = float("-inf")
    _tried_at: float = float("-inf")
    _is_urgent: bool = False
    _is_doubtful: bool = False

    def tried(self) -> None:
        """Note that it is being sent."""
        self._tried_at = self.clock.time()

    def sent(self) -> None:
        """Note that the battery has taken it."""
        self._sent_at = self._tried_at = self.clock.time()
        self._is_urgent = self._is_doubtful = False
        self.exits.sent(self._sent_at)
        self.standstill.sent(self._sent_at)

    def hurry(self, *, is_doubtful: bool = False) -> None:
        """Make the renewal due at once; with a doubtful mode, after reading the mode."""
        self._is_urgent, self._is_doubtful = True, is_doubtful

    def is_recent(self, mode_read_at: float) -> bool:
        """Tell whether a read of the mode is fresh enough to decide by."""
        return self.clock.time() - mode_read_at < _FRESH_MODE

    def is_since(self, mode_read_at: float) -> bool:
        """Tell whether the mode was read after the command in force was sent."""
        return mode_read_at > self._sent_at

    @property
    def may_have_left(self) -> bool:
        """Tell whether the countdown may have begun before Home Assistant did."""
        return self._sent_at == float("-inf")

    def wants_mode(self, mode_read_at: float) -> bool:
        """Tell whether a fresh read of the mode is needed to renew Passive."""
        if self.is_recent(mode_read_at):
            return False
        is_late = self.clock.time() - self._sent_at >= RENEW_AFTER
        return self._is_doubtful or (is_late and not self._is_surely_in)

    @property
    def _is_surely_in(self) -> bool:
        """Tell whether no read of the mode is needed, where that harms the battery."""
        return self.spares_mode and self.exits.is_surely_in(self.clock.time())

    def is_due(self, commanded: Commanded, mode_read_at: float) -> bool:
        """Tell whether the renewal of a command is due."""
        kept = commanded.kept
        if kept is None:
            return False
        now = self.clock.time()
        since_try = now - self._tried_at
        if commanded.mode is Mode.MANUAL:
            return kept.day != dt_util.now().date() and since_try >= _SLOT_RETRY
        age = now - self._sent_at
        is_known = self.is_recent(mode_read_at) or self._is_surely_in
        if self._is_urgent:
            is_decided = not self._is_doubtful or is_known or age >= RENEW_AT_LAST
            return is_decided and since_try >= _RETRY
        if kept.until is not None:
            left = (kept.until - dt_util.utcnow()).total_seconds()
            if left <= max(0.0, _COUNTDOWN - age):
                # The countdown that runs ends with it.
                return False
        needed = age >= RENEW_AT_LAST or (age >= RENEW_AFTER and is_known)
        return needed and since_try >= _RETRY
