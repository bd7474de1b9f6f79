"""Batteries that an action is for, and the work on all of them at once.

Every battery is tried, whatever becomes of the others, and each result is reported: in the response
where one is asked for, else by one error.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..battery.runtime import Battery, BatteryConfigEntry
from ..const import CONF_BLE_MAC, DOMAIN
from ..entries import async_batteries, async_entry_of_device
from ..errors import command_error
from ..texts import async_load_texts
from ..venus import VenusError

TARGET_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Optional(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])
}
"""The field of an action on batteries."""

type Details = Mapping[str, JsonValueType]
type Work = Callable[[Battery], Coroutine[Any, Any, Details | None]]
type Check = Callable[[Battery], None]


@dataclass(frozen=True, slots=True)
class _Result:
    """How a battery fared."""

    name: str
    details: Details = field(default_factory=dict)
    error: HomeAssistantError | None = None


async def async_for_each(
    call: ServiceCall,
    work: Work,
    check: Check | None = None,
    *,
    may_be_left_alone: bool = False,
) -> ServiceResponse:
    """Do `work` on each battery that an action is for, all at the same time.

    `check` runs before, for all of them: when it raises for one, nothing is done to any. Both
    raise HomeAssistantError or VenusError. Returns by battery's name whether it succeeded, what
    it has to tell, and the details that `work` returned. Raises what went wrong when no response
    is asked for, or when there is no success to tell of: ServiceValidationError when all failed
    for what was asked, else HomeAssistantError. A battery that is left alone fails at once unless
    `may_be_left_alone`, which is for work that bounds its own time.
    """
    targets = _targets(call)
    if check is not None:
        refused = [
            result
            for result in [
                await _attempt(entry, _checking(check), may_be_left_alone=may_be_left_alone)
                for entry in targets
            ]
            if result.error is not None
        ]
        if refused:
            raise await _async_summary(call.hass, refused, alone=len(targets) == 1)
    results = await asyncio.gather(
        *(_attempt(entry, work, may_be_left_alone=may_be_left_alone) for entry in targets)
    )
    failed = [result for result in results if result.error is not None]
    if failed and (not call.return_response or len(failed) == len(results)):
        raise await _async_summary(call.hass, failed, alone=len(targets) == 1)
    return await _async_response(call.hass, results) if call.return_response else None


def _targets(call: ServiceCall) -> list[BatteryConfigEntry]:
    """Return the batteries' entries; ServiceValidationError when they are not known."""
    device_ids: list[str] = call.data.get(ATTR_DEVICE_ID) or []
    if not device_ids:
        entries = [entry for entry in async_batteries(call.hass) if entry.disabled_by is None]
        if len(entries) != 1:
            key = "name_a_battery" if entries else "no_battery"
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
        return entries
    return _named(call.hass, device_ids)


def batteries_or_all(call: ServiceCall) -> list[ConfigEntry]:
    """Return the entries of the batteries that a call names, else of all that are not disabled.

    They need not be loaded. Raises ServiceValidationError for a device that is no battery.
    """
    if device_ids := call.data.get(ATTR_DEVICE_ID):
        return list(_named(call.hass, device_ids))
    return [entry for entry in async_batteries(call.hass) if entry.disabled_by is None]


def one_battery(call: ServiceCall) -> ConfigEntry:
    """Return the entry of the one battery that a call is for; it need not be loaded.

    Raises ServiceValidationError for several, and where none is named although there are several.
    """
    entries = _targets(call)
    if len(entries) != 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="name_one_battery")
    return entries[0]


def _named(hass: HomeAssistant, device_ids: list[str]) -> list[BatteryConfigEntry]:
    """Return the entries of devices; ServiceValidationError when one is no battery."""
    found = {device_id: async_entry_of_device(hass, device_id) for device_id in device_ids}
    unknown = [_device_name(hass, each) for each, entry in found.items() if entry is None]
    if unknown:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_a_battery",
            translation_placeholders={"names": ", ".join(unknown)},
        )
    return [entry for entry in found.values() if entry is not None]


def _device_name(hass: HomeAssistant, device_id: str) -> str:
    device = dr.async_get(hass).async_get(device_id)
    return (device.name_by_user or device.name if device else None) or device_id


def _checking(check: Check) -> Work:
    async def work(battery: Battery) -> None:
        check(battery)

    return work


async def _attempt(
    entry: BatteryConfigEntry, work: Work, *, may_be_left_alone: bool = False
) -> _Result:
    if entry.state is not ConfigEntryState.LOADED:
        error = HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="battery_not_loaded",
            translation_placeholders={"name": entry.title},
        )
        return _Result(_name(entry), error=error)
    try:
        battery: Battery = entry.runtime_data
        doing = work(battery)
        details = await (doing if may_be_left_alone else battery.async_bound(doing))
    except VenusError as err:
        return _Result(_name(entry), error=command_error(err, entry.title))
    except HomeAssistantError as err:
        return _Result(_name(entry), error=err)
    return _Result(_name(entry), details or {})


def _name(entry: BatteryConfigEntry) -> str:
    """Return the name of a battery, with the end of its MAC where people gave it that of another."""
    mac: str = entry.data[CONF_BLE_MAC]
    end = mac[-4:].upper()
    return entry.title if entry.title.upper().endswith(end) else f"{entry.title} {end}"


async def _async_response(hass: HomeAssistant, results: list[_Result]) -> ServiceResponse:
    texts = await async_load_texts(hass)
    response: dict[str, JsonValueType] = {}
    for result in results:
        answer: dict[str, JsonValueType] = {"ok": result.error is None, **result.details}
        if result.error is not None:
            answer["message"] = texts.of_error(result.error)
        response[result.name] = answer
    return response


async def _async_summary(
    hass: HomeAssistant, failed: list[_Result], *, alone: bool
) -> HomeAssistantError:
    """Return the error of the only battery, or one that names each that failed, and why."""
    errors = [result.error for result in failed if result.error is not None]
    if alone:
        return errors[0]
    texts = await async_load_texts(hass)
    invalid = all(isinstance(error, ServiceValidationError) for error in errors)
    failures = (
        f"{result.name}: {texts.of_error(result.error)}" for result in failed if result.error
    )
    return (ServiceValidationError if invalid else HomeAssistantError)(
        translation_domain=DOMAIN,
        translation_key="several_failed",
        translation_placeholders={"failures": " ".join(failures)},
    )
