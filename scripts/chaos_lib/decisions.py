"""What people have decided, and whether the plan still knows it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
import datetime as dt
from typing import Final

from tests.support.plan_home import PlanHome

_LATE: Final = dt.timedelta(minutes=3)
"""After its end a decision may stand for so long."""


@dataclass(slots=True)
class Decisions:
    """Decisions that stand, until moments of the true clock."""

    is_paused: bool = False
    pause_end: dt.datetime | None = None
    """None for a pause that only a person ends."""
    overrides: list[dt.datetime] = field(default_factory=list)
    """Ends of what was asked for instead of the plan."""
    hands: dict[str, dt.datetime] = field(default_factory=dict)
    """Until when a battery is left to a person's mode, by BLE MAC."""
    is_automatic: bool = True

    def paused(self, until: dt.datetime | None) -> None:
        """Note a pause."""
        self.is_paused, self.pause_end = True, until

    def resumed(self) -> None:
        """Note that all is the plan's again."""
        self.is_paused, self.pause_end = False, None
        self.overrides.clear()
        self.hands.clear()

    def forgotten(self, home: PlanHome) -> Iterator[str]:
        """Yield what the plan has forgotten, or still goes by although it is over."""
        now, memory = home.now, home.control.memory
        self._end(now)
        if home.control.options.automatic is not self.is_automatic:
            yield f"automatic control is {home.control.options.automatic}"
        if self.is_paused and memory.paused_until is None:
            yield f"the pause until {self.pause_end} is forgotten"
        if not self.is_paused and memory.paused_until is not None:
            yield f"nobody has paused the plan until {memory.paused_until}"
        for end in self.overrides:
            if not any(abs(each.until - end) < _LATE for each in memory.overrides):
                yield f"the override until {end} is forgotten"
        for key, end in self.hands.items():
            if memory.standing_back.get(key, end - 2 * _LATE) < end - _LATE:
                yield f"{key}: the hand until {end} is forgotten"

    def _end(self, now: dt.datetime) -> None:
        """Drop what is about to end, or has ended."""
        soon = now + _LATE
        self.overrides = [end for end in self.overrides if end > soon]
        self.hands = {key: end for key, end in self.hands.items() if end > soon}

    def may_be_over(self, now: dt.datetime) -> bool:
        """Tell whether a pause is about to end or has just ended, so that either is right."""
        end = self.pause_end
        if not self.is_paused or end is None or now < end - _LATE:
            return False
        if now > end + _LATE:
            self.is_paused, self.pause_end = False, None
            return False
        return True
