"""Base class of all entities."""

from decimal import Decimal
from typing import Any, override

from homeassistant.components.sensor import SensorExtraStoredData
from homeassistant.core import callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity, DataUpdateCoordinator


class MarstekEntity[CoordinatorT: DataUpdateCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """An entity that writes its state only when that has changed."""

    _attr_has_entity_name = True
    _shown: tuple[bool, Any] | None = None

    @property
    def _value(self) -> Any:
        """What the entity's state is made of; nothing is written while it stays the same."""
        raise NotImplementedError

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        shown = (self.available, self._value)
        if shown != self._shown:
            self._shown = shown
            super()._handle_coordinator_update()


def last_number(last: SensorExtraStoredData | None) -> float:
    """Return the number that a sensor showed before a restart, 0 for none."""
    value = None if last is None else last.native_value
    return float(value) if isinstance(value, (int, float, Decimal)) else 0.0
