"""Holds that end because what the house draws would become a peak that is billed.

A battery that is kept for dearer hours stands still beside an oven, whose quarter hour may cost
more than all that is kept.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final

from .model import BY_PERSON, Action, Context, Reason, Step, Timeline

_NOT_FOR_A_PRICE: Final = (Reason.DO_NOT_FEED, Reason.FULL_CHARGE, Reason.NO_BATTERIES)
_WORTH_A_WRITE: Final = 5.0
"""% that a battery has above its floor at least, to be of use."""


def can_serve(context: Context) -> bool:
    """Return whether a battery that answers has anything to give above the owner's reserve."""
    floor = _floor(context)
    return any(
        battery.is_reachable
        and battery.soc is not None
        and battery.soc >= max(floor, 100 * (1 - battery.depth)) + _WORTH_A_WRITE
        for battery in context.batteries
    )


def may_serve(step: Step, context: Context) -> bool:
    """Return whether batteries that stand still in a step may serve the house instead.

    In a sale all but one stand still. Those too whose reserve is kept for an expected peak: the one
    that runs costs as much. Not where a person wants them to stand still, also for something that
    they must not feed, nor where their cells are balanced. Nor before peak hours that are or may be
    red: what is stored is kept for these.
    """
    is_meant = step.action is Action.HOLD or step.reason in (Reason.PEAK_EXPECTED, Reason.SALE)
    if not is_meant or step.reason in BY_PERSON:
        return False
    if step.reason in _NOT_FOR_A_PRICE:
        return False
    if context.keeps_until is not None and step.start < context.keeps_until:
        return False
    later = (each for each in context.periods if each.end > step.start and not each.is_off_peak)
    following = next(later, None)
    return following is None or not following.may_be_red


def served_through(plan: Timeline, context: Context, until: datetime) -> Timeline:
    """Return a plan whose batteries serve the house until a moment where they `may_serve`.

    They keep the owner's reserve.
    """
    if until <= context.moment:
        return plan
    steps = tuple(part for step in plan.steps for part in _parts(step, context, until))
    served = (
        _serving(step, context) if step.start < until and may_serve(step, context) else step
        for step in steps
    )
    return replace(plan, steps=tuple(served))


def _parts(step: Step, context: Context, until: datetime) -> Iterator[Step]:
    """Yield a step, cut where the hours change before the moment, and at the moment."""
    bounds = {until, *(period.start for period in context.periods if period.start < until)}
    inside = sorted(bound for bound in bounds if step.start < bound < step.end)
    for start, end in pairwise((step.start, *inside, step.end)):
        yield replace(step, start=start, end=end)


def _floor(context: Context) -> float:
    return max(context.options.reserve, context.options.least_soc)


def _serving(step: Step, context: Context) -> Step:
    return replace(
        step,
        action=Action.AUTO,
        reason=Reason.PEAK_RUNNING,
        figures={},
        power=0,
        sent=0,
        target=None,
        floor=_floor(context) or None,
        battery_power=None,
    )
