"""By whom a battery is commanded, as its owner sees it (pure)."""

from dataclasses import dataclass
import datetime as dt
from enum import StrEnum

from ..venus import Mode
from .commanded import Commanded


class CommandedBy(StrEnum):
    """Who or what decides on what a battery does."""

    PLAN = "plan"
    RULE = "rule"
    """The plan follows an own rule of its owner."""
    BY_HAND = "by_hand"
    """A mode was chosen, or the plan was overridden, by a person or an automation."""
    CHARGING = "charging"
    """Charged by hand."""
    DISCHARGING = "discharging"
    HELD = "held"
    """Held at 0 W by hand."""
    NOT_TAKING_PART = "not_taking_part"
    """There is a plan, which does not command this battery."""
    NO_PLAN = "no_plan"
    """There is no plan, or it is paused or switched off."""
    OUT_OF_REACH = "out_of_reach"


@dataclass(frozen=True, slots=True)
class PlanShare:
    """What the plan wants of one battery. Powers are in W, + discharges."""

    by: CommandedBy = CommandedBy.NO_PLAN
    """PLAN, RULE, BY_HAND, NOT_TAKING_PART or NO_PLAN."""
    until: dt.datetime | None = None
    power: int | None = None
    """None in Auto and AI."""
    target: int | None = None
    """State of charge in %."""
    rule: str | None = None
    """Name of the rule that is followed."""


NO_SHARE = PlanShare()


def _of_run(commanded: Commanded) -> PlanShare:
    power = commanded.power
    by = CommandedBy.HELD
    if power:
        by = CommandedBy.CHARGING if power < 0 else CommandedBy.DISCHARGING
    return PlanShare(by, commanded.until, power, commanded.target)


def commanded_by(
    commanded: Commanded,
    share: PlanShare,
    *,
    is_reachable: bool,
    left_alone_until: dt.datetime | None,
) -> PlanShare:
    """Return who commands a battery, and what is wanted of it.

    What was begun by hand goes before the plan; what is out of reach is commanded by nobody.
    """
    if left_alone_until is not None:
        return PlanShare(CommandedBy.BY_HAND, left_alone_until)
    if not is_reachable:
        return PlanShare(CommandedBy.OUT_OF_REACH)
    if commanded.is_running:
        return _of_run(commanded)
    if commanded.is_held_by_owner:
        until = share.until if share.by is CommandedBy.BY_HAND else None
        power = commanded.power if commanded.mode is Mode.MANUAL else None
        return PlanShare(CommandedBy.BY_HAND, until, power)
    return share
