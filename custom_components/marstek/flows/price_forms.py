"""The form of where day-ahead prices come from, which set-up and options share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import datetime as dt
from typing import Any, Final

from homeassistant.const import PERCENTAGE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import (
    CONF_ASSUMED_UNIT,
    CONF_PRICE_ACTION,
    CONF_PRICE_ENTITIES,
    CONF_PRICE_SUBJECT,
    CONF_PRICE_UNIT,
    CONF_SURCHARGE,
    CONF_SURCHARGE_HOURS,
    CONF_VAT,
)
from ..plan.tariff.price_source import SourceGoneError, async_actions, async_read, published_until
from ..plan.tariff_settings import DynamicSettings, dynamic_of
from ..tempo import Offer, PriceBook, PriceUnit, SpotError
from .hour_forms import hours_field, read_hours

_BY_ITSELF: Final = "auto"
_HIGHEST_SURCHARGE: Final = 10.0
_HIGHEST_VAT: Final = 100.0
_AHEAD: Final = dt.timedelta(days=2)
_NO_OFFER: Final = Offer({}, PriceUnit.KWH)


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What reading a source that was filled in has led to."""

    options: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)
    """Of the texts of the errors."""
    book: PriceBook = field(default_factory=PriceBook)
    offer: Offer = _NO_OFFER
    """The prices with what is known of them, none after an error."""
    subjects: tuple[str, ...] = ()
    """Homes or areas among which the owner has to choose."""


def source_schema(
    hass: HomeAssistant, options: Mapping[str, Any], subjects: Sequence[str] = ()
) -> vol.Schema:
    """Return the form of the source, with what is in force as suggestions.

    `subjects` are homes or areas that it has turned out to tell prices of.
    """
    settings = dynamic_of(options)
    units = SelectSelectorConfig(
        options=[_BY_ITSELF, *PriceUnit],
        mode=SelectSelectorMode.DROPDOWN,
        translation_key=CONF_PRICE_UNIT,
    )
    number = NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any")
    percent = NumberSelectorConfig(
        mode=NumberSelectorMode.BOX, step="any", unit_of_measurement=PERCENTAGE
    )
    return vol.Schema(
        {
            **_source_fields(hass, settings),
            **_subject_field(settings, subjects),
            vol.Required(CONF_PRICE_UNIT, default=settings.unit or _BY_ITSELF): SelectSelector(
                units
            ),
            vol.Required(CONF_VAT, default=settings.vat): NumberSelector(percent),
            vol.Required(CONF_SURCHARGE, default=settings.surcharge): NumberSelector(number),
            **hours_field(hass, CONF_SURCHARGE_HOURS, options.get(CONF_SURCHARGE_HOURS)),
        }
    )


def _source_fields(hass: HomeAssistant, settings: DynamicSettings) -> dict[vol.Marker, Any]:
    """Return the fields for entities and, where there are any, for actions."""
    actions = async_actions(hass)
    if settings.action is not None:
        # What is chosen stays to be seen while its integration is away.
        actions.setdefault(settings.action, settings.action)
    fields: dict[vol.Marker, Any] = {
        _suggesting(CONF_PRICE_ENTITIES, list(settings.entities)): EntitySelector(
            EntitySelectorConfig(multiple=True)
        )
    }
    if actions:
        choices = [SelectOptionDict(value=key, label=name) for key, name in actions.items()]
        fields[_suggesting(CONF_PRICE_ACTION, settings.action)] = SelectSelector(
            SelectSelectorConfig(options=choices, mode=SelectSelectorMode.DROPDOWN)
        )
    return fields


def _subject_field(settings: DynamicSettings, subjects: Sequence[str]) -> dict[vol.Marker, Any]:
    """Return the field for the home or area, where there are several or one is chosen."""
    if settings.subject is not None and not subjects:
        subjects = (settings.subject,)
    if not subjects:
        return {}
    shared = set.intersection(*(set(subject.split()) for subject in subjects))
    choices = [
        SelectOptionDict(value=subject, label=_without(subject, shared) or subject)
        for subject in subjects
    ]
    return {
        _suggesting(CONF_PRICE_SUBJECT, settings.subject): SelectSelector(
            SelectSelectorConfig(options=choices, mode=SelectSelectorMode.LIST)
        )
    }


def _without(subject: str, shared: set[str]) -> str:
    """Return the words of a subject that tell it from the others."""
    return " ".join(term for term in subject.split() if term not in shared)


def _suggesting(key: str, value: object) -> vol.Optional:
    return vol.Optional(key, description={"suggested_value": value} if value else None)


async def async_read_source(hass: HomeAssistant, given: Mapping[str, Any]) -> SourceReading:
    """Return the options that a form stands for, or its errors, and the prices that it leads to."""
    options, errors = _options(given)
    hours = read_hours(
        hass, CONF_SURCHARGE_HOURS, given, low=-_HIGHEST_SURCHARGE, high=_HIGHEST_SURCHARGE
    )
    if errors or hours.errors:
        return SourceReading(errors=errors | hours.errors, placeholders=hours.placeholders)
    options[CONF_SURCHARGE_HOURS] = hours.rules.store()
    now, settings, book = dt_util.utcnow(), dynamic_of(options), PriceBook()
    until = published_until(now, dt_util.get_default_time_zone())
    try:
        offer = await async_read(hass, settings, now, until=until)
    except SpotError as err:
        where = CONF_PRICE_SUBJECT if err.subjects else "base"
        return SourceReading(errors={where: err.problem}, subjects=err.subjects)
    except SourceGoneError:
        return SourceReading(errors={CONF_PRICE_ACTION: "no_reply"})
    book.learn(offer.prices, now, provisional=offer.provisional)
    if not book.between(now, now + _AHEAD):
        return SourceReading(errors={"base": "old_prices"})
    assumed = offer.unit if settings.unit is None else None
    return SourceReading({**options, CONF_ASSUMED_UNIT: assumed}, book=book, offer=offer)


def _options(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options before the source was read, and what is wrong with them."""
    entities, action = given.get(CONF_PRICE_ENTITIES) or [], given.get(CONF_PRICE_ACTION)
    errors: dict[str, str] = {}
    if bool(entities) is bool(action):
        errors["base"] = "one_source"
    if not 0 <= given[CONF_VAT] <= _HIGHEST_VAT:
        errors[CONF_VAT] = "invalid_vat"
    if not -_HIGHEST_SURCHARGE <= given[CONF_SURCHARGE] <= _HIGHEST_SURCHARGE:
        errors[CONF_SURCHARGE] = "invalid_surcharge"
    unit, subject = given[CONF_PRICE_UNIT], given.get(CONF_PRICE_SUBJECT)
    return {
        **({CONF_PRICE_SUBJECT: subject} if subject else {}),
        CONF_PRICE_ENTITIES: list(entities),
        CONF_PRICE_ACTION: action,
        CONF_PRICE_UNIT: None if unit == _BY_ITSELF else unit,
        CONF_VAT: float(given[CONF_VAT]),
        CONF_SURCHARGE: float(given[CONF_SURCHARGE]),
    }, errors
