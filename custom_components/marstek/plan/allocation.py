"""Allocation of a step of the plan: the command for each battery."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import datetime as dt
from typing import Final

from ..battery.mode_requests import AI, AUTO, BatteryCommand, SlotWindow
from ..planner import (
    BY_PERSON,
    Action,
    Allocation as Share,
    BatteryState,
    House,
    Reason,
    Step,
    Timeline,
    share,
)

_LONG_AGO: Final = dt.timedelta(days=1)
# A slot that begins a little before now acts at once, also by a clock that is a little slow.
_SLOT_BEFORE: Final = dt.timedelta(minutes=2)
# A hold that is shorter is not worth a slot: Passive does it.
_SHORTEST_HOLD: Final = dt.timedelta(minutes=10)
# A hold is often prolonged by a later plan, and ended by Auto in any case.
_HOLD_LONGER: Final = dt.timedelta(hours=2)
# So long before a charge batteries stand still by Passive too, which the charge takes in any case.
_LONGEST_PAUSE: Final = dt.timedelta(hours=1)
# And so long after one: its target is often raised when the price falls, and a slot is written for it.
_AFTER_CHARGE: Final = dt.timedelta(minutes=16)
_LAST_MINUTE: Final = dt.time(23, 59)
_NEVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)


class Allocations:
    """Allocation of a step's power to batteries, stable so that no slot is written without need."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start without shares; ages are by `monotonic`, in s, a clock that is never set."""
        self._monotonic = monotonic
        self._shares: dict[str, Share] = {}
        self._changed_at: dict[str, float] = {}
        self._charged_at = float("-inf")
        self._giving = frozenset[str]()
        """Batteries that discharge by the last order that they carried out."""
        self._by_countdown = frozenset[str]()
        """Batteries whose last order that they carried out is no slot."""
        self._day_hold: SlotWindow | None = None
        """The window of slots of the hold by day that runs."""

    def resume(self, standing: Mapping[str, BatteryCommand], now: dt.datetime) -> None:
        """Go on with those that charged or sold before a restart, whose turn would else be lost.

        A hold by day keeps the window that its slots have.
        """
        self._giving = frozenset(key for key, each in standing.items() if (each.power or 0) > 0)
        self._by_countdown = frozenset(
            key for key, each in standing.items() if each.power is not None and each.window is None
        )
        for key, order in standing.items():
            if self._day_hold is None and order.power == 0:
                self._day_hold = order.window
            end, power = order.window.end if order.window else order.until, order.power or 0
            if key in self._shares:
                continue
            if power > 0:
                self._shares[key] = Share(Action.DISCHARGE, power)
            elif power < 0 and end is not None and end > now:
                self._shares[key] = Share(Action.CHARGE, -power)

    def make(
        self,
        plan: Timeline,
        step: Step,
        batteries: tuple[BatteryState, ...],
        house: House,
        now: dt.datetime,
        night: SlotWindow | None,
        zone: dt.tzinfo,
    ) -> Mapping[str, BatteryCommand]:
        """Return the order of each battery, by its id; `night` is the running off-peak window.

        `zone` is that of the batteries' clocks.
        """
        hold = self._hold_by_day(plan, step, now, zone) if night is None else night
        if night is not None:
            self._day_hold = None
        end = _end_of_charge(plan, step)
        elapsed = self._monotonic()
        since = {
            key: dt.timedelta(seconds=elapsed - self._changed_at[key])
            if key in self._changed_at
            else _LONG_AGO
            for key in self._shares
        }
        known = [replace(each, is_giving=each.id in self._giving) for each in batteries]
        shares = share(step, known, house, now, end, self._shares, since)
        for key, mine in shares.items():
            if mine != self._shares.get(key):
                self._changed_at[key] = elapsed
        if night is None and any(each.action is Action.CHARGE for each in shares.values()):
            self._charged_at = elapsed
        self._shares = dict(shares)
        # A slot that nobody can see acting would be written again and again.
        is_sale = step.reason is Reason.SALE
        unseen = {each.id for each in batteries if is_sale and not each.is_reachable}
        return {
            key: BatteryCommand(0)
            if mine.action is Action.HOLD and key in unseen & self._by_countdown
            else _order(mine, min(end, _end_by_owner(step, key)), night, hold)
            for key, mine in shares.items()
        }

    def _hold_by_day(
        self, plan: Timeline, step: Step, now: dt.datetime, zone: dt.tzinfo
    ) -> SlotWindow | None:
        """Return when a hold of the strategy acts outside of the night; None for anything else.

        A battery whose reserve is kept for an expected peak may be held too while others serve, and
        one whose turn has not come in a sale.
        One slot of 0 W up to the end of all hours that are held, and for some time beyond: AUTO ends
        a hold, and most plans prolong it. A hold through midnight takes another one then, as two
        slots would have to be disabled. It stands as it was written until it is over: what later
        plans make of its end is not worth flash.
        """
        if not _may_hold_by_slot(step):
            self._day_hold = None
            return None
        running = self._day_hold
        if running is None or not running.start <= now < running.end:
            end = step.end
            for later in plan.steps:
                if later.start == end and _goes_on(step, later):
                    end = later.end
            start = max(step.start, now - _SLOT_BEFORE).astimezone(zone)
            last = dt.datetime.combine(now.astimezone(zone).date(), _LAST_MINUTE, zone)
            is_pause = end - now <= _LONGEST_PAUSE and _charges_at(plan, end)
            is_brief = end - now < _SHORTEST_HOLD or is_pause or self._has_just_charged()
            end = (end + _HOLD_LONGER).astimezone(zone)
            self._day_hold = None if is_brief else SlotWindow(start, min(end, last))
        return self._day_hold

    def _has_just_charged(self) -> bool:
        """Tell whether batteries have charged, in Passive, so lately that they may do so again."""
        return self._monotonic() - self._charged_at < _AFTER_CHARGE.total_seconds()

    def is_ending(self, now: dt.datetime, before: dt.timedelta) -> bool:
        """Tell whether the hold by day that runs ends so soon."""
        hold = self._day_hold
        return hold is not None and hold.end - before <= now < hold.end


