"""A time in which a battery is left alone, as it is stored."""

from dataclasses import dataclass
import datetime as dt
from typing import Any, Final

from ..stored import fields, moment, number

SHORTEST: Final = 5 * 60.0
USUAL: Final = 30 * 60.0
LONGEST: Final = 120 * 60.0
"""Seconds for which a battery can be left alone."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Until when nothing is sent to a battery."""

    until: dt.datetime
    seconds: float
    """How long it was to last in all, so that a clock that was set can't prolong it after a restart."""

    def seconds_left(self, now: dt.datetime) -> float:
        """Return the seconds left by the wall clock; negative once it is over."""
        return min(self.seconds, (self.until - now).total_seconds())

    def store(self) -> dict[str, Any]:
        """Return the value for `restore_leave`, fit for JSON."""
        return {"until": self.until.isoformat(), "seconds": self.seconds}


def restore_leave(stored: object) -> Leave:
    """Return the stored value; ValueError for an unreadable one."""
    given = fields(stored)
    return Leave(moment(given.get("until")), number(0, LONGEST)(given.get("seconds")))
