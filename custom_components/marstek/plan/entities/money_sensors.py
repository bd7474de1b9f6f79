"""Sensors of what the batteries saved, in the currency of the home."""

from collections.abc import Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.util import dt as dt_util

from ...savings import MoneyPeriod, season_start
from ..runtime import Plan
from ..savings_meter import SavingsMeter
from .entity import ControlEntity, ControlEntityDescription


@dataclass(frozen=True, kw_only=True)
class SavedDescription(ControlEntityDescription, SensorEntityDescription):
    """What was saved in a period."""

    period: MoneyPeriod


def _saved(key: str, period: MoneyPeriod) -> SavedDescription:
    return SavedDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        period=period,
    )


SENSORS: Final = (
    _saved("saved_today", MoneyPeriod.TODAY),
    _saved("saved_month", MoneyPeriod.MONTH),
    _saved("saved_season", MoneyPeriod.SEASON),
    _saved("saved_total", MoneyPeriod.TOTAL),
)


def money_sensors(plan: Plan) -> list[SensorEntity]:
    """Return these sensors of the plan."""
    return [SavedSensor(plan, description) for description in SENSORS]


class SavedSensor(ControlEntity, SensorEntity):
    """Money that the batteries saved in a period: the bill without them, less the bill with them."""

    entity_description: SavedDescription

    def __init__(self, plan: Plan, description: SavedDescription) -> None:
        """Show what `plan` has measured."""
        super().__init__(plan.control, description)
        self._savings: SavingsMeter = plan.savings
        self._attr_native_unit_of_measurement = plan.control.hass.config.currency

    @property
    @override
    def _value(self) -> Any:
        return self.native_value, self.last_reset, self.extra_state_attributes

    @property
    @override
    def native_value(self) -> float:
        """Return the money, to a hundredth of a cent."""
        today = dt_util.now().date()
        return round(self._savings.store.ledger.saved(self.entity_description.period, today), 4)

    @property
    @override
    def last_reset(self) -> dt.datetime | None:
        """Return when the period began; None for the total."""
        today = dt_util.now().date()
        first = {
            MoneyPeriod.TODAY: today,
            MoneyPeriod.MONTH: today.replace(day=1),
            MoneyPeriod.SEASON: season_start(today),
        }.get(self.entity_description.period)
        return None if first is None else dt_util.start_of_local_day(first)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what belongs to the figure of today, and the colours of a longer one."""
        ledger, today = self._savings.store.ledger, dt_util.now().date()
        period = self.entity_description.period
        if period is MoneyPeriod.SEASON:
            colours = ledger.by_colour(season_start(today), today)
            return {colour: round(saved, 2) for colour, saved in colours.items()} or None
        if period is not MoneyPeriod.TODAY:
            return None
        line = ledger.day(today)
        elapsed = (dt_util.now() - dt_util.start_of_local_day()).total_seconds()
        return {
            "stock_change": round(line.stock, 2),
            "estimated": round(line.estimated, 2),
            "known": round(100 * min(1.0, line.seconds / elapsed)) if elapsed else 0,
        }
