"""What the owner wants of the plan, read from the options of its entry."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from ..const import (
    CONF_ALL_BATTERIES,
    CONF_AUTOMATIC,
    CONF_BATTERIES,
    CONF_CUT_PEAKS,
    CONF_DO_NOT_FEED,
    CONF_DO_NOT_FEED_ABOVE,
    CONF_DO_NOT_FEED_HOURS,
    CONF_DO_NOT_FEED_STATES,
    CONF_END_GUARD,
    CONF_FULL_EVERY,
    CONF_GENTLE_TOP,
    CONF_GRID_SENSOR,
    CONF_HAS_PV,
    CONF_HIGH_TEMPERATURE,
    CONF_LEAST_SOC,
    CONF_LOW_SOC,
    CONF_MOST_SOC,
    CONF_NEVER_FEED_IN,
    CONF_NIGHT,
    CONF_PEAK_FREE,
    CONF_PEAK_SENSOR,
    CONF_PEAK_TARIFF,
    CONF_PHASE_BATTERIES,
    CONF_PHASE_SENSORS,
    CONF_RED_POWER,
    CONF_RED_TARGET,
    CONF_RESERVE,
    CONF_SAFETY_POWER,
    CONF_SALE_POWER,
    CONF_SELL,
    CONF_STANDBY,
    CONF_START_GUARD,
    CONF_STRATEGY,
    CONF_SUBSCRIBED_KVA,
    CONF_THREE_PHASES,
    CONF_WHITE_EVE,
    PHASES,
    Tariff,
)
from ..planner import Aim, Night, Options, PeakTariff
from .options import DEFAULTS, OPTIONS, Approach, approaches

_AIMS: Final = {Approach.FEWER_CYCLES: Aim.FEWER_CYCLES}


@dataclass(frozen=True, slots=True)
class HousePhase:
    """One of three phases of the house."""

    name: str
    batteries: frozenset[str]
    """BLE MACs of those that hang on it."""
    sensor: str | None
    """Entity of the power drawn on it, what its batteries charge included."""


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
    do_not_feed: tuple[str, ...] = ()
    """Entities of what batteries must not serve while it is on."""
    do_not_feed_above: int = 500
    """W from which on one that tells a power counts as on."""
    do_not_feed_states: frozenset[str] = frozenset({"charging"})
    """States in lower case that count as on, beside `on` itself."""
    do_not_feed_for: timedelta = timedelta(hours=12)
    """The longest time that batteries stand still for them."""
    standby: float = 8.0
    """W that a battery draws at rest and reports as 0."""
    never_feed_in: bool = False
    """Whether batteries must never discharge a fixed power, the rest of which is fed in."""
    peak_tariff: PeakTariff = PeakTariff.NONE
    peak_sensor: str | None = None
    """Entity of the month's peak so far; None: only what the plan has measured counts."""
    peak_free: int = 2500
    """W of a mean below which a peak costs nothing more."""
    cuts_peaks: bool = False
    """Whether batteries whose Auto has no meter are discharged by Passive against a running peak."""
    phases: tuple[HousePhase, ...] = ()
    """The three phases of the house; none where it has one."""
    full_every: timedelta | None = None
    """How long after a battery was full for an hour it is to be so again; None: whenever it is."""

    def phase_of(self, ble_mac: str) -> str | None:
        """Return the name of the phase that a battery hangs on; None where nobody knows."""
        return next((each.name for each in self.phases if ble_mac in each.batteries), None)

    def takes_part(self, ble_mac: str) -> bool:
        """Tell whether a battery is the plan's."""
        return (ble_mac in self.batteries) is not self.all_batteries


def plan_options(options: Mapping[str, Any], tariff: Tariff = Tariff.TEMPO) -> PlanOptions:
    """Return the options of an entry, with the default for each that was never set.

    One that can't be read counts as never set: it must not keep the plan from starting.
    """
    given = {**DEFAULTS, **_readable(options)}
    approach, never_feed_in = Approach(given[CONF_STRATEGY]), given[CONF_NEVER_FEED_IN] is True
    peak_tariff = PeakTariff(given[CONF_PEAK_TARIFF])
    if approach not in approaches(tariff):
        approach = Approach.SAVINGS
    return PlanOptions(
        automatic=given[CONF_AUTOMATIC] is True,
        all_batteries=bool(given[CONF_ALL_BATTERIES]),
        batteries=frozenset(given[CONF_BATTERIES]),
        strategy=replace(
            _strategy(given, approach),
            sale_power=_sale_power(given, approach, tariff, never_feed_in=never_feed_in),
        ),
        subscribed=round(1000 * float(given[CONF_SUBSCRIBED_KVA])),
        grid_sensor=given[CONF_GRID_SENSOR] or None,
        # Forms refuse both together, but not those of a tariff that has no safety net.
        safety_power=0 if never_feed_in else int(given[CONF_SAFETY_POWER]),
        low_soc=float(given[CONF_LOW_SOC]),
        high_temperature=float(given[CONF_HIGH_TEMPERATURE]),
        approach=approach,
        do_not_feed=tuple(given[CONF_DO_NOT_FEED]),
        do_not_feed_above=int(given[CONF_DO_NOT_FEED_ABOVE]),
        do_not_feed_states=frozenset(
            str(state).strip().casefold() for state in given[CONF_DO_NOT_FEED_STATES]
        ),
        do_not_feed_for=timedelta(hours=float(given[CONF_DO_NOT_FEED_HOURS])),
        standby=float(given[CONF_STANDBY]),
        full_every=timedelta(days=int(given[CONF_FULL_EVERY])) or None,
        never_feed_in=never_feed_in,
        peak_tariff=peak_tariff,
        peak_sensor=given[CONF_PEAK_SENSOR] or None,
        peak_free=int(given[CONF_PEAK_FREE]),
        # Another tariff, or a switch in another form, may have come after the choice.
        cuts_peaks=given[CONF_CUT_PEAKS] is True
        and tariff is not Tariff.TEMPO
        and peak_tariff is not PeakTariff.NONE
        and not never_feed_in,
        phases=_phases(given) if given[CONF_THREE_PHASES] is True else (),
    )


def _strategy(given: Mapping[str, Any], approach: Approach) -> Options:
    """Return what the planner itself has to know."""
    least = float(given[CONF_LEAST_SOC])
    return Options(
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
        gentle_top=bool(given[CONF_GENTLE_TOP]),
    )


def _sale_power(
    given: Mapping[str, Any], approach: Approach, tariff: Tariff, *, never_feed_in: bool
) -> int:
    """Return the W at which batteries may sell, 0 where they may not.

    Another tariff or strategy, or a switch in another form, may have come after the choice.
    """
    is_possible = tariff is not Tariff.TEMPO and approach is not Approach.SIMPLE
    may_sell = given[CONF_SELL] is True and is_possible and not never_feed_in
    return int(given[CONF_SALE_POWER]) if may_sell else 0


def _readable(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in options.items()
        if key not in OPTIONS or OPTIONS[key].is_readable(value)
    }


def _phases(given: Mapping[str, Any]) -> tuple[HousePhase, ...]:
    return tuple(
        HousePhase(
            phase,
            frozenset(given[CONF_PHASE_BATTERIES[phase]]),
            given[CONF_PHASE_SENSORS[phase]] or None,
        )
        for phase in PHASES
    )
