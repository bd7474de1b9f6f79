"""Conflict of a time slot with what the running plan does at the same time."""

import datetime as dt
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..battery.schedule.timetable import ScheduledPeriod
from ..planner import Action, Step
from ..runtime import async_loaded_plan
from .plan_data import ControlState

_IDLE: Final = (ControlState.OFF, ControlState.PAUSED, ControlState.NO_BATTERIES)
# Slots act in Manual only, which the plan uses for these.
_IN_MANUAL: Final = (Action.HOLD, Action.CHARGE, Action.DISCHARGE)
_DAY: Final = dt.timedelta(days=1)


def action_of(power: int) -> Action:
    """Return what a slot with a power in W does: + discharges, 0 holds."""
    if power == 0:
        return Action.HOLD
    return Action.CHARGE if power < 0 else Action.DISCHARGE


@callback
def async_conflict(hass: HomeAssistant, ble_mac: str, period: ScheduledPeriod) -> str | None:
    """Return the first step of the plan that a slot would act against, in words."""
    plan = async_loaded_plan(hass)
    if plan is None or not period.enabled:
        return None
    data, zone = plan.control.data, plan.tariff.settings.off_peak.zone
    is_commanded = ble_mac in data.members and ble_mac not in data.standing_back
    if data.plan is None or data.state in _IDLE or not is_commanded:
        return None
    mine = action_of(period.power)
    for step in data.plan.steps:
        if step.action in _IN_MANUAL and step.action is not mine and _overlap(period, step, zone):
            start, end = (moment.astimezone(zone) for moment in (step.start, step.end))
            described = plan.control.announcer.describe(step)
            return f"{start:%H:%M}\N{EN DASH}{end:%H:%M} {described}"
    return None


def _overlap(period: ScheduledPeriod, step: Step, zone: dt.tzinfo) -> bool:
    """Tell whether a slot is on at any time of a step; one may have begun on the day before."""
    start, end = map(dt.time.fromisoformat, (period.start, period.end))
    day = step.start.astimezone(zone).date() - _DAY
    while day <= step.end.astimezone(zone).date():
        begins = dt.datetime.combine(day, start, zone)
        ends = dt.datetime.combine(day if start < end else day + _DAY, end, zone)
        if period.days >> day.weekday() & 1 and begins < step.end and step.start < ends:
            return True
        day += _DAY
    return False
