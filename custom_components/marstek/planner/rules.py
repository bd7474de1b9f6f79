"""Own rules of a home: what batteries do on certain days from one hour to another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from .model import Action, Override

ALL_DAYS: Final = frozenset(range(7))
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
# Any week will do: on a wall clock all are alike.
_MONDAY: Final = datetime(2024, 1, 1)  # noqa: DTZ001 - of no zone


@dataclass(frozen=True, slots=True)
class Rule:
    """What an owner always wants instead of the strategy, by the clock on the wall.

    Raises ValueError without a day, or for bounds with a zone of their own.
    """

    id: str
    name: str
    action: Action
    start: time
    end: time
    """Not after `start`: on the next day; the same as `start`: a whole day."""
    days: frozenset[int] = ALL_DAYS
    """On which it starts, Monday is 0."""
    power: int = 0
    """W of each battery, for CHARGE and DISCHARGE."""
    target: float | None = None
    floor: float | None = None
    batteries: frozenset[str] | None = None
    """Ids of those that it is for, None for all."""

    def __post_init__(self) -> None:
        """Refuse what would never be in force, or nobody knows when."""
        if not self.days or not self.days <= ALL_DAYS:
            raise ValueError("A rule needs days of the week")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("Bounds are those of the clock on the wall")

    def occurrences(
        self, since: datetime, until: datetime, zone: tzinfo | None
    ) -> Iterator[Override]:
        """Yield when it is in force between two aware moments, in order."""
        day = since.astimezone(zone).date() - _DAY
        while day <= until.astimezone(zone).date():
            if day.weekday() in self.days:
                start, end = self._on(day, zone)
                if end > since and start < until and start < end:
                    yield Override(
                        self.action,
                        end,
                        self.power,
                        target=self.target,
                        floor=self.floor,
                        batteries=self.batteries,
                        since=start,
                        rule=self.name,
                    )
            day += _DAY

    def _on(self, day: date, zone: tzinfo | None) -> tuple[datetime, datetime]:
        last = day if self.end > self.start else day + _DAY
        return (
            datetime.combine(day, self.start, zone),
            datetime.combine(last, self.end, zone),
        )

    def contradicts(self, other: Rule) -> bool:
        """Tell whether both want something of the same battery at the same time."""
        meant = self.batteries is None or other.batteries is None
        if not meant and not (self.batteries or frozenset()) & (other.batteries or frozenset()):
            return False
        mine, theirs = list(self._in_a_week()), list(other._in_a_week())
        return any(
            start < its_end + shift and its_start + shift < end
            for start, end in mine
            for its_start, its_end in theirs
            # What starts on Sunday may reach into Monday.
            for shift in (-_WEEK, timedelta(), _WEEK)
        )

    def _in_a_week(self) -> Iterator[tuple[datetime, datetime]]:
        for day in sorted(self.days):
            yield self._on((_MONDAY + day * _DAY).date(), None)


def in_force(
    rules: Iterable[Rule], since: datetime, until: datetime, zone: tzinfo | None
) -> tuple[Override, ...]:
    """Return what rules want between two moments; of two for the same battery the later counts."""
    return tuple(each for rule in rules for each in rule.occurrences(since, until, zone))
