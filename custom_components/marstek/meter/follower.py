"""One battery that follows the meter, as its polls show it.

The battery reports its own power with each poll, and nothing else of its law can be seen. So a step
counts as arrived when that power has moved and stood still again, and as refused when it has not
moved for a while (docs/meter.md).
"""

from dataclasses import dataclass, field
from typing import Final

STILL_SECONDS: Final = 1.0
"""Seconds for which the power has to stand before the next step."""
_STILL_WATTS: Final = 10.0
_REST_WATTS: Final = 20.0
_START_SECONDS: Final = 3.5
"""Seconds that a battery may need to start from rest."""
_RUNNING_SECONDS: Final = 1.0
_JUMP_WATTS: Final = 50.0
_SAME_WATTS: Final = 20.0
PAUSE_SECONDS: Final = 8.0
"""Seconds after a step has arrived in which a battery may take no other one (docs/meter.md)."""
_STUCK_SECONDS: Final = 15.0
_STUCK_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 900.0


@dataclass(slots=True)
class Telling:
    """A step that a battery was given and has not shown yet."""

    step: float
    at: float
    power: float
    """The battery's power at the first telling, W."""
    is_repeated: bool
    """Whether the battery's spike filter drops the first telling, so that a second is needed."""
    times: int = 1
    has_moved: bool = False
    is_trial: bool = False
    """Whether half of a refused jump is sent twice, to learn whether each jump is filtered."""


@dataclass(slots=True)
class Follower:
    """A battery's power, whether it stands still, and the step that is on its way."""

    power: float = 0.0
    """AC power in W, + = discharging."""
    reported_at: float = 0.0
    still_since: float = 0.0
    period: float = 0.5
    """Seconds between polls, smoothed."""
    telling: Telling | None = None
    stuck_until: float = 0.0
    is_refusing: bool = False
    """Whether the last step was refused, other than in the pause after one that had arrived."""
    _anchor: float = 0.0
    _sent: float = 0.0
    _power_when_sent: float = 0.0
    _filters: bool = True
    _always_filters: bool = False
    _tries_half: bool = False
    _refused_since: float | None = None
    _pause: float = _STUCK_PAUSE
    _is_new: bool = field(default=True)

    def report(self, power: float, now: float) -> None:
        """Take in the power that came with a poll."""
        if self._is_new or now - self.reported_at > 30:
            self._anchor, self.still_since, self.telling = power, now, None
        else:
            gap = now - self.reported_at
            self.period += 0.25 * (min(gap, 10.0) - self.period)
        self._is_new = False
        self.power, self.reported_at = power, now
        if abs(power - self._anchor) > _STILL_WATTS:
            self._anchor, self.still_since = power, now
        telling = self.telling
        if telling and abs(power - telling.power) >= max(8.0, min(40.0, 0.3 * abs(telling.step))):
            telling.has_moved = True
        self._settle(now)

    def is_calm(self, now: float) -> bool:
        """Return whether no step is on its way and the power stands still."""
        return self.telling is None and now - self.still_since >= STILL_SECONDS

    def is_alive(self, now: float) -> bool:
        """Return whether the battery polls: twice its own period, at least 5 s."""
        return now - self.reported_at <= max(5.0, 2.5 * self.period)

    def is_stuck(self, now: float) -> bool:
        """Return whether the battery was asked in vain and is left out, for 1 to 15 minutes."""
        return now < self.stuck_until

    def tell(self, step: float, now: float) -> float:
        """Return the step in W to tell with this poll for one that is wanted, and note it.

        The spike filter drops the first sample of a jump, different from the last one by more than
        50 W while the power stood. A unit that hears the zeros of holds filters each jump: that is
        tried with half of a jump that was refused, so that a wrong guess makes it whole.
        """
        is_jump = abs(step) > _JUMP_WATTS
        is_trial = is_jump and self._tries_half and not self._always_filters
        if is_trial:
            step = step / 2
        repeats = is_trial or self._drops(step)
        self.telling = Telling(step, now, self.power, repeats, is_trial=is_trial)
        self._sent, self._power_when_sent, self._tries_half = step, self.power, False
        return step

    def seconds_to_start(self, step: float, now: float) -> float:
        """Return in how many seconds a step in W is expected to begin, < 0 where it has been sent."""
        if self.telling is not None and not self.awaits_repeat:
            return self.telling.at - now
        polls = 2 if self.telling is None and self._drops(step) else 1
        return max(0.0, self.reported_at + polls * self.period - now)

    def _drops(self, step: float) -> bool:
        """Return whether the battery's spike filter is expected to drop a step in W once."""
        is_jump = abs(step) > _JUMP_WATTS
        differs = abs(step - self._sent) > _JUMP_WATTS
        has_stood = abs(self.power - self._power_when_sent) < _SAME_WATTS
        return is_jump and (self._always_filters or (self._filters and differs and has_stood))

    @property
    def awaits_repeat(self) -> bool:
        """Whether the step that was sent takes effect only with a second one."""
        telling = self.telling
        if telling is None or telling.has_moved:
            return False
        return telling.is_repeated and telling.times == 1

    def repeats(self, now: float) -> float | None:
        """Return the step in W if it has to be sent again with this poll, or None."""
        telling = self.telling
        if telling is None or not self.awaits_repeat:
            return None
        telling.times, telling.at = 2, now
        return telling.step

    def _settle(self, now: float) -> None:
        """End the step that has arrived, or that was refused."""
        telling = self.telling
        if telling is None:
            return
        if telling.has_moved:
            self._refused_since, self._pause, self.is_refusing = None, _STUCK_PAUSE, False
            if now - self.still_since >= self._stand_seconds(telling):
                self._learn(telling)
                self.telling = None
            return
        is_resting = abs(telling.power) < _REST_WATTS
        patience = _START_SECONDS if is_resting else max(_RUNNING_SECONDS, 0.95 * self.period)
        if now - telling.at < patience or (telling.is_repeated and telling.times == 1):
            return
        self._note_refusal(telling, now)
        is_pausing = telling.at - self.still_since < PAUSE_SECONDS
        self._tries_half = not telling.is_repeated and not is_pausing
        self.is_refusing = not is_pausing
        self.telling = None

    def _stand_seconds(self, telling: Telling) -> float:
        """Return how long the power has to stand: a battery pauses at 0 W on its way through."""
        short = abs(telling.power + telling.step - self.power)
        return _START_SECONDS if abs(self.power) < _REST_WATTS and short > 40 else STILL_SECONDS

    def _learn(self, telling: Telling) -> None:
        """Learn from a jump that was sent twice whether the battery took it once or twice."""
        if telling.times < 2:
            return
        times = (self.power - telling.power) / telling.step
        if times > 1.6 and not telling.is_trial:
            self._filters = False
        elif 0.7 < times < 1.3 and telling.is_trial:
            self._always_filters = True

    def _note_refusal(self, telling: Telling, now: float) -> None:
        """Leave a battery out that was asked for long and gives nothing."""
        if abs(telling.step) < _JUMP_WATTS or abs(self.power) >= _REST_WATTS:
            self._refused_since = None
            return
        if self._refused_since is None:
            self._refused_since = telling.at
        if now - self._refused_since >= _STUCK_SECONDS:
            self.stuck_until, self._refused_since = now + self._pause, None
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
