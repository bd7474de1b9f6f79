"""The Tempo tariff: calendar, off-peak windows, prices, and the colours that sources announce.

What is known of the tariff and its sources is documented in docs/tempo-facts.md; section numbers in
this library refer to it.
"""

from .asking import PollReport
from .book import (
    ANNOUNCERS,
    Announcement,
    ColourBook,
    Disagreement,
    Learnt,
    Source,
    StoredColour,
    binding_from,
)
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
    season_of,
    tempo_day,
)
from .chain import TempoClient
from .colour_forecast import forecast
from .colour_odds import Odds, brier_score, expected_price, likeliest, odds
from .currencies import currency_of
from .decrees import (
    DECREES,
    Decree,
    are_outdated,
    decree_of,
    decree_of_hours,
    decree_on,
    next_tariff_move,
)
from .faults import FaultKind, SourceError, SourceFault
from .holidays import Country, next_holiday, public_holidays
from .hour_rules import NO_RULES, HourRule, HourRules
from .hour_text import LineError, LineProblem, read_rules, write_rules
from .level_hours import LevelError, LevelHours, LevelProblem
from .off_peak_hours import Interval, OffPeakHours
from .parsing import Guess
from .past_colours import past_colours
from .price_book import PriceBook, PriceSpan
from .prices import Prices
from .request_budget import BUDGET, SourceStatistics
from .sources import BASE_VARIABLE, USER_AGENT, VERSION, BaseError, Bases, Credentials
from .spot import Offer, read_prices
from .spot_days import Clues
from .spot_model import DayList, PriceUnit, SpotError, SpotProblem
from .windows import (
    DEFAULT_WINDOW,
    TEMPO_OFF_PEAK,
    OffPeak,
    OffPeakWindow,
    WindowError,
    WindowProblem,
)

__all__ = [
    "ANNOUNCERS",
    "BASE_VARIABLE",
    "BUDGET",
    "DECREES",
    "DEFAULT_WINDOW",
    "NO_RULES",
    "PARIS",
    "TEMPO_OFF_PEAK",
    "USER_AGENT",
    "VERSION",
    "Announcement",
    "BaseError",
    "Bases",
    "Clues",
    "Colour",
    "ColourBook",
    "Country",
    "Credentials",
    "DayList",
    "Decree",
    "Disagreement",
    "FaultKind",
    "Guess",
    "HourRule",
    "HourRules",
    "Interval",
    "Learnt",
    "LevelError",
    "LevelHours",
    "LevelProblem",
    "LineError",
    "LineProblem",
    "Odds",
    "OffPeak",
    "OffPeakHours",
    "OffPeakWindow",
    "Offer",
    "PollReport",
    "PriceBook",
    "PriceSpan",
    "PriceUnit",
    "Prices",
    "Quotas",
    "Season",
    "Source",
    "SourceError",
    "SourceFault",
    "SourceStatistics",
    "SpotError",
    "SpotProblem",
    "StoredColour",
    "TempoClient",
    "WindowError",
    "WindowProblem",
    "are_outdated",
    "binding_from",
    "brier_score",
    "can_be_red",
    "can_be_white",
    "currency_of",
    "day_end",
    "day_start",
    "days_left",
    "days_used",
    "decree_of",
    "decree_of_hours",
    "decree_on",
    "expected_price",
    "forecast",
    "is_lawful",
    "likeliest",
    "next_holiday",
    "next_tariff_move",
    "odds",
    "past_colours",
    "public_holidays",
    "read_prices",
    "read_rules",
    "season_of",
    "tempo_day",
    "write_rules",
]
