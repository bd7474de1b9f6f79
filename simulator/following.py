"""How a battery in Auto steers itself by its meter: an integrator that corrects all that it sees.

From docs/meter.md: each accepted new sample moves the setpoint by the whole error, so that a value
told twice is corrected twice. Gates, dead bands and the settle interlock differ by kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

LOST_AFTER = 25.0
"""Seconds without a reply after which a meter counts as lost and the setpoint is 0 W."""
_CROSSTALK_PAUSE = 10.0
_NEAR = 30.0


@dataclass(frozen=True, slots=True)
class FollowProfile:
    """A kind of battery as a follower of a meter. Powers in W, times in seconds."""

    poll: float = 0.45
    dead: float = 10.0
    interlock: float = 0.0
    """Seconds for which the output must have reached the setpoint before the next sample counts."""
    longest_interlock: float = 8.0
    filters: bool = True
    """Whether the first sample of a jump is held back."""
    deaf: bool = False
    """Whether an `info_idx` that did not change is ignored, so that each reply is a sample."""
    park: float = 11.0
    shared_park: float = 15.0
    longest_reply: int = 512
    """Bytes from which on a reply of a CT is refused."""
    looks_after: float = 0.3
    """Seconds from a request until the battery looks for its reply, once."""
    backlog: int = 0
    """Bytes beyond which what is found in the buffer is thrown away; 0 for 1.5 times the last."""


FOLLOW_PROFILES: Mapping[str, FollowProfile] = {
    "e3": FollowProfile(),
    "lock": FollowProfile(interlock=1.0),
    "hmg": FollowProfile(poll=2.1, dead=20.0, interlock=5.0, park=20.0),
}
DEAF = replace(FOLLOW_PROFILES["e3"], deaf=True)


class FollowLaw:
    """Setpoint of a battery in Auto, W, + = discharging."""

    def __init__(self, profile: FollowProfile, *, charge: float, discharge: float) -> None:
        """Start at rest. `charge` and `discharge` are the limits in W, both >= 0."""
        self.profile = profile
        self.setpoint = 0.0
        self.accepted = 0
        self._limits = (-charge, discharge)
        self._last = 0.0
        self._output = 0.0
        self._held = False
        self._paused_until = float("-inf")
        self._stepped_at: float | None = None
        self._reached_at: float | None = None

    def observe(self, output: float, now: float) -> None:
        """Look at the own output in W, which ends the settle interlock."""
        if self._stepped_at is None:
            return
        if abs(output - self.setpoint) > _NEAR:
            self._reached_at = None
        elif self._reached_at is None:
            self._reached_at = now
        settled = self._reached_at is not None and now - self._reached_at >= self.profile.interlock
        if settled or now - self._stepped_at >= self.profile.longest_interlock:
            self._stepped_at = None

    def sample(
        self, power: float, output: float, now: float, *, count: int = 1, crosstalk: bool = False
    ) -> None:
        """Take a new sample in: grid power and own output in W."""
        value = float(int(power / max(count, 1)))
        self.observe(output, now)
        if self.profile.interlock and self._stepped_at is not None:
            return
        if now < self._paused_until:
            return
        if count > 1 and crosstalk:
            self.setpoint, self._paused_until = 0.0, now + _CROSSTALK_PAUSE
            return
        held = self._is_held(value, output, count)
        self._last, self._output = value, output
        if not held:
            self._step(value, output, count, now)

    def lose(self) -> None:
        """Park: the meter is lost."""
        self.setpoint = 0.0
        self._stepped_at = None

    def _is_held(self, value: float, output: float, count: int) -> bool:
        dead = self.profile.dead
        jumped = abs(value) > dead and abs(value - self._last) > 50
        stood = abs(output - self._output) < 20
        if self.profile.filters and count <= 1 and jumped and stood and not self._held:
            self._held = True
            return True
        self._held = False
        return (abs(value) < dead and output < 1) or 0 <= value < 10

    def _step(self, value: float, output: float, count: int, now: float) -> None:
        before = self.setpoint
        if (output >= 0 and value > 10) or (output < 0 and -10 <= value < 0):
            self.setpoint += value - 5
        elif (output <= 0 and value < -10) or output * value < 0:
            self.setpoint += value
        else:
            return
        park = self.profile.park if count <= 1 else self.profile.shared_park
        if abs(self.setpoint) <= park and abs(value) <= park:
            self.setpoint = 0.0
        self.setpoint = min(max(self.setpoint, self._limits[0]), self._limits[1])
        self.accepted += 1
        if self.setpoint != before:
            self._stepped_at, self._reached_at = now, None
