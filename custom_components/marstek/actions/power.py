"""Actions that let batteries charge, discharge or hold a power for a while."""

import datetime as dt
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..battery.commanded import Commanded
from ..battery.poll_schedule import Reading
from ..battery.runs import LONGEST_RUN
from ..battery.runtime import Battery
from ..battery.thrift import giver_of
from ..checked import duration, number
from ..const import DOMAIN
from ..plan.price_words import price_message
from ..runtime import async_loaded_plan
from ..texts import async_load_texts
from ..venus import LEAST_TELLING, Mode, OutOfRangeError, Proof, UnsupportedError, is_idle
from .description import ActionDescription
from .targets import TARGET_FIELDS, Details, async_for_each

_POWER: Final = "power"
_DURATION: Final = "duration"
_TARGET: Final = "target"

# Batteries are about as efficient at this power, in W, as they get.
_USUAL_POWER: Final = 1000
# Below, charging is not worth a write; a discharge may be as small as what a house always draws.
_LEAST_CHARGE: Final = 200
_LEAST_DISCHARGE: Final = 50
_SHORTEST_RUN: Final = dt.timedelta(minutes=1)
_LOWEST_TARGET: Final = 11
_FULL: Final = 100
_ALREADY: Final = "already_at_target"
_TAKES_NOTHING: Final = "takes_nothing_yet"
_GIVES_NOTHING: Final = "gives_nothing_yet"
_UNPROVEN: Final = (Proof.ACCEPTED, Proof.ASSUMED)


def _end_of(call: ServiceCall) -> dt.datetime | None:
    """Return when a run is to end; ServiceValidationError for a duration that can't be."""
    given: dt.timedelta | None = call.data.get(_DURATION)
    if given is None:
        return None
    if not _SHORTEST_RUN <= given <= LONGEST_RUN:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="run_duration")
    return dt_util.utcnow() + given


def _target_of(call: ServiceCall) -> int | None:
    """Return the state of charge in % at which a run is to end; ServiceValidationError outside."""
    target: float | None = call.data.get(_TARGET)
    if target is not None and not _LOWEST_TARGET <= target <= _FULL:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="target_out_of_range",
            translation_placeholders={"value": f"{target:g}"},
        )
    return None if target is None else round(target)


def _check_power(power: int, low: int, high: int) -> None:
    if not low <= power <= high:
        raise OutOfRangeError(power, low, high)


def _check_passive(battery: Battery) -> None:
    if Mode.PASSIVE not in battery.profile.modes:
        raise UnsupportedError(f"{Mode.PASSIVE} is not in this firmware")
    if battery.data.mode is Mode.UPS:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="backup_is_on",
            translation_placeholders={"name": battery.name},
        )


async def _async_begin(
    call: ServiceCall,
    battery: Battery,
    power: int,
    until: dt.datetime | None,
    target: int | None,
) -> Details:
    """Begin a run, unless its end is reached already; return what it is."""
    soc = battery.data.soc if Reading.POWER in battery.data.fresh else None
    details: dict[str, JsonValueType] = {"power": power, "target": target, "done": False}
    if soc is not None and Commanded.run(power, target=target).is_reached(soc):
        message = await _say(battery, _ALREADY, soc)
        return {**details, "until": None, "done": True, "message": message}
    battery.check_mode(Mode.PASSIVE, giver_of(call.context))
    proof = await battery.async_begin_run(power, until, target)
    details |= {
        "until": None if until is None else until.isoformat(),
        "is_proven": proof not in _UNPROVEN,
    }
    if target is not None and _stands_still(battery, power):
        soc = battery.data.soc or 0
        details["message"] = await _say(
            battery, _TAKES_NOTHING if power < 0 else _GIVES_NOTHING, soc
        )
    return details


def _stands_still(battery: Battery, power: int) -> bool:
    """Tell whether nothing flows of a power that would show."""
    found = battery.data.battery_power
    return found is not None and abs(power) >= LEAST_TELLING and is_idle(found)


