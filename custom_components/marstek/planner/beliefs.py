"""Expectations that a plan was made for, so that a person can judge it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Basis(StrEnum):
    """Basis of a plan: the rungs of the ladder in docs/policy.md section 5."""

    WATER_VALUE = "water_value"
    """Everything was known: what is stored has a price."""
    NO_FORECAST = "no_forecast"
    """What the house draws is not known: the simple strategy."""
    NO_PRICES = "no_prices"
    """Not even expected prices are known: the simple strategy."""
    NO_SOC = "no_soc"
    """No battery tells its state of charge: the simple strategy, without the evening's."""
    NO_ROOM = "no_room"
    """The owner's limits leave nothing between empty and full: the simple strategy."""
    NO_BATTERIES = "no_batteries"


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Expectations for the present or next night, and the day after it.

    A night is the off-peak window that runs or comes next, where there are no peak hours the rest
    of today; the day is the peak hours that follow, or tomorrow. Energies are Wh, prices EUR per
    kWh in the cells, levels % of the rated capacity; all but `basis` are None when unknown.
    """

    basis: Basis
    night_start: datetime | None = None
    night_end: datetime | None = None
    load_tonight: float | None = None
    load_tomorrow: float | None = None
    pv_tomorrow: float | None = None
    value: float | None = None
    """Of a kWh at the end of the run of equal price that runs or is the next to decide on: of those
    to be charged, else of the last that there is."""
    cost: float | None = None
    """Of storing one more kWh in that run."""
    worth_now: float | None = None
    """What one kWh saves in that run, less its wear."""
    target: float | None = None
    """Up to which it pays to charge; None: not at all."""
    floor: float | None = None
    """Down to which it pays to discharge; None: to the batteries' own depth of discharge."""
