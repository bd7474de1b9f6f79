"""What batteries should do and why: pure functions without clock, network or Home Assistant.

The reasoning behind them, with figures, is documented in POLICY.md; section numbers in this
library refer to it.
"""

from .energy import IDLE_POWER, budget, energy_to, is_complete
from .model import (
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
    Plan,
    Reason,
    Step,
    Strategy,
)
from .share import Order, share
from .simple import plan_simple

__all__ = [
    "IDLE_POWER",
    "Action",
    "BatteryState",
    "Certainty",
    "Context",
    "Figures",
    "House",
    "Night",
    "Options",
    "Order",
    "Override",
    "Period",
    "Plan",
    "Reason",
    "Step",
    "Strategy",
    "budget",
    "energy_to",
    "is_complete",
    "plan_simple",
    "share",
]
