"""Actions that import an old battery log, and remove it again; for administrators only."""

import datetime as dt
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..records.importing import async_import, async_remove_imported
from ..records.old_log import POWER_UNITS, LogFormat
from .description import ActionDescription
from .targets import one_battery

_CSV: Final = "csv"
_BATTERY_ID: Final = "battery_id"
_TIME_ZONE: Final = "time_zone"
_POWER_UNIT: Final = "power_unit"
_DRY_RUN: Final = "dry_run"


async def _async_import(call: ServiceCall) -> ServiceResponse:
    """Import a log for one battery, or say what would be imported."""
    data, zone = call.data, None
    if name := data.get(_TIME_ZONE):
        zone = await dt_util.async_get_time_zone(name)
        if zone is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="no_such_zone",
                translation_placeholders={"zone": name[:50]},
            )
    answer: dict[str, Any] = await async_import(
        call.hass, one_battery(call), data[_CSV], _log_format(data, zone), is_dry=data[_DRY_RUN]
    )
    return answer


def _log_format(data: dict[str, Any], zone: dt.tzinfo | None) -> LogFormat:
    return LogFormat(data.get(_BATTERY_ID) or None, zone, POWER_UNITS[data[_POWER_UNIT]])


async def _async_remove(call: ServiceCall) -> ServiceResponse:
    """Remove what was imported for one battery."""
    answer: dict[str, Any] = await async_remove_imported(call.hass, one_battery(call))
    return answer


HISTORY_ACTIONS: Final = (
    ActionDescription(
        "import_history",
        _async_import,
        {
            vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
            vol.Required(_CSV): cv.string,
            vol.Optional(_BATTERY_ID): cv.string,
            vol.Optional(_TIME_ZONE): cv.string,
            vol.Required(_POWER_UNIT): vol.In(list(POWER_UNITS)),
            vol.Optional(_DRY_RUN, default=True): cv.boolean,
        },
        SupportsResponse.ONLY,
        is_for_admins=True,
    ),
    ActionDescription(
        "remove_imported_history",
        _async_remove,
        {vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])},
        SupportsResponse.OPTIONAL,
        is_for_admins=True,
    ),
)
