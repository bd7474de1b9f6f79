"""The calendar of the Tempo tariff: days, seasons, quotas and which colour a day may have.

The rules are those of docs/tempo-facts.md section 2; all civil time is that of Paris.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self
from zoneinfo import ZoneInfo

from .holidays import public_holidays

PARIS: Final = ZoneInfo("Europe/Paris")
"""The zone of the tariff, wherever Home Assistant is."""

_DAY: Final = timedelta(days=1)
_DAY_STARTS: Final = time(6)
_SHORTEST_SEASON: Final = 365
_RED_MONTHS: Final = frozenset({11, 12, 1, 2, 3})
_SATURDAY: Final = 5
_SUNDAY: Final = 6


class Colour(StrEnum):
    """The colour of a Tempo day."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"


def tempo_day(moment: datetime) -> date:
    """Return the Tempo day in which a moment is billed: until 06:00 in Paris that of the eve.

    Raises ValueError when `moment` has no time zone.
    """
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone belongs to no Tempo day")
    local = moment.astimezone(PARIS)
    return local.date() if local.time() >= _DAY_STARTS else local.date() - _DAY


def day_start(day: date) -> datetime:
    """Return when a Tempo day starts: 06:00 in Paris, which exists once every day.

    It is in `PARIS`: convert to UTC before subtracting, since Python subtracts two datetimes
    of one zone by their clocks, and a Tempo day may last 23 or 25 hours.
    """
    return datetime.combine(day, _DAY_STARTS, PARIS)


def day_end(day: date) -> datetime:
    """Return when a Tempo day ends, which is when the next one starts."""
    return day_start(day + _DAY)


@dataclass(frozen=True, slots=True, order=True)
class Season:
    """A Tempo season: 1 September to 31 August."""

    first_year: int

    @property
    def first(self) -> date:
        """Return 1 September."""
        return date(self.first_year, 9, 1)

    @property
    def last(self) -> date:
        """Return 31 August."""
        return date(self.first_year + 1, 8, 31)

    @property
    def dates(self) -> tuple[date, ...]:
        """Return all days in order."""
        return _season_dates(self.first_year)

    @property
    def days(self) -> int:
        """Return how many days it has: 365, or 366 with a 29 February."""
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """Return its name as RTE writes it: "2025-2026"."""
        return f"{self.first_year}-{self.first_year + 1}"

    @property
    def previous(self) -> Self:
        """Return the season before."""
        return type(self)(self.first_year - 1)

    @property
    def next(self) -> Self:
        """Return the season after."""
        return type(self)(self.first_year + 1)

    def __contains__(self, day: date) -> bool:
        """Tell whether a day belongs to it."""
        return self.first <= day <= self.last


@lru_cache(maxsize=16)
def _season_dates(first_year: int) -> tuple[date, ...]:
    """Return the days of a season."""
    season = Season(first_year)
    return tuple(season.first + offset * _DAY for offset in range(season.days))


def season_of(day: date) -> Season:
    """Return the season of a day."""
    return Season(day.year if day.month >= 9 else day.year - 1)


@dataclass(frozen=True, slots=True)
class Quotas:
    """How many days of a season are to be red and white; the rest is blue.

    RTE does not always keep to the defaults: season 2019-2020 had 18 and 47.
    Raises ValueError for a negative number or more than a season has days.
    """

    red: int = 22
    white: int = 43

    def __post_init__(self) -> None:
        """Refuse what no season can hold."""
        if self.red < 0 or self.white < 0 or self.red + self.white > _SHORTEST_SEASON:
            raise ValueError(f"A season can't have {self.red} red and {self.white} white days")

    def of(self, colour: Colour, season: Season) -> int:
        """Return how many days of a season are to have a colour."""
        match colour:
            case Colour.RED:
                return self.red
            case Colour.WHITE:
                return self.white
            case Colour.BLUE:
                return season.days - self.red - self.white


def days_used(colour: Colour, season: Season, known: Mapping[date, Colour]) -> int:
    """Return how many known days of a season have a colour, those announced ahead included."""
    first, last = season.first, season.last
    return sum(1 for day, each in known.items() if each is colour and first <= day <= last)


def days_left(colour: Colour, season: Season, known: Mapping[date, Colour], quotas: Quotas) -> int:
    """Return how many days of a colour are still to come in a season, never fewer than 0."""
    return max(0, quotas.of(colour, season) - days_used(colour, season, known))


def is_lawful(colour: Colour, day: date) -> bool:
    """Tell whether the contract allows a colour on a day, whatever is left of the quotas.

    Red: 1 November to 31 March, Monday to Friday, no public holiday. White: not on Sundays.
    """
    match colour:
        case Colour.BLUE:
            return True
        case Colour.WHITE:
            return day.weekday() != _SUNDAY
        case Colour.RED:
            return (
                day.month in _RED_MONTHS
                and day.weekday() < _SATURDAY
                and day not in public_holidays(day.year)
            )


def can_be_red(day: date, known: Mapping[date, Colour], quotas: Quotas) -> bool:
    """Tell whether a day can still turn out red.

    What `known` says of the day itself does not count. Of the rule "at most five in a row"
    nothing is left to check: no weekend is red, and a red Monday may follow a red Friday.
    Days missing in `known` count as not red, so that in doubt the answer is yes.
    """
    return is_lawful(Colour.RED, day) and _has_stock(Colour.RED, day, known, quotas)


def can_be_white(day: date, known: Mapping[date, Colour], quotas: Quotas) -> bool:
    """Tell whether a day can still turn out white; as with red, `known[day]` does not count."""
    return is_lawful(Colour.WHITE, day) and _has_stock(Colour.WHITE, day, known, quotas)


def _has_stock(colour: Colour, day: date, known: Mapping[date, Colour], quotas: Quotas) -> bool:
    """Tell whether the other days of the season leave some of a colour's quota to this day."""
    season = season_of(day)
    used = days_used(colour, season, known) - (known.get(day) is colour)
    return used < quotas.of(colour, season)
