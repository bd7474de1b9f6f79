"""Actions on the schedule inside batteries, and on UPS, which overwrites it."""

from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..battery.runtime import Battery
from ..battery.schedule.timetable import (
    EVERY_DAY,
    ScheduledPeriod,
    TimetableError,
    arrange,
    to_clear,
)
from ..battery.schedule_errors import async_check_written, check_powers, timetable_error
from ..battery.slot_mirror import DAYS, described
from ..battery.thrift import giver_of
from ..checked import time as checked_time, whole
from ..const import DOMAIN
from ..venus import Mode
from .description import ActionDescription
from .targets import TARGET_FIELDS, async_for_each

_SLOTS: Final = "slots"
_SLOT: Final = "slot"
_DAYS: Final = "days"
_START: Final = "start"
_END: Final = "end"
_POWER: Final = "power"
_ENABLED: Final = "enabled"
_REPLACE: Final = "replace"
_ACTIVATE: Final = "activate"
_FOREIGN: Final = "foreign"
_OVERWRITE: Final = "overwrite_schedule"
_HOLD: Final = "hold"
_GROUPS: Final = {"daily": EVERY_DAY, "weekdays": 0b0011111, "weekend": 0b1100000}
_NAMES: Final = _GROUPS | {name: 1 << bit for bit, name in enumerate(DAYS)}
_MINUTES_A_DAY: Final = 24 * 60


def _time(value: Any) -> str:
    """Return "HH:MM" for a time of day, also for one that YAML has read as a number."""
    if type(value) is int and 0 <= value < _MINUTES_A_DAY:
        value = f"{value // 60:02d}:{value % 60:02d}"
    time = checked_time(value)
    if time.second or time.microsecond:
        raise vol.Invalid("seconds are not in a slot")
    return f"{time:%H:%M}"


_PERIOD: Final = vol.Schema(
    {
        vol.Optional(_SLOT): whole,
        vol.Optional(_DAYS, default=["daily"]): vol.All(cv.ensure_list, [vol.In(_NAMES)]),
        vol.Required(_START): _time,
        vol.Required(_END): _time,
        vol.Required(_POWER): vol.Any(_HOLD, whole),
        vol.Optional(_ENABLED, default=True): cv.boolean,
    }
)


def period_of(given: dict[str, Any]) -> ScheduledPeriod:
    """Return the period that a checked entry of the `slots` field describes."""
    days = 0
    for name in given[_DAYS]:
        days |= _NAMES[name]
    power = 0 if given[_POWER] == _HOLD else given[_POWER]
    return ScheduledPeriod(
        days, given[_START], given[_END], power, given.get(_SLOT), given[_ENABLED]
    )


async def _async_set_schedule(call: ServiceCall) -> ServiceResponse:
    """Write slots; all is checked for all batteries before anything is sent to one."""
    periods = tuple(period_of(each) for each in call.data[_SLOTS])
    replace: bool = call.data[_REPLACE]

    def check(battery: Battery) -> None:
        check_powers(battery, periods)
        try:
            arrange(periods, battery.mirror, replace=replace)
        except TimetableError as err:
            raise timetable_error(err, battery.name) from err

    async def work(battery: Battery) -> dict[str, Any]:
        battery.check_slots(giver_of(call.context))
        mirror = battery.mirror
        known = set(mirror.entries)
        try:
            written = await battery.async_write_slots(
                lambda: arrange(periods, mirror, replace=replace), activate=call.data[_ACTIVATE]
            )
        except TimetableError as err:
            raise timetable_error(err, battery.name) from err
        await async_check_written(battery, written)
        return {
            "slots": [described(mirror.entries[slot.number]) for slot in written.slots],
            "never_written_before": [
                slot.number for slot in written.slots if slot.number not in known
            ],
            "free": list(mirror.free_slots()),
        }

    return await async_for_each(call, work, check)


async def _async_clear_schedule(call: ServiceCall) -> ServiceResponse:
    """Disable the owner's slots, chosen ones, or with `foreign` all but the integration's."""
    numbers, foreign = call.data.get(_SLOTS), call.data[_FOREIGN]

    def check(battery: Battery) -> None:
        mirror, own_slots = battery.mirror, battery.own_slots
        try:
            to_clear(mirror, own_slots, numbers, foreign=foreign)
        except TimetableError as err:
            raise timetable_error(err, battery.name) from err

    async def work(battery: Battery) -> dict[str, Any]:
        mirror, own_slots = battery.mirror, battery.own_slots
        try:
            written = await battery.async_write_slots(
                lambda: to_clear(mirror, own_slots, numbers, foreign=foreign)
            )
        except TimetableError as err:
            raise timetable_error(err, battery.name) from err
        await async_check_written(battery, written)
        return {"cleared": [slot.number for slot in written.slots]}

    return await async_for_each(call, work, check)


async def _async_get_schedule(call: ServiceCall) -> ServiceResponse:
    """Return all slots as last written, and how sure that is."""

    async def work(battery: Battery) -> dict[str, Any]:
        mirror = battery.mirror
        return {
            "slots": [described(entry) for _, entry in sorted(mirror.entries.items())],
            "free": list(mirror.free_slots()),
            "backup_mode": mirror.is_backup,
        }

    return await async_for_each(call, work)


async def _async_set_backup_mode(call: ServiceCall) -> ServiceResponse:
    """Switch UPS on, once its cost is accepted, or off, and write what it has cost again."""
    enabled: bool = call.data[_ENABLED]

    def check(battery: Battery) -> None:
        if enabled and not battery.profile.has_backup:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="unsupported",
                translation_placeholders={"name": battery.name},
            )
        if enabled and not call.data[_OVERWRITE]:
            known = battery.mirror.of_owner()
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="backup_overwrites",
                translation_placeholders={
                    "name": battery.name,
                    "slots": ", ".join(map(str, known)) or "-",
                },
            )

    async def work(battery: Battery) -> dict[str, Any] | None:
        try:
            if enabled:
                battery.check_mode(Mode.UPS, giver_of(call.context))
                await battery.async_enter_backup()
                return None
            written = await battery.async_leave_backup()
        except TimetableError as err:
            raise timetable_error(err, battery.name) from err
        if battery.mode is Mode.AUTO:
            battery.async_return()
        await async_check_written(battery, written)
        return {"restored": list(battery.mirror.of_owner())}

    return await async_for_each(call, work, check)


SCHEDULE_ACTIONS: Final = (
    ActionDescription(
        "set_schedule",
        _async_set_schedule,
        {
            **TARGET_FIELDS,
            vol.Required(_SLOTS): vol.All(cv.ensure_list, vol.Length(min=1), [_PERIOD]),
            vol.Optional(_REPLACE, default=False): cv.boolean,
            vol.Optional(_ACTIVATE, default=False): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
    ActionDescription(
        "clear_schedule",
        _async_clear_schedule,
        {
            **TARGET_FIELDS,
            vol.Optional(_SLOTS): vol.All(cv.ensure_list, vol.Length(min=1), [whole]),
            vol.Optional(_FOREIGN, default=False): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
    ActionDescription(
        "get_schedule", _async_get_schedule, {**TARGET_FIELDS}, SupportsResponse.ONLY
    ),
    ActionDescription(
        "set_backup_mode",
        _async_set_backup_mode,
        {
            **TARGET_FIELDS,
            vol.Required(_ENABLED): cv.boolean,
            vol.Optional(_OVERWRITE, default=False): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
    ),
)
