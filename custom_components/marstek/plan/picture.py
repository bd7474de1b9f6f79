"""What the plan's entities show of what is planned and done (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Final

from ..planner import Action, Plan, Step
from .control_memory import ControlMemory
from .pilot import Pilot
from .plan_data import ControlState, PlanData, Totals
from .plan_options import PlanOptions

_STATES: Final = {
    Action.AUTO: ControlState.SELF_CONSUMPTION,
    Action.AI: ControlState.AI,
    Action.HOLD: ControlState.HOLD,
    Action.CHARGE: ControlState.CHARGING,
    Action.DISCHARGE: ControlState.DISCHARGING,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the plan stands with its batteries."""

    options: PlanOptions
    memory: ControlMemory
    pilots: Mapping[str, Pilot]
    totals: Totals
    is_in_control: bool


def picture(plan: Plan, step: Step, now: dt.datetime, known: Standing) -> PlanData:
    """Return what is shown while a step runs."""
    following, pilots = plan.next_change(now), known.pilots
    failing = frozenset(key for key, pilot in pilots.items() if pilot.is_failing)
    return PlanData(
        state=_state(step, known, is_failing=bool(failing)),
        reason=step.reason,
        power=_power(step, known),
        target=step.target,
        next_action=None if following is None else following.action,
        next_action_at=None if following is None else following.start,
        next_reason=None if following is None else following.reason,
        plan=plan,
        step=step,
        is_problem=bool(failing),
        totals=known.totals,
        standing_back=frozenset(known.memory.standing_back),
        failing=failing,
        assumed=frozenset(key for key, pilot in pilots.items() if pilot.is_assumed),
        participants={key: pilot.battery.name for key, pilot in pilots.items()},
    )


def _power(step: Step, known: Standing) -> int | None:
    """Return what the batteries are told, or would be, in W, + discharges; None in Auto."""
    if step.action in (Action.AUTO, Action.AI):
        return None
    if known.is_in_control:
        orders = (pilot.wanted for pilot in known.pilots.values())
        return sum(order.power or 0 for order in orders if order is not None)
    return {Action.CHARGE: -step.power, Action.DISCHARGE: step.power}.get(step.action, 0)


def _state(step: Step, known: Standing, *, is_failing: bool) -> ControlState:
    memory, pilots = known.memory, known.pilots
    if not pilots:
        return ControlState.NO_BATTERIES
    if not known.options.automatic:
        return ControlState.OFF
    if memory.paused_until is not None:
        return ControlState.PAUSED
    if is_failing:
        return ControlState.PROBLEM
    if memory.overrides or pilots.keys() <= memory.standing_back.keys():
        return ControlState.OVERRIDE
    if step.action is Action.CHARGE and all(pilot.is_resting for pilot in pilots.values()):
        return ControlState.HOLD
    return _STATES[step.action]
