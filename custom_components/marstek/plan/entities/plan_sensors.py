"""Sensors of the plan itself, and of all batteries together."""

from collections.abc import Callable
from dataclasses import dataclass
import datetime as dt
from enum import StrEnum
from typing import Any, Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfPower
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from ...entity import last_number
from ...planner import Action, Reason
from ..plan_data import ControlState, Peaks, PlanData, Totals
from ..runtime import Plan
from ..summary import summary
from .entity import ControlEntity, ControlEntityDescription


@dataclass(frozen=True, kw_only=True)
class ControlSensorDescription(ControlEntityDescription, SensorEntityDescription):
    """A sensor and where its value is."""

    value_fn: Callable[[PlanData], StateType | dt.datetime]


def _planned[ValueT](value_fn: Callable[[PlanData], ValueT]) -> Callable[[PlanData], ValueT | None]:
    """Return what a plan says; one without batteries says nothing."""
    return lambda data: None if data.state is ControlState.NO_BATTERIES else value_fn(data)


def _reason(data: PlanData) -> Reason | None:
    if data.state is ControlState.NO_BATTERIES:
        return Reason.NO_BATTERIES
    if data.state is ControlState.OVERRIDE and data.reason is not Reason.RULE:
        # Each battery is set by hand, and none does what the plan says.
        return Reason.OVERRIDE
    return data.reason


def _choice(
    key: str, choices: type[StrEnum], value_fn: Callable[[PlanData], StrEnum | None]
) -> ControlSensorDescription:
    return ControlSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        options=[choice.value for choice in choices],
        value_fn=value_fn,
    )


def _energy(key: str, value_fn: Callable[[Totals], float | None]) -> ControlSensorDescription:
    return ControlSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        value_fn=lambda data: value_fn(data.totals),
    )


def _peak(key: str, value_fn: Callable[[Peaks], float]) -> ControlSensorDescription:
    """Describe a power that is billed; it is unknown where none is."""
    return ControlSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=2,
        value_fn=lambda data: None if data.peaks is None else round(value_fn(data.peaks)),
    )


_STATE: Final = "plan_state"
# Named as its device is, so that a phone has room for the sentence; without a name of its own to be
# translated it has its icon here.
_SUMMARY: Final = ControlSensorDescription(
    key="plan_summary", name=None, icon="mdi:text-short", value_fn=lambda data: data.state
)
SENSORS: Final = (
    _choice(_STATE, ControlState, lambda data: data.state),
    _choice("plan_reason", Reason, _reason),
    _choice("next_action", Action, _planned(lambda data: data.next_action)),
    ControlSensorDescription(
        key="next_action_at",
        translation_key="next_action_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=_planned(lambda data: data.next_action_at),
    ),
    ControlSensorDescription(
        key="planned_power",
        translation_key="planned_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=_planned(lambda data: data.power),
    ),
    ControlSensorDescription(
        key="target",
        translation_key="target",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value_fn=_planned(lambda data: data.target),
    ),
    ControlSensorDescription(
        key="total_soc",
        translation_key="total_soc",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value_fn=lambda data: data.totals.soc,
    ),
    ControlSensorDescription(
        key="total_power",
        translation_key="total_power",
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        value_fn=lambda data: data.totals.power,
    ),
    ControlSensorDescription(
        key="total_stored",
        translation_key="total_stored",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        value_fn=lambda data: data.totals.stored,
    ),
    _energy("total_charged", lambda totals: totals.charged),
    _energy("total_discharged", lambda totals: totals.discharged),
    _peak("peak_month", lambda peaks: peaks.month),
    _peak("peak_mean", lambda peaks: peaks.mean),
)


_TOGETHER: Final = ("total_soc", "total_power", "total_stored")
_RESUMED: Final = {"total_charged": "charged", "total_discharged": "discharged"}
"""Fields of EnergyTotals, by the sensor that shows them."""


def plan_sensors(plan: Plan) -> list[ControlSensor]:
    """Return the sensors of the plan itself."""
    kinds: dict[str, type[ControlSensor]] = {
        **dict.fromkeys(_RESUMED, HomeEnergySensor),
        **dict.fromkeys(_TOGETHER, TotalSensor),
        _STATE: PlanStateSensor,
    }
    return [
        PlanSummarySensor(plan.control, _SUMMARY),
        *(
            kinds.get(description.key, ControlSensor)(plan.control, description)
            for description in SENSORS
        ),
    ]


class ControlSensor(ControlEntity, SensorEntity):
    """Something that the plan does, or that all batteries together have."""

    entity_description: ControlSensorDescription

    @property
    @override
    def _value(self) -> StateType | dt.datetime:
        return self.entity_description.value_fn(self._data)

    @property
    @override
    def native_value(self) -> StateType | dt.datetime:
        """Return the value in its native unit."""
        return self._value


class PlanSummarySensor(ControlSensor):
    """What the plan does, why, and what comes next, in Home Assistant's language."""

    @property
    @override
    def _value(self) -> str:
        return summary(self._data, self.coordinator.announcer.wording, dt_util.utcnow())

    @property
    @override
    def native_value(self) -> str:
        """Return the sentence."""
        return self._value


class PlanStateSensor(ControlSensor):
    """State of the plan, with the names of batteries that do not follow it."""

    @property
    @override
    def _value(self) -> Any:
        return super()._value, self._exceptions

    @property
    @override
    def native_value(self) -> StateType:
        """Return the state."""
        return self._data.state

    @property
    @override
    def extra_state_attributes(self) -> dict[str, list[str]]:
        """Return the names of batteries that do not follow the plan, by the reason."""
        return self._exceptions


class TotalSensor(ControlSensor):
    """Value of all batteries together, with how many of them answer."""

    @property
    @override
    def _value(self) -> Any:
        return super()._value, self._share

    @property
    @override
    def native_value(self) -> StateType | dt.datetime:
        """Return the value in its native unit."""
        return self.entity_description.value_fn(self._data)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return how many batteries answer, and the names of those that do not."""
        return self._share

    @property
    def _share(self) -> dict[str, Any]:
        totals = self._data.totals
        return {
            "batteries": totals.batteries,
            "answering": totals.answering,
            "silent": list(totals.silent),
        }


class HomeEnergySensor(ControlSensor, RestoreSensor):
    """A counter of the home, which resumes at its last state when its stored value is unreadable."""

    @override
    async def async_added_to_hass(self) -> None:
        """Give the counter its last state back, if it needs it."""
        await super().async_added_to_hass()
        field = _RESUMED[self.entity_description.key]
        self.coordinator.memory.energy.resume(
            field, last_number(await self.async_get_last_sensor_data())
        )
