"""Frozen snapshot of the plan, which its entities show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from enum import StrEnum

from ..planner import Action, Reason, Step, Timeline


class ControlState(StrEnum):
    """State of the plan, as its sensor shows it."""

    SELF_CONSUMPTION = "self_consumption"
    AI = "ai"
    HOLD = "hold"
    CHARGING = "charging"
    DISCHARGING = "discharging"
    OFF = "off"
    """Automatic control is switched off."""
    PAUSED = "paused"
    OVERRIDE = "override"
    """All batteries are left to manual commands, or do what was asked for."""
    PARTLY_BY_HAND = "partly_by_hand"
    """Some batteries are left to whoever commanded them; the others follow the plan."""
    PARTLY_OUT_OF_REACH = "partly_out_of_reach"
    """Some batteries do not answer; the others follow the plan."""
    PROBLEM = "problem"
    """A battery could not be brought to what is planned, or none answers."""
    NO_BATTERIES = "no_batteries"


@dataclass(frozen=True, slots=True)
class Totals:
    """All batteries of the home together; None where one that counts is not known."""

    soc: float | None = None
    """State of charge in %, weighted by capacity."""
    power: float | None = None
    """In W, + discharges."""
    stored: float | None = None
    """In Wh."""
    charged: float | None = 0.0
    """Counter in Wh that only rises."""
    discharged: float | None = 0.0
    """Counter in Wh that only rises."""
    batteries: int = 0
    answering: int = 0
    silent: tuple[str, ...] = ()
    """Names of those that do not answer."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peaks that the grid operator bills, as they are at a moment, in W."""

    mean: float
    """Mean of the running quarter hour or hour if nothing more is drawn."""
    month: float
    """Peak of the month so far."""
    limit: float
    """Mean up to which nothing more is paid."""
    near: int
    """Mean of an hour from which on a peak above the limit is to be expected in it."""
    most: int
    """W with which batteries may charge while nothing else is on."""
    room: int
    """W with which batteries may charge now."""
    is_running: bool
    """Whether the limit is about to be exceeded."""


@dataclass(frozen=True, slots=True)
class PlanData:
    """The plan now. Powers in W, states of charge in %; None is unknown or not applicable."""

    state: ControlState = ControlState.OFF
    reason: Reason | None = None
    power: int | None = None
    """What all batteries together are planned to charge (negative) or discharge (positive)."""
    target: float | None = None
    next_action: Action | None = None
    next_action_at: dt.datetime | None = None
    paused_until: dt.datetime | None = None
    plan: Timeline | None = None
    step: Step | None = None
    is_problem: bool = False
    totals: Totals = field(default_factory=Totals)
    standing_back: frozenset[str] = frozenset()
    """Batteries that are left to manual commands."""
    by_owner: tuple[str, ...] = ()
    """Names of batteries that do what somebody wants instead of the plan."""
    out_of_reach: tuple[str, ...] = ()
    """Names of batteries that take part and do not answer."""
    failing: frozenset[str] = frozenset()
    assumed: frozenset[str] = frozenset()
    """Batteries whose firmware or state can't prove that they follow their orders."""
    last_full: Mapping[str, dt.datetime | None] = field(default_factory=dict)
    """When batteries were last full for an hour, by name; None: not since that is known."""
    next_full: dt.datetime | None = None
    """When the full charge begins that runs or is planned, else when one is due."""
    members: Mapping[str, str] = field(default_factory=dict)
    """Names of the batteries that take part, by BLE MAC."""
    peaks: Peaks | None = None
    """None where no peaks are billed."""
