"""Buttons of the plan."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory

from ...const import CONF_BLE_MAC, PLAN_UNIQUE_ID
from ...energy_dashboard import TOTAL_FIELDS, async_add, battery_source, solar_source
from ..controller import PlanController
from ..participants import loaded_batteries
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription


async def _add_to_energy_dashboard(control: PlanController) -> None:
    """Put all batteries together, and the solar inputs of each, on the Energy dashboard."""
    hass, title = control.hass, control.config_entry.title
    batteries = loaded_batteries(hass).values()
    usable = sum(
        (battery.data.rated_capacity or battery.profile.rated_capacity)
        * battery.data.depth_of_discharge
        for battery in batteries
    )
    total = battery_source(hass, PLAN_UNIQUE_ID, TOTAL_FIELDS, usable)
    suns = (
        solar_source(hass, battery.entry.data[CONF_BLE_MAC]) | {"name": battery.name}
        for battery in batteries
        if battery.profile.has_pv
    )
    name = control.announcer.wording.texts.message("told_all_batteries")
    await async_add(hass, title, [total | {"name": name}, *suns])


@dataclass(frozen=True, kw_only=True)
class ControlButtonDescription(ControlEntityDescription, ButtonEntityDescription):
    """A button and what it does."""

    press_fn: Callable[[PlanController], Coroutine[Any, Any, None]]


BUTTONS: Final = (
    ControlButtonDescription(
        key="hand_back",
        translation_key="hand_back",
        press_fn=lambda control: control.async_resume(),
    ),
    ControlButtonDescription(
        key="apply_now",
        translation_key="apply_now",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda control: control.async_apply_now(),
    ),
    ControlButtonDescription(
        key="add_to_energy_dashboard",
        translation_key="add_to_energy_dashboard",
        entity_category=EntityCategory.CONFIG,
        press_fn=_add_to_energy_dashboard,
    ),
)


def buttons(plan: Plan) -> list[ControlButton]:
    """Return the buttons of the plan."""
    return [ControlButton(plan.control, description) for description in BUTTONS]


class ControlButton(ControlEntity, ButtonEntity):
    """Something that the plan does at once."""

    entity_description: ControlButtonDescription

    @property
    @override
    def _value(self) -> None:
        return None

    @override
    async def async_press(self) -> None:
        """Do it."""
        await self.entity_description.press_fn(self.coordinator)
