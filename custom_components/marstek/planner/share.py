"""Who of several batteries gets how much: pure decisions within a step of the plan.

Every write wears a battery's flash, and a battery is efficient from about 1,000 W on: so they
charge in turn rather than at once, and an order that can stand does.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from .model import Action, House

EFFICIENT_POWER: Final = 1000
"""W below which a charging battery loses more than it has to (TEMPO.md section 4)."""
LEAST_POWER: Final = 200
"""W below which charging is not worth a write."""
LEAST_CHANGE: Final = 200
"""W by which an order changes at least."""
CHANGE_PAUSE: Final = timedelta(minutes=5)
"""How long an order stands, unless the house draws too much."""
ALMOST_FULL: Final = 97.0
IDLE_POWER: Final = 50.0
IDLE_FOR: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Order:
    """What one battery does: W in the direction of the action, target and floor in %."""

    action: Action
    power: int = 0
    target: float | None = None
    floor: float | None = None


def budget(house: House) -> int:
    """Return how many W all batteries together may draw now.

    95 % of the subscribed power less what the house draws; without a fresh reading of it 35 %.
    """
    if house.power is None:
        return int(0.35 * house.subscribed)
    return max(0, int(0.95 * house.subscribed - house.power))


def is_complete(soc: float | None, target: float, low_power_for: timedelta) -> bool:
    """Return whether a charge is over.

    It is at its target, or at 97 % and above (or no target below) where the battery has taken
    less than 50 W for 15 minutes: `low_power_for` is how long it has.
    """
    if soc is None:
        return False
    return soc >= target or (soc >= ALMOST_FULL and low_power_for >= IDLE_FOR)
