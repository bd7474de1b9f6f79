"""Span of at most five minutes: what the batteries changed of the exchange with the grid."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
import math
from typing import Final, Self

LONGEST_SPAN: Final = timedelta(minutes=5)
"""Import and export within a span cancel out, which is wrong over a longer one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Energies in Wh that were not exchanged with the grid, thanks to the batteries.

    Both are linear, so that a sum can be priced later, once the price is known.
    """

    avoided: float = 0.0
    """Import that was avoided; negative where batteries were charged from the grid."""
    forgone: float = 0.0
    """Export that was forgone; positive where batteries took what would have been fed in."""

    def __add__(self, other: Exchange) -> Exchange:
        """Return both together."""
        return Exchange(self.avoided + other.avoided, self.forgone + other.forgone)

    def money(self, price: float, feed_in: float) -> float:
        """Return what was saved: the import at its price, less what feeding in would have paid."""
        return (price * self.avoided - feed_in * self.forgone) / 1000


@dataclass(frozen=True, slots=True)
class MeteredSpan:
    """Energies of all batteries and of the grid in the same span, in Wh.

    Raises ValueError for a span that is empty or too long, and for energies that are no numbers.
    """

    start: datetime
    end: datetime
    battery: float
    """AC exchange of all batteries, both sockets, + discharges."""
    grid: float | None = None
    """Exchange of the house with the grid, + imports; None where it is not metered."""
    sun: float = 0.0
    """The part of the AC exchange that solar inputs of the batteries gave at once."""
    standby: float = 0.0
    """What batteries draw and report as 0 W."""
    is_commanded: bool = False
    """True where batteries charge on command, not with what the sun leaves over."""
    solar: float = 0.0
    """All that solar inputs of the batteries gave, to the house or to the cells."""

    def __post_init__(self) -> None:
        """Refuse what can't be measured."""
        if not timedelta() < self.end - self.start <= LONGEST_SPAN:
            raise ValueError("A span lasts at most five minutes")
        energies = (self.battery, self.sun, self.standby, self.solar, self.grid or 0.0)
        if not all(math.isfinite(energy) for energy in energies):
            raise ValueError("Energies are numbers")

    @property
    def is_estimate(self) -> bool:
        """Tell whether the grid is not metered."""
        return self.grid is None

    @property
    def own(self) -> float:
        """Exchange in Wh that the house owes to the batteries alone, + discharges."""
        return self.battery - self.sun - self.standby

    def exchange(self) -> Exchange:
        """Return what the batteries changed of the exchange with the grid.

        Without them the house would have exchanged `grid + own`. Without a meter, a discharge is
        taken to displace import, a charge on command to be import, and any other charge to be sun
        that would have been fed in.
        """
        own = self.own
        if self.grid is None:
            if own >= 0 or self.is_commanded:
                return Exchange(avoided=own)
            return Exchange(forgone=-own)
        before = self.grid + own
        return Exchange(
            avoided=max(before, 0.0) - max(self.grid, 0.0),
            forgone=max(-before, 0.0) - max(-self.grid, 0.0),
        )

    def parts(self, cuts: list[datetime]) -> list[Self]:
        """Return the span cut at moments within it, its energies in proportion."""
        bounds = [
            self.start,
            *sorted({cut for cut in cuts if self.start < cut < self.end}),
            self.end,
        ]
        whole = self.end - self.start
        return [
            type(self)(
                start,
                end,
                self.battery * ((end - start) / whole),
                None if self.grid is None else self.grid * ((end - start) / whole),
                self.sun * ((end - start) / whole),
                self.standby * ((end - start) / whole),
                self.is_commanded,
                self.solar * ((end - start) / whole),
            )
            for start, end in pairwise(bounds)
        ]
