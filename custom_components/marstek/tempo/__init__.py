"""The Tempo tariff: calendar, off-peak windows, prices, and the colours that sources announce.

What is known of the tariff and its sources is documented in TEMPO.md; section numbers in this
library refer to it.
"""

from .book import Announcement, ColourBook, Disagreement, Entry, Learnt, Source, binding_from
from .calendar import (
    PARIS,
    Colour,
    Quotas,
    Season,
    can_be_red,
    can_be_white,
    day_end,
    day_start,
    days_left,
    days_used,
    is_lawful,
    public_holidays,
    season_of,
    tempo_day,
)
from .prices import OFFICIAL, OFFICIAL_SINCE, Prices, are_outdated, last_tariff_change
from .windows import (
    DEFAULT_WINDOW,
    TEMPO_OFF_PEAK,
    Interval,
    OffPeak,
    Window,
    WindowError,
    WindowProblem,
)

__all__ = [
    "DEFAULT_WINDOW",
    "OFFICIAL",
    "OFFICIAL_SINCE",
    "PARIS",
    "TEMPO_OFF_PEAK",
    "Announcement",
    "Colour",
    "ColourBook",
    "Disagreement",
    "Entry",
    "Interval",
    "Learnt",
    "OffPeak",
    "Prices",
    "Quotas",
    "Season",
    "Source",
    "Window",
    "WindowError",
    "WindowProblem",
    "are_outdated",
    "binding_from",
    "can_be_red",
    "can_be_white",
    "day_end",
    "day_start",
    "days_left",
    "days_used",
    "is_lawful",
    "last_tariff_change",
    "public_holidays",
    "season_of",
    "tempo_day",
]