def _charges_at(plan: Timeline, moment: dt.datetime) -> bool:
    step = plan.at(moment)
    return step is not None and step.action is Action.CHARGE


def _may_hold_by_slot(step: Step) -> bool:
    """Return whether who stands still in a step does so for long, so that a slot is worth it."""
    if step.reason is Reason.SALE:
        return True
    if step.action is Action.AUTO:
        is_kept_for_later = step.reason is Reason.NOW_WORTH_MORE and step.floor is not None
        return step.reason is Reason.PEAK_EXPECTED or is_kept_for_later
    return step.action is Action.HOLD and step.reason not in BY_PERSON


def _goes_on(step: Step, later: Step) -> bool:
    """Return whether who stands still in a step does so in a later one that follows it too."""
    if later.reason is not Reason.NOW_WORTH_MORE:
        return later.action is Action.HOLD or _may_hold_by_slot(later)
    # Down to a lower floor a battery serves the house again.
    is_same = later.reason is step.reason and later.floor is not None
    return is_same and (later.floor or 0.0) >= (step.floor or 0.0)


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


def _order(
    mine: Share, charged: dt.datetime, night: SlotWindow | None, hold: SlotWindow | None
) -> BatteryCommand:
    """Return what a battery is told: slots where they can be confined to a time, else Passive.

    `hold` is when it may stand still by slots.
    """
    if mine.action is Action.AUTO:
        return AUTO
    if mine.action is Action.AI:
        return AI
    power = {Action.CHARGE: -mine.power, Action.DISCHARGE: mine.power}.get(mine.action, 0)
    if mine.action is Action.DISCHARGE:
        return BatteryCommand(power)
    if mine.action is Action.HOLD and hold is not None:
        return BatteryCommand(power, hold)
    if night is None:
        return BatteryCommand(power, until=charged if mine.action is Action.CHARGE else None)
    end = min(charged.astimezone(night.end.tzinfo), night.end)
    return BatteryCommand(power, replace(night, end=end))
