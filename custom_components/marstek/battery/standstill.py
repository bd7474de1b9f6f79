"""Notices that the cells take or give nothing although Passive is on (pure).

Cells out of balance, cold ones, or ones that rest between two packs end a charge or discharge at
any state of charge. A battery that has left Passive shows the same power, and so does one that is
parked in Passive at 0 W: what tells them apart is that Passive was sent anew and that the mode was
read since.
"""

from dataclasses import dataclass
from typing import Final

from ..venus import LEAST_TELLING, is_idle

# In s: a battery ramps up, and a reply may be late.
_SETTLING: Final = 10.0
# In s, and reads: some models rest for minutes between their packs.
_PROVEN_AFTER: Final = 900.0
_READS: Final = 3


@dataclass(slots=True)
class Standstill:
    """Since when nothing flows. Times are monotonic seconds, powers + discharging."""

    _since: float | None = None
    _reads: int = 0
    _sent_at: float = float("-inf")
    _is_sent_anew: bool = False
    _is_in_passive: bool = False

    def sent(self, now: float) -> None:
        """Note that Passive was sent and accepted."""
        self._sent_at = now
        self._is_sent_anew = self._since is not None

    def saw_mode(self, *, is_passive: bool) -> None:
        """Take a read of the mode."""
        if not is_passive:
            self.forget()
        self._is_in_passive |= is_passive and self._is_sent_anew

    def look(self, asked: int, power: float | None, now: float) -> None:
        """Take a read of the power of the cells; None where that is not known."""
        if power is None or now - self._sent_at < _SETTLING:
            return
        if abs(asked) < LEAST_TELLING or not is_idle(power):
            self.forget()
            return
        self._reads += 1
        if self._since is None:
            self._since = now

    @property
    def is_on(self) -> bool:
        """Tell whether nothing has flowed before and since Passive was sent anew."""
        return self._since is not None and self._is_sent_anew

    def is_proven(self, now: float) -> bool:
        """Tell whether the cells take or give no more: for long, in several reads, in Passive."""
        if self._since is None or not self._is_in_passive:
            return False
        return self._reads >= _READS and now - self._since >= _PROVEN_AFTER

    def forget(self) -> None:
        """Begin anew: power flows, or Passive is not on."""
        self._since, self._reads = None, 0
        self._is_sent_anew = self._is_in_passive = False
