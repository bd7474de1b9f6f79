"""All batteries of a home as one: energy in kWh, powers in kW."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from .model import BatteryState, Options

PREFERRED_POWER: Final = 1250
"""W at which a battery charges best (docs/policy.md section 5)."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Batteries that know their state of charge; kWh above `bottom`, kW at the sockets."""

    rated: float
    bottom: float
    """% below which nothing is taken."""
    capacity: float
    """kWh between the bottom and the highest target."""
    most_charge: float
    preferred_charge: float
    most_discharge: float
    most_sale: float
    """At which what is stored may be sold; 0: nothing is."""
    charge_efficiency: float
    """The share of what is drawn that gets stored."""
    discharge_efficiency: float
    """The share of what is taken from the cells that arrives."""

    @classmethod
    def of(cls, batteries: Iterable[BatteryState], options: Options) -> Self | None:
        """Return the bank that batteries are, None when nothing can be stored in it."""
        known = [battery for battery in batteries if battery.soc is not None]
        rated = sum(battery.capacity for battery in known) / 1000
        if rated <= 0:
            return None
        usable = sum(battery.depth * battery.capacity for battery in known) / 1000
        bottom = max(100 * (1 - usable / rated), options.least_soc)
        capacity = (options.most_soc - bottom) / 100 * rated
        most_charge = sum(battery.max_charge for battery in known) / 1000
        most_discharge = sum(battery.max_discharge for battery in known) / 1000
        if capacity <= 0 or most_charge <= 0:
            return None
        return cls(
            rated,
            bottom,
            capacity,
            most_charge,
            sum(min(PREFERRED_POWER, battery.max_charge) for battery in known) / 1000,
            most_discharge,
            min(options.sale_power / 1000, most_discharge),
            options.charge_efficiency,
            options.discharge_efficiency,
        )

    def stored_at(self, soc: float) -> float:
        """Return the kWh above the bottom at a state of charge in %."""
        return min(self.capacity, max(0.0, (soc - self.bottom) / 100 * self.rated))

    def soc_with(self, stored: float) -> float:
        """Return the state of charge in % with so many kWh above the bottom."""
        return self.bottom + 100 * stored / self.rated
