"""System information page: the sources that answer, and the colours that are known."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .runtime import async_loaded_plan
from .tempo import season_of, tempo_day


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the information about the tariff's sources."""
    register.async_register_info(async_system_health_info)


async def async_system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of the sources, empty without a plan that has sources."""
    if (plan := async_loaded_plan(hass)) is None or (client := plan.tariff.client) is None:
        return {}
    data, now = plan.tariff.data, dt_util.utcnow()
    season = season_of(tempo_day(now))
    known = plan.tariff.store.memory.book.known_days(season)
    age = None if data.last_success is None else (now - data.last_success).total_seconds() / 3600
    return {
        "last_source": data.last_source,
        "hours_since_answer": None if age is None else round(age, 1),
        "days_known": len(known),
        "calls_today": client.calls_today,
    }
