"""Sensors of the tariff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
import datetime as dt
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, Platform, UnitOfTime
from homeassistant.helpers.typing import StateType

from ...const import Tariff
from ...tempo import ANNOUNCERS, Colour
from ..runtime import Plan
from ..tariff.coordinator import TariffCoordinator
from ..tariff.tariff_data import TariffData
from ..tariff_settings import TariffSettings
from .colour_images import IMAGES
from .entity import TariffEntity, TariffEntityDescription, has_off_peak, offered
from .forecast_attributes import ATTRIBUTES, forecast_attributes, likeliest_colour
from .money_sensors import money_sensors
from .plan_sensors import plan_sensors
from .price_unit import price_unit


@dataclass(frozen=True, kw_only=True)
class TariffSensorDescription(TariffEntityDescription, SensorEntityDescription):
    """A sensor and where its value is."""

    value_fn: Callable[[TariffData], StateType | dt.datetime]
    attributes_fn: Callable[[TariffData], Mapping[str, Any]] | None = None
    is_price: bool = False


@dataclass(frozen=True, kw_only=True)
class PriceSensorDescription(TariffEntityDescription, SensorEntityDescription):
    """A price of the contract; it changes with the options only."""

    price_fn: Callable[[TariffSettings], float]


def _always(_: TariffSettings) -> bool:
    return True


def _has_two_prices(settings: TariffSettings) -> bool:
    return settings.tariff is Tariff.FIXED and not settings.levels.rules


def _colour(key: str, value_fn: Callable[[TariffData], StateType]) -> TariffSensorDescription:
    return TariffSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        options=[colour.value for colour in Colour],
        value_fn=value_fn,
    )


def _moment(
    key: str,
    value_fn: Callable[[TariffData], dt.datetime | None],
    exists_fn: Callable[[TariffSettings], bool],
    entity_category: EntityCategory | None = None,
) -> TariffSensorDescription:
    return TariffSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=entity_category,
        exists_fn=exists_fn,
        value_fn=value_fn,
    )


def _day_ahead(key: str, value_fn: Callable[[TariffData], float | None]) -> TariffSensorDescription:
    return TariffSensorDescription(
        key=key,
        translation_key=key,
        suggested_display_precision=4,
        is_price=True,
        exists_fn=_is_dynamic,
        value_fn=value_fn,
    )


_COLOURS: Final = ("colour_today", "colour_tomorrow")
_FORECAST: Final = "colour_forecast"


def _source(key: str, value_fn: Callable[[TariffData], StateType]) -> TariffSensorDescription:
    return TariffSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[source.value for source in ANNOUNCERS],
        value_fn=value_fn,
    )


def _days_left(
    colour: Colour, key: str, first_key: str
) -> tuple[TariffSensorDescription, TariffSensorDescription]:
    """Describe the days left of a colour: with a unit that is translated, and with the first one.

    The unit of a registered entity never changes.
    """
    described = TariffSensorDescription(
        key=key,
        translation_key=key,
        replaces=first_key,
        suggested_display_precision=0,
        value_fn=lambda data: data.days_left.get(colour),
    )
    first = replace(
        described,
        key=first_key,
        translation_key=first_key,
        replaces=None,
        is_replaced=True,
        native_unit_of_measurement=UnitOfTime.DAYS,
    )
    return described, first


def _tomorrow(data: TariffData) -> dict[str, Any]:
    return {"provisional": data.tomorrow_is_provisional, "source": data.tomorrow_source}


def _is_dynamic(settings: TariffSettings) -> bool:
    return settings.tariff is Tariff.DYNAMIC


def _has_next_price(settings: TariffSettings) -> bool:
    """Tell whether a tariff has more than two prices, so that the next one says something."""
    return _is_dynamic(settings) or bool(settings.levels.rules)


def _is_tempo(settings: TariffSettings) -> bool:
    return settings.tariff is Tariff.TEMPO


SENSORS = (
    _colour("colour_today", lambda data: data.today),
    replace(_colour("colour_tomorrow", lambda data: data.tomorrow), attributes_fn=_tomorrow),
    replace(_colour(_FORECAST, likeliest_colour), attributes_fn=forecast_attributes),
    _source("colour_tomorrow_source", lambda data: data.tomorrow_source),
    _moment("next_colour_change", lambda data: data.next_colour_change, _is_tempo),
    _moment("next_off_peak_change", lambda data: data.next_off_peak_change, has_off_peak),
    *_days_left(Colour.BLUE, "blue_days_left", "days_left_blue"),
    *_days_left(Colour.WHITE, "white_days_left", "days_left_white"),
    *_days_left(Colour.RED, "red_days_left", "days_left_red"),
    TariffSensorDescription(
        key="price",
        translation_key="price",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        is_price=True,
        exists_fn=_always,
        value_fn=lambda data: data.price,
    ),
    TariffSensorDescription(
        key="export_price",
        translation_key="export_price",
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=4,
        is_price=True,
        exists_fn=_always,
        value_fn=lambda data: data.export_price,
    ),
    replace(_day_ahead("next_price", lambda data: data.next_price), exists_fn=_has_next_price),
    _moment("next_price_change", lambda data: data.next_price_change, _has_next_price),
    _day_ahead("price_average", lambda data: data.price_average),
    _day_ahead("price_lowest", lambda data: data.price_lowest),
    _day_ahead("price_highest", lambda data: data.price_highest),
    _moment("prices_until", lambda data: data.prices_until, _is_dynamic, EntityCategory.DIAGNOSTIC),
    _moment("last_update", lambda data: data.last_success, _is_tempo, EntityCategory.DIAGNOSTIC),
    _source("last_source", lambda data: data.last_source),
)


def _price(
    key: str,
    exists_fn: Callable[[TariffSettings], bool],
    price_fn: Callable[[TariffSettings], float],
) -> PriceSensorDescription:
    return PriceSensorDescription(
        key=key,
        translation_key=key,
        entity_category=EntityCategory.DIAGNOSTIC,
        suggested_display_precision=4,
        exists_fn=exists_fn,
        price_fn=price_fn,
    )


def _tempo_price(key: str, colour: Colour, *, off_peak: bool) -> PriceSensorDescription:
    return _price(
        key, _is_tempo, lambda settings: settings.tempo_prices.of(colour, off_peak=off_peak)
    )


PRICES = (
    _tempo_price("price_blue_off_peak", Colour.BLUE, off_peak=True),
    _tempo_price("price_blue_peak", Colour.BLUE, off_peak=False),
    _tempo_price("price_white_off_peak", Colour.WHITE, off_peak=True),
    _tempo_price("price_white_peak", Colour.WHITE, off_peak=False),
    _tempo_price("price_red_off_peak", Colour.RED, off_peak=True),
    _tempo_price("price_red_peak", Colour.RED, off_peak=False),
    _price("price_off_peak", _has_two_prices, lambda settings: settings.fixed_prices.off_peak),
    _price("price_peak", _has_two_prices, lambda settings: settings.fixed_prices.peak),
)


def sensors(plan: Plan) -> list[SensorEntity]:
    """Return the sensors that a tariff has, and those of the plan itself."""
    tariff = plan.tariff
    kinds: dict[str, type[TariffSensor]] = dict.fromkeys(_COLOURS, ColourSensor)
    kinds[_FORECAST] = ForecastSensor
    return [
        *(
            kinds.get(item.key, TariffSensor)(tariff, item)
            for item in offered(tariff, Platform.SENSOR, SENSORS)
        ),
        *(PriceSensor(tariff, item) for item in offered(tariff, Platform.SENSOR, PRICES)),
        *plan_sensors(plan),
        *money_sensors(plan),
    ]


class TariffSensor(TariffEntity, SensorEntity):
    """Something that the tariff says."""

    entity_description: TariffSensorDescription

    def __init__(
        self, coordinator: TariffCoordinator, description: TariffSensorDescription
    ) -> None:
        """Give prices their unit."""
        super().__init__(coordinator, description)
        if description.is_price:
            self._attr_native_unit_of_measurement = price_unit(
                coordinator.hass, coordinator.currency, self.unique_id
            )

    @property
    @override
    def _value(self) -> Any:
        return self.native_value, self.extra_state_attributes

    @property
    @override
    def native_value(self) -> StateType | dt.datetime:
        """Return the value in its native unit."""
        return self.entity_description.value_fn(self._data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what belongs to the value."""
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(self._data)


