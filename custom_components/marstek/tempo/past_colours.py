"""Colours of the last seasons, for homes that have never asked for any.

Whoever has another contract has no colours, and wants to know what Tempo would have cost. The days
are those that RTE published (docs/tempo-facts.md section 1); all others between the first and the
last day were blue.
"""

from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Final

from .calendar import Colour

_FIRST: Final = date(2024, 9, 1)
_LAST: Final = date(2026, 10, 3)
# Days of each month.
_RED: Final = {
    "2024-12": "03 10 11 12 13 16 27 30",
    "2025-01": "02 03 10 13 14 15 16 17 20 21 22 30 31",
    "2025-02": "03",
    "2025-12": "29 31",
    "2026-01": "05 06 07 26 28 29",
    "2026-02": "17",
    "2026-03": "13 16 17 18 19 20 23 24 25 26 27 30 31",
}
_WHITE: Final = {
    "2024-11": "14 15 20 21 22 28",
    "2024-12": "04 09 14 17 20 23 24 26 28 31",
    "2025-01": "04 07 08 09 11 18 23 29",
    "2025-02": "01 04 05 06 07 08 10 11 12 13 14 17 18 19 28",
    "2025-03": "03 04 12 13",
    "2025-11": "20 21 26 27",
    "2025-12": "02 03 12 16 17 19 22 26 27 30",
    "2026-01": "01 02 03 08 10 14 16 19 20 22 27 31",
    "2026-02": "02 03 09 13 18 19",
    "2026-03": "03 09 10 14",
    "2026-04": "01 02",
    "2026-05": "18 26 27 28 29",
}


@cache
def past_colours() -> MappingProxyType[date, Colour]:
    """Return the colour of each day from September 2024 to the last that was known at release."""
    days = (_FIRST + timedelta(days=number) for number in range((_LAST - _FIRST).days + 1))
    found = dict.fromkeys(days, Colour.BLUE)
    for colour, months in ((Colour.RED, _RED), (Colour.WHITE, _WHITE)):
        for month, numbers in months.items():
            for number in numbers.split():
                found[date.fromisoformat(f"{month}-{number}")] = colour
    return MappingProxyType(found)
