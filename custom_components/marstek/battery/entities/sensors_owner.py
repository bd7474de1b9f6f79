"""Sensors for the owner of a battery: who commands it, and when it is full or empty."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.util import dt as dt_util

from ..commanded_by import CommandedBy
from ..data import BatteryData
from ..runtime import Battery
from .entity import BatteryEntity, BatteryEntityDescription

# At the power of now, which changes all the time, nothing finer can be told.
_ROUND: Final = dt.timedelta(minutes=10)
# A far moment may be off by this share of the time until then before another is shown.
_MAY_BE_OFF: Final = 0.15


@dataclass(frozen=True, kw_only=True)
class CommandedByDescription(BatteryEntityDescription, SensorEntityDescription):
    """The sensor of who commands the battery."""


@dataclass(frozen=True, kw_only=True)
class EndDescription(BatteryEntityDescription, SensorEntityDescription):
    """A sensor of when something ends."""

    minutes_fn: Callable[[BatteryData], int | None]


_COMMANDED_BY: Final = CommandedByDescription(
    key="commanded_by",
    translation_key="commanded_by",
    device_class=SensorDeviceClass.ENUM,
    options=[each.value for each in CommandedBy],
)
_ENDS: Final = (
    EndDescription(
        key="full_at",
        translation_key="full_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        minutes_fn=lambda data: data.minutes_to_full,
    ),
    EndDescription(
        key="empty_at",
        translation_key="empty_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        minutes_fn=lambda data: data.minutes_to_empty,
    ),
)


def owner_sensors(battery: Battery) -> list[SensorEntity]:
    """Return these sensors of a battery."""
    return [
        CommandedBySensor(battery, _COMMANDED_BY),
        *(EndSensor(battery, description) for description in _ENDS),
    ]


class CommandedBySensor(BatteryEntity, SensorEntity):
    """Who commands the battery; it stays available when the battery is not."""

    entity_description: CommandedByDescription

    @property
    @override
    def available(self) -> bool:
        """Tell that this is always known."""
        return True

    @property
    @override
    def _value(self) -> Any:
        return self.battery.commanded_by

    @property
    @override
    def native_value(self) -> CommandedBy:
        """Return who commands it."""
        return self.battery.commanded_by.by

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return what is wanted, in W (+ discharges) and %, until when, and by which rule."""
        share = self.battery.commanded_by
        return {
            "until": share.until,
            "power": share.power,
            "target": share.target,
            "rule": share.rule,
        }


class EndSensor(BatteryEntity, SensorEntity):
    """When the battery is full or empty at the power of now, to ten minutes.

    The moment stays while it is about right, so that it does not change all the time.
    """

    entity_description: EndDescription
    _shown_end: dt.datetime | None = None

    @property
    @override
    def _value(self) -> dt.datetime | None:
        minutes = self.entity_description.minutes_fn(self._data)
        if minutes is None:
            self._shown_end = None
            return None
        left = dt.timedelta(minutes=minutes)
        exact, allowed = dt_util.utcnow() + left, max(_ROUND, _MAY_BE_OFF * left)
        if self._shown_end is None or abs(exact - self._shown_end) > allowed:
            self._shown_end = _rounded(exact)
        return self._shown_end

    @property
    @override
    def native_value(self) -> dt.datetime | None:
        """Return the moment; None while the battery does not go there."""
        return self._value


def _rounded(moment: dt.datetime) -> dt.datetime:
    seconds = _ROUND.total_seconds()
    return dt_util.utc_from_timestamp(round(moment.timestamp() / seconds) * seconds)
