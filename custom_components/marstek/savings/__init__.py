"""What batteries save: measured energies turned into money, without Home Assistant.

Energies are in Wh, prices and money in the currency of the prices, prices per kWh.
"""

from .integral import PowerIntegral
from .ledger import DayMoney, Ledger, MoneyPeriod, season_start
from .span import LONGEST_SPAN, Exchange, MeteredSpan
from .stock import Stock

__all__ = [
    "LONGEST_SPAN",
    "DayMoney",
    "Exchange",
    "Ledger",
    "MeteredSpan",
    "MoneyPeriod",
    "PowerIntegral",
    "Stock",
    "season_start",
]
