"""Allocation of a step of the plan: the command for each battery."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import datetime as dt
from typing import Final

from ..battery.mode_requests import AI, AUTO, BatteryCommand, SlotWindow
from ..planner import Action, Allocation as Share, BatteryState, House, Step, Timeline, share

_LONG_AGO: Final = dt.timedelta(days=1)
_NEVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


class Allocations:
    """Allocation of a step's power to batteries, stable so that no slot is written without need."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start without shares; ages are by `monotonic`, in s, a clock that is never set."""
        self._monotonic = monotonic
        self._shares: dict[str, Share] = {}
        self._changed_at: dict[str, float] = {}

    def resume(self, standing: Mapping[str, BatteryCommand], now: dt.datetime) -> None:
        """Go on with those that were charging before a restart, whose turn would else be lost."""
        for key, order in standing.items():
            end, power = order.window.end if order.window else order.until, order.power or 0
            if key not in self._shares and power < 0 and end is not None and end > now:
                self._shares[key] = Share(Action.CHARGE, -power)

    def make(
        self,
        plan: Timeline,
        step: Step,
        batteries: tuple[BatteryState, ...],
        house: House,
        now: dt.datetime,
        night: SlotWindow | None,
    ) -> Mapping[str, BatteryCommand]:
        """Return the order of each battery, by its id; `night` is the running off-peak window."""
        end = _end_of_charge(plan, step)
        elapsed = self._monotonic()
        since = {
            key: dt.timedelta(seconds=elapsed - self._changed_at[key])
            if key in self._changed_at
            else _LONG_AGO
            for key in self._shares
        }
        shares = share(step, batteries, house, now, end, self._shares, since)
        for key, mine in shares.items():
            if mine != self._shares.get(key):
                self._changed_at[key] = elapsed
        self._shares = dict(shares)
        return {
            key: _order(mine, min(end, _end_by_owner(step, key)), night)
            for key, mine in shares.items()
        }


def _end_of_charge(plan: Timeline, step: Step) -> dt.datetime:
    """Return when what a step does is over for the batteries that no override is for."""
    end = step.end
    for later in plan.steps:
        same = (later.action, later.reason, later.target) == (step.action, step.reason, step.target)
        if later.start == end and same:
            end = later.end
    return end


def _end_by_owner(step: Step, key: str) -> dt.datetime:
    """Return when an override for one battery is over."""
    ends = [each.until for each in step.exceptions if key in (each.batteries or ())]
    return ends[-1] if ends else _NEVER


def _order(mine: Share, charged: dt.datetime, night: SlotWindow | None) -> BatteryCommand:
    """Return what a battery is told: slots where they can be confined to the night, else Passive."""
    if mine.action is Action.AUTO:
        return AUTO
    if mine.action is Action.AI:
        return AI
    power = {Action.CHARGE: -mine.power, Action.DISCHARGE: mine.power}.get(mine.action, 0)
    if mine.action is Action.DISCHARGE:
        return BatteryCommand(power)
    if night is None:
        return BatteryCommand(power, until=charged if mine.action is Action.CHARGE else None)
    end = min(charged.astimezone(night.end.tzinfo), night.end)
    return BatteryCommand(power, night if mine.action is Action.HOLD else replace(night, end=end))
