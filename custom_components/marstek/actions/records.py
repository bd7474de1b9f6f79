"""Actions that give away what is kept of a home."""

import datetime as dt
from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..checked import day
from ..const import DOMAIN
from ..export import Resolution
from ..records.exporting import Content, ExportRequest, FileFormat, async_export
from ..runtime import async_loaded_plan
from .description import ActionDescription
from .targets import batteries_or_all

_START_DATE: Final = "start_date"
_END_DATE: Final = "end_date"
_RESOLUTION: Final = "resolution"
_CONTENT: Final = "content"
_FORMAT: Final = "format"
_FIRST_DAY: Final = dt.date(2010, 1, 1)


def _range(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return a range of days, not beyond today; ServiceValidationError for one that is none."""
    last = min(last, dt_util.now().date())
    if not _FIRST_DAY <= first <= last:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="invalid_range")
    return first, last


async def _async_export(call: ServiceCall) -> ServiceResponse:
    """Return the address of a file with what was measured, planned or saved."""
    today = dt_util.now().date()
    first, last = _range(call.data[_START_DATE], call.data.get(_END_DATE, today))
    request = ExportRequest(
        first,
        last,
        Resolution(call.data[_RESOLUTION]),
        Content(call.data[_CONTENT]),
        FileFormat(call.data[_FORMAT]),
        batteries_or_all(call),
    )
    answer: dict[str, Any] = await async_export(call.hass, async_loaded_plan(call.hass), request)
    return answer


RECORD_ACTIONS: Final = (
    ActionDescription(
        "export",
        _async_export,
        {
            vol.Required(_START_DATE): day,
            vol.Optional(_END_DATE): day,
            vol.Optional(_RESOLUTION, default=Resolution.HOUR.value): vol.In(
                [each.value for each in Resolution]
            ),
            vol.Optional(_CONTENT, default=Content.MEASUREMENTS.value): vol.In(
                [each.value for each in Content]
            ),
            vol.Optional(_FORMAT, default=FileFormat.CSV.value): vol.In(
                [each.value for each in FileFormat]
            ),
            vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string]),
        },
        SupportsResponse.ONLY,
    ),
)
