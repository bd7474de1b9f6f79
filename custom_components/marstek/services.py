"""Actions of the integration."""

import datetime as dt
from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN, Tariff
from .plan.runtime import Plan
from .runtime import async_loaded_plan
from .tempo import tempo_day

_START_DATE: Final = "start_date"
_END_DATE: Final = "end_date"
_LAST_DAY: Final = dt.date(2099, 12, 31)
# Two seasons: what the calendar keeps.
_LONGEST_SPAN: Final = dt.timedelta(days=732)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        "get_tempo",
        _async_get_tempo,
        schema=vol.Schema({vol.Optional(_START_DATE): cv.date, vol.Optional(_END_DATE): cv.date}),
        supports_response=SupportsResponse.ONLY,
    )


def _loaded_plan(hass: HomeAssistant) -> Plan:
    """Return the plan; a translated error when there is none, or none that runs."""
    if (plan := async_loaded_plan(hass)) is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_plan")
    return plan


async def _async_get_tempo(call: ServiceCall) -> ServiceResponse:
    """Return the days of a span: colour, prices, who said so, and whether that is binding."""
    tariff = _loaded_plan(call.hass).tariff
    if tariff.settings.tariff is not Tariff.TEMPO:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_tempo")
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
    return {"days": [tariff.describe(day) for day in days]}
