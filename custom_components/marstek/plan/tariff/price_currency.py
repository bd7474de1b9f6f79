"""Currency of the prices, which need not be that of Home Assistant.

Nothing is converted: a rate of exchange of today would be wrong for the savings of a season.
"""

from homeassistant.core import HomeAssistant, callback

from ...const import Tariff
from ...tempo import currency_of
from ..tariff_settings import DynamicSettings, TariffSettings

_FRENCH = "EUR"


@callback
def stated_currency(hass: HomeAssistant, source: DynamicSettings) -> str | None:
    """Return the currency that a price source says; None where it says none now."""
    if source.action is not None:
        # An action of Nord Pool carries its entry, which has the currency that was chosen.
        entry_id = source.action.partition(" ")[2].partition(" ")[0]
        entry = hass.config_entries.async_get_entry(entry_id) if entry_id else None
        return None if entry is None else currency_of(entry.data.get("currency"))
    for entity_id in source.entities:
        if (state := hass.states.get(entity_id)) is None:
            continue
        for name in ("unit_of_measurement", "currency", "unit"):
            if (found := currency_of(state.attributes.get(name))) is not None:
                return found
    return None


def currency_of_prices(settings: TariffSettings, stated: str | None, home: str) -> str:
    """Return the currency of a tariff's prices as its ISO code.

    `stated` is what the source of day-ahead prices has said, and `home` the currency of Home
    Assistant, in which owners enter their own prices.
    """
    match settings.tariff:
        case Tariff.TEMPO:
            return _FRENCH
        case Tariff.FIXED:
            return _FRENCH if settings.follows_decree else home
        case Tariff.DYNAMIC:
            return stated or home
