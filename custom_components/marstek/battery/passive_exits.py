"""Detection, by its power, of a battery that left Passive silently (docs/protocol.md 2.9)."""

from dataclasses import dataclass, field
from typing import Final

from ..venus import IDLE_POWER, LEAST_TELLING, Purpose, agrees

# A battery ramps up, and a reply may be late.
_SETTLING: Final = 10.0
_NEAR_ZERO_SHARE: Final = 0.1
_READS: Final = 2
# So long, in s, a read of the power tells that.
_FRESH: Final = 75.0
# So many departures within so many seconds are too many.
_TOO_MANY: Final = 3
_WITHIN: Final = 1800.0
# Having stayed for so many seconds, it stays.
_STEADY: Final = 900.0


@dataclass(slots=True)
class PassiveExits:
    """How often a battery has left Passive. Times are monotonic seconds, powers + discharging."""

    sent_at: float = float("-inf")
    _agreed_at: float = float("-inf")
    _differing: int = 0
    _is_out: bool = False
    _found: list[float] = field(default_factory=list)

    def sent(self, now: float) -> None:
        """Note that Passive was sent: later readings show whether the battery stays in it."""
        self.sent_at = now
        self._agreed_at = float("-inf")
        self._differing = 0
        self._is_out = False

    def look(self, asked: int, power: int | None, now: float) -> bool:
        """Take a reading of the power in W; return whether it shows a new departure.

        One read is not enough: a battery may pause for a moment.
        """
        if abs(asked) < LEAST_TELLING or power is None or now - self.sent_at < _SETTLING:
            return False
        if agrees(asked, power, None, Purpose.PROOF):
            self._agreed_at = now
        if not is_other(asked, power):
            self._differing = 0
            return False
        self._differing += 1
        return self._differing >= _READS and not self._is_out

    def is_surely_in(self, now: float) -> bool:
        """Tell whether the power alone has just shown that it is in Passive."""
        return now - self._agreed_at < _FRESH

    def found(self, now: float) -> None:
        """Count a departure, once until Passive is sent again."""
        if not self._is_out:
            self._is_out = True
            self._found = [*(each for each in self._found if now - each < _WITHIN), now]

    def is_too_many(self, now: float) -> bool:
        """Tell whether it keeps leaving."""
        return sum(now - each < _WITHIN for each in self._found) >= _TOO_MANY

    def is_steady(self, now: float) -> bool:
        """Tell whether it has stayed for long, or was never found out."""
        return not self._found or (not self._is_out and now - self._found[-1] >= _STEADY)

    def forget(self) -> None:
        """Begin anew."""
        self._found.clear()
        self.sent(float("-inf"))


def is_other(asked: int, power: int) -> bool:
    """Tell whether a measured power in W is near 0 W or opposite to the commanded one."""
    return power * (1 if asked > 0 else -1) < max(IDLE_POWER, _NEAR_ZERO_SHARE * abs(asked))
