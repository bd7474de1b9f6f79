"""The round-trip efficiency of a battery, measured from its energy totals.

Of what is charged, the share x reaches the cells; of what leaves them, the share x comes out. So
charged * x - discharged / x is what the cells gained, which the state of charge tells. Solved for
x, a measurement need not end with the battery as full as it began.
"""

from dataclasses import asdict, dataclass
import math
from typing import Any, Final, Self

from ..stored import MOST_ENERGY, StoredPart, number, whole

# A whole percent of the state of charge weighs little against this many full charges.
_ENOUGH_CYCLES: Final = 5.0
# What is older than this many full charges counts half, so that ageing shows.
_MEMORY_CYCLES: Final = 20.0
# More than this share of the capacity between two readings was not observed, but found.
_LARGEST_STEP: Final = 0.5
_BELIEVABLE: Final = (0.5, 1.0)


@dataclass(slots=True)
class EfficiencyMeter:
    """Energies charged, discharged and stored while observed, in Wh."""

    charged: float = 0.0
    discharged: float = 0.0
    gained: float = 0.0
    last_charged: float | None = None
    last_discharged: float | None = None
    last_soc: int | None = None
    value: float | None = None
    """Round trip, 0.5 to 1; None before enough has flowed."""

    @classmethod
    def restore(cls, stored: StoredPart) -> Self:
        """Return a meter as it was stored; a new one where one of its sums can't be read."""
        energy = number(0.0, MOST_ENERGY)
        value = stored.optional("value", number(*_BELIEVABLE))
        sums = ("charged", "discharged", "gained")
        charged, discharged = (stored.value(key, energy, 0.0) for key in sums[:2])
        gained = stored.value("gained", number(-MOST_ENERGY, MOST_ENERGY), 0.0)
        if stored.is_damaged(*sums):
            return cls(value=value)
        return cls(
            charged=charged,
            discharged=discharged,
            gained=gained,
            last_charged=stored.optional("last_charged", energy),
            last_discharged=stored.optional("last_discharged", energy),
            last_soc=stored.optional("last_soc", whole(0, 100)),
            value=value,
        )

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return asdict(self)

    def add(
        self, charged: float, discharged: float, soc: int, *, capacity: float, complete: bool
    ) -> None:
        """Follow totals in Wh and a state of charge in %.

        `complete` is False when energy may have flowed since the last call that no total knows.
        """
        if (
            complete
            and self.last_charged is not None
            and self.last_discharged is not None
            and self.last_soc is not None
        ):
            taken, given = charged - self.last_charged, discharged - self.last_discharged
            if max(abs(taken), abs(given)) <= _LARGEST_STEP * capacity:
                self.charged += taken
                self.discharged += given
                self.gained += (soc - self.last_soc) / 100 * capacity
        self.last_charged, self.last_discharged, self.last_soc = charged, discharged, soc
        if self.charged >= _ENOUGH_CYCLES * capacity:
            self.value = self._measure()
        if self.charged >= _MEMORY_CYCLES * capacity:
            self.charged, self.discharged = self.charged / 2, self.discharged / 2
            self.gained /= 2

    def _measure(self) -> float | None:
        root = math.sqrt(max(0.0, self.gained**2 + 4 * self.charged * self.discharged))
        one_way = (self.gained + root) / (2 * self.charged)
        lowest, highest = _BELIEVABLE
        return one_way**2 if lowest <= one_way**2 <= highest else None