async def _say(battery: Battery, key: str, soc: int) -> str:
    """Return a sentence about a battery at a state of charge in %."""
    texts = await async_load_texts(battery.hass)
    return texts.get(f"exceptions.{key}.message", {"name": battery.name, "soc": str(soc)})


async def _async_set_passive(call: ServiceCall) -> ServiceResponse:
    """Hold a power in Passive, for a while or until somebody ends it."""
    until, power = _end_of(call), round(call.data[_POWER])

    def check(battery: Battery) -> None:
        _check_passive(battery)
        _check_power(power, -battery.limits.charge, battery.limits.discharge)

    async def work(battery: Battery) -> Details:
        return await _async_begin(call, battery, power, until, None)

    return await async_for_each(call, work, check)


def _asked_power(call: ServiceCall, limit: int) -> int:
    power: float = call.data.get(_POWER, min(_USUAL_POWER, limit))
    return round(power)


async def _async_charge(call: ServiceCall) -> ServiceResponse:
    """Charge until a state of charge is reached or time is up, whatever is first."""
    until, target = _end_of(call), _target_of(call) or _FULL

    def check(battery: Battery) -> None:
        limit = battery.limits.charge
        _check_passive(battery)
        _check_power(_asked_power(call, limit), min(_LEAST_CHARGE, limit), limit)

    async def work(battery: Battery) -> Details:
        power = _asked_power(call, battery.limits.charge)
        details = await _async_begin(call, battery, -power, until, target)
        price = _price(call.hass)
        if "message" in price and "message" in details and not details["done"]:
            return {**price, **details, "message": f"{details['message']} {price['message']}"}
        return {**price, **details}

    return await async_for_each(call, work, check)


def _price(hass: HomeAssistant) -> Details:
    """Return what charging now costs, where a plan knows that."""
    plan = async_loaded_plan(hass)
    if plan is None:
        return {}
    message = price_message(plan.tariff, plan.control.announcer.wording)
    return {"price": plan.tariff.data.price, "message": message}


async def _async_discharge(call: ServiceCall) -> ServiceResponse:
    """Discharge until a state of charge is reached or time is up, whatever is first."""
    until, wanted = _end_of(call), _target_of(call)

    def check(battery: Battery) -> None:
        limit = battery.limits.discharge
        _check_passive(battery)
        _check_power(_asked_power(call, limit), min(_LEAST_DISCHARGE, limit), limit)

    async def work(battery: Battery) -> Details:
        power = _asked_power(call, battery.limits.discharge)
        floor = round(100 * (1 - battery.data.depth_of_discharge))
        return await _async_begin(call, battery, power, until, wanted or floor)

    return await async_for_each(call, work, check)


async def _async_stop(call: ServiceCall) -> ServiceResponse:
    """End what a person has begun: back to what was before."""

    async def work(battery: Battery) -> Details:
        return {"ended": await battery.async_stop_run()}

    return await async_for_each(call, work)


_DURATION_FIELD: Final[dict[vol.Marker, Any]] = {vol.Optional(_DURATION): duration}
_CHARGE_FIELDS: Final[dict[vol.Marker, Any]] = {
    **TARGET_FIELDS,
    **_DURATION_FIELD,
    vol.Optional(_POWER): number,
    vol.Optional(_TARGET): number,
}

POWER_ACTIONS: Final = (
    ActionDescription(
        "set_passive",
        _async_set_passive,
        {**TARGET_FIELDS, **_DURATION_FIELD, vol.Required(_POWER): number},
        SupportsResponse.OPTIONAL,
    ),
    ActionDescription("charge", _async_charge, _CHARGE_FIELDS, SupportsResponse.OPTIONAL),
    ActionDescription("discharge", _async_discharge, _CHARGE_FIELDS, SupportsResponse.OPTIONAL),
    ActionDescription("stop", _async_stop, TARGET_FIELDS, SupportsResponse.OPTIONAL),
)
