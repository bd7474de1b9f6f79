"""Snapshot for the plan's entities, computed from steps and batteries (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Final

from ..planner import Action, Reason, Step, Timeline
from .control_memory import ControlMemory
from .order_executor import OrderExecutor
from .plan_data import ControlState, Peaks, PlanData, Totals
from .plan_options import PlanOptions

_STATES: Final = {
    Action.AUTO: ControlState.SELF_CONSUMPTION,
    Action.AI: ControlState.AI,
    Action.HOLD: ControlState.HOLD,
    Action.CHARGE: ControlState.CHARGING,
    Action.DISCHARGE: ControlState.DISCHARGING,
}


@dataclass(frozen=True, slots=True)
class PlanState:
    """How the plan stands with its batteries."""

    options: PlanOptions
    memory: ControlMemory
    executors: Mapping[str, OrderExecutor]
    totals: Totals
    is_in_control: bool
    missing: Mapping[str, str] = field(default_factory=dict)
    """Names of batteries that take part and could not be set up, by BLE MAC."""
    peaks: Peaks | None = None

    @property
    def by_owner(self) -> frozenset[str]:
        """Return the batteries that follow a person instead of the plan."""
        wanted = (
            self.executors.keys() if override.batteries is None else override.batteries
            for override in self.memory.overrides
        )
        return frozenset(self.memory.standing_back).union(*wanted) & self.executors.keys()

    @property
    def out_of_reach(self) -> frozenset[str]:
        """Return the batteries that take part and do not answer, save those left alone."""
        silent = {
            key
            for key, executor in self.executors.items()
            if not executor.battery.is_reachable_or_left_alone
        }
        return frozenset(silent | self.missing.keys())

    def names(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the names of batteries, in order."""
        known = {key: executor.battery.name for key, executor in self.executors.items()}
        return tuple(sorted((known | dict(self.missing))[key] for key in keys))


def snapshot(plan: Timeline, step: Step, now: dt.datetime, known: PlanState) -> PlanData:
    """Return the published data while a step runs."""
    following, executors = plan.next_change(now), known.executors
    failing = frozenset(key for key, executor in executors.items() if executor.is_failing)
    return PlanData(
        state=_state(step, known, is_failing=bool(failing)),
        reason=step.reason,
        power=_power(step, known),
        target=step.target,
        next_action=None if following is None else following.action,
        next_action_at=None if following is None else following.start,
        paused_until=known.memory.paused_until,
        plan=plan,
        step=step,
        is_problem=bool(failing) or (known.is_in_control and bool(known.out_of_reach)),
        totals=known.totals,
        standing_back=frozenset(known.memory.standing_back),
        by_owner=known.names(known.by_owner),
        out_of_reach=known.names(known.out_of_reach),
        failing=failing,
        assumed=frozenset(key for key, executor in executors.items() if executor.is_assumed),
        last_full={
            executor.battery.name: full.last if (full := known.memory.fullness.get(key)) else None
            for key, executor in executors.items()
        },
        next_full=_next_full(plan, step, known),
        members={key: executor.battery.name for key, executor in executors.items()},
        peaks=known.peaks,
    )


def _next_full(plan: Timeline, step: Step, known: PlanState) -> dt.datetime | None:
    """Return when the full charge begins that runs or is planned, else when one is due."""
    memory, every = known.memory, known.options.full_every
    if every is None:
        return None
    if step.reason is Reason.FULL_CHARGE and memory.filling_since is not None:
        return memory.filling_since
    planned = (each.start for each in plan.steps if each.reason is Reason.FULL_CHARGE)
    mine = (memory.fullness[key] for key in known.executors if key in memory.fullness)
    due = [at for full in mine if (at := full.due(every)) is not None]
    return next(planned, min(due, default=None))


def _power(step: Step, known: PlanState) -> int | None:
    """Return the power that the batteries are commanded, or would be, in W, + discharges; None in Auto."""
    if step.action in (Action.AUTO, Action.AI):
        return None
    if known.is_in_control:
        orders = (executor.wanted for executor in known.executors.values())
        return sum(order.power or 0 for order in orders if order is not None)
    return {Action.CHARGE: -step.sent, Action.DISCHARGE: step.sent}.get(step.action, 0)


def _state(step: Step, known: PlanState, *, is_failing: bool) -> ControlState:
    memory, executors = known.memory, known.executors
    if not executors:
        return ControlState.NO_BATTERIES
    if not known.options.automatic:
        return ControlState.OFF
    if memory.paused_until is not None:
        return ControlState.PAUSED
    if (other := _exception(known, is_failing=is_failing)) is not None:
        return other
    if step.action is Action.CHARGE and all(executor.is_resting for executor in executors.values()):
        return ControlState.HOLD
    return _STATES[step.action]


def _exception(known: PlanState, *, is_failing: bool) -> ControlState | None:
    """Return the state while batteries do not follow the plan, None when all do."""
    keys, silent, by_owner = known.executors.keys(), known.out_of_reach, known.by_owner
    if is_failing or silent >= keys:
        return ControlState.PROBLEM
    if by_owner >= keys:
        return ControlState.OVERRIDE
    if silent:
        return ControlState.PARTLY_OUT_OF_REACH
    return ControlState.PARTLY_BY_HAND if by_owner else None
