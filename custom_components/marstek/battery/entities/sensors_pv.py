"""Sensors of the solar inputs of a Venus A or D (docs/protocol.md 2.5)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.const import UnitOfElectricCurrent, UnitOfElectricPotential

from ...venus import Profile, PvChannel
from ..data import BatteryData
from ..poll_schedule import Reading
from .sensor_description import BatterySensorDescription, energy, power

PV_CHANNELS: Final = (1, 2, 3, 4)

type _Value = Callable[[PvChannel], float | None]


def has_pv(profile: Profile) -> bool:
    """Tell whether a model has solar inputs."""
    return profile.has_pv


def _of_channel(number: int, value: _Value) -> Callable[[BatteryData], float | None]:
    def value_of(data: BatteryData) -> float | None:
        channel = data.pv_channel(number)
        return value(channel) if channel else None

    return value_of


def _power(number: int) -> BatterySensorDescription:
    value = _of_channel(number, lambda channel: channel.power)
    return replace(
        power(f"pv{number}_power", value, has_pv),
        translation_key="pv_channel_power",
        translation_placeholders={"number": str(number)},
        reading=Reading.PV,
    )


def _voltage(number: int) -> BatterySensorDescription:
    return BatterySensorDescription(
        key=f"pv{number}_voltage",
        translation_key="pv_channel_voltage",
        translation_placeholders={"number": str(number)},
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        reading=Reading.PV,
        exists_fn=has_pv,
        value_fn=_of_channel(number, lambda channel: channel.voltage),
    )


def _current(number: int) -> BatterySensorDescription:
    return BatterySensorDescription(
        key=f"pv{number}_current",
        translation_key="pv_channel_current",
        translation_placeholders={"number": str(number)},
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        reading=Reading.PV,
        exists_fn=has_pv,
        value_fn=_of_channel(number, lambda channel: channel.current),
    )


PV_SENSORS: Final = (
    power("pv_power", lambda data: data.pv_power, has_pv),
    energy("pv_energy", lambda data: data.pv_energy, has_pv),
    *(describe(number) for number in PV_CHANNELS for describe in (_power, _voltage, _current)),
)
