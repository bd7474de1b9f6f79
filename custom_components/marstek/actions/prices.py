"""Present price of electricity, for answers of actions that charge from the grid."""

from homeassistant.const import UnitOfEnergy

from ..plan.entities.entity import has_off_peak
from ..plan.runtime import Plan


def price_message(plan: Plan) -> str:
    """Return what electricity costs now, in Home Assistant's language."""
    texts, tariff = plan.tariff.texts, plan.tariff.data
    key, values = "price_unknown", dict[str, str]()
    if tariff.price is not None:
        unit = f"{plan.control.hass.config.currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
        values["price"] = f"{plan.control.announcer.wording.price(tariff.price)} {unit}"
        key = "price_of_the_hour"
        if has_off_peak(plan.tariff.settings):
            key, values["period"] = "price_now", _period(plan)
    return texts.get(f"exceptions.{key}.message", values)


def _period(plan: Plan) -> str:
    """Return in which hours of which day this is."""
    texts, tariff = plan.tariff.texts, plan.tariff.data
    hours = "sensor.plan_reason.state.peak_hours"
    known = ["binary_sensor.off_peak.name" if tariff.is_off_peak else hours]
    if tariff.today is not None:
        known.insert(0, f"sensor.colour_today.state.{tariff.today}")
    return ", ".join(texts.get(f"entity.{name}") for name in known)
