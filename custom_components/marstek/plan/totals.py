"""All batteries of a home together."""

from collections.abc import Iterable

from ..battery.coordinator import BatteryCoordinator
from ..battery.reading_plan import Reading
from .energy_totals import EnergyTotals
from .plan_data import Totals
from .situation import battery_id


def totals(batteries: Iterable[BatteryCoordinator], energy: EnergyTotals) -> Totals:
    """Return all batteries together; the means are of those that are known."""
    known = [
        battery.data
        for battery in batteries
        if battery.is_reachable and Reading.POWER in battery.data.fresh
    ]
    capacity = sum(data.rated_capacity or 0 for data in known if data.soc is not None)
    stored = [data.stored_energy for data in known if data.stored_energy is not None]
    powers = [data.battery_power for data in known if data.battery_power is not None]
    return Totals(
        soc=100 * sum(stored) / capacity if stored and capacity else None,
        power=sum(powers) if powers else None,
        stored=sum(stored) if stored else None,
        charged=_rounded(energy.charged),
        discharged=_rounded(energy.discharged),
    )


def _rounded(energy: float | None) -> float | None:
    return None if energy is None else round(energy, 1)


def count(batteries: Iterable[BatteryCoordinator], energy: EnergyTotals) -> None:
    """Count what all batteries tell."""
    for battery in batteries:
        data = battery.data
        if data.energy_charged is not None and data.energy_discharged is not None:
            energy.count(battery_id(battery), data.energy_charged, data.energy_discharged)
