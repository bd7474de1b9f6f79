"""Solar forecasts of other integrations, read value by value.

They come from other people's code through the Energy dashboard: what can't be a forecast is left
out, so that it never keeps the plan from learning.
"""

from collections import defaultdict
from collections.abc import Mapping
import datetime as dt
from itertools import islice
from typing import Final

# Wh in an hour that no roof gives.
_MOST_ENERGY: Final = 1e6
# Two weeks of quarters of an hour, and more.
_MOST_ROWS: Final = 4000
# Arithmetic with a moment near the ends of the calendar overflows.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


def powers_of(answer: object) -> dict[dt.datetime, float]:
    """Return mean powers in W by the start of their hour in UTC, from an answer's `wh_hours`."""
    hours = answer.get("wh_hours") if isinstance(answer, Mapping) else None
    powers: dict[dt.datetime, float] = defaultdict(float)
    for text, energy in islice(hours.items(), _MOST_ROWS) if isinstance(hours, Mapping) else ():
        is_energy = isinstance(energy, (int, float)) and 0 <= energy <= _MOST_ENERGY
        if is_energy and (start := _hour(text)) is not None:
            powers[start] += float(energy)
    return dict(powers)


def _hour(text: object) -> dt.datetime | None:
    """Return the start in UTC of the hour that an aware moment lies in, None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            return None
        hour = moment.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    except ValueError, OverflowError:
        return None
    return hour if _FIRST_YEAR <= hour.year <= _LAST_YEAR else None
