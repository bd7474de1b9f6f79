"""Power limits of a battery as its options set them, in W."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .const import (
    CONF_CHARGE_LIMIT,
    CONF_DISCHARGE_LIMIT,
    CONF_POWER_PRESET,
    SOCKET_LIMIT,
    PowerPreset,
)
from .venus import Profile


@dataclass(frozen=True, slots=True)
class PowerLimits:
    """Largest powers in W, both 0 or more."""

    charge: int
    discharge: int

    def clamp(self, power: int) -> int:
        """Return the power in W, + discharges, that is nearest to one and allowed."""
        return min(max(power, -self.charge), self.discharge)


def power_limits(profile: Profile, options: Mapping[str, Any]) -> PowerLimits:
    """Return the limits of the options, never beyond those of the model."""
    largest = profile.max_power
    match options.get(CONF_POWER_PRESET, PowerPreset.MODEL):
        case PowerPreset.SOCKET:
            wanted = PowerLimits(SOCKET_LIMIT, SOCKET_LIMIT)
        case PowerPreset.CUSTOM:
            wanted = PowerLimits(
                int(options.get(CONF_CHARGE_LIMIT, largest)),
                int(options.get(CONF_DISCHARGE_LIMIT, largest)),
            )
        case _:
            wanted = PowerLimits(largest, largest)
    return PowerLimits(min(wanted.charge, largest), min(wanted.discharge, largest))
