"""What electricity costs now, for those who are about to take it from the grid."""

from homeassistant.const import UnitOfEnergy

from ..plan.runtime import Plan


def price_message(plan: Plan) -> str:
    """Return what electricity costs now, in Home Assistant's language."""
    texts, tariff = plan.tariff.texts, plan.tariff.data
    key, values = "price_unknown", dict[str, str]()
    if tariff.price is not None:
        hours = "sensor.plan_reason.state.peak_hours"
        known = ["binary_sensor.off_peak.name" if tariff.is_off_peak else hours]
        if tariff.today is not None:
            known.insert(0, f"sensor.colour_today.state.{tariff.today}")
        unit = f"{plan.control.hass.config.currency}/{UnitOfEnergy.KILO_WATT_HOUR}"
        period = ", ".join(texts.get(f"entity.{name}") for name in known)
        price = plan.control.chronicle.words.price(tariff.price)
        key, values = "price_now", {"price": f"{price} {unit}", "period": period}
    return texts.get(f"exceptions.{key}.message", values)
