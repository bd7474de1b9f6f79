"""The running plan of a home: what its config entry holds while it is loaded."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import CONF_TARIFF, Tariff
from .coordinator import TariffCoordinator


class Plan:
    """The running plan of a home."""

    def __init__(self, hass: HomeAssistant, entry: PlanConfigEntry) -> None:
        """Prepare; nothing is loaded yet."""
        self.tariff = TariffCoordinator(hass, entry)

    def async_start(self) -> None:
        """Keep the tariff up to date, whether or not an entity shows it."""
        entry = self.tariff.config_entry
        entry.async_on_unload(self.tariff.async_add_listener(lambda: None))
        entry.async_on_unload(entry.add_update_listener(_async_follow_options))

    async def async_stop(self) -> None:
        """Keep what must not be lost."""
        await self.tariff.store.async_save()


type PlanConfigEntry = ConfigEntry[Plan]


async def async_setup_plan(hass: HomeAssistant, entry: PlanConfigEntry) -> Plan:
    """Return the plan, as far as it is known without any network."""
    plan = Plan(hass, entry)
    await plan.tariff.async_config_entry_first_refresh()
    return plan


async def _async_follow_options(hass: HomeAssistant, entry: PlanConfigEntry) -> None:
    """Go by changed options at once; only another tariff, with other entities, takes a reload."""
    tariff = entry.runtime_data.tariff
    if tariff.settings.tariff is not Tariff(entry.data[CONF_TARIFF]):
        hass.config_entries.async_schedule_reload(entry.entry_id)
    else:
        tariff.async_apply_settings()
