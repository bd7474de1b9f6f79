"""All batteries of a home together.

A sum or mean over those that answer jumps when one falls silent (56 to 67 %), which automations take
for a charge. So the last values of a silent battery count as long as they can be right, after that
the totals are unknown, and when the owner has been alerted they go on without it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..battery.data import BatteryData
from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from .control_memory import EnergyTotals
from .plan_data import Totals
from .planner_context import battery_id

# In s. In a quarter of an hour a battery gains or loses at most 12 % of its capacity.
_STILL_RIGHT: Final = 900.0
# From then on there is an alert for a battery that does not answer.
_GONE: Final = 3600.0


@dataclass(slots=True)
class _Known:
    """What was last known of a battery."""

    at: float
    """When it was seen for the last or, without values, the first time; in s."""
    stored: float | None = None
    """In Wh."""
    capacity: float | None = None
    """In Wh."""


class TotalsTracker:
    """Follows all batteries, so that the totals do not jump when one falls silent."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start empty; ages are by `monotonic`, in s, a clock that is never set."""
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    def look(
        self,
        names: Mapping[str, str],
        batteries: Mapping[str, Battery],
        energy: EnergyTotals,
    ) -> Totals:
        """Return the totals of all batteries with these names, of which some are set up."""
        now = self._monotonic()
        self._known = {key: known for key, known in self._known.items() if key in names}
        fresh = {key: data for key in names if (data := _fresh(batteries.get(key))) is not None}
        for key in names:
            known = self._known.setdefault(key, _Known(now))
            if (data := fresh.get(key)) is not None:
                known.at, known.stored = now, data.stored_energy
                known.capacity = data.rated_capacity
        ages = {key: now - known.at for key, known in self._known.items()}
        counted = [key for key, age in ages.items() if age < _GONE]
        stored, capacity = self._stored(counted, ages)
        return Totals(
            soc=100 * stored / capacity if stored is not None and capacity else None,
            power=_power(counted, fresh),
            stored=stored,
            charged=_rounded(energy.charged),
            discharged=_rounded(energy.discharged),
            batteries=len(names),
            answering=len(fresh),
            silent=tuple(sorted(name for key, name in names.items() if key not in fresh)),
        )

    def _stored(
        self, counted: Iterable[str], ages: Mapping[str, float]
    ) -> tuple[float | None, float]:
        """Return what is stored in batteries and their capacity in Wh; None while one is unknown."""
        stored = capacity = 0.0
        for key in counted:
            known = self._known[key]
            if known.stored is None or known.capacity is None or ages[key] > _STILL_RIGHT:
                return None, 0.0
            stored += known.stored
            capacity += known.capacity
        return (stored, capacity) if capacity else (None, 0.0)


def _fresh(battery: Battery | None) -> BatteryData | None:
    """Return the data of a battery that answers."""
    if battery is None or not battery.is_reachable or Reading.POWER not in battery.data.fresh:
        return None
    return battery.data


def _power(counted: Iterable[str], fresh: Mapping[str, BatteryData]) -> float | None:
    """Return the power of batteries in W, None while that of one is unknown."""
    powers = [fresh[key].battery_power if key in fresh else None for key in counted]
    known = [power for power in powers if power is not None]
    return sum(known) if known and len(known) == len(powers) else None


def soc_of(batteries: Iterable[Battery]) -> float | None:
    """Return the state of charge in % of those that answer, None when none does."""
    known = [data for battery in batteries if (data := _fresh(battery)) is not None]
    capacity = sum(data.rated_capacity or 0 for data in known if data.soc is not None)
    stored = [data.stored_energy for data in known if data.stored_energy is not None]
    return 100 * sum(stored) / capacity if stored and capacity else None


def _rounded(energy: float | None) -> float | None:
    return None if energy is None else round(energy, 1)


def count(batteries: Iterable[Battery], energy: EnergyTotals) -> None:
    """Add the counters of all batteries."""
    for battery in batteries:
        data = battery.data
        if data.energy_charged is not None and data.energy_discharged is not None:
            energy.count(battery_id(battery), data.energy_charged, data.energy_discharged)
