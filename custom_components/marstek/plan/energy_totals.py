"""Counters of a home that only rise, whichever battery comes, goes or is silent."""

from dataclasses import dataclass, field
from typing import Any

from ..stored import MOST_ENERGY, StoredPart, number


@dataclass(slots=True)
class EnergyTotals:
    """Counters of the home in Wh, made of what each battery's own counters rise by."""

    charged: float | None = 0.0
    """None while what was counted is unknown: its stored value could not be read."""
    discharged: float | None = 0.0
    _last: dict[str, tuple[float, float]] = field(default_factory=dict)

    def count(self, battery: str, charged: float, discharged: float) -> None:
        """Add what a battery's counters have risen by since they were last seen."""
        last = self._last.get(battery)
        if last is not None:
            self.charged = _risen(self.charged, charged - last[0])
            self.discharged = _risen(self.discharged, discharged - last[1])
        self._last[battery] = (charged, discharged)

    def resume(self, key: str, last: float) -> None:
        """Go on from the value in Wh that was shown last, where the stored one was unreadable."""
        if getattr(self, key) is None:
            setattr(self, key, last)

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "charged": self.charged,
            "discharged": self.discharged,
            "last": {battery: list(pair) for battery, pair in self._last.items()},
        }

    @classmethod
    def restore(cls, stored: StoredPart) -> EnergyTotals:
        """Return counters as they were stored, None for what can't be read."""
        if stored.is_new:
            return cls()
        energy = number(0.0, MOST_ENERGY)
        return cls(
            stored.optional("charged", energy),
            stored.optional("discharged", energy),
            stored.mapping("last", _pair),
        )


def _risen(total: float | None, step: float) -> float | None:
    return None if total is None else total + max(0.0, step)


def _pair(stored: object) -> tuple[float, float]:
    energy = number(0.0, MOST_ENERGY)
    match stored:
        case [charged, discharged]:
            return energy(charged), energy(discharged)
    raise ValueError("Not two counters")
