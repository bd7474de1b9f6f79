"""Buttons of the plan."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory

from ..controller import PlanController
from ..energy import async_add_all
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription


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
        press_fn=async_add_all,
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
