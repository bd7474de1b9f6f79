"""Cost of the energy in the batteries: it stays with the energy until that is discharged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stock:
    """Stored energy in Wh, and what it has cost; a moving average."""

    energy: float = 0.0
    cost: float = 0.0

    @property
    def price(self) -> float:
        """Cost of a stored kWh; 0 of an empty battery."""
        return 1000 * self.cost / self.energy if self.energy > 0 else 0.0

    def after(self, energy: float, paid: float) -> Stock:
        """Return the stock that now holds `energy` Wh, `paid` having been paid for what was added.

        What leaves takes its share of the cost along; `paid` counts only where energy was added.
        """
        if energy > self.energy:
            return Stock(energy, self.cost + max(0.0, paid))
        share = energy / self.energy if self.energy > 0 else 0.0
        return Stock(max(0.0, energy), self.cost * max(0.0, share))
