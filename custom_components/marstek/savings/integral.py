"""Energy of a power that is read from time to time and held in between."""

from dataclasses import dataclass


@dataclass(slots=True)
class PowerIntegral:
    """Energy in Wh since it was last taken, of a power in W; times are monotonic seconds."""

    longest: float
    """Seconds for which a reading holds; what is older leaves a gap."""
    _power: float | None = None
    _read_at: float = 0.0
    _counted_to: float = 0.0
    _energy: float = 0.0
    _has_gap: bool = True

    def read(self, power: float | None, now: float) -> None:
        """Take a reading; None for a power that is not known."""
        self._count(now)
        self._power, self._read_at = power, now

    def take(self, now: float) -> float | None:
        """Return the energy since the last call, None where a part of it is not known."""
        self._count(now)
        energy, has_gap = self._energy, self._has_gap
        self._energy, self._has_gap = 0.0, False
        return None if has_gap else energy

    def _count(self, now: float) -> None:
        """Add what the held power has moved."""
        if self._power is None or now - self._read_at > self.longest:
            self._has_gap = self._has_gap or now > self._counted_to
        else:
            self._energy += self._power * (now - self._counted_to) / 3600
        self._counted_to = now
