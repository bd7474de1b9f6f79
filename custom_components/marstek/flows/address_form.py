"""Form for the address of a battery, and the search for the device that answers there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..checked import is_whole
from ..discovery import AddressError, async_probe
from ..venus import (
    DEFAULT_PORT,
    DeviceError,
    FoundDevice,
    InvalidReplyError,
    LeftAloneError,
    NoAnswerError,
    NotMarstekError,
    PortInUseError,
    VenusError,
)

ADDRESS_ATTEMPTS: Final = 5
"""Requests before an address counts as silent, each of which may get lost."""
# No bounds on the port: the selector would tell them in English only.
ADDRESS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): NumberSelector(
            NumberSelectorConfig(mode=NumberSelectorMode.BOX)
        ),
    }
)
# The first kind that fits an error is its key in the form.
_PROBE_ERRORS: Final[tuple[tuple[type[VenusError], str], ...]] = (
    (LeftAloneError, "left_alone"),
    (PortInUseError, "port_in_use"),
    (NotMarstekError, "not_marstek"),
    (InvalidReplyError, "invalid_reply"),
    (DeviceError, "device_error"),
    (NoAnswerError, "no_answer"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who answered, or the errors of the form, and what its texts mention."""

    placeholders: dict[str, str]
    found: FoundDevice | None = None
    errors: dict[str, str] = field(default_factory=dict)


async def async_ask(
    hass: HomeAssistant, given: Mapping[str, Any], on_attempt: Callable[[int], None]
) -> Asked:
    """Ask who is at the address that was filled in.

    `on_attempt` is called with the number of each request: a battery that loses one is asked again.
    """
    host, port = given[CONF_HOST].strip(), given[CONF_PORT]
    mentioned = {"host": host, "port": f"{port:.0f}", "error": ""}
    if not is_whole(port, 1, 65535):
        return Asked(mentioned, errors={CONF_PORT: "invalid_port"})
    try:
        return Asked(
            mentioned,
            await async_probe(
                hass, host, int(port), attempts=ADDRESS_ATTEMPTS, on_attempt=on_attempt
            ),
        )
    except AddressError as err:
        return Asked(mentioned, errors={CONF_HOST: err.reason})
    except VenusError as err:
        key = next(key for kind, key in _PROBE_ERRORS if isinstance(err, kind))
        return Asked(mentioned | {"error": str(err)}, errors={"base": key})
