"""Second stage of the price reader: when the rows of a list begin and end.

Integrations publish ISO texts, datetimes and seconds or milliseconds since 1970, with and without an
offset. Local times are ambiguous on the two days when clocks change; the order of rows decides there.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from .spot_model import HOUR, number_of

_LONGEST_ROW: Final = timedelta(hours=25)
_QUARTER_S: Final = 900
# Arithmetic with a moment near the ends of the calendar overflows, and no price is of there.
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
# Seconds since 1970, and from which number on they are milliseconds.
_LEAST_EPOCH: Final = 1e9
_MILLISECONDS: Final = 1e11
# Names without underscores, in the order in which they are preferred.
STARTS: Final = (
    *("start", "starttime", "startsat", "from", "validfrom", "starttimestamp"),
    *("hour", "time", "datetime", "timestamp"),
)
ENDS: Final = ("end", "endtime", "endsat", "till", "until", "to", "validto", "endtimestamp")


def bounds_of(
    items: Sequence[Mapping[str, object]], name: str, zone: tzinfo
) -> dict[int, tuple[datetime, datetime]]:
    """Return start and end in UTC of each row with a price, by the number of the row.

    `name` is the name of the price. Left out are rows without a start, those longer than 25 hours
    and those not made of whole quarters of an hour.
    """
    starts = _starts(items, name, zone)
    ordered = sorted(set(starts.values()))
    following = dict(pairwise(ordered))
    step = min((b - a for a, b in pairwise(ordered)), default=None)
    bounds: dict[int, tuple[datetime, datetime]] = {}
    for number, start in starts.items():
        end = _end(items[number], start, following.get(start), step, zone)
        if end is not None and _is_whole(start, end):
            bounds[number] = start, end
    return bounds


def _starts(items: Sequence[Mapping[str, object]], name: str, zone: tzinfo) -> dict[int, datetime]:
    """Return the start in UTC of each row that has one, by the number of the row.

    Local times without an offset are ambiguous in the hour that clocks repeat: the second of two
    equal ones is the later. A time that clocks skip is left out.
    """
    starts: dict[int, datetime] = {}
    seen: set[datetime] = set()
    for number, item in enumerate(items):
        stated = next((item[key] for key in STARTS if key in item), None)
        if name not in item or (start := moment_of(stated, zone)) is None:
            continue
        local = _local(stated)
        if local is not None:
            if local in seen:
                start = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
            seen.add(local)
            if start.astimezone(zone).replace(tzinfo=None) != local:
                continue
        starts[number] = start
    return starts


def _local(stated: object) -> datetime | None:
    """Return a moment without an offset, None for one with an offset or for no moment."""
    try:
        moment = datetime.fromisoformat(stated) if isinstance(stated, str) else stated
    except ValueError:
        return None
    is_local = isinstance(moment, datetime) and moment.tzinfo is None
    return moment.replace(fold=0) if is_local and isinstance(moment, datetime) else None


def _end(
    item: Mapping[str, object],
    start: datetime,
    following: datetime | None,
    step: timedelta | None,
    zone: tzinfo,
) -> datetime | None:
    """Return the end of a row in UTC.

    The stated one, else the start of the next row; the last row is as long as the shortest one.
    """
    stated = next((item[key] for key in ENDS if item.get(key) is not None), None)
    if stated is not None:
        begun = next((item[key] for key in STARTS if key in item), None)
        local_start, local_end = _local(begun), _local(stated)
        if local_start is None or local_end is None:
            return moment_of(stated, zone)
        # By local time, which may be set within the row.
        if local_end > local_start:
            end = start + (local_end - local_start)
            return end if following is None else min(end, following)
    if step is None or step > HOUR:
        return None
    if following is None or following - start > HOUR:
        return start + step
    return following


def _is_whole(start: datetime, end: datetime) -> bool:
    """Tell whether a span of at most 25 hours begins and ends on quarters of an hour."""
    return (
        timedelta() < end - start <= _LONGEST_ROW
        and start.timestamp() % _QUARTER_S == 0
        and end.timestamp() % _QUARTER_S == 0
    )


def moment_of(value: object, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC: an ISO text with a time, a datetime, or seconds since 1970.

    None for anything else, and for a moment that is not in the years 2000 to 2100.
    """
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if ":" in value else None
        elif (number := number_of(value)) is not None and number >= _LEAST_EPOCH:
            value = datetime.fromtimestamp(
                number / 1000 if number >= _MILLISECONDS else number, UTC
            )
        if not isinstance(value, datetime):
            return None
        if value.utcoffset() is None:
            value = value.replace(tzinfo=zone)
        found = value.astimezone(UTC)
    except ValueError, OverflowError, OSError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
