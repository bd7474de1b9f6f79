"""Sensors of what the batteries saved, what the plan added, and where they were charged from.

Each shows a figure of the ledger for the period that runs, so that it falls to zero at the start of
the next one, which `last_reset` says to statistics.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.util import dt as dt_util

from ...savings import Ledger, MoneyPeriod, first_day
from ..runtime import Plan
from .entity import ControlEntity, ControlEntityDescription

_S_PER_DAY: Final = 86_400
_HOLDS: Final = 900
"""Seconds for which attributes hold while the ledger does not change."""


@dataclass(frozen=True, kw_only=True)
class LedgerDescription(ControlEntityDescription, SensorEntityDescription):
    """A figure of the ledger in a period."""

    period: MoneyPeriod
    value_fn: Callable[[Ledger, dt.date], float | None]
    """Of the ledger and today; None while it is not known."""
    attributes_fn: Callable[[Ledger, dt.date], Mapping[str, Any] | None] = lambda *_: None


def _season(today: dt.date) -> tuple[dt.date, dt.date]:
    return first_day(MoneyPeriod.SEASON, today) or today, today


def _of_today(ledger: Ledger, today: dt.date) -> Mapping[str, Any]:
    """Return what belongs to the figure of today; money, kWh, and a share of the day in %."""
    line = ledger.day(today)
    return {
        "stock_change": round(line.stock, 2),
        "estimated": round(line.estimated, 2),
        "known": _share_of_today(line.seconds),
        "not_served": round(line.held.not_served / 1000, 2),
        "sun_refused": round(line.held.sun_refused / 1000, 2),
    }


def _share_of_today(seconds: float) -> int:
    # In UTC: two moments of one zone are as far apart as its clock says.
    elapsed = (dt_util.utcnow() - dt_util.as_utc(dt_util.start_of_local_day())).total_seconds()
    return round(100 * min(1.0, seconds / elapsed)) if elapsed else 0


def _by_colour(ledger: Ledger, today: dt.date) -> Mapping[str, Any] | None:
    colours = ledger.by_colour(*_season(today))
    return {colour: round(saved, 2) for colour, saved in colours.items()} or None


def _of_plan(ledger: Ledger, today: dt.date) -> Mapping[str, Any]:
    """Return the plan's share of today, None while it is not known, and the share of time."""
    added = ledger.plan_added(today, today)
    seconds, days = ledger.plan_seconds(*_season(today))
    return {
        "today": None if added is None else round(added, 2),
        "known": round(100 * min(1.0, seconds / (_S_PER_DAY * days))) if days else 0,
    }


def _saved(
    key: str,
    period: MoneyPeriod,
    attributes_fn: Callable[[Ledger, dt.date], Mapping[str, Any] | None] = lambda *_: None,
) -> LedgerDescription:
    return LedgerDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        period=period,
        value_fn=lambda ledger, today: ledger.saved(period, today),
        attributes_fn=attributes_fn,
    )


def _charged(key: str, value_fn: Callable[[Ledger, dt.date], float]) -> LedgerDescription:
    """Return a sensor of energy charged in the season, in Wh."""
    return LedgerDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        period=MoneyPeriod.SEASON,
        value_fn=value_fn,
    )


SENSORS: Final = (
    _saved("saved_today", MoneyPeriod.TODAY, _of_today),
    _saved("saved_month", MoneyPeriod.MONTH),
    _saved("saved_season", MoneyPeriod.SEASON, _by_colour),
    _saved("saved_total", MoneyPeriod.TOTAL),
    LedgerDescription(
        key="plan_added",
        translation_key="plan_added",
        device_class=SensorDeviceClass.MONETARY,
        state_class=SensorStateClass.TOTAL,
        suggested_display_precision=2,
        period=MoneyPeriod.SEASON,
        value_fn=lambda ledger, today: ledger.plan_added(*_season(today)),
        attributes_fn=_of_plan,
    ),
    _charged("charged_from_sun", lambda ledger, today: ledger.charged(*_season(today))[0]),
    _charged("charged_from_grid", lambda ledger, today: ledger.charged(*_season(today))[1]),
)


def money_sensors(plan: Plan) -> list[SensorEntity]:
    """Return these sensors of the plan."""
    return [LedgerSensor(plan, description) for description in SENSORS]


class LedgerSensor(ControlEntity, SensorEntity):
    """Figure of the ledger in the period that runs: money in the currency of the prices, or Wh."""

    entity_description: LedgerDescription

    def __init__(self, plan: Plan, description: LedgerDescription) -> None:
        """Show what `plan` has measured."""
        super().__init__(plan.control, description)
        self._savings = plan.savings
        self._summed_of: tuple[Ledger, int, dt.date, int] | None = None
        self._summed: tuple[float | None, Mapping[str, Any] | None] = (None, None)

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._savings.async_add_listener(self._handle_coordinator_update))

    @property
    @override
    def _value(self) -> Any:
        return *self._figures(), self.native_unit_of_measurement, self.last_reset

    def _figures(self) -> tuple[float | None, Mapping[str, Any] | None]:
        """Return figure and attributes, summed up anew when the ledger has changed.

        Else each refresh of the plan would go through hundreds of days for each sensor. Shares of
        the time sink also while nothing is noted, so a quarter of an hour is as long as they hold.
        """
        ledger, now = self._savings.store.ledger, dt_util.now()
        of = (ledger, ledger.version, now.date(), int(now.timestamp()) // _HOLDS)
        if of != self._summed_of:
            description = self.entity_description
            value = description.value_fn(ledger, now.date())
            attributes = description.attributes_fn(ledger, now.date())
            self._summed_of = of
            self._summed = (None if value is None else round(value, 4), attributes)
        return self._summed

    @property
    @override
    def native_value(self) -> float | None:
        """Return the figure; money to a hundredth of a cent."""
        return self._figures()[0]

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the currency of the prices for money, else the unit of the description."""
        description = self.entity_description
        if description.device_class is SensorDeviceClass.MONETARY:
            return self.coordinator.tariff.currency
        return description.native_unit_of_measurement

    @property
    @override
    def last_reset(self) -> dt.datetime | None:
        """Return when the period began; None for the total."""
        first = first_day(self.entity_description.period, dt_util.now().date())
        return None if first is None else dt_util.start_of_local_day(first)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what belongs to the figure."""
        return self._figures()[1]
