"""Simulated batteries that lose more the less they are asked for (docs/policy.md section 4).

Powers are kW at the socket, energies kWh in the cells above empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..savings import one_way_loss

QUARTER_HOURS: Final = 0.25
"""Length of a slot in hours."""
DEADBAND: Final = 0.02
"""kW that are not worth switching on for."""


def stored_by(power: float) -> float:
    """Return the kW that reach the cells while a battery draws so many kW."""
    return max(0.0, power - one_way_loss(power))


def taken_for(power: float) -> float:
    """Return the kW that leave the cells while a battery gives so many kW."""
    return power + one_way_loss(power)


@dataclass(frozen=True, slots=True)
class PackLimits:
    """Size and power limits of one battery."""

    capacity: float = 5.12
    """Rated, kWh."""
    depth: float = 0.88
    """Share of it that is used, 0..1."""
    max_charge: float = 2.5
    """kW."""
    max_discharge: float = 2.5
    """kW."""
    standby: float = 0.008
    """kW that it draws at rest."""

    @property
    def usable(self) -> float:
        """Return the kWh that are used."""
        return self.capacity * self.depth

    def stored(self, soc: float | None) -> float:
        """Return the kWh above empty at a state of charge in %; None is full."""
        if soc is None:
            return self.usable
        return max(0.0, (soc / 100 - (1 - self.depth)) * self.capacity)

    def soc(self, stored: float) -> float:
        """Return the state of charge in % with so many kWh above empty."""
        return 100 * (1 - self.depth) + 100 * stored / self.capacity


class SimulatedBatteries:
    """Batteries, each with what it holds."""

    def __init__(self, packs: Sequence[PackLimits], stored: Sequence[float]) -> None:
        """Start with so many kWh in each."""
        self.packs = tuple(packs)
        self.stored = list(stored)
        self.served = 0.0
        """kWh that have left the cells."""
        self.bought = 0.0
        """kWh that were drawn from the grid to be stored."""

    @property
    def total(self) -> float:
        """Return the kWh in all of them."""
        return sum(self.stored)

    def hold(self) -> float:
        """Return the kWh that all draw in a slot in which they do nothing."""
        return sum(map(self._rest, range(len(self.packs))))

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
        drawn = sum(self._rest(n) for n in range(len(floors)) if n not in able)
        for number in able:
            wanted = abs(net) / len(able)
            pack, floor = self.packs[number], floors[number] or 0.0
            if net > 0:
                drawn += self._serve(number, min(wanted, pack.max_discharge), floor)
            else:
                drawn += self._store(number, min(wanted, pack.max_charge), pack.usable)
        return drawn

    def charge(self, powers: Sequence[float], targets: Sequence[float]) -> float:
        """Return the kWh that batteries draw in a slot, each its power up to its target."""
        drawn = 0.0
        for number, (power, target) in enumerate(zip(powers, targets, strict=True)):
            if power <= 0 or self.stored[number] >= target:
                drawn += self._rest(number)
            else:
                own = self._store(number, power, target)
                self.bought += own
                drawn += own
        return drawn

    def discharge(self, powers: Sequence[float], floors: Sequence[float]) -> float:
        """Return the kWh that batteries draw in a slot, negative for what they give.

        Each gives its power of `powers`, in kW at the socket and not negative, down to its floor, whatever
        the house draws: what it does not need is fed in. `floors` are kWh in the cells.
        """
        drawn = 0.0
        for number, (power, floor) in enumerate(zip(powers, floors, strict=True)):
            if power <= 0 or self.stored[number] <= floor:
                drawn += self._rest(number)
            else:
                drawn += self._serve(number, power, floor)
        return drawn

    def _rest(self, number: int) -> float:
        return self.packs[number].standby * QUARTER_HOURS

    def _can(self, number: int, net: float, floor: float) -> bool:
        stored = self.stored[number]
        return stored > floor if net > 0 else stored < self.packs[number].usable

    def _serve(self, number: int, power: float, floor: float) -> float:
        taken = taken_for(power) * QUARTER_HOURS
        share = min(1.0, (self.stored[number] - floor) / taken)
        self.stored[number] -= share * taken
        self.served += share * taken
        return QUARTER_HOURS * (self.packs[number].standby * (1 - share) - power * share)

    def _store(self, number: int, power: float, target: float) -> float:
        gained = stored_by(power) * QUARTER_HOURS
        if gained <= 0:
            return power * QUARTER_HOURS
        share = min(1.0, (target - self.stored[number]) / gained)
        self.stored[number] += share * gained
        return QUARTER_HOURS * (self.packs[number].standby * (1 - share) + power * share)
