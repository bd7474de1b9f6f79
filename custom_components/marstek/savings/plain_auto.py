"""Counterfactual run of the same batteries in plain Auto, on the measured load of the house.

What a plan has added shows only against what the batteries would have done without it. A model of
them serves the measured load in self-consumption, its stored energy carried from span to span. In
every span in which the true batteries are in Auto themselves and no limit tells the two apart, the
model does exactly what they did: so a home that never leaves Auto has a plan that added nothing,
whatever the model is worth.

Energies are in Wh, powers in W; stored energy counts from the depth of discharge on.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import math
from typing import Final, Self

from .span import Exchange, MeteredSpan

LONGEST_GAP: Final = timedelta(hours=1)
"""Time without a counted span that a run survives: longer, and nobody knows what Auto would have
done meanwhile."""
# Share of the capacity to which a state of charge can't be told apart: it is read in whole percents.
_READ_TO: Final = 0.015
# Share of the capacity below which a battery may have nothing left to give, or to take.
_AT_LIMIT: Final = 0.03
# W that Auto does not switch on for.
_DEADBAND: Final = 20.0
# W of a load that no battery in Auto leaves alone.
_CLEAR_LOAD: Final = 150.0
# A capacity that differs by more is that of other batteries.
_SAME_CAPACITY: Final = 0.01
# Spans follow one another within so long.
_MOMENT: Final = timedelta(seconds=5)


def one_way_loss(power: float) -> float:
    """Return the kW that a battery loses at so many kW at its socket, charging or discharging.

    10 % at 1 kW, 12 % at 400 W, 23 % at 100 W (docs/policy.md section 4).
    """
    return 0.0215 + 0.0645 * power + 0.01075 * power * power


@dataclass(frozen=True, slots=True)
class StorageState:
    """All batteries of a home at the end of a span.

    Raises ValueError for figures that no batteries have.
    """

    count: int
    """Batteries that share the load evenly."""
    capacity: float
    """Usable Wh of all together."""
    stored: float
    """Wh of it that are stored."""
    max_charge: float
    """W of all together."""
    max_discharge: float
    """W of all together."""
    standby: float = 0.0
    """W that each draws at rest and reports as 0."""
    is_auto: bool = False
    """Whether all were in Auto through the whole span."""

    def __post_init__(self) -> None:
        """Refuse what could not be calculated with."""
        figures = (self.capacity, self.stored, self.max_charge, self.max_discharge, self.standby)
        if self.count < 1 or not all(math.isfinite(each) and each >= 0 for each in figures):
            raise ValueError("Batteries have a capacity and powers")

    @property
    def is_free(self) -> bool:
        """Tell whether the batteries can both give and take."""
        return _AT_LIMIT * self.capacity < self.stored < (1 - _AT_LIMIT) * self.capacity

    def follows(self, span: MeteredSpan) -> bool | None:
        """Tell whether Auto followed the load of a span; None where the span can't show it.

        Batteries that could give and take, and leave a house alone, have no meter to go by: some
        firmware does not tell, or is not asked.
        """
        if span.grid is None or not self.is_auto or not self.is_free:
            return None
        hours = (span.end - span.start) / timedelta(hours=1)
        if abs(span.grid + span.battery) < _CLEAR_LOAD * hours:
            return None
        return abs(span.battery) >= _DEADBAND * hours

    def is_same_as(self, capacity: float, count: int) -> bool:
        """Tell whether these are the batteries that a run began with."""
        return count == self.count and abs(capacity - self.capacity) <= _SAME_CAPACITY * capacity

    def serve(self, load: float, solar: float, stored: float, hours: float) -> tuple[float, float]:
        """Return the AC exchange in Wh, + discharges, and what is stored after it, in Auto.

        `load` is that of the house without batteries, + draws, and `solar` the power of solar
        inputs of the batteries, both in W.
        """
        wanted = min(max(load, -self.max_charge), self.max_discharge)
        if abs(load) <= _DEADBAND:
            wanted = 0.0
        # What solar inputs give serves the house first.
        of_cells = wanted - solar
        power = abs(of_cells) / 1000 / self.count
        loss = 1000 * self.count * one_way_loss(power)
        resting = hours * self.standby * self.count
        if wanted == 0.0 and solar <= _DEADBAND:
            return -resting, stored
        if of_cells > 0:
            taken = hours * (of_cells + loss)
            share = min(1.0, stored / taken)
            given = min(wanted, solar) + share * of_cells
            return hours * given - resting * (1 - share), stored - share * taken
        gained = hours * max(0.0, -of_cells - loss)
        share = min(1.0, max(0.0, self.capacity - stored) / gained) if gained else 1.0
        if wanted > 0:
            return hours * wanted, stored + share * gained
        return hours * share * wanted - resting * (1 - share), stored + share * gained


@dataclass(frozen=True, slots=True)
class PlainAuto:
    """State of the run at a moment."""

    at: datetime
    count: int
    capacity: float
    stored: float
    """Wh in the batteries of the model."""
    real: float
    """Wh in the true batteries at that moment."""
    worth: float = 0.0
    """What the difference of the two is counted as, in money; a new run begins with none."""

    @classmethod
    def begin(cls, at: datetime, storage: StorageState) -> Self:
        """Return a run that begins with what the true batteries hold."""
        return cls(at, storage.count, storage.capacity, storage.stored, storage.stored)

    def follow(
        self, span: MeteredSpan, storage: StorageState, value: float
    ) -> tuple[Self, PlanGain | None]:
        """Return the run after a span, and what the plan added in it; None where nobody knows.

        `value` is what a stored kWh is worth at the end of the span. A run ends with a long gap,
        with other batteries and with a clock that was set back: what the difference was worth has
        been counted, and another one begins. Through a short gap, and the span after it, the model
        moves as the true batteries did. Raises ValueError for a span in which the grid was not
        metered: the load of the house is not known then.
        """
        if span.grid is None:
            raise ValueError("Without the grid the load of the house is not known")
        gap = span.start - self.at
        is_same = storage.is_same_as(self.capacity, self.count)
        if not is_same or not -_MOMENT <= gap <= LONGEST_GAP:
            return type(self).begin(span.end, storage), None
        if gap > _MOMENT:
            moved = _within(self.stored + storage.stored - self.real, storage)
            return replace(self, at=span.end, stored=moved, real=storage.stored), None
        return self._after(span, storage, value, span.grid)

    def _after(
        self, span: MeteredSpan, storage: StorageState, value: float, real_grid: float
    ) -> tuple[Self, PlanGain]:
        """Return the run after a span that follows at once, and what the plan added in it."""
        own = span.battery - span.standby
        load = real_grid + own
        served, stored = self._serve(load, span, storage, own)
        now = replace(
            self, at=span.end, stored=stored, real=storage.stored, capacity=storage.capacity
        )
        worth = (now.real - now.stored) * value / 1000
        gain = PlanGain(_between(load - served, real_grid), worth - self.worth)
        if storage.is_auto and abs(now.real - now.stored) <= _READ_TO * storage.capacity:
            # Both hold the same, as far as that can be read: from here on they are one.
            return replace(now, stored=now.real, worth=0.0), gain
        return replace(now, worth=worth), gain

    def _serve(
        self, load: float, span: MeteredSpan, storage: StorageState, own: float
    ) -> tuple[float, float]:
        """Return the exchange in Wh that Auto would have had, and what it would have stored then."""
        moved = self.stored + storage.stored - self.real
        if storage.is_auto and self.stored == self.real:
            return own, storage.stored
        if storage.is_auto and storage.is_free and 0 < moved < storage.capacity:
            return own, moved
        hours = (span.end - span.start) / timedelta(hours=1)
        return storage.serve(load / hours, span.solar / hours, _within(self.stored, storage), hours)


@dataclass(frozen=True, slots=True)
class PlanGain:
    """What a plan added in a span, over the same batteries in plain Auto."""

    exchange: Exchange
    """What the plan changed of the exchange with the grid."""
    worth: float
    """Money by which the difference in stored energy has become more."""


def _between(auto: float, real: float) -> Exchange:
    """Return what changed between two exchanges with the grid, in Wh, + imports."""
    return Exchange(
        avoided=max(auto, 0.0) - max(real, 0.0), forgone=max(-auto, 0.0) - max(-real, 0.0)
    )


def _within(stored: float, storage: StorageState) -> float:
    return min(max(stored, 0.0), storage.capacity)
