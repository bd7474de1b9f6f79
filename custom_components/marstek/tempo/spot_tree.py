"""Tree of attributes or of an answer, in which the price reader searches all nodes.

The names that lead to a node say which home its prices are of, and what lies beside it their unit
and date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
import re
from typing import Final

from .spot_model import PriceUnit
from .spot_times import FIRST_YEAR, LAST_YEAR
from .spot_units import is_of_something_else, plain, unit_in

MOST_ROWS: Final = 4000
_DEEPEST: Final = 6
_LONGEST_NAME: Final = 40
TODAY: Final = ("today", "heute", "vandaag", "aujourdhui", "hoy", "hoje", "oggi", "idag", "dnes")
TOMORROW: Final = (
    *("tomorrow", "nextday", "morgen", "demain", "mañana", "manana", "amanhã", "amanha"),
    *("domani", "imorgon", "imorgen", "zítra", "zitra"),
)
_DAY_TERM: Final = re.compile(
    "|".join((*TODAY, *TOMORROW, "next_day", "i_dag", "i_morgen", "[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    re.IGNORECASE,
)
# Not of when something was updated, or ends.
_OWN_DATE: Final = re.compile("(price|delivery|current|today)?(date|day)(today)?")
_LONGEST_DATE: Final = 10
# Lists under such names are of something else, or not of a market.
OTHERS: Final = ("forecast", "predict", "export", "sell", "feedin", "production", "gas")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the search is."""

    zone: tzinfo
    name: str = ""
    unit: PriceUnit | None = None
    stated: date | None = None
    depth: int = 0
    path: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """Return the names that lead here, without the words for a day."""
        terms = (_DAY_TERM.sub("", name).strip("_- ") for name in self.path)
        return " ".join(term for term in terms if term)


def walk(node: object, place: Place) -> Iterator[tuple[object, Place]]:
    """Yield all nodes of a tree that may hold prices, depth first, each with its place."""
    if place.depth > _DEEPEST or is_of_something_else(node):
        return
    if isinstance(node, Mapping):
        # What a mapping says holds for the prices right in it, too.
        place = replace(
            place, unit=unit_in(node) or place.unit, stated=_date_in(node) or place.stated
        )
    yield node, place
    if isinstance(node, Mapping):
        inside = replace(place, depth=place.depth + 1)
        for name, value in node.items():
            known = plain(name)
            if not any(other in known for other in OTHERS):
                path = (*place.path, _shown(name))
                yield from walk(value, replace(inside, name=known, path=path))
    elif isinstance(node, (list, tuple)) and len(node) <= MOST_ROWS:
        below = replace(place, depth=place.depth + 1)
        for value in node:
            if isinstance(value, (Mapping, list, tuple)):
                yield from walk(value, below)


def _date_in(node: Mapping[object, object]) -> date | None:
    """Return the date that a mapping gives for the prices in it, None without one or with several."""
    dates = {
        found
        for name, value in node.items()
        if _OWN_DATE.fullmatch(plain(name)) and (found := date_of(value)) is not None
    }
    return next(iter(dates)) if len(dates) == 1 else None


def date_of(value: object) -> date | None:
    """Return a date without a time, None for any other value and outside the years 2000 to 2100."""
    if isinstance(value, str) and len(value) <= _LONGEST_DATE:
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, date) or isinstance(value, datetime):
        return None
    return value if FIRST_YEAR <= value.year <= LAST_YEAR else None


def _shown(name: object) -> str:
    """Return a name as it can be shown to people, who may have to choose by it."""
    return "".join(each for each in str(name)[:_LONGEST_NAME] if each.isprintable())