class ColourSensor(TariffSensor):
    """A Tempo colour, with a picture of it."""

    @property
    @override
    def entity_picture(self) -> str | None:
        """Return the picture of the colour; none while it is unknown."""
        return IMAGES.get(str(self.native_value))


class ForecastSensor(ColourSensor):
    """The colour that the day after tomorrow is likeliest to have.

    Its attributes change a few times a day and are long, so that the recorder leaves them out.
    """

    _unrecorded_attributes = ATTRIBUTES

    @override
    async def async_added_to_hass(self) -> None:
        """Have colours forecast for as long as this entity is there."""
        self.async_on_remove(self.coordinator.forecaster.async_use())
        self.coordinator.async_publish()
        await super().async_added_to_hass()


class PriceSensor(TariffEntity, SensorEntity):
    """A price of the contract."""

    entity_description: PriceSensorDescription

    def __init__(self, coordinator: TariffCoordinator, description: PriceSensorDescription) -> None:
        """Give it its unit."""
        super().__init__(coordinator, description)
        self._attr_native_unit_of_measurement = price_unit(
            coordinator.hass, coordinator.currency, self.unique_id
        )

    @property
    @override
    def _value(self) -> float:
        return self.entity_description.price_fn(self.coordinator.settings)

    @property
    @override
    def native_value(self) -> float:
        """Return the price per kWh."""
        return self._value
