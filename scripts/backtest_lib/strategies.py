"""A season with each strategy, played as the integration plays it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from custom_components.marstek.replay import (
    QUARTER_HOURS,
    Contract,
    Replay,
    ReplayStrategy,
    SimulatedBatteries,
)

from .forecast import SunForecast
from .home import END_VALUE, Home
from .optimum import least_bill
from .world import Slots


class Name(StrEnum):
    """What may decide."""

    AUTO = "auto"
    """Always AUTO."""
    SIMPLE = "simple"
    OPTIMISED = "optimised"
    OPTIMUM = "optimum"
    """Everything known beforehand."""


@dataclass(frozen=True, slots=True)
class Result:
    """EUR of a season, what is left in the batteries deducted, and how often they turned."""

    bill: float
    cycles: float = 0.0
    bought: float = 0.0
    """kWh charged from the grid."""


@dataclass(frozen=True, slots=True)
class Season:
    """What all strategies did in a season."""

    without: float
    """EUR without batteries."""
    idle: float
    """EUR with batteries that never do anything."""
    results: dict[Name, Result]

    def saved(self, name: Name) -> float:
        """Return the EUR that a strategy saved."""
        return self.without - self.results[name].bill

    def share(self, name: Name) -> float:
        """Return how far a strategy came from idle batteries to the optimum, 1 being all the way."""
        most = self.idle - self.results[Name.OPTIMUM].bill
        return (self.idle - self.results[name].bill) / most if most > 0 else 1.0


def compare(
    home: Home,
    slots: Slots,
    tariff: Contract,
    names: Sequence[Name],
    within: range | None = None,
) -> Season:
    """Return what strategies did in the same season, or within slots of it.

    What the house drew before those slots is known to whoever learns from it.
    """
    half = home.capacity / 2
    credit = END_VALUE * half
    span = within or range(len(slots))
    drawn = [(tariff.prices[n], (slots.load[n] - slots.pv[n]) * QUARTER_HOURS) for n in span]
    packs = home.replayed.packs
    standby = SimulatedBatteries(packs, [0.0] * len(packs)).hold()
    without = sum(home.bill(price, own) for price, own in drawn)
    idle = sum(home.bill(price, own + standby) for price, own in drawn)
    results: dict[Name, Result] = {}
    for name in names:
        if name is Name.OPTIMUM:
            results[name] = Result(least_bill(home, slots, tariff, span, half) + credit)
        else:
            results[name] = _played(home, slots, tariff, name, span)
    return Season(without, idle, results)


def _played(home: Home, slots: Slots, tariff: Contract, name: Name, span: range) -> Result:
    """Return how slots ended with a strategy."""
    sun = SunForecast(slots).by_hour if home.has_sun_forecast else None
    replay = Replay(home.replayed, slots, tariff, ReplayStrategy(name), sun)
    replay.advance(span)
    batteries = replay.batteries
    return Result(replay.cost, batteries.served / home.capacity, batteries.bought)
