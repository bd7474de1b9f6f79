"""Hours in which batteries must not feed something: what would serve the house stands still."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from .model import BY_PERSON, Action, Context, Reason, Step, Timeline


def kept_back(plan: Timeline, context: Context) -> Timeline:
    """Return a plan whose batteries stand still instead of serving the house until a moment.

    Charges go on, and so does what a person has chosen. In peak hours that may be red the house
    is served: to draw everything from the grid then costs more than the batteries can be worth.
    """
    until = context.keeps_until
    if until is None or until <= context.moment:
        return plan
    steps = tuple(part for step in plan.steps for part in _parts(step, context))
    return replace(plan, steps=tuple(_kept(steps, context)))


def _kept(steps: Iterable[Step], context: Context) -> Iterator[Step]:
    """Yield steps, those that are meant standing still.

    Nobody knows when the hold really ends, so from it on no state of charge is expected.
    """
    has_held = False
    for step in steps:
        is_meant = _is_meant(step, context)
        has_held |= is_meant
        kept = _still(step) if is_meant else step
        yield replace(kept, expected_soc=None) if has_held else kept


def _parts(step: Step, context: Context) -> Iterator[Step]:
    """Yield a step, cut where the hours change and at the moment."""
    bounds = {period.start for period in context.periods}
    bounds |= {bound for bound in (context.keeps_until,) if bound is not None}
    inside = sorted(bound for bound in bounds if step.start < bound < step.end)
    for start, end in pairwise((step.start, *inside, step.end)):
        yield replace(step, start=start, end=end)


def _is_meant(step: Step, context: Context) -> bool:
    if context.keeps_until is None or step.start >= context.keeps_until:
        return False
    if step.action not in (Action.AUTO, Action.DISCHARGE) or step.reason in BY_PERSON:
        return False
    period = next(each for each in context.periods if each.start <= step.start < each.end)
    return period.is_off_peak or not period.may_be_red


def _still(step: Step) -> Step:
    return replace(
        step,
        action=Action.HOLD,
        reason=Reason.DO_NOT_FEED,
        figures={},
        power=0,
        sent=0,
        target=None,
        floor=None,
        battery_power=None,
    )
