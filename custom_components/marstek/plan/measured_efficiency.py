"""Efficiency that the plan goes by: what was measured of the batteries, within bounds (pure)."""

from collections.abc import Iterable
from typing import Final

LOWEST: Final = 0.70
"""Round trip, 0..1. Less is not planned with: counters that miss energy look like losses."""
HIGHEST: Final = 0.92
"""Round trip, 0..1, above what any Venus reaches from socket to socket."""


def efficiency_of(measured: Iterable[tuple[float, float | None]], usual: float) -> float:
    """Return the round trip of all batteries together, 0..1, in whole percents.

    `measured` has the capacity in Wh and the round trip of each battery, None where too little has
    flowed; `usual` stands in for those. Whole percents, as each change makes the plan anew.
    """
    known = [(capacity, efficiency) for capacity, efficiency in measured if capacity >= 1]
    if not known:
        return usual
    gained = sum(
        capacity * (usual if efficiency is None else min(max(efficiency, LOWEST), HIGHEST))
        for capacity, efficiency in known
    )
    return round(gained / sum(capacity for capacity, _ in known), 2)
