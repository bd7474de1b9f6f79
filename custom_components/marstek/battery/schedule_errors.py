"""Errors of a schedule, in the user's language."""

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..errors import command_error, describe
from ..texts import Texts, async_load_texts
from ..venus import OutOfRangeError, Slot, VenusError
from .runtime import Battery
from .schedule.slot_writer import Written
from .schedule.timetable import ScheduledPeriod, TimetableError

_NOT_PUT_BACK_YET: Final = "not_put_back_yet"


def timetable_error(error: TimetableError, name: str) -> ServiceValidationError:
    """Return the translated error for a timetable that does not fit the slots of battery `name`."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=error.key,
        translation_placeholders={"name": name} | error.placeholders,
    )


def check_powers(battery: Battery, periods: Iterable[ScheduledPeriod]) -> None:
    """Raise a translated error for a power beyond the owner's limits, or that may be fed in."""
    limits = battery.limits
    for period in periods:
        if not -limits.charge <= period.power <= limits.discharge:
            error = OutOfRangeError(period.power, -limits.charge, limits.discharge)
            raise command_error(error, battery.name)
        if period.enabled:
            battery.check_feeding(period.power)


async def async_write_checked(battery: Battery, arrange: Callable[[], tuple[Slot, ...]]) -> None:
    """Write the slots that `arrange` returns at their turn; translated errors for all that fails.

    HomeAssistantError where the battery did not take them all, or is not back in its mode;
    ServiceValidationError for a timetable that does not fit. It takes a minute at most.
    """
    try:
        written = await battery.async_bound(battery.async_write_slots(arrange))
    except TimetableError as err:
        raise timetable_error(err, battery.name) from err
    except VenusError as err:
        raise command_error(err, battery.name) from err
    await async_check_written(battery, written)


async def async_check_written(battery: Battery, written: Written) -> None:
    """Raise a translated error that names every slot that was not accepted, and why."""
    if written.error is None:
        return
    texts = await async_load_texts(battery.hass)
    name = battery.name
    if not written.failures:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="mode_not_put_back",
            translation_placeholders={"name": name, "reason": _reason(texts, written.error, name)},
        ) from written.error
    reasons = dict[str, list[str]]()
    for number, error in written.failures.items():
        reasons.setdefault(_reason(texts, error, name), []).append(str(number))
    failures = " ".join(f"{', '.join(numbers)}: {reason}" for reason, numbers in reasons.items())
    if written.not_put_back is not None:
        failures += " " + texts.get(f"exceptions.{_NOT_PUT_BACK_YET}.message")
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="slots_not_written",
        translation_placeholders={"name": name, "failures": failures},
    ) from written.error


def _reason(texts: Texts, error: VenusError, name: str) -> str:
    key, placeholders = describe(error, name)
    return texts.get(f"exceptions.{key}.message", placeholders)
