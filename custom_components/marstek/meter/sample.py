"""Samples of the meter that is followed, and the rhythm in which they come.

A battery that is given an old value corrects an error that is no longer there, so each value carries
the moment at which it was measured, and what is too old is not sent at all (docs/meter.md).
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Final

SHORTEST_RHYTHM: Final = 2.0
"""Seconds: a faster meter is treated like this one, so that a step is young for 3 s at least."""
_SLOWEST_NORMAL: Final = 5.0
_SILENCE: Final = 10.0
_LONGEST_SILENCE: Final = 30.0
_GAPS: Final = 9
_MOST_WATTS: Final = 100_000.0


@dataclass(frozen=True, slots=True)
class GridSample:
    """Power of the house at one moment."""

    power: float
    """W, + = import, - = export."""
    measured_at: float
    """Monotonic seconds of its arrival, where the moment of the measurement is not known."""


def plausible(power: float) -> bool:
    """Return whether a power in W is finite and one that a house can have."""
    return -_MOST_WATTS <= power <= _MOST_WATTS


@dataclass(slots=True)
class Rhythm:
    """Seconds between samples, learnt from the last ones."""

    _gaps: deque[float] = field(default_factory=lambda: deque(maxlen=_GAPS))
    _last: float | None = None

    def note(self, moment: float) -> None:
        """Note a sample. A gap of more than a minute is an interruption, not the rhythm."""
        if self._last is not None and 0 < moment - self._last <= 60:
            self._gaps.append(moment - self._last)
        self._last = moment

    @property
    def seconds(self) -> float | None:
        """Return the median gap, None before the third sample."""
        return median(self._gaps) if len(self._gaps) >= 2 else None

    @property
    def young(self) -> float:
        """Return the age in seconds up to which a sample is good for a step, at least 3."""
        return 1.5 * max(SHORTEST_RHYTHM, min(self.seconds or 0.0, 20.0))

    @property
    def silent_after(self) -> float:
        """Return the age in seconds beyond which nothing is answered: 10, or for slow meters up to 30."""
        seconds = self.seconds or 0.0
        if seconds <= _SLOWEST_NORMAL:
            return _SILENCE
        return min(max(_SILENCE, 2 * seconds), _LONGEST_SILENCE)


@dataclass(slots=True)
class SampleLog:
    """The newest sample, its number and the rhythm."""

    rhythm: Rhythm = field(default_factory=Rhythm)
    newest: GridSample | None = None
    number: int = 0
    """Counts the samples, so that two samples of the same value differ."""

    def add(self, sample: GridSample) -> bool:
        """Take a sample in; False for one that is implausible or not newer than the last."""
        if not plausible(sample.power):
            return False
        if self.newest is not None and sample.measured_at <= self.newest.measured_at:
            return False
        self.rhythm.note(sample.measured_at)
        self.newest = sample
        self.number += 1
        return True

    def clear(self) -> None:
        """Drop the newest sample: the source has no value."""
        self.newest = None

    def age(self, now: float) -> float | None:
        """Return the age of the newest sample in seconds, None without one."""
        return None if self.newest is None else max(0.0, now - self.newest.measured_at)

    def is_young(self, now: float) -> bool:
        """Return whether the newest sample is good for a step."""
        age = self.age(now)
        return age is not None and age <= self.rhythm.young

    def is_alive(self, now: float) -> bool:
        """Return whether anything may be answered at all."""
        age = self.age(now)
        return age is not None and age <= self.rhythm.silent_after
