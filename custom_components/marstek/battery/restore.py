"""Restore of lost settings, slots of the owner and mode to a battery."""

from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from ..errors import command_error
from ..texts import Texts, async_load_texts
from ..venus import Method, Mode, NoAnswerError, Slot, VenusError
from .memory import Chosen, Lost
from .runtime import Battery
from .schedule.timetable import TimetableError
from .schedule_errors import async_check_written, timetable_error
from .settings import Setting
from .slot_mirror import OWNER_SLOT, cleared

_PLATFORMS: Final = {
    Setting.DEPTH_OF_DISCHARGE: "number",
    Setting.LED: "switch",
    Setting.BLUETOOTH: "switch",
}

type RestoreStep = Callable[[], Awaitable[None]]


async def async_restore(battery: Battery) -> list[str]:
    """Write a lost mode and slots again; return the failures, in Home Assistant's language.

    What was done stays done: another attempt does the rest.
    """
    lost = battery.parts.memory.lost
    if lost is None:
        return []
    texts = await async_load_texts(battery.hass)
    with battery.parts.wipe.restoring():
        failures = await _async_restore_settings(battery, lost, texts)
        activate = lost.chosen == Chosen(Mode.MANUAL) and not _comes_back(battery, lost.chosen)
        slots_failed = await _async_try(
            battery,
            texts,
            lambda: battery.async_bound(_async_restore_slots(battery, activate=activate)),
        )
        failures += slots_failed
        # No slot can be written while UPS is on.
        if not activate and not (slots_failed and lost.chosen.mode is Mode.UPS):
            failures += await _async_try(
                battery, texts, lambda: _async_restore_mode(battery, lost.chosen)
            )
    if not failures and battery.parts.memory.lost is lost:
        battery.parts.wipe.restored()
    return failures


async def _async_restore_settings(battery: Battery, lost: Lost, texts: Texts) -> list[str]:
    """Write what was set before and has not been set since."""
    failures = list[str]()
    for setting in Setting:
        value = lost.settings.get(setting)
        if value is None or battery.parts.memory.settings.get(setting) is not None:
            continue
        name = texts.get(f"entity.{_PLATFORMS[setting]}.{setting.value}.name")
        try:
            await battery.async_bound(battery.parts.settings.async_set(setting, value))
        except VenusError as err:
            failures.append(f"{name}: {texts.of_error(command_error(err, battery.name))}")
    return failures


async def _async_try(battery: Battery, texts: Texts, step: RestoreStep) -> list[str]:
    try:
        await step()
    except TimetableError as err:
        return [texts.of_error(timetable_error(err, battery.name))]
    except VenusError as err:
        return [texts.of_error(command_error(err, battery.name))]
    except HomeAssistantError as err:
        return [texts.of_error(err)]
    return []


async def _async_restore_slots(battery: Battery, *, activate: bool) -> None:
    """Write the owner's slots that are in doubt; with `activate`, stay in Manual."""
    memory = battery.parts.memory

    def arrange() -> tuple[Slot, ...]:
        owned = memory.schedule.of_owner().values()
        doubted = tuple(entry.slot for entry in owned if not entry.is_certain)
        if doubted or not activate or memory.chosen == Chosen(Mode.MANUAL):
            return doubted
        # Any write of a slot switches Manual on.
        return tuple(entry.slot for entry in owned)[:1] or (cleared(OWNER_SLOT),)

    await async_check_written(battery, await battery.async_write_slots(arrange, activate=activate))
    if activate:
        _check_proven(battery, Chosen(Mode.MANUAL))


async def _async_restore_mode(battery: Battery, chosen: Chosen) -> None:
    """Set the mode that was lost, unless a run is on that goes back to it."""
    power = None if chosen.power is None else battery.limits.clamp(chosen.power)
    wanted = Chosen(chosen.mode, power)
    if _comes_back(battery, chosen):
        return
    if chosen.mode is Mode.UPS:
        await battery.async_bound(battery.async_enter_backup())
    else:
        if power is not None:
            await battery.async_set_setpoint(power)
        await battery.async_set_mode(chosen.mode)
    _check_proven(battery, wanted)


def _check_proven(battery: Battery, wanted: Chosen) -> None:
    if battery.parts.memory.chosen != wanted:
        raise NoAnswerError(Method.MODE, 1)


def _comes_back(battery: Battery, chosen: Chosen) -> bool:
    commanded = battery.parts.memory.commanded
    return commanded.is_running and commanded.back_to.mode is chosen.mode
