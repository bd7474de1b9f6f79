"""Value of a run of hours at one price, in EUR per kWh: worth charging, using or keeping."""

from dataclasses import dataclass
from typing import Final

from .bank import Bank
from .outlook import Outlook, PriceRun
from .water_value import best_level, bill_with, worth

_NEARLY_CHEAPEST: Final = 0.15
# Of the capacity: what is not worth a command.
_TRIFLE: Final = 0.01


@dataclass(frozen=True, slots=True)
class RunValue:
    """Levels are kWh above the bottom of the bank, prices EUR per kWh in the cells."""

    stored: float
    """At the start of the run."""
    value: float
    """Of a kWh at its end: of those to be charged, else of the last that there is."""
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
    export: float
    """Of one kWh less stored of the sun, which is fed in instead."""
    is_export: bool
    """Whether the sun is better fed in than stored; `sun` is 0 then."""
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
        return self.floor <= 0 or self.stored > self.floor + self.trifle

    @property
    def is_sunny(self) -> bool:
        """Return whether the sun is worth to be awaited."""
        return self.sun > self.trifle

    @property
    def is_charged(self) -> bool:
        """Return whether it would pay to charge, were there not enough already."""
        return self.target > 0 and self.stored >= self.target - self.trifle


def judge(outlook: Outlook, run: PriceRun, stored: float) -> RunValue:
    """Return the purpose of a run that begins with so many kWh above the bottom."""
    bank, economy = outlook.bank, outlook.economy
    cost = run.price / bank.charge_efficiency
    worth_now = run.price * bank.discharge_efficiency - economy.wear
    keep = worth_now + _dead_band(outlook, run)
    sun = min(bank.capacity - stored, run.surplus * bank.charge_efficiency)
    export = run.feed_in / bank.charge_efficiency
    is_export = _gains_by_export(outlook, run, export, stored, sun) and not _gains_by_charge(
        outlook, run, cost, export, stored, sun
    )
    if is_export:
        # A charge would take the sun that is fed in before it drew anything.
        sun, cost = 0.0, max(cost, export)
    trifle = _TRIFLE * bank.capacity
    with_sun = stored + sun
    target = _level(run, cost + economy.least_gain, with_sun, bank.capacity, bank)
    is_charge = target > with_sun + trifle
    if not is_charge:
        target = _level(run, cost + economy.least_gain, 0.0, with_sun, bank)
    floor = _level(run, keep, 0.0, stored, bank)
    if floor >= stored - trifle:
        floor = _level(run, keep, stored, bank.capacity, bank)
    return RunValue(
        stored=stored,
        value=worth(
            run.bill, with_sun if is_charge else stored, target if is_charge else stored, bank
        ),
        cost=cost,
        worth_now=worth_now,
        target=target,
        floor=floor,
        sun=sun,
        export=export,
        is_export=is_export,
        trifle=trifle,
    )


def _gains_by_export(
    outlook: Outlook, run: PriceRun, export: float, stored: float, sun: float
) -> bool:
    """Tell whether feeding the sun in pays for a command, instead of storing kWh of it."""
    bill, bank, least = run.bill, outlook.bank, outlook.economy.export_gain
    if least is None or not run.is_brief or sun <= _TRIFLE * bank.capacity:
        return False
    kept = bill_with(bill, stored, bank) - bill_with(bill, stored + sun, bank)
    return export * sun - kept > least * sun


def _gains_by_charge(
    outlook: Outlook, run: PriceRun, cost: float, export: float, stored: float, sun: float
) -> bool:
    """Tell whether it pays to charge in a run whose sun is better fed in than stored.

    That takes hours in which drawing is paid for: the charge uses up the sun before it draws.
    """
    bank, least = outlook.bank, outlook.economy.least_gain
    target = _level(run, cost + least, stored + sun, bank.capacity, bank)
    drawn = target - stored - sun
    kept = bill_with(run.bill, stored, bank) - bill_with(run.bill, target, bank)
    return kept > export * sun + (cost + least) * drawn


def _level(run: PriceRun, price: float, low: float, high: float, bank: Bank) -> float:
    return best_level(run.bill, price, low, high, bank)


def _dead_band(outlook: Outlook, run: PriceRun) -> float:
    """Return how much more a kWh has to be worth later to be kept in a run."""
    if not outlook.economy.dead_band:
        return 0.0
    cheapest = outlook.cheapest_after(run.start)
    is_cheap = run.price - cheapest <= _NEARLY_CHEAPEST * abs(cheapest)
    return 0.0 if is_cheap else outlook.economy.dead_band
