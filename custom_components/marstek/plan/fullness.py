"""When a battery was last full for an hour, and when it ought to be so again (pure).

Full is what was observed: 100 %, or cells that took no more near it. A clock that is set must
neither make batteries due for ever nor keep a moment of the future.
"""

from dataclasses import dataclass
import datetime as dt
from typing import Any, Final, Self

from ..planner import FULL, KEPT_FOR
from ..stored import fields, moment, number, optional, whole

# Cells out of balance may end a charge earlier, from so many % on: then the first of them are full.
_LEAST_FULL: Final = 90.0
# In %. Readings fall a little while a full battery rests.
_SAG: Final = 5.0
# A battery that was silent for longer may have been used meanwhile.
_LONGEST_SILENCE: Final = dt.timedelta(minutes=15)
# After a full charge that did not suffice the next one waits so long: until the next night, and
# until the third one when that failed too, as each attempt costs energy and writes.
_RETRY: Final = dt.timedelta(hours=18)
_RETRY_AGAIN: Final = dt.timedelta(hours=66)
# A charge that runs waits for a battery that is silent, but not for longer.
_LONGEST_WAIT: Final = dt.timedelta(hours=1)
_MOST_FAILURES: Final = 1_000_000


@dataclass(slots=True)
class Fullness:
    """What is known of one battery; moments are aware, None where there was none."""

    last: dt.datetime | None = None
    """When it had last been full for an hour, to an hour."""
    since: dt.datetime | None = None
    """Since when it has been full; None: it is not."""
    level: float = FULL
    """State of charge in % at which it got full."""
    seen: dt.datetime | None = None
    """When its state of charge was last known."""
    counted_from: dt.datetime | None = None
    """Since when its owner has wanted full charges; None: he does not."""
    tried: dt.datetime | None = None
    """When a full charge ended without it having been full for an hour."""
    failures: int = 0
    """How often that happened since it was full."""

    def is_full(self, soc: float | None, *, takes_no_more: bool) -> bool:
        """Tell whether a battery is full by observation, at a state of charge in %."""
        return soc is not None and (soc >= FULL or (takes_no_more and soc >= _LEAST_FULL))

    def look(self, soc: float | None, now: dt.datetime, *, takes_no_more: bool = False) -> None:
        """Follow the state of charge in %, None while unknown.

        `takes_no_more` is True while its cells were found to take nothing more.
        """
        self._forget_future(now)
        if soc is None:
            return
        if self.seen is None or now - self.seen > _LONGEST_SILENCE:
            self.since = None
        self.seen = now
        if self.is_full(soc, takes_no_more=takes_no_more):
            self._begin(soc, now)
        elif soc < self.level - _SAG:
            self.since = None
        is_kept = self.since is not None and now - self.since >= KEPT_FOR
        if is_kept and (self.last is None or now - self.last >= KEPT_FOR):
            self.last, self.tried, self.failures = now, None, 0

    def charged(self, soc: float | None, now: dt.datetime) -> None:
        """Count from now on as full, at a state of charge in %: a charge to the full is over."""
        self._begin(FULL if soc is None else soc, now)

    def failed(self, now: dt.datetime) -> None:
        """Note that a full charge was over without the battery having been full for an hour."""
        self.tried = now
        self.failures += 1

    def _begin(self, soc: float, now: dt.datetime) -> None:
        if self.since is None:
            self.since, self.level = now, soc

    def want(self, now: dt.datetime, *, is_wanted: bool) -> None:
        """Follow the owner's option, from which a battery counts that was never seen full."""
        self.counted_from = (self.counted_from or now) if is_wanted else None

    def due(self, every: dt.timedelta | None) -> dt.datetime | None:
        """Return from when on it ought to be charged; None without an interval."""
        base = self.last or self.counted_from
        if every is None or base is None:
            return None
        if self.tried is None:
            return base + every
        return max(base + every, self.tried + (_RETRY if self.failures < 2 else _RETRY_AGAIN))

    def is_awaited(self, now: dt.datetime) -> bool:
        """Tell whether a battery, if it is silent, may soon answer: it did within an hour.

        True also while nobody knows, as when the clock was set.
        """
        return self.seen is None or now - self.seen <= _LONGEST_WAIT

    def restart(self) -> None:
        """Count the hour anew: the clock was set."""
        self.since = self.seen = None

    def _forget_future(self, now: dt.datetime) -> None:
        """Take moments of a clock that was ahead for the present one."""
        for name in ("last", "since", "seen", "counted_from", "tried"):
            at = getattr(self, name)
            if at is not None and at > now:
                setattr(self, name, now)

    def store(self) -> dict[str, Any]:
        """Return the values for `read`, fit for JSON."""
        moments = {
            name: at and at.isoformat()
            for name, at in (
                ("last", self.last),
                ("since", self.since),
                ("seen", self.seen),
                ("counted_from", self.counted_from),
                ("tried", self.tried),
            )
        }
        return {**moments, "level": self.level, "failures": self.failures}

    @classmethod
    def read(cls, stored: object) -> Self:
        """Return what was stored of one battery; ValueError for what can't be read."""
        given = fields(stored)
        return cls(
            last=optional(moment, given.get("last")),
            since=optional(moment, given.get("since")),
            seen=optional(moment, given.get("seen")),
            counted_from=optional(moment, given.get("counted_from")),
            tried=optional(moment, given.get("tried")),
            level=number(0.0, FULL)(given.get("level", FULL)),
            failures=whole(0, _MOST_FAILURES)(given.get("failures", 0)),
        )
