"""Counters of a home that only rise, whichever battery comes, goes or is silent."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class EnergyTotals:
    """Counters of the home in Wh, made of what each battery's own counters rise by."""

    charged: float = 0.0
    discharged: float = 0.0
    _last: dict[str, tuple[float, float]] = field(default_factory=dict)

    def count(self, battery: str, charged: float, discharged: float) -> None:
        """Add what a battery's counters have risen by since they were last seen."""
        last = self._last.get(battery)
        if last is not None:
            self.charged += max(0.0, charged - last[0])
            self.discharged += max(0.0, discharged - last[1])
        self._last[battery] = (charged, discharged)

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "charged": self.charged,
            "discharged": self.discharged,
            "last": {battery: list(pair) for battery, pair in self._last.items()},
        }

    @classmethod
    def restore(cls, stored: object) -> EnergyTotals:
        """Return counters as they were stored."""
        if not isinstance(stored, dict):
            return cls()
        try:
            return cls(
                float(stored["charged"]),
                float(stored["discharged"]),
                {battery: (float(a), float(b)) for battery, (a, b) in stored["last"].items()},
            )
        except TypeError, ValueError, KeyError, AttributeError:
            return cls()
