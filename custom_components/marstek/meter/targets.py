"""Targets that follow from one sample, and the order in which batteries step towards them.

Batteries ask one after the other, up to 2 s apart. Who steps first would charge from those that still
discharge, or overshoot where it takes over from another. So some steps are cut, and some wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .follower import Follower
from .shares import Capability, divided

LEAST_STEP: Final = 22.0
"""W below which no step is sent: one that moves a battery by less than 20 W arms its spike filter, which
then drops the first sample of the jump that follows."""
_MOST_GIVEN: Final = 60.0
"""Ws that batteries may give one another in a turn: one each two minutes makes 0.5 Wh in an hour."""
_SLOPE: Final = 400.0
"""W per second by which a battery is assumed to move."""


@dataclass(slots=True)
class Targets:
    """Powers in W, + = discharging, that follow from one sample."""

    number: int
    made_at: float
    grid: float
    """Power of that sample in W."""
    powers: dict[str, float]
    own: dict[str, float]
    """Powers of the batteries at that sample."""
    open: set[str]
    """Batteries that have not moved towards their target yet."""

    def change(self, name: str) -> float:
        """Return the change in W that a battery is to make in all."""
        return self.powers[name] - self.own[name]

    def may_turn(
        self,
        name: str,
        followers: Mapping[str, Follower],
        members: Mapping[str, Capability],
        now: float,
    ) -> bool:
        """Return whether a battery may step with this poll, as far as it passes through 0 W.

        Where others that stand on the other side would feed it, it gets no further than 0 W, and those
        that turn after it take over the rest, within their limits. Where all of these are already on
        their way, it waits. One that refuses, such as an empty battery that charges by itself, keeps
        no other from its step.
        """
        target, own = self.powers[name], followers[name].power
        to_zero = abs(own) if own * target < 0 else 0.0
        opposed = {
            other: each
            for other, each in followers.items()
            if other in self.open - {name} and each.power * target < 0
            if each.is_alive(now) and not each.is_refusing
        }
        given = 0.0
        for other, each in opposed.items():
            seconds = each.seconds_to_start(self.powers[other] - each.power, now)
            seconds += (abs(each.power) - to_zero) / _SLOPE
            given += min(abs(each.power), abs(target)) * max(0.0, seconds)
        if given <= _MOST_GIVEN:
            return True
        later = [other for other, each in opposed.items() if each.telling is None]
        if not later:
            return False
        rest = target + sum(self.powers[other] for other in later)
        parts = divided(rest, {other: members[other] for other in later})
        self.powers |= parts | {name: 0.0}
        return True

    def room(self, name: str, followers: Mapping[str, Follower]) -> float:
        """Return the part of a battery's step, 0..1, for which there is room now.

        Who takes over from another waits until that one has moved.
        """
        own_change = self.change(name)
        if abs(self.powers[name]) <= abs(self.own[name]):
            return 1.0
        wanted, missing = 0.0, 0.0
        for other in self.powers:
            change = self.change(other)
            if change * own_change > 0:
                wanted += change
            elif other in followers:
                missing += change - self._moved(other, followers[other])
        return min(1.0, max(0.0, 1.0 + missing / wanted)) if wanted else 1.0

    def _moved(self, name: str, follower: Follower) -> float:
        """Return the change in W that a battery has made since the sample, or is making."""
        telling = follower.telling
        if telling is not None and telling.has_moved:
            return telling.power + telling.step - self.own[name]
        return follower.power - self.own[name]


def gathered(
    powers: dict[str, float], own: Mapping[str, float], members: Mapping[str, Capability]
) -> dict[str, float]:
    """Give one battery the whole of a change that is too small once it is divided.

    It is none that would then charge while another one discharges: that would stay so.
    """
    steps = {name: power - own[name] for name, power in powers.items()}
    total = sum(steps.values())
    if abs(total) < LEAST_STEP or any(abs(step) >= LEAST_STEP for step in steps.values()):
        return powers
    for name in sorted(steps, key=lambda each: -abs(steps[each])):
        power, able = own[name] + total, members[name]
        is_fed = any(power * other < 0 for each, other in own.items() if each != name)
        if -able.charge <= power <= able.discharge and not is_fed:
            return dict(own) | {name: power}
    return powers


def without_swap(powers: Mapping[str, float], own: Mapping[str, float]) -> dict[str, float]:
    """Cut the steps to what the grid needs, so that no battery takes over from another, in W.

    Batteries that feed one another are to stop at once, so that these steps stay whole.
    """
    if min(own.values(), default=0.0) < 0 < max(own.values(), default=0.0):
        return dict(powers)
    steps = {name: power - own[name] for name, power in powers.items()}
    net = sum(steps.values())
    ahead = {name: step for name, step in steps.items() if step * net > 0}
    whole = sum(ahead.values())
    return dict(own) | {name: own[name] + step * net / whole for name, step in ahead.items()}
