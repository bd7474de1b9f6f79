"""Action that leaves batteries alone for a firmware update, and ends that early."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..battery.leave import LONGEST, SHORTEST, USUAL
from ..battery.runtime import Battery
from ..checked import number
from ..const import DOMAIN
from .description import ActionDescription
from .targets import TARGET_FIELDS, Details, async_for_each

_MINUTES: Final = "minutes"
_CONFIRM: Final = "confirm"
_END: Final = "end"


def _seconds_of(call: ServiceCall) -> float:
    """Return for how long; ServiceValidationError for a time that can't be."""
    minutes: float | None = call.data.get(_MINUTES)
    seconds = USUAL if minutes is None else 60 * minutes
    if not SHORTEST <= seconds <= LONGEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="leave_minutes",
            translation_placeholders={"low": f"{SHORTEST / 60:g}", "high": f"{LONGEST / 60:g}"},
        )
    return seconds


async def _async_leave_alone(call: ServiceCall) -> ServiceResponse:
    """Leave batteries in Auto without any request for a while, or end that."""
    if call.data.get(_END):
        return await async_for_each(call, _async_end, may_be_left_alone=True)
    seconds = _seconds_of(call)

    def check(battery: Battery) -> None:
        if not call.data.get(_CONFIRM):
            battery.check_planned_charge(seconds)

    async def work(battery: Battery) -> Details:
        return {"until": (await battery.async_leave_alone(seconds)).isoformat()}

    return await async_for_each(call, work, check, may_be_left_alone=True)


async def _async_end(battery: Battery) -> Details:
    return {"ended": await battery.async_ask_again()}


LEAVE_ACTIONS: Final = (
    ActionDescription(
        "leave_alone",
        _async_leave_alone,
        {
            **TARGET_FIELDS,
            vol.Optional(_MINUTES): number,
            vol.Optional(_CONFIRM): cv.boolean,
            vol.Optional(_END): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
)
