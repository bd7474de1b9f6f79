"""Present price of electricity, said in Home Assistant's language."""

from homeassistant.const import UnitOfEnergy

from .tariff.coordinator import TariffCoordinator
from .wording import Wording


def price_message(tariff: TariffCoordinator, wording: Wording) -> str:
    """Return what a kWh costs now, and in which hours of which day that is."""
    texts, data = tariff.texts, tariff.data
    key, values = "price_unknown", dict[str, str]()
    if data.price is not None:
        values["price"] = price_per_kwh(tariff, wording, data.price)
        key = "price_of_the_hour"
        if tariff.settings.has_off_peak:
            key, values["period"] = "price_now", _period(tariff)
    return texts.message(key, values)


def price_per_kwh(tariff: TariffCoordinator, wording: Wording, price: float) -> str:
    """Return a price of a kWh with its unit."""
    return f"{wording.price(price)} {tariff.currency}/{UnitOfEnergy.KILO_WATT_HOUR}"


def _period(tariff: TariffCoordinator) -> str:
    texts, data = tariff.texts, tariff.data
    known = [f"binary_sensor.off_peak.state.{'on' if data.is_off_peak else 'off'}"]
    if data.today is not None:
        known.insert(0, f"sensor.colour_today.state.{data.today}")
    return ", ".join(texts.get(f"entity.{name}") for name in known)
