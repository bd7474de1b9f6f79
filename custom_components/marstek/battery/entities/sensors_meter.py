"""Sensors of the meter at the grid connection, in W, + = import (docs/protocol.md 2.8).

Off by default, as most entities are; here it matters: no firmware tells it along with what is asked
anyway, and on Venus C and E asking can cost the meter its connection.
"""

from dataclasses import replace
from typing import Final

from ...venus import MeterStatus, Method, Profile
from ..data import BatteryData
from ..poll_schedule import Reading
from .sensor_description import BatterySensorDescription, energy, power

_PHASES: Final = ("a", "b", "c")


def has_meter(profile: Profile) -> bool:
    """Tell whether a firmware can be asked for its meter."""
    return profile.supports(Method.METER)


def _has_counters(profile: Profile) -> bool:
    return has_meter(profile) and profile.meter_counts


def _counting_meter(data: BatteryData) -> MeterStatus | None:
    """Return the meter if it counts at all: most leave both counters at 0 for ever."""
    meter = data.live_meter
    return meter if meter and (meter.energy_imported or meter.energy_exported) else None


def _total(data: BatteryData) -> int | None:
    meter = data.live_meter
    return meter.total_power if meter else None


def _phase(index: int) -> BatterySensorDescription:
    def value(data: BatteryData) -> int | None:
        meter = data.live_meter
        return meter.phase_powers[index] if meter else None

    phase = _PHASES[index]
    return replace(
        _polled(power(f"grid_power_{phase}", value, has_meter)),
        translation_key="grid_power_phase",
        translation_placeholders={"phase": phase.upper()},
    )


def _polled(description: BatterySensorDescription) -> BatterySensorDescription:
    return replace(description, reading=Reading.METER)


def _imported(data: BatteryData) -> float | None:
    meter = _counting_meter(data)
    return meter.energy_imported if meter else None


def _exported(data: BatteryData) -> float | None:
    meter = _counting_meter(data)
    return meter.energy_exported if meter else None


METER_SENSORS: Final = (
    _polled(power("grid_power", _total, has_meter)),
    *(_phase(index) for index in range(len(_PHASES))),
    _polled(energy("grid_energy_imported", _imported, _has_counters)),
    _polled(energy("grid_energy_exported", _exported, _has_counters)),
)
