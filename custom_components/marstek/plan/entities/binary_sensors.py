"""Binary sensors of the tariff and of the plan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory, Platform

from ...tempo import Colour
from ..runtime import Plan
from ..tariff.tariff_data import TariffData
from ..tariff_settings import TariffSettings
from .entity import (
    ControlEntity,
    ControlEntityDescription,
    TariffEntity,
    TariffEntityDescription,
    has_off_peak,
    offered,
)


@dataclass(frozen=True, kw_only=True)
class TariffBinarySensorDescription(TariffEntityDescription, BinarySensorEntityDescription):
    """A binary sensor and what it tells."""

    is_on_fn: Callable[[TariffData], bool | None]


def _is_red_tomorrow(data: TariffData) -> bool | None:
    """Tell whether tomorrow is red; a day that can't be red is known not to be."""
    if data.tomorrow is None:
        return None if data.tomorrow_can_be_red else False
    return data.tomorrow is Colour.RED


def _always(_: TariffSettings) -> bool:
    return True


BINARY_SENSORS = (
    TariffBinarySensorDescription(
        key="feeding_in_costs",
        translation_key="feeding_in_costs",
        exists_fn=_always,
        is_on_fn=lambda data: None if data.export_price is None else data.export_price < 0,
    ),
    TariffBinarySensorDescription(
        key="off_peak",
        translation_key="off_peak",
        exists_fn=has_off_peak,
        is_on_fn=lambda data: data.is_off_peak,
    ),
    TariffBinarySensorDescription(
        key="red_tomorrow", translation_key="red_tomorrow", is_on_fn=_is_red_tomorrow
    ),
    TariffBinarySensorDescription(
        key="tomorrow_provisional",
        translation_key="tomorrow_provisional",
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda data: data.tomorrow_is_provisional,
    ),
)


@dataclass(frozen=True, kw_only=True)
class ProblemDescription(ControlEntityDescription, BinarySensorEntityDescription):
    """The binary sensor of what went wrong."""


_PROBLEM = ProblemDescription(
    key="plan_problem",
    translation_key="plan_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)


def binary_sensors(plan: Plan) -> list[BinarySensorEntity]:
    """Return the binary sensors that a tariff has, and those of the plan itself."""
    tariff = plan.tariff
    return [
        *(
            TariffBinarySensor(tariff, description)
            for description in offered(tariff, Platform.BINARY_SENSOR, BINARY_SENSORS)
        ),
        PlanProblem(plan.control, _PROBLEM),
    ]


class TariffBinarySensor(TariffEntity, BinarySensorEntity):
    """Something that is or is not so."""

    entity_description: TariffBinarySensorDescription

    @property
    @override
    def _value(self) -> bool | None:
        return self.entity_description.is_on_fn(self._data)

    @property
    @override
    def is_on(self) -> bool | None:
        """Tell whether it is so."""
        return self._value


class PlanProblem(ControlEntity, BinarySensorEntity):
    """Whether a battery could not be brought to what is planned, or does not answer."""

    entity_description: ProblemDescription

    @property
    @override
    def _value(self) -> tuple[bool, dict[str, list[str]]]:
        return self._data.is_problem, self._exceptions

    @property
    @override
    def is_on(self) -> bool:
        """Tell whether there is a problem."""
        return self._data.is_problem

    @property
    @override
    def extra_state_attributes(self) -> dict[str, list[str]]:
        """Return the names of batteries that do not follow the plan, by the reason."""
        return self._exceptions
