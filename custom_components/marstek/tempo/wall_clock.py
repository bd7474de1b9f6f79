"""Moments of a day at which a wall clock passes given times, also where it is put forward or back.

Tariffs are written in wall-clock times. A time in the hour that is skipped takes effect when the clock
jumps, and one in the hour that comes twice takes effect twice, with the jump back in between.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

DAY: Final = timedelta(days=1)
RESOLUTION: Final = timedelta.resolution


def local_of(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment in a zone; ValueError for one without a zone."""
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone is in no window")
    return moment.astimezone(zone)


@lru_cache(maxsize=256)
def bounds_of_day(times: frozenset[time], zone: tzinfo, day: date) -> tuple[datetime, ...]:
    """Return all moments of a day, in UTC, at which the clock shows one of the times or jumps across it."""
    moments: list[datetime] = []
    for wall_time in times:
        local = datetime.combine(day, wall_time, zone)
        first, second = sorted(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        moments += (first, second)
        if first != second:
            moments.append(_clock_change(first, second, zone))
    return tuple(moments)


def _clock_change(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return when the clock jumps between two moments that are on both sides of a jump."""
    old = before.astimezone(zone).utcoffset()
    while after - before > RESOLUTION:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
