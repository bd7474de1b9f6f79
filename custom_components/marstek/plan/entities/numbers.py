"""Numbers of the plan: power and target of the charge before a red day."""

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
from ..options import OPTIONS, Option
from ..runtime import Plan
from .entity import ControlEntity, TariffEntityDescription, offered


@dataclass(frozen=True, kw_only=True)
class OptionNumberDescription(TariffEntityDescription, NumberEntityDescription):
    """A number that shows an option; its key is that of the option."""


def _described(option: Option) -> OptionNumberDescription:
    is_power = option.unit == UnitOfPower.WATT
    return OptionNumberDescription(
        key=option.key,
        translation_key=option.key,
        entity_category=EntityCategory.CONFIG,
        device_class=NumberDeviceClass.POWER if is_power else None,
        native_unit_of_measurement=option.unit,
        native_min_value=option.low,
        native_max_value=option.high,
        native_step=option.step,
        mode=NumberMode.BOX if is_power else NumberMode.AUTO,
        exists_fn=lambda settings: settings.tariff in option.tariffs,
    )


NUMBERS: Final = tuple(_described(option) for option in OPTIONS.values() if option.is_number)


def numbers(plan: Plan) -> list[OptionNumber]:
    """Return the numbers that a tariff has."""
    return [
        OptionNumber(plan.control, description)
        for description in offered(plan.tariff, Platform.NUMBER, NUMBERS)
    ]


class OptionNumber(ControlEntity, NumberEntity):
    """An option of the plan."""

    entity_description: OptionNumberDescription

    @property
    @override
    def _value(self) -> float:
        option = OPTIONS[self.entity_description.key]
        value: int = self.coordinator.config_entry.options.get(option.key, option.default)
        # Shares have always been shown with a decimal, and templates compare the text.
        return float(value) if option.unit == PERCENTAGE else value

    @property
    @override
    def native_value(self) -> float:
        """Return the option."""
        return self._value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change the option."""
        self._set_options(**{self.entity_description.key: rounded(value)})
