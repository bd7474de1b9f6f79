"""Numbers of the plan: what owners change often about the night before a red day."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfPower

from ...checked import rounded
from ...const import CONF_RED_POWER, CONF_RED_TARGET
from ..controller import PlanController
from ..options import BOUNDS, PlanOptions
from ..runtime import Plan
from .entity import ControlEntity, TariffEntityDescription, offered


@dataclass(frozen=True, kw_only=True)
class OptionNumberDescription(TariffEntityDescription, NumberEntityDescription):
    """A number; its key is that of the option."""

    value_fn: Callable[[PlanOptions], float]


NUMBERS: Final = (
    OptionNumberDescription(
        key=CONF_RED_TARGET,
        translation_key="red_target",
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda options: options.strategy.red_target,
    ),
    OptionNumberDescription(
        key=CONF_RED_POWER,
        translation_key="red_power",
        entity_category=EntityCategory.CONFIG,
        device_class=NumberDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        mode=NumberMode.BOX,
        value_fn=lambda options: options.strategy.red_power or 0,
    ),
)


def numbers(plan: Plan) -> list[OptionNumber]:
    """Return the numbers that a tariff has."""
    return [
        OptionNumber(plan.control, description)
        for description in offered(plan.tariff, Platform.NUMBER, NUMBERS)
    ]


class OptionNumber(ControlEntity, NumberEntity):
    """An option of the plan."""

    entity_description: OptionNumberDescription

    def __init__(self, control: PlanController, description: OptionNumberDescription) -> None:
        """Take the range of the option."""
        super().__init__(control, description)
        bounds = BOUNDS[description.key]
        self._attr_native_min_value = bounds.low
        self._attr_native_max_value = bounds.high
        self._attr_native_step = bounds.step

    @property
    @override
    def _value(self) -> float:
        return self.entity_description.value_fn(self.coordinator.options)

    @property
    @override
    def native_value(self) -> float:
        """Return the option."""
        return self._value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the option."""
        self._set_options(**{self.entity_description.key: rounded(value)})
