"""Buttons of a battery."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.exceptions import HomeAssistantError

from ...const import DOMAIN
from ...energy_dashboard import BATTERY_FIELDS, async_add, battery_source, solar_source
from ...errors import command_error
from ...venus import Danger, Method, Mode, VenusError
from ..leave import USUAL
from ..runtime import Battery
from .entity import BatteryEntity, BatteryEntityDescription

# What a person may not ask for at any time, of firmware that resets when it is asked for that.
_HARMFUL: Final = frozenset(Method) - {Method.ENERGY, Method.PV, Method.METER}


async def _refresh(battery: Battery) -> None:
    """Read at once what is shown, the most important first; the rest follows in seconds."""
    try:
        battery.parts.leave.check()
    except VenusError as err:
        raise command_error(err, battery.name) from err
    is_delicate = Danger.WIPES_SETTINGS in battery.profile.dangers
    battery.coordinator.hurry_shown(spared=_HARMFUL if is_delicate else frozenset())
    try:
        await battery.async_read_now()
    except VenusError as err:
        raise command_error(err, battery.name) from err
    if (error := battery.parts.poller.last_error) is not None:
        raise command_error(error, battery.name)
    if not battery.is_reachable:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="no_answer",
            translation_placeholders={"name": battery.name},
        )


async def _leave_alone(battery: Battery) -> None:
    """Leave the battery alone for half an hour; pressed again, end that."""
    try:
        if await battery.async_ask_again():
            return
        battery.check_planned_charge(USUAL)
        await battery.async_leave_alone(USUAL)
    except VenusError as err:
        raise command_error(err, battery.name) from err


async def _restore_automatic(battery: Battery) -> None:
    """Bring the battery into Auto, whatever was commanded before."""
    await battery.async_set_mode(Mode.AUTO)


async def _add_to_energy_dashboard(battery: Battery) -> None:
    """Put the battery, and its solar inputs, on the Energy dashboard."""
    hass, prefix = battery.hass, battery.mac
    data = battery.data
    usable = (data.rated_capacity or battery.profile.rated_capacity) * data.depth_of_discharge
    sources = [battery_source(hass, prefix, BATTERY_FIELDS, usable) | {"name": battery.name}]
    if battery.profile.has_pv:
        sources.append(solar_source(hass, prefix) | {"name": battery.name})
    await async_add(hass, battery.name, sources)


@dataclass(frozen=True, kw_only=True)
class BatteryButtonDescription(BatteryEntityDescription, ButtonEntityDescription):
    """A button and what it does."""

    press_fn: Callable[[Battery], Coroutine[Any, Any, None]]


async def _identify(battery: Battery) -> None:
    """Let the LED blink, so that one sees which battery it is."""
    await battery.async_identify()


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


def buttons(battery: Battery) -> list[BatteryButton]:
    """Return the buttons of a battery."""
    return [
        BatteryButton(battery, description)
        for description in BUTTONS
        if description.exists_fn(battery.profile)
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
        await self.entity_description.press_fn(self.battery)
