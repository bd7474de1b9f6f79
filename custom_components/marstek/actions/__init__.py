"""Actions of the integration."""

from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from ..const import DOMAIN
from .history import HISTORY_ACTIONS
from .leave_alone import LEAVE_ACTIONS
from .plan import PLAN_ACTIONS
from .power import POWER_ACTIONS
from .records import RECORD_ACTIONS
from .schedule import SCHEDULE_ACTIONS

ACTIONS: Final = (
    *PLAN_ACTIONS,
    *POWER_ACTIONS,
    *SCHEDULE_ACTIONS,
    *LEAVE_ACTIONS,
    *RECORD_ACTIONS,
    *HISTORY_ACTIONS,
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in ACTIONS:
        register = async_register_admin_service if action.is_for_admins else _async_register
        register(
            hass,
            DOMAIN,
            action.name,
            action.handler,
            schema=vol.Schema(action.fields),
            supports_response=action.response,
        )


@callback
def _async_register(hass: HomeAssistant, *arguments: Any, **options: Any) -> None:
    hass.services.async_register(*arguments, **options)
