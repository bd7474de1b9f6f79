"""Discharge against a peak that runs, for batteries whose Auto has no meter to follow.

A slow trim and no regulator: a command over the network takes seconds, and a battery that is left
to itself stands still at the end of its countdown. So powers change seldom, by no less than is
worth it, and each command holds for a minute at most.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

COUNTDOWN: Final = 60
"""Seconds for which a command holds."""
LEAST_INTERVAL: Final = 10.0
"""Seconds between two commands to a battery."""
LEAST_ERROR: Final = 60.0
"""W by which the grid's power has to be off for a change."""

_SAMPLES: Final = 2
# A battery ramps up, and the sensor shows that later.
_SETTLES: Final = 5.0
# A command that stands is sent again when so many seconds of its countdown have passed.
_RENEWED_AFTER: Final = 35.0
# A kettle that goes on and off is one peak.
_OVER_AFTER: Final = 120.0


@dataclass(frozen=True, slots=True)
class DemandSample:
    """A reading of the grid at a moment."""

    at: float
    """Monotonic s."""
    grid: float
    """W drawn, negative when the house feeds in."""
    allowed: float
    """W that may be drawn, at least 0."""
    is_heading: bool
    """Whether a peak above the limit is made soon at the power drawn."""


@dataclass(slots=True)
class _Sent:
    """The last command to a battery."""

    power: int
    at: float
    is_missed: bool = False
    """Whether nobody knows that it has arrived."""


class PeakCut:
    """Powers of batteries while a peak runs; times are monotonic seconds."""

    def __init__(self) -> None:
        """Start without a peak."""
        self.total = 0
        """W that batteries are to give together."""
        self._is_on = False
        self._seen = 0
        self._sent: dict[str, _Sent] = {}
        self._written_at: dict[str, float] = {}
        self._changed_at = float("-inf")
        self._needed_at = float("-inf")

    @property
    def is_on(self) -> bool:
        """Return whether batteries give something against a peak, or may have to soon."""
        return self._is_on

    def held(self, now: float) -> frozenset[str]:
        """Return the batteries whose last command still holds."""
        return frozenset(key for key, sent in self._sent.items() if now - sent.at < COUNTDOWN)

    def stop(self) -> None:
        """End it; nothing is sent any more."""
        self._is_on, self._seen, self.total = False, 0, 0
        self._sent.clear()

    def missed(self, key: str) -> None:
        """Note that the last command to a battery was not answered: it is sent again, unchanged."""
        if (sent := self._sent.get(key)) is not None:
            sent.is_missed = True

    def drop(self, key: str) -> None:
        """Forget a battery, by its id, that somebody else commands."""
        if (sent := self._sent.pop(key, None)) is not None:
            self.total = max(0, self.total - sent.power)

    def note(self, sample: DemandSample, most: Mapping[str, int]) -> Mapping[str, int]:
        """Return the W, at least 0, that batteries are to be sent now, by id.

        `most` are the W that each can give at most, in the order in which they are used. Ends with
        a peak for which nothing was needed for two minutes, or without batteries.
        """
        for key in self._sent.keys() - most.keys():
            self.drop(key)
        if not most:
            self.stop()
            return {}
        if not self._is_on:
            self._begin(sample)
        if not self._is_on:
            return {}
        self._aim(sample, sum(most.values()))
        if self.total > 0:
            self._needed_at = sample.at
        elif sample.at - self._needed_at >= _OVER_AFTER:
            self.stop()
            return {}
        return self._due(sample.at, most)

    def _begin(self, sample: DemandSample) -> None:
        """Begin when a peak was seen to come in two samples, one after the other."""
        self._seen = self._seen + 1 if sample.is_heading else 0
        if self._seen >= _SAMPLES:
            self._is_on, self._needed_at = True, sample.at
            # Both samples have shown the error that it begins with.
            self._seen = _SAMPLES - 1
            self._changed_at = float("-inf")

    def _aim(self, sample: DemandSample, most: int) -> None:
        """Change the power of all together, where it was off in two samples on the same side."""
        error = sample.grid - sample.allowed
        if sample.at - self._changed_at < _SETTLES or any(
            sent.is_missed for sent in self._sent.values()
        ):
            return
        if abs(error) <= LEAST_ERROR:
            self._seen = 0
            return
        side = 1 if error > 0 else -1
        self._seen = self._seen + side if self._seen * side > 0 else side
        if abs(self._seen) < _SAMPLES or sample.at - self._changed_at < LEAST_INTERVAL:
            return
        wanted = min(most, max(0, round(self.total + error)))
        if wanted != self.total:
            self.total, self._changed_at, self._seen = wanted, sample.at, 0

    def _due(self, now: float, most: Mapping[str, int]) -> Mapping[str, int]:
        """Return the powers that differ from what was sent, or whose countdown is to begin anew."""
        due: dict[str, int] = {}
        left = self.total
        for key, limit in most.items():
            power = min(limit, left)
            left -= power
            # Also beyond the end of a peak, and after somebody else had the battery for a moment.
            if now - self._written_at.get(key, float("-inf")) < LEAST_INTERVAL:
                continue
            sent = self._sent.get(key)
            if sent is None:
                is_due = power > 0
            else:
                is_old = sent.is_missed or now - sent.at >= _RENEWED_AFTER
                is_due = sent.power != power or is_old
            if is_due:
                self._sent[key], self._written_at[key] = _Sent(power, now), now
                due[key] = power
        return due
