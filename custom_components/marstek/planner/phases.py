"""Power that batteries may draw on each phase of the house, and on all together.

A home with three phases has a breaker on each, for a third of the subscribed power. A battery hangs
on one of them; where nobody knows on which, it is taken for the one with the least room.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from .model import BatteryState, House

_PHASES: Final = 3
_SHARE_UNREAD: Final = 0.35
_SHARE_READ: Final = 0.95


class _OnPhase(Protocol):
    @property
    def phase(self) -> str | None:
        """Return the phase that it hangs on, None where nobody knows."""


def budget(house: House) -> int:
    """Return how many W all batteries together may draw now, whatever phases they hang on.

    95 % of the subscribed power less what the house draws; without a fresh reading of that, 35 %.
    Where peaks are billed, no more than makes none.
    """
    if house.power is None:
        most = int(_SHARE_UNREAD * house.subscribed)
    else:
        most = max(0, int(_SHARE_READ * house.subscribed - house.power))
    return most if house.peak_room is None else min(most, house.peak_room)


def unloaded(house: House) -> House:
    """Return a house in which nothing is on."""
    return replace(
        house,
        power=0.0,
        phases=dict.fromkeys(house.phases, 0.0),
        peak_room=house.peak_limit,
    )


class Room:
    """W that batteries may still draw: what one takes is gone for the others."""

    def __init__(self, house: House) -> None:
        """Begin with what the house leaves now."""
        self._total = budget(house)
        of_one = house.subscribed // _PHASES
        self._by_phase = {
            phase: budget(House(of_one, power)) for phase, power in house.phases.items()
        }

    @property
    def left(self) -> int:
        """Return the W that are left on all phases together."""
        return max(0, self._total)

    def on(self, phase: str | None, *, beside: int = 0) -> int:
        """Return the W that are left for the batteries on a phase together.

        `beside` are W that batteries on other phases are going to take.
        """
        known = phase in self._by_phase
        phases = [left for each, left in self._by_phase.items() if not known or each == phase]
        return max(0, min([self._total - beside, *phases]))

    def on_one_of(self, batteries: Iterable[_OnPhase]) -> int:
        """Return the W that are left on whichever of the phases of batteries has least."""
        return min((self.on(battery.phase) for battery in batteries), default=0)

    def take(self, phase: str | None, power: int) -> None:
        """Note that W are drawn; on an unknown phase they are missing on each."""
        self._total -= power
        known = phase in self._by_phase
        for each in self._by_phase:
            if not known or each == phase:
                self._by_phase[each] -= power


def by_phase[T: _OnPhase](batteries: Iterable[T]) -> Sequence[tuple[str | None, list[T]]]:
    """Return batteries by their phase, those on an unknown one first."""
    groups: dict[str | None, list[T]] = {}
    for battery in batteries:
        groups.setdefault(battery.phase, []).append(battery)
    return sorted(groups.items(), key=lambda group: (group[0] is not None, group[0] or ""))


def most_charge(house: House, batteries: Iterable[BatteryState]) -> int:
    """Return the W with which batteries can charge together as the house is."""
    room, total = Room(house), 0
    for phase, members in by_phase(batteries):
        power = min(room.on(phase), sum(battery.max_charge for battery in members))
        room.take(phase, power)
        total += power
    return total
