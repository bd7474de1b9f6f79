"""Buttons of a battery."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.exceptions import HomeAssistantError

from ..const import CONF_BLE_MAC, DOMAIN
from ..energy_dashboard import BATTERY_FIELDS, async_add, battery_source, solar_source
from ..errors import command_error
from ..venus import Danger, Method, Mode, VenusError
from .coordinator import BatteryCoordinator
from .entity import BatteryEntity, BatteryEntityDescription
from .leave import USUAL
from .left_alone import check_planned_charge
from .reading_plan import Reading

# What a person may ask for at any time, of firmware that resets when it is asked for more.
_HARMLESS: Final = frozenset({Method.ENERGY, Method.PV, Method.METER})


async def _refresh(battery: BatteryCoordinator) -> None:
    """Read at once what is shown, the most important first; the rest follows in seconds."""
    plan = battery.plan
    try:
        battery.leave.check()
    except VenusError as err:
        raise command_error(err, battery.name) from err
    is_delicate = Danger.WIPES_SETTINGS in battery.profile.dangers
    for method in plan.methods({Reading(context) for context in battery.async_contexts()}):
        if not is_delicate or method in _HARMLESS:
            plan.hurry(method)
    await battery.async_refresh()
    if not battery.is_reachable:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_answer",
            translation_placeholders={"name": battery.name},
        )


async def _leave_alone(battery: BatteryCoordinator) -> None:
    """Leave the battery alone for half an hour; pressed again, end that."""
    if await battery.async_ask_again():
        return
    check_planned_charge(battery.ownership, battery.name, USUAL)
    try:
        await battery.async_leave_alone(USUAL)
    except VenusError as err:
        raise command_error(err, battery.name) from err


async def _restore_automatic(battery: BatteryCoordinator) -> None:
    """Bring the battery into Auto, whatever it was told before."""
    await battery.async_set_mode(Mode.AUTO)


async def _add_to_energy_dashboard(battery: BatteryCoordinator) -> None:
    """Put the battery, and its solar inputs, on the Energy dashboard."""
    hass, prefix = battery.hass, battery.config_entry.data[CONF_BLE_MAC]
    data = battery.data
    usable = (data.rated_capacity or battery.profile.rated_capacity) * data.depth_of_discharge
    sources = [battery_source(hass, prefix, BATTERY_FIELDS, usable) | {"name": battery.name}]
    if battery.profile.has_pv:
        sources.append(solar_source(hass, prefix) | {"name": battery.name})
    await async_add(hass, battery.name, sources)


@dataclass(frozen=True, kw_only=True)
class BatteryButtonDescription(BatteryEntityDescription, ButtonEntityDescription):
    """A button and what it does."""

    press_fn: Callable[[BatteryCoordinator], Coroutine[Any, Any, None]]


async def _identify(battery: BatteryCoordinator) -> None:
    """Let the LED blink, so that one sees which battery it is."""
    try:
        await battery.async_bound(battery.settings.async_identify())
    except VenusError as err:
        raise command_error(err, battery.name) from err


BUTTONS: Final = (
    BatteryButtonDescription(
        key="identify",
        device_class=ButtonDeviceClass.IDENTIFY,
        entity_category=EntityCategory.DIAGNOSTIC,
        exists_fn=lambda profile: profile.supports(Method.SET_LED),
        press_fn=_identify,
    ),
    BatteryButtonDescription(
        key="refresh",
        translation_key="refresh",
        entity_category=EntityCategory.DIAGNOSTIC,
        press_fn=_refresh,
    ),
    BatteryButtonDescription(
        key="restore_automatic",
        translation_key="restore_automatic",
        press_fn=_restore_automatic,
    ),
    BatteryButtonDescription(
        key="leave_alone",
        translation_key="leave_alone",
        entity_category=EntityCategory.CONFIG,
        press_fn=_leave_alone,
    ),
    BatteryButtonDescription(
        key="add_to_energy_dashboard",
        translation_key="add_to_energy_dashboard",
        entity_category=EntityCategory.CONFIG,
        press_fn=_add_to_energy_dashboard,
    ),
)


def buttons(coordinator: BatteryCoordinator) -> list[BatteryButton]:
    """Return the buttons of a battery."""
    return [
        BatteryButton(coordinator, description)
        for description in BUTTONS
        if description.exists_fn(coordinator.profile)
    ]


class BatteryButton(BatteryEntity, ButtonEntity):
    """Something that is done at once; it can be tried on a battery that is silent, too."""

    entity_description: BatteryButtonDescription

    @property
    @override
    def available(self) -> bool:
        """Always: to press it is how one finds out."""
        return True

    @property
    @override
    def _value(self) -> None:
        return None

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press_fn(self.coordinator)
