"""Sensors of the expectations that the optimised strategy has learnt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfEnergy, UnitOfTime
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from ...planner import Basis, Beliefs
from ..controller import PlanController
from ..options import Approach
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription
from .price_unit import price_unit


@dataclass(frozen=True, kw_only=True)
class BeliefSensorDescription(ControlEntityDescription, SensorEntityDescription):
    """A sensor and what it shows of the beliefs."""

    value_fn: Callable[[Beliefs], StateType]
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC


def _energy(key: str, value_fn: Callable[[Beliefs], float | None]) -> BeliefSensorDescription:
    return BeliefSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        # A change of less is none, and would be written all the time.
        value_fn=lambda beliefs: _rounded(value_fn(beliefs), -1),
    )


def _price(key: str, value_fn: Callable[[Beliefs], float | None]) -> BeliefSensorDescription:
    return BeliefSensorDescription(
        key=key,
        translation_key=key,
        suggested_display_precision=3,
        value_fn=lambda beliefs: _rounded(value_fn(beliefs), 3),
    )


def _level(key: str, value_fn: Callable[[Beliefs], float | None]) -> BeliefSensorDescription:
    return BeliefSensorDescription(
        key=key,
        translation_key=key,
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda beliefs: _rounded(value_fn(beliefs), 0),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


SENSORS: Final = (
    BeliefSensorDescription(
        key="belief_basis",
        translation_key="belief_basis",
        device_class=SensorDeviceClass.ENUM,
        options=[basis.value for basis in Basis],
        value_fn=lambda beliefs: beliefs.basis,
    ),
    _price("belief_value", lambda beliefs: beliefs.value),
    _price("belief_cost", lambda beliefs: beliefs.cost),
    _level("belief_target", lambda beliefs: beliefs.target),
    _level("belief_floor", lambda beliefs: beliefs.floor),
    _energy("belief_load_tonight", lambda beliefs: beliefs.load_tonight),
    _energy("belief_load_tomorrow", lambda beliefs: beliefs.load_tomorrow),
    _energy("belief_pv_tomorrow", lambda beliefs: beliefs.pv_tomorrow),
)
_LEARNT_DAYS: Final = SensorEntityDescription(
    key="learnt_days",
    translation_key="learnt_days",
    entity_category=EntityCategory.DIAGNOSTIC,
    native_unit_of_measurement=UnitOfTime.DAYS,
    state_class=SensorStateClass.MEASUREMENT,
)


@callback
def async_add_belief_sensors(plan: Plan, add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Add the sensors as soon as the owner has chosen the strategy that believes anything."""
    control, added = plan.control, False

    @callback
    def add() -> None:
        nonlocal added
        if not added and control.options.approach is not Approach.SIMPLE:
            added = True
            add_entities([*(BeliefSensor(control, each) for each in SENSORS), LearntDays(control)])

    add()
    control.config_entry.async_on_unload(control.async_add_listener(add))


class BeliefSensor(ControlEntity, SensorEntity):
    """Something that the optimised strategy goes by; unknown while it has to do without."""

    entity_description: BeliefSensorDescription

    @property
    @override
    def available(self) -> bool:
        """Tell whether that strategy decides."""
        return self.coordinator.options.approach is not Approach.SIMPLE

    @property
    @override
    def _value(self) -> StateType:
        plan = self._data.plan
        beliefs = plan.beliefs if plan else None
        return None if beliefs is None else self.entity_description.value_fn(beliefs)

    @property
    @override
    def native_value(self) -> StateType:
        """Return the value in its native unit."""
        return self._value

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the unit; values of a kWh are in the currency of the prices."""
        unit = self.entity_description.native_unit_of_measurement
        if unit is None and self.entity_description.device_class is None:
            return price_unit(
                self.coordinator.hass, self.coordinator.tariff.currency, self.unique_id
            )
        return unit


class LearntDays(ControlEntity, SensorEntity):
    """How many days the habits of the home were learnt from."""

    entity_description: SensorEntityDescription

    def __init__(self, control: PlanController) -> None:
        """Belong to the plan."""
        super().__init__(control, _LEARNT_DAYS)

    @property
    @override
    def _value(self) -> int:
        habits = self.coordinator.plan_maker.learner.habits
        return habits.days if habits else 0

    @property
    @override
    def native_value(self) -> int:
        """Return the number of days."""
        return self._value
