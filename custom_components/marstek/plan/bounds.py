"""How far the plan's options may go, for the forms and the entities that change them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..const import (
    CONF_DAILY_LOAD,
    CONF_END_GUARD,
    CONF_HIGH_TEMPERATURE,
    CONF_LEAST_SOC,
    CONF_LOW_SOC,
    CONF_MOST_SOC,
    CONF_RED_POWER,
    CONF_RED_TARGET,
    CONF_RESERVE,
    CONF_SAFETY_POWER,
    CONF_START_GUARD,
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that an option may be; whole numbers only."""

    low: int
    high: int
    step: int = 1
    """What a click on an arrow changes; any whole number is allowed."""


# Powers in W of each battery, 0 for none or as needed; states of charge in %; guards in minutes;
# energies in kWh, 0 for unknown.
BOUNDS: Final[Mapping[str, Bounds]] = {
    CONF_START_GUARD: Bounds(0, 120),
    CONF_END_GUARD: Bounds(0, 120),
    CONF_RED_POWER: Bounds(0, 2500, 50),
    CONF_RED_TARGET: Bounds(10, 100),
    CONF_LEAST_SOC: Bounds(0, 90),
    CONF_MOST_SOC: Bounds(10, 100),
    CONF_RESERVE: Bounds(0, 90),
    CONF_SAFETY_POWER: Bounds(0, 2500, 50),
    CONF_LOW_SOC: Bounds(0, 90),
    CONF_HIGH_TEMPERATURE: Bounds(20, 80),
    CONF_DAILY_LOAD: Bounds(0, 200),
}
