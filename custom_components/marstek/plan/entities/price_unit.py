"""Unit of prices: their currency as people write it, per kWh."""

from collections.abc import Mapping
from typing import Final

from homeassistant.const import Platform, UnitOfEnergy
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ...const import DOMAIN

_SYMBOLS: Final[Mapping[str, str]] = {"EUR": "€", "GBP": "£"}
"""Of currencies whose symbol no other currency has."""


@callback
def price_unit(hass: HomeAssistant, currency: str, unique_id: str | None) -> str:
    """Return the unit of a price in a currency, such as €/kWh.

    A registered entity keeps the code of the currency if it began with it: statistics go by the
    unit.
    """
    code = f"{currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, unique_id or "")
    entry = registry.async_get(entity_id) if entity_id else None
    if entry is not None and entry.unit_of_measurement == code:
        return code
    return f"{_SYMBOLS.get(currency, currency)}/{UnitOfEnergy.KILO_WATT_HOUR}"
