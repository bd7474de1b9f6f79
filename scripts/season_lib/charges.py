"""What charges drew from the grid, against what the planner had expected of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

TOLERANCE: Final = 0.05
"""The share by which what is drawn may differ from what was expected."""
_READ_TO: Final = 0.01
"""A state of charge is read in whole %, so that no expectation can be finer."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge of one night. Energies are Wh of all batteries together."""

    evening: date
    expected: float
    """As of the start of the charge."""
    drawn: float
    capacity: float

    @property
    def deviation(self) -> float:
        """Return by which share of what was expected more was drawn."""
        return (self.drawn - self.expected) / self.expected

    @property
    def is_as_expected(self) -> bool:
        """Tell whether it agrees, as far as states of charge can be read."""
        allowed = TOLERANCE * self.expected + _READ_TO * self.capacity
        return abs(self.drawn - self.expected) <= allowed


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well charges agree with what was expected; deviations are shares."""

    charges: int
    mean: float
    """Of the absolute deviations."""
    worst: float
    """The deviation that is farthest from zero, with its sign."""
    worst_evening: date | None
    total: float
    """Of the energy of all charges."""


def agreement(charges: Sequence[Charge]) -> Agreement:
    """Return how well all charges agree that were expected to draw anything."""
    counted = [charge for charge in charges if charge.expected > 0]
    if not counted:
        return Agreement(0, 0.0, 0.0, None, 0.0)
    worst = max(counted, key=lambda charge: abs(charge.deviation))
    expected = sum(charge.expected for charge in counted)
    return Agreement(
        charges=len(counted),
        mean=sum(abs(charge.deviation) for charge in counted) / len(counted),
        worst=worst.deviation,
        worst_evening=worst.evening,
        total=(sum(charge.drawn for charge in counted) - expected) / expected,
    )
