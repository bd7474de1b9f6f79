"""Sensor of full charges, which homes have whose owner wants them."""

import datetime as dt
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.core import callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..controller import PlanController
from ..runtime import Plan
from .entity import ControlEntity

_NEXT_FULL: Final = SensorEntityDescription(
    key="next_full_charge",
    translation_key="next_full_charge",
    device_class=SensorDeviceClass.TIMESTAMP,
)


@callback
def async_add_full_sensors(plan: Plan, add_entities: AddConfigEntryEntitiesCallback) -> None:
    """Add the sensor as soon as the owner wants full charges."""
    control, added = plan.control, False

    @callback
    def add() -> None:
        nonlocal added
        if not added and control.options.full_every is not None:
            added = True
            add_entities([NextFullCharge(control)])

    add()
    control.config_entry.async_on_unload(control.async_add_listener(add))


class NextFullCharge(ControlEntity, SensorEntity):
    """When batteries are charged to the full next, with when each was last full."""

    entity_description: SensorEntityDescription

    def __init__(self, control: PlanController) -> None:
        """Belong to the plan."""
        super().__init__(control, _NEXT_FULL)

    @property
    @override
    def available(self) -> bool:
        """Tell whether the owner wants full charges."""
        return self.coordinator.options.full_every is not None

    @property
    @override
    def _value(self) -> Any:
        return self.native_value, self.extra_state_attributes

    @property
    @override
    def native_value(self) -> dt.datetime | None:
        """Return when the charge begins that runs or is planned, else when one is due."""
        return self._data.next_full

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return when each battery was last full for an hour, by its name."""
        return {"last_full": dict(self._data.last_full)}
