"""What batteries should do and why: pure functions without clock, network or Home Assistant.

The reasoning behind them, with figures, is documented in POLICY.md; section numbers in this
library refer to it.
"""

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
from .share import IDLE_POWER, Order, budget, is_complete

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
    "is_complete",
]
