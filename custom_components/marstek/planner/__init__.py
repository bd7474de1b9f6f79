"""What batteries should do and why: pure functions without clock, network or Home Assistant.

The reasoning behind them, with figures, is documented in docs/policy.md; section numbers in this
library refer to it.
"""

from .beliefs import Basis, Beliefs
from .departures import (
    MOST_COUNTED,
    MOST_DEPARTURES,
    Departed,
    DepartureCount,
    bounded,
    gain_per_kwh,
    is_bounded,
    is_by_day,
    is_departure,
)
from .economy import HOURLY_ECONOMY, OTHER_ECONOMY, TEMPO_ECONOMY, Aim, Economy
from .energy import IDLE_POWER, energy_to, is_complete
from .forecast import Expected, Forecast
from .full_charge import FULL, KEPT_FOR, FullCharge, full_charge
from .keep_back import kept_back
from .model import (
    BY_PERSON,
    Action,
    BatteryState,
    Certainty,
    Context,
    Figures,
    House,
    Night,
    Options,
    Override,
    Period,
    Reason,
    Step,
    Strategy,
    Timeline,
)
from .optimised import plan_optimised
from .overrides import serving_only
from .peak_cut import COUNTDOWN, DemandSample, PeakCut
from .peak_hold import can_serve, may_serve, served_through
from .peaks import DemandInterval, DemandMeter, MonthPeaks, PeakTariff
from .phases import budget
from .rules import ALL_DAYS, Rule, in_force
from .share import Allocation, share
from .simple import plan_simple
from .windows import is_long

__all__ = [
    "ALL_DAYS",
    "BY_PERSON",
    "COUNTDOWN",
    "FULL",
    "HOURLY_ECONOMY",
    "IDLE_POWER",
    "KEPT_FOR",
    "MOST_COUNTED",
    "MOST_DEPARTURES",
    "OTHER_ECONOMY",
    "TEMPO_ECONOMY",
    "Action",
    "Aim",
    "Allocation",
    "Basis",
    "BatteryState",
    "Beliefs",
    "Certainty",
    "Context",
    "DemandInterval",
    "DemandMeter",
    "DemandSample",
    "Departed",
    "DepartureCount",
    "Economy",
    "Expected",
    "Figures",
    "Forecast",
    "FullCharge",
    "House",
    "MonthPeaks",
    "Night",
    "Options",
    "Override",
    "PeakCut",
    "PeakTariff",
    "Period",
    "Reason",
    "Rule",
    "Step",
    "Strategy",
    "Timeline",
    "bounded",
    "budget",
    "can_serve",
    "energy_to",
    "full_charge",
    "gain_per_kwh",
    "in_force",
    "is_bounded",
    "is_by_day",
    "is_complete",
    "is_departure",
    "is_long",
    "kept_back",
    "may_serve",
    "plan_optimised",
    "plan_simple",
    "served_through",
    "serving_only",
    "share",
]
