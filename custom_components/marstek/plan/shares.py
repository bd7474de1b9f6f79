"""Shares of single batteries in what the plan does, for their own pages (pure)."""

from collections.abc import Mapping
import datetime as dt
from typing import Final

from ..battery.commanded_by import CommandedBy, PlanShare
from ..planner import Action, Override, Reason, Step, Timeline
from .control_memory import ControlMemory
from .order_executor import OrderExecutor

_BY: Final[Mapping[Reason, CommandedBy]] = {
    Reason.OVERRIDE: CommandedBy.BY_HAND,
    Reason.RULE: CommandedBy.RULE,
}


def share_of(
    key: str,
    executors: Mapping[str, OrderExecutor],
    memory: ControlMemory,
    step: Step,
    *,
    is_in_control: bool,
) -> PlanShare:
    """Return what the plan wants of the battery with this BLE MAC."""
    executor = executors.get(key)
    if not is_in_control:
        return PlanShare(CommandedBy.NO_PLAN)
    if executor is None:
        return PlanShare(CommandedBy.NOT_TAKING_PART)
    if (until := memory.standing_back.get(key)) is not None:
        return PlanShare(CommandedBy.BY_HAND, until)
    own = next((each for each in step.exceptions if _concerns(each, key)), None)
    order = executor.wanted
    power = None if order is None else order.power
    if own is not None:
        return PlanShare(_BY[own.reason], own.until, power, _whole(own.target), own.rule)
    rule = step.figures.get("rule")
    return PlanShare(
        _BY.get(step.reason, CommandedBy.PLAN),
        step.end,
        power,
        _whole(step.target_of(key)) if step.action is Action.CHARGE else None,
        None if rule is None else str(rule),
    )


def next_charge(
    plan: Timeline, key: str, since: dt.datetime, until: dt.datetime
) -> dt.datetime | None:
    """Return when a charge of the battery with this BLE MAC begins, or goes on, in a span.

    None where none does before `until`.
    """
    begins = (
        max(step.start, since)
        for step in plan.steps
        if step.end > since and _action_of(step, key) is Action.CHARGE
    )
    return next((begin for begin in begins if begin < until), None)


def _action_of(step: Step, key: str) -> Action:
    """Return what a battery does in a step."""
    own = (each for each in step.exceptions if _concerns(each, key))
    stands_still = step.action is Action.CHARGE and step.target_of(key) is None
    return next((each.action for each in own), Action.HOLD if stands_still else step.action)


def _concerns(override: Override, key: str) -> bool:
    return override.batteries is None or key in override.batteries


def _whole(share: float | None) -> int | None:
    return None if share is None else round(share)
