"""Actions of the integration."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from ..const import DOMAIN
from .leave_alone import LEAVE_ACTIONS
from .plan import PLAN_ACTIONS
from .power import POWER_ACTIONS
from .records import RECORD_ACTIONS
from .schedule import SCHEDULE_ACTIONS

_ACTIONS: Final = (
    *PLAN_ACTIONS,
    *POWER_ACTIONS,
    *SCHEDULE_ACTIONS,
    *LEAVE_ACTIONS,
    *RECORD_ACTIONS,
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in _ACTIONS:
        hass.services.async_register(
            DOMAIN,
            action.name,
            action.handler,
            schema=vol.Schema(action.fields),
            supports_response=action.response,
        )
