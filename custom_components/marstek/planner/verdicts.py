"""What a run of hours of one price is for."""

from dataclasses import dataclass
from typing import Final

from .outlook import Outlook, Run
from .water_value import highest, worths

_NEARLY_CHEAPEST: Final = 1.15
# Of the capacity: what is not worth a command.
_TRIFLE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Verdict:
    """Levels are kWh above the bottom of the bank, prices EUR per kWh in the cells."""

    stored: float
    """At the start of the run."""
    value: float
    """Of one more kWh at its end."""
    cost: float
    """Of storing one more kWh in it."""
    worth_now: float
    """What one kWh saves in it, less its wear."""
    target: float
    """Up to which it pays to charge, by its end."""
    floor: float
    """Down to which it pays to discharge."""
    sun: float
    """kWh that the sun is expected to store in it."""
    trifle: float
    """kWh that are not worth a command."""

    @property
    def need(self) -> float:
        """Return the kWh to be stored from the grid."""
        return max(0.0, self.target - self.stored - self.sun)

    @property
    def has_to_charge(self) -> bool:
        """Return whether it pays to charge from the grid."""
        return self.need > self.trifle

    @property
    def may_serve(self) -> bool:
        """Return whether there is something that it pays to discharge now."""
        return self.stored > self.floor + self.trifle

    @property
    def is_sunny(self) -> bool:
        """Return whether the sun is worth to be awaited."""
        return self.sun > self.trifle

    @property
    def is_charged(self) -> bool:
        """Return whether it would pay to charge, were there not enough already."""
        return self.target > 0 and self.stored >= self.target - self.trifle


def judge(outlook: Outlook, run: Run, stored: float) -> Verdict:
    """Return what a run is for that begins with so many kWh above the bottom."""
    bank, economy = outlook.bank, outlook.economy
    worth = worths(run.bill, bank)
    cost = run.price / bank.charge_efficiency
    worth_now = run.price * bank.discharge_efficiency - economy.wear
    is_cheap = run.price <= _NEARLY_CHEAPEST * run.cheapest
    keep_above = worth_now + (0.0 if is_cheap else economy.dead_band)
    return Verdict(
        stored=stored,
        value=worth[min(len(worth) - 1, int(stored / bank.capacity * len(worth)))],
        cost=cost,
        worth_now=worth_now,
        target=highest(worth, cost + economy.least_gain, bank),
        floor=highest(worth, keep_above, bank),
        sun=min(bank.capacity - stored, run.surplus * bank.charge_efficiency),
        trifle=_TRIFLE * bank.capacity,
    )
