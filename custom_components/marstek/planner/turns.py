"""Charging power of each battery, in turn or all at once, whatever they do now.

As few at once as can be done in time, each at an efficient power. Only where the house leaves too
little for that, or time is short, do they share what there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from math import ceil
from typing import Final

from .phases import Room, by_phase

LEAST_POWER: Final = 200
"""W below which charging or selling is not worth a write."""

# What is planned for ends a little before the deadline: a battery takes less when almost full.
_USEFUL: Final = 0.95
_ROUND_TO: Final = 50
# A battery that has no more hours to spare than these comes first.
_SPARE: Final = 1 / 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A battery that has to charge."""

    id: str
    need: float
    """Wh to be drawn."""
    most: int
    """W that it can draw."""
    preferred: int
    """W that it charges with when there is time, at most `most`."""
    drawn: int
    """W that it charges with now."""
    phase: str | None = None
    """Phase that it hangs on, None where nobody knows."""

    @property
    def hours(self) -> float:
        """Return the hours that it needs at its most."""
        return self.need / self.most

    def power_for(self, hours: float) -> int:
        """Return the W for a charge that may last so long."""
        needed = ceil(self.need / hours / _ROUND_TO) * _ROUND_TO
        return min(self.most, max(self.preferred, needed))


def allot(candidates: Sequence[Candidate], room: Room, hours: float) -> Mapping[str, int]:
    """Return W by id, 0 for those whose turn has not come; together never above the room.

    `hours` is how long they may take. They charge in turn where the scarcest of their phases allows
    that, else the batteries of each phase share what there is on it.
    """
    powers = dict.fromkeys((candidate.id for candidate in candidates), 0)
    useful = hours * _USEFUL
    ordered = _ordered(candidates)
    if useful <= 0 or not ordered:
        return powers
    chosen = _in_turn(ordered, room.on_one_of(ordered), useful) or _by_phase(ordered, room, useful)
    powers |= {name: power for name, power in chosen.items() if power >= LEAST_POWER}
    return powers


def are_done_in_turn(candidates: Sequence[Candidate], room: Room, hours: float) -> bool:
    """Return whether all are done in so many hours, by what the scarcest of their phases allows."""
    ordered, useful = _ordered(candidates), hours * _USEFUL
    return not ordered or (useful > 0 and bool(_in_turn(ordered, room.on_one_of(ordered), useful)))


def _ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return those that can charge, in the order of their turns."""
    usable = [candidate for candidate in candidates if candidate.most > 0 and candidate.need > 0]
    return sorted(usable, key=lambda c: (-c.drawn, -c.hours, c.id))


def _by_phase(ordered: list[Candidate], room: Room, useful: float) -> dict[str, int]:
    """Return powers of the batteries of each phase by what there is on it.

    What all together may draw is divided by what the phases need, should it be too little.
    """
    groups = by_phase(ordered)
    needs = [sum(min(c.need / useful, c.most) for c in members) for _, members in groups]
    powers: dict[str, int] = {}
    for number, (phase, members) in enumerate(groups):
        others = sum(needs[number + 1 :])
        others = min(others, room.left * others / (needs[number] + others))
        budget = room.on(phase, beside=ceil(others))
        mine = _in_turn(members, budget, useful) or _scarce(members, budget, useful)
        room.take(phase, sum(mine.values()))
        powers |= mine
    return powers


def _in_turn(ordered: list[Candidate], budget: int, useful: float) -> dict[str, int]:
    """Return powers of the fewest that are done in time, nothing when the budget is too small.

    Those that charge already are not stopped as long as the budget is enough for them.
    """
    powers = [candidate.power_for(useful) for candidate in ordered]
    lengths = [c.need / power for c, power in zip(ordered, powers, strict=True)]
    largest = sorted(powers, reverse=True)
    running = max(1, sum(candidate.drawn > 0 for candidate in ordered))
    for count in (*range(running, len(ordered) + 1), *range(running - 1, 0, -1)):
        if sum(largest[:count]) <= budget and _duration(lengths, count) <= useful:
            return {c.id: power for c, power in list(zip(ordered, powers, strict=True))[:count]}
    return {}


def _duration(lengths: list[float], count: int) -> float:
    """Return the hours that all need in this order, so many at once."""
    free = [0.0] * count
    heapify(free)
    for length in lengths:
        heapreplace(free, free[0] + length)
    return max(free)


def _scarce(ordered: list[Candidate], budget: int, useful: float) -> dict[str, int]:
    """Return powers that use what is needed of the budget, those in a hurry first."""
    needed = ceil(sum(min(candidate.need / useful, candidate.most) for candidate in ordered))
    preferred = max(candidate.preferred for candidate in ordered)
    room = min(budget, max(needed, preferred))
    hurried = [candidate for candidate in ordered if candidate.hours >= useful - _SPARE]
    patient = [candidate for candidate in ordered if candidate.hours < useful - _SPARE]
    powers: dict[str, int] = {}
    for candidate in hurried:
        powers[candidate.id] = min(room, candidate.most, ceil(candidate.need / useful))
        room -= powers[candidate.id]
    for candidate in patient:
        if room >= candidate.preferred or not any(powers.values()):
            powers[candidate.id] = min(room, candidate.preferred)
            room -= powers[candidate.id]
    for candidate in (*hurried, *patient):
        if powers.get(candidate.id):
            more = min(room, candidate.most - powers[candidate.id])
            powers[candidate.id] += more
            room -= more
    for candidate in patient:
        if candidate.id not in powers:
            powers[candidate.id] = min(room, candidate.most)
            room -= powers[candidate.id]
    return powers
