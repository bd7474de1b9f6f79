"""Sensors of the emulated meter, present while the plan has one."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    Platform,
    UnitOfEnergy,
    UnitOfPower,
    UnitOfTime,
)
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...const import DOMAIN, PLAN_UNIQUE_ID
from ...meter.quality import GridFigures
from ..emulated_meter import EmulatedMeter
from ..metering.meter_status import EmulatedMeterStatus, HearProof, Verdict
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription


@dataclass(frozen=True, kw_only=True)
class MeterSensorDescription(ControlEntityDescription, SensorEntityDescription):
    """A sensor and what it shows of the status."""

    value_fn: Callable[[EmulatedMeterStatus], StateType]


def _choice(
    key: str, choices: type[StrEnum], value_fn: Callable[[EmulatedMeterStatus], StateType]
) -> MeterSensorDescription:
    return MeterSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        options=[choice.value for choice in choices],
        value_fn=value_fn,
    )


def _power(
    key: str,
    span: Callable[[EmulatedMeterStatus], GridFigures | None],
    value_fn: Callable[[GridFigures], float],
) -> MeterSensorDescription:
    def value(status: EmulatedMeterStatus) -> StateType:
        figures = span(status)
        return None if figures is None else round(value_fn(figures))

    return MeterSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=value,
    )


SENSORS: Final = (
    _choice("meter_verdict", Verdict, lambda status: status.verdict),
    _choice("meter_proof", HearProof, lambda status: status.proof),
    _power("meter_mean_minute", lambda status: status.minute, lambda figures: figures.mean),
    _power("meter_rms_minute", lambda status: status.minute, lambda figures: figures.rms),
    _power("meter_mean_hour", lambda status: status.hour, lambda figures: figures.mean),
    _power("meter_rms_hour", lambda status: status.hour, lambda figures: figures.rms),
    MeterSensorDescription(
        key="meter_exchanged",
        translation_key="meter_exchanged",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.exchanged,
    ),
    MeterSensorDescription(
        key="meter_answered",
        translation_key="meter_answered",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: None if status.answered is None else 100 * status.answered,
    ),
    MeterSensorDescription(
        key="meter_age",
        translation_key="meter_age",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.age,
    ),
)


@callback
def async_add_meter_sensors(plan: Plan, add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Add the sensors as soon as there is a meter; remove those of one that is no more."""
    control, is_added = plan.control, False

    @callback
    def add() -> None:
        nonlocal is_added
        if not is_added and plan.meter.status is not None:
            is_added = True
            add_entities([MeterSensor(plan, each) for each in SENSORS])

    if not plan.meter.is_wanted:
        _remove_registered(plan)
    add()
    control.config_entry.async_on_unload(plan.meter.async_add_listener(add))


def _remove_registered(plan: Plan) -> None:
    registry = er.async_get(plan.control.hass)
    for each in SENSORS:
        unique_id = f"{PLAN_UNIQUE_ID}_{each.key}"
        if entity_id := registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id):
            registry.async_remove(entity_id)


class MeterSensor(ControlEntity, SensorEntity):
    """A figure of the emulated meter."""

    entity_description: MeterSensorDescription

    def __init__(self, plan: Plan, description: MeterSensorDescription) -> None:
        """Show what the plan's meter says."""
        super().__init__(plan.control, description)
        self._meter: EmulatedMeter = plan.meter

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the meter's status, which the plan does not publish."""
        await super().async_added_to_hass()
        self.async_on_remove(self._meter.async_add_listener(self._handle_coordinator_update))

    @property
    @override
    def available(self) -> bool:
        """Tell whether there is a meter."""
        return self._meter.status is not None

    @property
    @override
    def _value(self) -> StateType:
        status = self._meter.status
        return None if status is None else self.entity_description.value_fn(status)

    @property
    @override
    def native_value(self) -> StateType:
        """Return the value in its native unit."""
        return self._value
