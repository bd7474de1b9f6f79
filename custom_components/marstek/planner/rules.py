"""Own rules of a home: what batteries do on certain days from one hour to another."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from ..tempo import Colour, tempo_day
from .model import Action, Override

type ColourOf = Callable[[date], Colour | None]

ALL_DAYS: Final = frozenset(range(7))
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
# Any week will do: on a wall clock all are alike.
_MONDAY: Final = datetime(2024, 1, 1)  # noqa: DTZ001 - of no zone
_DAY_STARTS: Final = timedelta(hours=6)


def no_colour(_: date) -> Colour | None:
    """Return the colour of any day where there are no colours."""
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule of an owner that replaces the strategy at fixed local times.

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
    colours: frozenset[Colour] = frozenset()
    """Of the Tempo days on which it is in force; empty: whatever the colour."""
    looks_ahead: bool = False
    """True where the colour is that of the next Tempo day, not of the one it starts in."""

    def __post_init__(self) -> None:
        """Refuse what would never be in force, or nobody knows when."""
        if not self.days or not self.days <= ALL_DAYS:
            raise ValueError("A rule needs days of the week")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("Bounds are those of the clock on the wall")

    def occurrences(
        self,
        since: datetime,
        until: datetime,
        zone: tzinfo | None,
        colour_of: ColourOf = no_colour,
    ) -> Iterator[Override]:
        """Yield when it is in force between two aware moments, in order.

        A day whose colour is unknown is none of a rule that names colours.
        """
        day = since.astimezone(zone).date() - _DAY
        while day <= until.astimezone(zone).date():
            if day.weekday() in self.days:
                start, end = self._on(day, zone)
                is_near = end > since and start < until and start < end
                if is_near and self._is_of_the_day(start, colour_of):
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

    def _is_of_the_day(self, start: datetime, colour_of: ColourOf) -> bool:
        """Tell whether it is in force by the colour; before 06:00 the eve's day goes on."""
        if not self.colours:
            return True
        return colour_of(tempo_day(start) + _DAY * self.looks_ahead) in self.colours

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
            start < its_end + shift
            and its_start + shift < end
            and not self._excludes(other, start, its_start + shift)
            for start, end in mine
            for its_start, its_end in theirs
            # What starts on Sunday may reach into Monday.
            for shift in (-_WEEK, timedelta(), _WEEK)
        )

    def _excludes(self, other: Rule, start: datetime, its_start: datetime) -> bool:
        """Tell whether colours keep both from starting in these Tempo days.

        Only those of one and the same day do: neighbours may have any two colours.
        """
        if not self.colours or not other.colours or self.looks_ahead != other.looks_ahead:
            return False
        is_same_day = (start - _DAY_STARTS).date() == (its_start - _DAY_STARTS).date()
        return is_same_day and not self.colours & other.colours

    def _in_a_week(self) -> Iterator[tuple[datetime, datetime]]:
        for day in sorted(self.days):
            yield self._on((_MONDAY + day * _DAY).date(), None)


def in_force(
    rules: Iterable[Rule],
    since: datetime,
    until: datetime,
    zone: tzinfo | None,
    colour_of: ColourOf = no_colour,
) -> tuple[Override, ...]:
    """Return the overrides of rules between two moments; for a battery the later rule counts.

    `colour_of` returns the colour of a Tempo day, None where it is unknown.
    """
    return tuple(each for rule in rules for each in rule.occurrences(since, until, zone, colour_of))
