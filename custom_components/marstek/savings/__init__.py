"""What batteries save: measured energies turned into money, without Home Assistant.

Energies are in Wh, prices and money in the currency of the prices, prices per kWh.
"""

from .held_back import NOTHING_HELD, HeldEnergy, held_back
from .integral import PowerIntegral
from .ledger import DayMoney, Ledger, MoneyPeriod, first_day, season_start
from .plain_auto import LONGEST_GAP, PlainAuto, PlanGain, StorageState, one_way_loss
from .span import LONGEST_SPAN, Exchange, MeteredSpan
from .stock import Stock
from .verdict import PlanLoss, plan_loss

__all__ = [
    "LONGEST_GAP",
    "LONGEST_SPAN",
    "NOTHING_HELD",
    "DayMoney",
    "Exchange",
    "HeldEnergy",
    "Ledger",
    "MeteredSpan",
    "MoneyPeriod",
    "PlainAuto",
    "PlanGain",
    "PlanLoss",
    "PowerIntegral",
    "Stock",
    "StorageState",
    "first_day",
    "held_back",
    "one_way_loss",
    "plan_loss",
    "season_start",
]
