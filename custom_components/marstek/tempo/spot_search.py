"""Search for prices in whatever an integration publishes, by all shapes that are known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo

from .spot_lists import lists_in, unnamed_lists_in
from .spot_model import DayList, Series
from .spot_shapes import columns_in, dated_in
from .spot_tree import MOST_ROWS, Place, walk


@dataclass(frozen=True, slots=True)
class Found:
    """All that a search has found: series with dates, or else lists without."""

    series: tuple[Series, ...] = ()
    lists: tuple[DayList, ...] = ()

    def of(self, subject: str) -> Found:
        """Return the series and lists of a subject."""
        return Found(
            tuple(each for each in self.series if each.subject == subject),
            tuple(each for each in self.lists if each.subject == subject),
        )

    @property
    def all(self) -> tuple[Series | DayList, ...]:
        """Return everything, in the order in which it stands."""
        return (*self.series, *self.lists)


def search(payload: object, zone: tzinfo) -> Found:
    """Return the prices in a payload, in the order in which they stand.

    Lists without dates count only where nothing has dates.
    """
    return _search(payload, zone, dated_in, lists_in)


def search_uncertain(payload: object, zone: tzinfo) -> Found:
    """Return columns and lists of unknown names that may be prices, for a person to choose."""
    return _search(payload, zone, columns_in, unnamed_lists_in)


def _search(
    payload: object,
    zone: tzinfo,
    dated: Callable[[object, Place], Iterable[Series]],
    undated: Callable[[object, Place], Iterable[DayList]],
) -> Found:
    nodes = list(walk(payload, Place(zone)))
    series = [each for node, place in nodes for each in dated(node, place)]
    if sum(len(each.rows) for each in series) > MOST_ROWS:
        return Found()
    if series:
        return Found(tuple(series))
    lists = [each for node, place in nodes for each in undated(node, place)]
    if sum(len(each.prices) for each in lists) > MOST_ROWS:
        return Found()
    return Found(lists=tuple(lists))
