"""Public holidays of whole countries, computed from the date and from Easter.

Prices by hour have to be known for days ahead, without a network and through restarts, so no calendar
is asked. Holidays of a part of a country are not known: many contracts do not count them either.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

_DAY: Final = timedelta(days=1)
_SUNDAY: Final = 6
# In days after Easter Sunday.
_GOOD_FRIDAY, _EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY = -2, 1, 39, 50
_KINGS_DAY: Final = (4, 27)
_EARLIEST_EASTER, _LATEST_EASTER = date(2285, 3, 22), date(2038, 4, 25)


class Country(StrEnum):
    """A country whose public holidays are known, by the code that Home Assistant has for it."""

    BELGIUM = "BE"
    FRANCE = "FR"
    GERMANY = "DE"
    NETHERLANDS = "NL"


@dataclass(frozen=True, slots=True)
class _Holidays:
    """Holidays by month and day, and by days after Easter Sunday."""

    fixed: tuple[tuple[int, int], ...]
    moving: tuple[int, ...]


# France: article L3133-1 of the Code du travail. Germany: those of all sixteen states. Belgium: the
# royal decree of 18 April 1974. Netherlands: those on which the low price of two holds, without 5 May
# and Good Friday. Easter and Whit Sunday are Sundays everywhere.
_HOLIDAYS: Final[Mapping[Country, _Holidays]] = {
    Country.BELGIUM: _Holidays(
        ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)),
        (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    ),
    Country.FRANCE: _Holidays(
        ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)),
        (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    ),
    Country.GERMANY: _Holidays(
        ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26)),
        (_GOOD_FRIDAY, _EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    ),
    Country.NETHERLANDS: _Holidays(
        ((1, 1), _KINGS_DAY, (12, 25), (12, 26)),
        (_EASTER_MONDAY, _ASCENSION, _WHIT_MONDAY),
    ),
}


@lru_cache(maxsize=64)
def public_holidays(year: int, country: Country = Country.FRANCE) -> frozenset[date]:
    """Return the public holidays of a year in all of a country.

    Those of Alsace and Moselle, of single German states and of Belgian communities are left out.
    """
    known, easter = _HOLIDAYS[country], _easter_sunday(year)
    fixed = {_observed(country, date(year, month, day)) for month, day in known.fixed}
    return frozenset(fixed | {easter + days * _DAY for days in known.moving})


@lru_cache(maxsize=len(Country))
def holiday_months(country: Country) -> frozenset[int]:
    """Return the months, 1 to 12, in which a country has a public holiday in any year."""
    known = _HOLIDAYS[country]
    easters = (_EARLIEST_EASTER, _LATEST_EASTER)
    moving = {(easter + days * _DAY).month for easter in easters for days in known.moving}
    return frozenset(moving | {month for month, _ in known.fixed})


def next_holiday(day: date, country: Country) -> date:
    """Return the first public holiday on or after a day."""
    coming = public_holidays(day.year, country) | public_holidays(day.year + 1, country)
    return min(each for each in coming if each >= day)


def _observed(country: Country, day: date) -> date:
    """Return when a holiday is kept: King's Day a day earlier where it is a Sunday."""
    is_kings_day = country is Country.NETHERLANDS and (day.month, day.day) == _KINGS_DAY
    return day - _DAY if is_kings_day and day.weekday() == _SUNDAY else day


def _easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar."""
    century, year_of_century = divmod(year, 100)
    golden = year % 19
    moon_correction = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - moon_correction + 15) % 30
    # The full moon, counted from 21 March, is one day earlier in the two cases that would
    # bring it too late or twice to the same day.
    full_moon = epact - (epact + golden // 11) // 29
    to_sunday = (
        32 + 2 * (century % 4) + 2 * (year_of_century // 4) - full_moon - year_of_century % 4
    ) % 7
    return date(year, 3, 22) + (full_moon + to_sunday) * _DAY
