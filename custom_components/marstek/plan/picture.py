"""What the plan's entities show of what is planned and done (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    missing: Mapping[str, str] = field(default_factory=dict)
    """Names of batteries that take part and could not be set up, by BLE MAC."""

    @property
    def by_hand(self) -> frozenset[str]:
        """Return the batteries that do what somebody wants instead of the plan."""
        wanted = (
            self.pilots.keys() if override.batteries is None else override.batteries
            for override in self.memory.overrides
        )
        return frozenset(self.memory.standing_back).union(*wanted) & self.pilots.keys()

    @property
    def out_of_reach(self) -> frozenset[str]:
        """Return the batteries that take part and do not answer, save those left alone."""
        silent = {
            key
            for key, pilot in self.pilots.items()
            if not pilot.battery.is_reachable_or_left_alone
        }
        return frozenset(silent | self.missing.keys())

    def names(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the names of batteries, in order."""
        known = {key: pilot.battery.name for key, pilot in self.pilots.items()}
        return tuple(sorted((known | dict(self.missing))[key] for key in keys))


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
        is_problem=bool(failing) or (known.is_in_control and bool(known.out_of_reach)),
        totals=known.totals,
        standing_back=frozenset(known.memory.standing_back),
        by_hand=known.names(known.by_hand),
        out_of_reach=known.names(known.out_of_reach),
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
    return {Action.CHARGE: -step.sent, Action.DISCHARGE: step.sent}.get(step.action, 0)


def _state(step: Step, known: Standing, *, is_failing: bool) -> ControlState:
    memory, pilots = known.memory, known.pilots
    if not pilots:
        return ControlState.NO_BATTERIES
    if not known.options.automatic:
        return ControlState.OFF
    if memory.paused_until is not None:
        return ControlState.PAUSED
    if (other := _exception(known, is_failing=is_failing)) is not None:
        return other
    if step.action is Action.CHARGE and all(pilot.is_resting for pilot in pilots.values()):
        return ControlState.HOLD
    return _STATES[step.action]


def _exception(known: Standing, *, is_failing: bool) -> ControlState | None:
    """Return the state while batteries do not follow the plan, None when all do."""
    keys, silent, by_hand = known.pilots.keys(), known.out_of_reach, known.by_hand
    if is_failing or silent >= keys:
        return ControlState.PROBLEM
    if by_hand >= keys:
        return ControlState.OVERRIDE
    if silent:
        return ControlState.PARTLY_OUT_OF_REACH
    return ControlState.PARTLY_BY_HAND if by_hand else None
