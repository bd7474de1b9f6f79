"""Table of measurements: a row for each span of time, columns for each battery and the home (pure)."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
import datetime as dt
from enum import StrEnum
from typing import Final

from .table import Cell, Table

_STATISTIC: Final = {"mean": "", "min": "_min", "max": "_max", "change": ""}
_DIGITS: Final = 4


class Resolution(StrEnum):
    """Length of a row."""

    FIVE_MINUTES = "5minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def is_short(self) -> bool:
        """Tell whether one mode, plan step and price can hold for all of a row."""
        return self in (Resolution.FIVE_MINUTES, Resolution.HOUR)


type Rows = Mapping[float, Mapping[str, float | None]]
"""Values by kind (mean, min, max, change), by the start of their span in s since 1970."""


@dataclass(frozen=True, slots=True)
class StatisticRows:
    """Statistics of one quantity: the name of its column, and its rows."""

    column: str
    kinds: tuple[str, ...]
    rows: Rows = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """Texts that held from a moment on, in order, for one column; None where none is known."""

    column: str
    changes: Sequence[tuple[float, str | None]]

    def reader(self) -> Callable[[float], str | None]:
        """Return a function that gives the text of a moment in s since 1970."""
        starts = [start for start, _ in self.changes]
        texts = [text for _, text in self.changes]

        def read(moment: float) -> str | None:
            number = bisect_right(starts, moment)
            return texts[number - 1] if number else None

        return read


def measurements(
    measured: Sequence[StatisticRows],
    changes: Sequence[Changes],
    days: Mapping[str, Mapping[dt.date, Cell]],
    zone: dt.tzinfo,
    resolution: Resolution,
) -> Table:
    """Return a table of spans, in order; a span of which nothing was measured has no row.

    `days` are columns whose value holds for a day of the home, by their names; they stand before
    all others. Texts that held when a span began stand in its row.
    """
    starts = sorted({start for each in measured for start in each.rows})
    ends = _ends(starts, zone, resolution)
    readers = [each.reader() for each in changes]
    columns = [
        (each.rows, kind, f"{each.column}{_STATISTIC[kind]}")
        for each in measured
        for kind in each.kinds
    ]
    rows: list[tuple[Cell, ...]] = []
    for start, end in zip(starts, ends, strict=True):
        moment = dt.datetime.fromtimestamp(start, zone)
        day = moment.date()
        rows.append(
            (
                moment,
                end,
                *(values.get(day) for values in days.values()),
                *(read(start) for read in readers),
                *(_value(known.get(start), kind) for known, kind, _ in columns),
            )
        )
    names = ("start", "end", *days, *(each.column for each in changes))
    return Table("measurements", (*names, *(name for _, _, name in columns)), rows)


def _value(row: Mapping[str, float | None] | None, kind: str) -> float | None:
    value = None if row is None else row.get(kind)
    return None if value is None else round(value, _DIGITS)


def _ends(starts: Iterable[float], zone: dt.tzinfo, resolution: Resolution) -> list[dt.datetime]:
    """Return the end of the span that each start begins, by the clock of the home."""
    return [_end(dt.datetime.fromtimestamp(start, zone), resolution) for start in starts]


def _end(start: dt.datetime, resolution: Resolution) -> dt.datetime:
    match resolution:
        case Resolution.FIVE_MINUTES | Resolution.HOUR:
            length = dt.timedelta(minutes=5 if resolution is Resolution.FIVE_MINUTES else 60)
            return (start.astimezone(dt.UTC) + length).astimezone(start.tzinfo)
        case Resolution.DAY:
            return start + dt.timedelta(days=1)
        case _:
            following = start.replace(day=1) + dt.timedelta(days=32)
            return following.replace(day=1)
