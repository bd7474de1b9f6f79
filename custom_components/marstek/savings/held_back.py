"""Energy that batteries neither gave nor took while they had to stand still.

A hold costs no money by itself: what is not given stays in the cells. But sun is fed in meanwhile that
batteries would have stored, and the house draws what they would have given.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from .plain_auto import StorageState
from .span import MeteredSpan


@dataclass(frozen=True, slots=True)
class HeldEnergy:
    """Energies in Wh, >= 0, at the grid connection."""

    not_served: float = 0.0
    """Drawn from the grid, which batteries would have given."""
    sun_refused: float = 0.0
    """Fed into the grid, which batteries would have stored."""

    def __add__(self, other: Self) -> Self:
        """Return both together."""
        return type(self)(self.not_served + other.not_served, self.sun_refused + other.sun_refused)


NOTHING_HELD: Final = HeldEnergy()


def held_back(span: MeteredSpan, storage: StorageState, before: HeldEnergy) -> HeldEnergy:
    """Return what a span of a hold adds, after `before` of the same hold.

    It is bounded by the powers of the batteries, and by what they hold or have room for. Nothing where
    nobody meters the grid.
    """
    if span.grid is None:
        return NOTHING_HELD
    hours = (span.end - span.start) / timedelta(hours=1)
    left = storage.stored - before.not_served + before.sun_refused
    most_given = min(storage.max_discharge * hours, max(0.0, left))
    most_taken = min(storage.max_charge * hours, max(0.0, storage.capacity - left))
    return HeldEnergy(min(max(span.grid, 0.0), most_given), min(max(-span.grid, 0.0), most_taken))
