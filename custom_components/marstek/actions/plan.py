"""Actions on the plan and its tariff."""

import datetime as dt
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..checked import day, duration, moment, number
from ..const import DOMAIN, Tariff
from ..plan.preview import beliefs_data, price_data, step_data, with_soc, with_tomorrow
from ..plan.price_words import price_message
from ..plan.runtime import Plan
from ..planner import Action
from ..runtime import async_loaded_plan
from ..tempo import Colour, tempo_day
from .description import ActionDescription
from .plan_requests import (
    ATTR_DURATION,
    ATTR_FLOOR,
    ATTR_MODE,
    ATTR_POWER,
    ATTR_TARGET,
    ATTR_UNTIL,
    end_of_pause,
    read_override,
)

_START_DATE: Final = "start_date"
_END_DATE: Final = "end_date"
_LAST_DAY: Final = dt.date(2099, 12, 31)
_TOMORROW: Final = "tomorrow"
_SOC: Final = "soc"
_UNKNOWN: Final = "unknown"
# Two seasons: what the calendar keeps.
_LONGEST_SPAN: Final = dt.timedelta(days=732)


def _loaded_plan(hass: HomeAssistant) -> Plan:
    """Return the plan; a translated error when there is none, or none that runs."""
    if (plan := async_loaded_plan(hass)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_plan")
    return plan


def _tempo_plan(hass: HomeAssistant) -> Plan:
    """Return the plan of a tariff with colours; a translated error when there is none."""
    plan = _loaded_plan(hass)
    if plan.tariff.settings.tariff is not Tariff.TEMPO:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_tempo")
    return plan


async def _async_get_tempo(call: ServiceCall) -> ServiceResponse:
    """Return the days of a span: colour, prices, who said so, and whether that is binding."""
    tariff = _tempo_plan(call.hass).tariff
    today = tempo_day(dt_util.utcnow())
    first = call.data.get(_START_DATE, today)
    last = call.data.get(_END_DATE, max(first, today + dt.timedelta(days=1)))
    if last > _LAST_DAY or not dt.timedelta(0) <= last - first <= _LONGEST_SPAN:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="invalid_span",
            translation_placeholders={"days": str(_LONGEST_SPAN.days)},
        )
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return {"days": [*tariff.describe(days)]}


async def _async_pause(call: ServiceCall) -> None:
    """Return all batteries to Auto for a while, or until the plan is resumed."""
    control = _loaded_plan(call.hass).control
    await control.async_pause(end_of_pause(call.data, dt_util.utcnow()))


async def _async_resume(call: ServiceCall) -> None:
    """Take all batteries again, whatever kept the plan back."""
    await _loaded_plan(call.hass).control.async_resume()


async def _async_apply_now(call: ServiceCall) -> None:
    """Carry out again what should be."""
    await _loaded_plan(call.hass).control.async_apply_now()


async def _async_override(call: ServiceCall) -> ServiceResponse:
    """Do something else than planned for a while; return until when, and what electricity costs."""
    plan = _loaded_plan(call.hass)
    request = read_override(plan, call.data, dt_util.utcnow())
    await plan.control.async_override(request)
    members = plan.control.members()
    keys = members.keys() if request.batteries is None else request.batteries
    tariff = plan.tariff.data
    names: list[Any] = sorted(members[key].name for key in keys if key in members)
    return {
        "until": request.until.isoformat(),
        "batteries": names,
        "price": tariff.price,
        "colour": tariff.today,
        "off_peak": tariff.is_off_peak if plan.tariff.settings.has_off_peak else None,
        "message": price_message(plan.tariff, plan.control.announcer.wording),
    }


async def _async_preview(call: ServiceCall) -> ServiceResponse:
    """Return the plan now, or what it would be on a made-up day."""
    tomorrow, soc = call.data.get(_TOMORROW), call.data.get(_SOC)
    plan = (_loaded_plan if tomorrow is None else _tempo_plan)(call.hass)
    plan_maker = plan.control.plan_maker
    context = plan_maker.context(dt_util.utcnow())
    if tomorrow is not None:
        colour = None if tomorrow == _UNKNOWN else Colour(tomorrow)
        context = with_tomorrow(context, colour, plan.tariff.settings, plan.tariff.export)
    if soc is not None:
        if not 0 <= soc <= 100:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="percentage_out_of_range",
                translation_placeholders={"value": f"{soc:g}"},
            )
        context = with_soc(context, soc)
    wording = plan.control.announcer.wording
    made = await plan_maker.async_preview(context)
    steps: list[Any] = [step_data(step, wording) for step in made.steps]
    prices: list[Any] = price_data(context, has_off_peak=plan.tariff.settings.has_off_peak)
    return {"steps": steps, "prices": prices, "beliefs": beliefs_data(made.beliefs)}


PLAN_ACTIONS: Final = (
    ActionDescription(
        "get_tempo",
        _async_get_tempo,
        {vol.Optional(_START_DATE): day, vol.Optional(_END_DATE): day},
        SupportsResponse.ONLY,
    ),
    ActionDescription(
        "pause",
        _async_pause,
        {vol.Optional(ATTR_UNTIL): moment, vol.Optional(ATTR_DURATION): duration},
    ),
    ActionDescription("resume", _async_resume),
    ActionDescription("apply_now", _async_apply_now),
    ActionDescription(
        "override",
        _async_override,
        {
            vol.Required(ATTR_MODE): vol.In([action.value for action in Action]),
            vol.Optional(ATTR_POWER): number,
            vol.Optional(ATTR_TARGET): number,
            vol.Optional(ATTR_FLOOR): number,
            vol.Optional(ATTR_DURATION): duration,
            vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
        },
        SupportsResponse.OPTIONAL,
    ),
    ActionDescription(
        "preview",
        _async_preview,
        {
            vol.Optional(_TOMORROW): vol.In([_UNKNOWN, *(colour.value for colour in Colour)]),
            vol.Optional(_SOC): number,
        },
        SupportsResponse.ONLY,
    ),
)
