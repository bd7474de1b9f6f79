"""Sale of what is stored: it earns more in the grid now than it would save the house later."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final

from .outlook import Outlook, PriceRun
from .water_value import best_level, worth

# Of the capacity: less is not worth two changes of the mode.
_LEAST: Final = 0.05
_ROUND_TO: Final = timedelta(minutes=5)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sale:
    """Hours in which batteries give a fixed power, from the start of a run on."""

    length: timedelta
    floor: float
    """kWh above the bottom of the bank down to which it goes."""
    value: float
    """Of a kWh in the cells that is not sold, in EUR."""
    worth_now: float
    """EUR that a kWh from the cells earns, less its wear."""


def sale_of(outlook: Outlook, run: PriceRun, stored: float) -> Sale | None:
    """Return what to sell in a run that begins with so many kWh above the bottom, None for nothing.

    What the house will draw in the rest of the run is kept for it.
    """
    bank, economy = outlook.bank, outlook.economy
    least_gain = economy.export_gain
    if not bank.most_sale or least_gain is None or run.feed_in <= 0 or not run.may_sell:
        return None
    hours = (run.end - run.start) / _HOUR
    drawn = max(0.0, run.load - run.pv) / hours
    power = bank.most_sale - drawn
    worth_now = run.feed_in * bank.discharge_efficiency - economy.wear
    floor = best_level(run.bill, worth_now - least_gain, 0.0, stored, bank)
    energy = (stored - floor) * bank.discharge_efficiency - drawn * hours
    if power <= 0 or energy <= _LEAST * bank.capacity:
        return None
    length = min(hours, energy / power)
    return Sale(
        length=ceil(length * _HOUR / _ROUND_TO) * _ROUND_TO,
        floor=floor,
        value=worth(run.bill, floor, stored, bank),
        worth_now=worth_now,
    )
