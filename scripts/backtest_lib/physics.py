"""Batteries that lose more the less they are asked for (docs/policy.md section 4).

kW at the socket, kWh in the cells above empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from custom_components.marstek.savings import one_way_loss

from .home import USABLE

HOURS: Final = 0.25
"""Length of a slot."""
STANDBY: Final = 0.008
"""kW that an idle battery draws."""
MOST: Final = 2.5
"""kW that a battery takes or gives."""
DEADBAND: Final = 0.02
"""kW that are not worth switching on for."""


def stored_by(power: float) -> float:
    """Return the kW that reach the cells."""
    return max(0.0, power - one_way_loss(power))


def taken_for(power: float) -> float:
    """Return the kW that leave the cells."""
    return power + one_way_loss(power)


@dataclass(slots=True)
class Units:
    """Batteries, each with what it holds."""

    stored: list[float]
    served: float = 0.0
    """kWh that have left the cells."""
    bought: float = 0.0
    """kWh that were drawn from the grid to be stored."""

    @property
    def total(self) -> float:
        """Return the kWh in all of them."""
        return sum(self.stored)

    def hold(self) -> float:
        """Return the kWh that all draw in a slot in which they do nothing."""
        return STANDBY * HOURS * len(self.stored)

    def auto(self, net: float, floors: Sequence[float | None]) -> float:
        """Return the kWh that batteries draw in a slot, negative when they serve the house.

        `net` are the kW that the house draws beyond what the sun gives; a battery without a floor
        holds.
        """
        if abs(net) <= DEADBAND:
            return self.hold()
        able = [
            n for n, floor in enumerate(floors) if floor is not None and self._can(n, net, floor)
        ]
        drawn = STANDBY * HOURS * (len(floors) - len(able))
        for number in able:
            power = min(abs(net) / len(able), MOST)
            floor = floors[number] or 0.0
            drawn += self._serve(number, power, floor) if net > 0 else self._store(number, power)
        return drawn

    def charge(self, powers: Sequence[float], targets: Sequence[float]) -> float:
        """Return the kWh that batteries draw in a slot, each its power up to its target."""
        drawn = 0.0
        for number, (power, target) in enumerate(zip(powers, targets, strict=True)):
            if power <= 0 or self.stored[number] >= target:
                drawn += STANDBY * HOURS
            else:
                own = self._store(number, power, target)
                self.bought += own
                drawn += own
        return drawn

    def _can(self, number: int, net: float, floor: float) -> bool:
        return self.stored[number] > floor if net > 0 else self.stored[number] < USABLE

    def _serve(self, number: int, power: float, floor: float) -> float:
        taken = taken_for(power) * HOURS
        share = min(1.0, (self.stored[number] - floor) / taken)
        self.stored[number] -= share * taken
        self.served += share * taken
        return HOURS * (STANDBY * (1 - share) - power * share)

    def _store(self, number: int, power: float, target: float = USABLE) -> float:
        gained = stored_by(power) * HOURS
        if gained <= 0:
            return power * HOURS
        share = min(1.0, (target - self.stored[number]) / gained)
        self.stored[number] += share * gained
        return HOURS * (STANDBY * (1 - share) + power * share)
