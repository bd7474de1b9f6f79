"""Energy and power of a charge, and its end."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from .model import BatteryState

EFFICIENT_POWER: Final = 1000
"""W below which a charging battery loses more than it has to (docs/tempo-facts.md section 4)."""
IDLE_POWER: Final = 50
"""W below which a battery that should charge does not."""

_ALMOST_FULL: Final = 97.0
_IDLE_FOR: Final = timedelta(minutes=15)
_EFFICIENCY: Final = 0.80


def energy_to(battery: BatteryState, target: float, efficiency: float = _EFFICIENCY) -> float:
    """Return the Wh that a battery draws until it is at a target in %.

    `efficiency` is that of the round trip; half of its loss is that of charging (docs/policy.md
    section 2). An unknown state of charge counts as empty.
    """
    if battery.is_complete:
        return 0.0
    missing = max(0.0, target - battery.soc_or_empty) / 100 * battery.capacity
    return missing * (1 + efficiency) / (2 * efficiency)


def bank_soc(batteries: Iterable[BatteryState]) -> float | None:
    """Return the state of charge in % of all together, None while that of one is unknown."""
    stored = capacity = 0.0
    for battery in batteries:
        if battery.soc is None:
            return None
        stored += battery.soc * battery.capacity
        capacity += battery.capacity
    return stored / capacity if capacity else None


def is_complete(soc: float | None, target: float, low_power_for: timedelta) -> bool:
    """Return whether a charge is over: at its target, or at 97 % and idle for 15 minutes.

    `low_power_for` is for how long the battery, commanded to charge, has drawn less than `IDLE_POWER`.
    """
    if soc is None:
        return False
    return soc >= target or (soc >= _ALMOST_FULL and low_power_for >= _IDLE_FOR)
