"""Checked input of the plan's actions. All errors of a call are reported together."""

from collections.abc import Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from ..battery.runtime import Battery
from ..const import DOMAIN
from ..plan.control_memory import FOR_EVER
from ..plan.runtime import Plan
from ..planner import Action, Override

ATTR_MODE: Final = "mode"
ATTR_POWER: Final = "power"
ATTR_TARGET: Final = "target"
ATTR_FLOOR: Final = "floor"
ATTR_DURATION: Final = "duration"
ATTR_UNTIL: Final = "until"

_USUAL_POWER: Final = 1000
# Below, charging is not worth a write; a discharge may be as small as what a house always draws.
_LEAST_POWER: Final = {Action.CHARGE: 200, Action.DISCHARGE: 50}
_LONGEST: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of a call: key and placeholders of its message."""

    key: str
    placeholders: Mapping[str, str]


def _refusal(problem: Problem) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=problem.key,
        translation_placeholders=dict(problem.placeholders),
    )


def _refuse(plan: Plan, problems: list[Problem]) -> None:
    """Raise ServiceValidationError when there is any problem, with all of them."""
    if not problems:
        return
    if len(problems) == 1:
        raise _refusal(problems[0])
    texts = plan.tariff.texts
    reasons = (texts.get(f"exceptions.{each.key}.message", each.placeholders) for each in problems)
    raise _refusal(Problem("several_problems", {"problems": " ".join(reasons)}))


def end_of_pause(data: Mapping[str, Any], now: dt.datetime) -> dt.datetime | None:
    """Return when a pause ends, None for one that does not; ServiceValidationError when past."""
    until, duration = data.get(ATTR_UNTIL), data.get(ATTR_DURATION)
    if until is not None and duration is not None:
        raise _refusal(Problem("two_ends", {}))
    if duration is not None:
        until = now + duration
    if until is None or until.year >= FOR_EVER.year:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt_util.get_default_time_zone())
    if until.year < now.year or until <= now:
        raise _refusal(Problem("end_is_past", {}))
    return dt_util.as_utc(until)


@callback
def read_override(plan: Plan, data: Mapping[str, Any], now: dt.datetime) -> Override:
    """Return the override of a call; ServiceValidationError names all of its faults."""
    control, action = plan.control, Action(data[ATTR_MODE])
    if not control.is_in_control:
        raise _refusal(Problem("not_in_control", {}))
    batteries, problems = _batteries(plan, data.get(ATTR_DEVICE_ID))
    if action is Action.DISCHARGE and control.options.never_feed_in:
        problems.append(Problem("never_feed_in", {}))
    power = 0
    if action in _LEAST_POWER:
        power = round(data.get(ATTR_POWER, _USUAL_POWER))
        problems += [
            problem
            for battery in batteries.values()
            if (problem := _power_problem(battery, action, power)) is not None
        ]
    for name in (ATTR_TARGET, ATTR_FLOOR):
        if not 0 <= (value := data.get(name, 0)) <= 100:
            problems.append(Problem("percentage_out_of_range", {"value": f"{value:g}"}))
    end = plan.tariff.settings.off_peak.current(now).end
    if (duration := data.get(ATTR_DURATION)) is not None:
        end = now + min(duration, _LONGEST)
        if not dt.timedelta() < duration <= _LONGEST:
            problems.append(Problem("invalid_duration", {"days": str(_LONGEST.days)}))
    _refuse(plan, problems)
    return Override(
        action,
        end,
        power,
        target=data.get(ATTR_TARGET),
        floor=data.get(ATTR_FLOOR),
        batteries=frozenset(batteries) if data.get(ATTR_DEVICE_ID) else None,
    )


def _batteries(
    plan: Plan, device_ids: list[str] | None
) -> tuple[dict[str, Battery], list[Problem]]:
    """Return the batteries meant, by BLE MAC, and what is wrong with the choice."""
    members = plan.control.members()
    if not device_ids:
        return members, [] if members else [Problem("no_participants", {})]
    registry = dr.async_get(plan.control.hass)
    chosen: dict[str, Battery] = {}
    problems: list[Problem] = []
    for device_id in device_ids:
        device = registry.async_get(device_id)
        names = {name for domain, name in device.identifiers if domain == DOMAIN} if device else ()
        found = {key: members[key] for key in names if key in members}
        chosen |= found
        if not found:
            name = (device.name_by_user or device.name) if device else None
            problems.append(Problem("not_taking_part", {"name": name or device_id}))
    return chosen, problems


def _power_problem(battery: Battery, action: Action, power: int) -> Problem | None:
    limits = battery.limits
    high = limits.charge if action is Action.CHARGE else limits.discharge
    low = _LEAST_POWER[action]
    if low <= power <= high:
        return None
    values = {"value": str(power), "low": str(low), "high": str(high)}
    return Problem("out_of_range", {"name": battery.name, **values})
