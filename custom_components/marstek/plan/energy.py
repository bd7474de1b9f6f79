"""Batteries and price of the plan on Home Assistant's Energy dashboard."""

from homeassistant.components.persistent_notification import async_create
from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from ..const import CONF_BLE_MAC, DOMAIN, PLAN_UNIQUE_ID
from ..energy_dashboard import TOTAL_FIELDS, async_add, battery_source, solar_source
from .controller import PlanController
from .participants import loaded_batteries


async def async_add_all(control: PlanController) -> None:
    """Put all batteries together, the solar inputs of each and the price on the Energy dashboard.

    Errors are those of `energy_dashboard.async_add`.
    """
    hass, title = control.hass, control.config_entry.title
    batteries = loaded_batteries(hass).values()
    usable = sum(
        (battery.data.rated_capacity or battery.profile.rated_capacity)
        * battery.data.depth_of_discharge
        for battery in batteries
    )
    total = battery_source(hass, PLAN_UNIQUE_ID, TOTAL_FIELDS, usable)
    suns = (
        solar_source(hass, battery.entry.data[CONF_BLE_MAC]) | {"name": battery.name}
        for battery in batteries
        if battery.profile.has_pv
    )
    name = control.announcer.wording.texts.message("told_all_batteries")
    await async_add(hass, title, [total | {"name": name}, *suns], _price_entity(control))


def _price_entity(control: PlanController) -> str | None:
    """Return the sensor of the price; None where it is off or in another currency.

    The dashboard takes any price for one in the currency of Home Assistant.
    """
    hass = control.hass
    registry = er.async_get(hass)
    found = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{PLAN_UNIQUE_ID}_price")
    entry = registry.async_get(found) if found else None
    if entry is None or entry.disabled or control.tariff.currency != hass.config.currency:
        return None
    return entry.entity_id


async def async_add_all_or_tell(control: PlanController) -> None:
    """Do the same for a set-up that is over: nobody is there to see an error but a notification."""
    try:
        await async_add_all(control)
    except HomeAssistantError as err:
        texts = control.announcer.wording.texts
        title = texts.message("told_energy_not_added_title")
        async_create(control.hass, texts.of_error(err), title, f"{DOMAIN}_energy_dashboard")
