"""Steps that bring the grid to its target, one at a time and judged by what the batteries report.

No copy of a battery's law is kept: a wrong copy is worse than none, and no law can be checked on a
battery (docs/meter.md). While all batteries stand still, load = grid + their own powers is exact; so the
next step comes from a sample measured since then, and from no other.
"""

from dataclasses import dataclass, field
from typing import Final

from .delay import DelayMeter
from .follower import PAUSE_SECONDS, Follower
from .sample import GridSample, SampleLog
from .shares import Capability, Duty, carried, divided, wanted
from .targets import LEAST_STEP, Targets, gathered, without_swap

LATENCY: Final = 0.5
"""Seconds from a measurement to its arrival that are always allowed for."""
_BIAS: Final = 5.0
"""W that a battery keeps of each step towards more discharge (docs/meter.md)."""
_CLEAR_ERROR: Final = 50.0
_PLAN_SECONDS: Final = 12.0
_MOST_BATTERIES: Final = 9


@dataclass(slots=True)
class Regulator:
    """Regulates several batteries, each known by a name such as its MAC."""

    samples: SampleLog
    offset: float = 0.0
    """Grid power in W that is aimed at, + = import."""
    latency: float = LATENCY
    """Seconds that a sample may be older than its arrival says."""
    duty: Duty = field(default_factory=Duty)
    default: Capability = field(default_factory=Capability)
    """Capability of a battery of which nothing else is known."""
    capabilities: dict[str, Capability] = field(default_factory=dict)
    followers: dict[str, Follower] = field(default_factory=dict)
    delay: DelayMeter = field(default_factory=DelayMeter)
    export_cap: float = 0.0
    """Export in W, >= 0, of which batteries charge nothing; 0 lets them charge all of it."""
    _targets: Targets | None = None

    def report(self, name: str, power: float, now: float) -> bool:
        """Take in a battery's own power in W; False where there is no room for another one."""
        follower = self.followers.get(name)
        if follower is None:
            for other in [key for key, at in self.followers.items() if not at.is_alive(now)]:
                del self.followers[other]
            if len(self.followers) >= _MOST_BATTERIES:
                return False
            follower = self.followers[name] = Follower()
        telling = follower.telling
        follower.report(power, now)
        self.delay.look(self.samples)
        if telling is not None and telling.has_moved and self._targets is not None:
            # On its way: no second step from the same targets.
            if name in self._targets.open:
                moved_at = now - follower.period / 2
                self.delay.begin(self._targets.grid, telling.step, moved_at)
            self._targets.open.discard(name)
        return True

    def step(self, name: str, now: float) -> float | None:
        """Return the step in W, + = discharge more, to tell a battery with this poll, or None."""
        follower = self.followers[name]
        if not self._follows(name):
            follower.telling = None
            return None
        if follower.telling is not None:
            return follower.repeats(now)
        self._renew(now)
        targets = self._targets
        if targets is None or name not in targets.open or now - targets.made_at > _PLAN_SECONDS:
            return None
        members = {each: self.capability(each, now) for each in self.followers}
        if not targets.may_turn(name, self.followers, members, now):
            return None
        step = targets.powers[name] - follower.power
        if abs(step) < LEAST_STEP:
            targets.open.discard(name)
            return None
        step *= targets.room(name, self.followers)
        if abs(step) < LEAST_STEP or self._contradicts(step, targets):
            return None
        if step > 0 and follower.power >= 0:
            step += _BIAS
        return follower.tell(step, now)

    def _is_after(self, sample: GridSample, follower: Follower) -> bool:
        """Return whether a sample was measured since a battery's power stands still."""
        return sample.measured_at - max(self.latency, self.delay.seconds) >= follower.still_since

    def still_power(self, now: float, sample: GridSample) -> float | None:
        """Return the sum of own powers in W while all stood still since before a sample, or None."""
        alive = [each for each in self.followers.values() if each.is_alive(now)]
        if not alive or any(
            not each.is_calm(now) or not self._is_after(sample, each) for each in alive
        ):
            return None
        return sum(each.power for each in alive)

    def forget(self) -> None:
        """Drop what was planned, such as when the source was silent."""
        self._targets = None
        for follower in self.followers.values():
            follower.telling = None

    def capability(self, name: str, now: float) -> Capability:
        """Return what can be asked of a battery now."""
        known = self.capabilities.get(name, self.default)
        if self.followers[name].is_stuck(now):
            return Capability(0.0, 0.0, known.follows)
        return known

    def error(self, grid: float, now: float) -> float:
        """Return by how many W a grid power is off what is aimed at, + = too much import.

        Without an export cap that is one power. With one, it follows from what the batteries do.
        """
        if not self.export_cap:
            return grid - self.offset
        own = sum(each.power for each in self.followers.values() if each.is_alive(now))
        return wanted(grid + own, self.offset, self.export_cap) - own

    def _contradicts(self, step: float, targets: Targets) -> bool:
        """Return whether a newer sample than that of the targets asks for the other direction."""
        sample = self.samples.newest
        if sample is None or self.samples.number == targets.number:
            return False
        error = self.error(sample.power, sample.measured_at)
        return abs(error) > _CLEAR_ERROR and error * step < 0

    def _follows(self, name: str) -> bool:
        return self.capabilities.get(name, self.default).follows

    def _renew(self, now: float) -> None:
        """Make new targets if the newest sample allows it."""
        sample, number = self.samples.newest, self.samples.number
        if sample is None or not self.samples.is_young(now):
            return
        if self._targets is not None and self._targets.number == number:
            return
        alive = {name: each for name, each in self.followers.items() if each.is_alive(now)}
        following = {name: each for name, each in alive.items() if self._follows(name)}
        for follower in alive.values():
            if not follower.is_calm(now) or not self._is_after(sample, follower):
                return
        outside = sum(each.power for name, each in alive.items() if name not in following)
        own = sum(each.power for each in following.values())
        load = sample.power + own + outside
        power = carried(wanted(load, self.offset, self.export_cap), outside)
        self._targets = self._divide(power, following, sample.power, now)

    def _divide(
        self, power: float, following: dict[str, Follower], grid: float, now: float
    ) -> Targets:
        number = self.samples.number
        members = {name: self.capability(name, now) for name in following}
        shares = divided(power, self.duty.chosen(power, members, now))
        powers = {name: shares.get(name, 0.0) for name in following}
        own = {name: follower.power for name, follower in following.items()}
        powers = gathered(powers, own, members)
        if any(now - each.still_since < PAUSE_SECONDS for each in following.values()):
            # One that refuses while another has stepped would leave the grid off.
            powers = without_swap(powers, own)
        return Targets(number, now, grid, powers, own, set(powers))
