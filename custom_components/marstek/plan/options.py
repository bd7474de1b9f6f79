"""What the owner wants of the plan, read from the options of its entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from ..const import (
    CONF_ALL_BATTERIES,
    CONF_AUTOMATIC,
    CONF_BATTERIES,
    CONF_DAILY_LOAD,
    CONF_END_GUARD,
    CONF_FEED_IN,
    CONF_GRID_SENSOR,
    CONF_HAS_PV,
    CONF_HIGH_TEMPERATURE,
    CONF_LEAST_SOC,
    CONF_LOW_SOC,
    CONF_MOST_SOC,
    CONF_NIGHT,
    CONF_RED_POWER,
    CONF_RED_TARGET,
    CONF_RESERVE,
    CONF_SAFETY_POWER,
    CONF_START_GUARD,
    CONF_STRATEGY,
    CONF_SUBSCRIBED_KVA,
    CONF_WHITE_EVE,
    Tariff,
)
from ..planner import Aim, Night, Options


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


class Approach(StrEnum):
    """How the owner wants nights to be decided on."""

    SIMPLE = "simple"
    """By the colour of tomorrow alone."""
    SAVINGS = "savings"
    """By what a stored kWh will save, learnt from the home."""
    FEWER_CYCLES = "fewer_cycles"
    """The same, but only where it pays well."""


_SIMPLE: Final = Approach.SIMPLE
_AIMS: Final = {Approach.FEWER_CYCLES: Aim.FEWER_CYCLES}

DEFAULTS: Final[Mapping[str, Any]] = {
    CONF_AUTOMATIC: False,
    CONF_ALL_BATTERIES: True,
    CONF_BATTERIES: [],
    CONF_START_GUARD: 5,
    CONF_END_GUARD: 15,
    CONF_NIGHT: Night.HOLD,
    CONF_RED_POWER: 0,
    CONF_RED_TARGET: 100,
    CONF_WHITE_EVE: True,
    CONF_LEAST_SOC: 0,
    CONF_MOST_SOC: 100,
    CONF_RESERVE: 0,
    CONF_HAS_PV: False,
    CONF_SUBSCRIBED_KVA: 6,
    CONF_GRID_SENSOR: None,
    CONF_SAFETY_POWER: 0,
    CONF_LOW_SOC: 20,
    CONF_HIGH_TEMPERATURE: 45,
    CONF_STRATEGY: Approach.SIMPLE,
    CONF_DAILY_LOAD: 0,
    CONF_FEED_IN: 0.0,
}


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of the plan; powers in W, states of charge in %, guards in minutes."""

    automatic: bool
    """Whether the plan commands the batteries."""
    all_batteries: bool
    """Whether batteries that are added later take part too."""
    batteries: frozenset[str]
    """BLE MACs: those that take part, or with `all_batteries` those that do not."""
    strategy: Options
    subscribed: int
    """Subscribed power in VA."""
    grid_sensor: str | None
    """Entity of the power drawn from the grid, what the batteries charge included."""
    safety_power: int
    """Discharge power of the safety net on red days, 0 for none."""
    low_soc: float
    high_temperature: float
    approach: Approach = Approach.SIMPLE
    feed_in: float = 0.0
    """EUR that a kWh fed into the grid earns."""

    def takes_part(self, ble_mac: str) -> bool:
        """Tell whether a battery is the plan's."""
        return (ble_mac in self.batteries) is not self.all_batteries


def approaches(tariff: Tariff) -> list[Approach]:
    """Return the approaches that a tariff allows: day-ahead prices have no simple nights."""
    return [each for each in Approach if tariff is not Tariff.DYNAMIC or each is not _SIMPLE]


def plan_options(options: Mapping[str, Any], tariff: Tariff = Tariff.TEMPO) -> PlanOptions:
    """Return the options of an entry, with defaults for what was never set."""
    given = {**DEFAULTS, **options}
    least = float(given[CONF_LEAST_SOC])
    approach = Approach(given[CONF_STRATEGY])
    if approach not in approaches(tariff):
        approach = Approach.SAVINGS
    return PlanOptions(
        automatic=given[CONF_AUTOMATIC] is True,
        all_batteries=bool(given[CONF_ALL_BATTERIES]),
        batteries=frozenset(given[CONF_BATTERIES]),
        strategy=Options(
            start_guard=timedelta(minutes=float(given[CONF_START_GUARD])),
            end_guard=timedelta(minutes=float(given[CONF_END_GUARD])),
            night=Night(given[CONF_NIGHT]),
            red_power=int(given[CONF_RED_POWER]) or None,
            red_target=float(given[CONF_RED_TARGET]),
            white_eve=bool(given[CONF_WHITE_EVE]),
            least_soc=least,
            most_soc=max(least, float(given[CONF_MOST_SOC])),
            reserve=float(given[CONF_RESERVE]),
            has_pv=bool(given[CONF_HAS_PV]),
            aim=_AIMS.get(approach, Aim.SAVINGS),
        ),
        subscribed=round(1000 * float(given[CONF_SUBSCRIBED_KVA])),
        grid_sensor=given[CONF_GRID_SENSOR] or None,
        safety_power=int(given[CONF_SAFETY_POWER]),
        low_soc=float(given[CONF_LOW_SOC]),
        high_temperature=float(given[CONF_HIGH_TEMPERATURE]),
        approach=approach,
        feed_in=float(given[CONF_FEED_IN]),
    )
