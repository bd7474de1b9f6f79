"""Figures of how well the grid is held, for the owner: unknown rather than 100 %."""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from typing import Final

_HOUR: Final = 3600.0
_MOST_SAMPLES: Final = 3700
_DEAD_BAND: Final = 20.0
_LONGEST_GAP: Final = 60.0


@dataclass(frozen=True, slots=True)
class GridFigures:
    """Grid error over a span, in W from the aim; None where too little is known."""

    mean: float
    """Mean of the error, + = import."""
    absolute: float
    rms: float
    crossings_per_hour: float
    """Changes of sign beyond 20 W, per hour."""


@dataclass(slots=True)
class Quality:
    """Counts of polls, samples of the grid and energy between batteries."""

    polls: int = 0
    answered: int = 0
    exchanged_wh: float = 0.0
    """Energy in Wh that batteries gave one another."""
    sent: deque[int] = field(default_factory=lambda: deque(maxlen=60))
    """Last powers that were sent, in whole W: what a battery may say that it hears."""
    _samples: deque[tuple[float, float]] = field(
        default_factory=lambda: deque(maxlen=_MOST_SAMPLES)
    )
    _powers: dict[str, tuple[float, float]] = field(default_factory=dict)
    _integrated_at: float | None = None
    _recent: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=600))

    def note_sample(self, error: float, now: float) -> None:
        """Note a grid error in W, at most one a second."""
        if self._samples and now - self._samples[-1][0] < 0.9:
            return
        self._samples.append((now, error))

    def note_poll(self, name: str, power: float | None, *, is_answered: bool, now: float) -> None:
        """Count a poll and the battery's own power in W with it, None where it is not sent."""
        self.polls += 1
        self.answered += is_answered
        self._recent.append((now, is_answered))
        if power is not None:
            self._integrate(now)
            self._powers[name] = (power, now)

    def answered_share(self, now: float) -> float | None:
        """Return the share of polls of the last minute that were answered, 0..1."""
        recent = [answered for at, answered in self._recent if now - at <= 60]
        return sum(recent) / len(recent) if recent else None

    def figures(self, seconds: float, now: float) -> GridFigures | None:
        """Return the errors of the last seconds, None where less than half of them is covered."""
        span = [(at, error) for at, error in self._samples if now - at <= seconds]
        if len(span) < 3 or now - span[0][0] < seconds / 2:
            return None
        errors = [error for _, error in span]
        signs = [error > 0 for error in errors if abs(error) > _DEAD_BAND]
        crossed = sum(one is not other for one, other in pairwise(signs))
        return GridFigures(
            sum(errors) / len(errors),
            sum(map(abs, errors)) / len(errors),
            sqrt(sum(error * error for error in errors) / len(errors)),
            crossed * _HOUR / (span[-1][0] - span[0][0] or 1.0),
        )

    def _integrate(self, now: float) -> None:
        """Add what batteries gave one another since the last poll."""
        since, self._integrated_at = self._integrated_at, now
        if since is None or now - since > _LONGEST_GAP:
            return
        fresh = [power for power, at in self._powers.values() if now - at <= _LONGEST_GAP]
        given = sum(power for power in fresh if power > 0)
        taken = -sum(power for power in fresh if power < 0)
        self.exchanged_wh += min(given, taken) * (now - since) / _HOUR
