"""Translation of library errors, for actions, entities and flows alike."""

import datetime as dt
from typing import Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .venus import (
    ClosedError,
    ContradictedError,
    DeadlineError,
    DeviceError,
    LeftAloneError,
    NoAnswerError,
    OutOfRangeError,
    PortInUseError,
    RefusedError,
    StandstillError,
    UnsupportedError,
    VenusError,
    WrongDeviceError,
)


class SupersededError(VenusError):
    """A newer command came before this one had its turn."""


class WornError(VenusError):
    """The writes of the day, which wear the battery's flash, are used up."""


class TooSoonError(VenusError):
    """An automation has commanded only seconds ago."""


class AtTargetError(VenusError):
    """The battery is where a charge or discharge was to end already."""

    def __init__(self, soc: int) -> None:
        """Hold its state of charge in %."""
        super().__init__(f"At {soc} % already")
        self.soc = soc


# The first that fits counts: a subclass stands before its base.
_KEYS: Final[tuple[tuple[type[VenusError], str], ...]] = (
    (DeadlineError, "not_in_time"),
    (SupersededError, "superseded"),
    (WornError, "writes_used_up"),
    (TooSoonError, "too_soon"),
    (AtTargetError, "already_at_target"),
    (LeftAloneError, "left_alone"),
    (NoAnswerError, "no_answer"),
    (RefusedError, "refused"),
    (StandstillError, "gives_no_more"),
    (ContradictedError, "contradicted"),
    (OutOfRangeError, "out_of_range"),
    (UnsupportedError, "unsupported"),
    (WrongDeviceError, "wrong_device"),
    (PortInUseError, "port_in_use"),
    (DeviceError, "device_error"),
    (ClosedError, "closed"),
    (VenusError, "invalid_reply"),
)


def describe(error: VenusError, name: str) -> tuple[str, dict[str, str]]:
    """Return translation key and placeholders of an error of the battery `name`."""
    key = next(key for kind, key in _KEYS if isinstance(error, kind))
    placeholders = {"name": name}
    match error:
        case StandstillError():
            key = "takes_no_more" if error.is_charge else key
            placeholders["soc"] = str(error.soc)
        case ContradictedError() | WrongDeviceError():
            placeholders |= {"expected": error.expected, "found": error.found}
        case OutOfRangeError():
            placeholders |= {
                "value": str(error.value),
                "low": str(error.low),
                "high": str(error.high),
            }
        case LeftAloneError():
            end = dt_util.now() + dt.timedelta(seconds=error.seconds)
            placeholders["until"] = f"{end:%H:%M}"
        case AtTargetError():
            placeholders["soc"] = str(error.soc)
        case PortInUseError():
            placeholders["port"] = str(error.port)
        case DeviceError():
            placeholders["error"] = str(error)
    return key, placeholders


def command_error(error: VenusError, name: str) -> HomeAssistantError:
    """Return the error to raise when a command failed."""
    invalid = isinstance(error, (AtTargetError, OutOfRangeError, UnsupportedError))
    key, placeholders = describe(error, name)
    return (ServiceValidationError if invalid else HomeAssistantError)(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )
