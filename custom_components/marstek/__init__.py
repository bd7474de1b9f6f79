"""Marstek Venus batteries over their local API, and the plan of a home."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .adoption import async_adopt_all
from .battery.issues import async_clear_all
from .battery.memory import MemoryStore
from .battery.runtime import async_make_battery
from .const import CONF_KIND, DOMAIN, EntryKind
from .core_domain import async_look_for_core
from .dashboard.page_module import async_serve_module
from .dashboard.websocket import async_register_commands
from .discovery import async_start_discovery
from .entries import is_battery, is_plan
from .first_steps import async_first_steps, async_place
from .health import async_start_health
from .migration import async_migrate
from .plan.energy import async_add_all_or_tell
from .plan.hand_back import async_hand_back, async_hand_back_all, async_hand_back_removed
from .plan.journal_store import JournalStore
from .plan.learning import habits_store
from .plan.memory import PlanStore
from .plan.notifications import async_remove_notifications
from .plan.option_entities import async_start_option_entities
from .plan.plan_loss_repair import async_remove_plan_loss
from .plan.runtime import async_setup_plan
from .plan.savings_store import SavingsStore
from .plan.suggestion import async_withdraw
from .plan.tariff.issues import TariffIssues
from .records.downloads import async_setup_downloads
from .records.importing import async_remove_import_store
from .records.report_sender import async_start_reports, report_store
from .runtime import async_is_heard, async_loaded_plan

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = {
    EntryKind.BATTERY: [
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.CALENDAR,
        Platform.NUMBER,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SWITCH,
    ],
    EntryKind.PLAN: [
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.CALENDAR,
        Platform.EVENT,
        Platform.NUMBER,
        Platform.SELECT,
        Platform.SENSOR,
        Platform.SWITCH,
        Platform.TIME,
    ],
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Adopt entries of other integrations, register actions, and start the discovery."""
    async_adopt_all(hass)
    await async_setup_downloads(hass)
    async_setup_actions(hass)
    async_start_discovery(hass, async_is_heard)
    async_start_health(hass)
    async_start_option_entities(hass)
    async_register_commands(hass)
    await async_serve_module(hass)
    await async_look_for_core(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up a battery or the plan."""
    match kind := entry.data.get(CONF_KIND):
        case EntryKind.BATTERY:
            entry.runtime_data = await async_make_battery(hass, entry)
        case EntryKind.PLAN:
            entry.runtime_data = await async_setup_plan(hass, entry)
        case _:
            raise ConfigEntryError(translation_domain=DOMAIN, translation_key="foreign_entry")
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS[kind])
    entry.runtime_data.async_start()
    if kind == EntryKind.PLAN:
        await async_start_reports(hass, entry.runtime_data)
    if kind == EntryKind.BATTERY:
        async_place(hass, entry)
    elif async_first_steps(hass).take_energy_dashboard():
        await async_add_all_or_tell(entry.runtime_data.control)
    if kind == EntryKind.BATTERY and (plan := async_loaded_plan(hass)) is not None:
        plan.control.async_reconsider()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Stop polling a battery, or planning; nothing is written to a battery."""
    platforms = PLATFORMS[entry.data[CONF_KIND]]
    unloaded = await hass.config_entries.async_unload_platforms(entry, platforms)
    if unloaded:
        if entry.disabled_by is not None:
            await _async_hand_back(hass, entry)
        await entry.runtime_data.async_stop()
    return unloaded


async def _async_hand_back(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Leave no battery parked that nobody will command any more."""
    if is_plan(entry):
        await entry.runtime_data.control.async_shutdown()
        await async_hand_back_all(hass)
    else:
        await entry.runtime_data.async_abandon()
        await async_hand_back(hass, entry.runtime_data)


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete stored files and repairs of an entry, and bring its battery back."""
    if is_plan(entry):
        await async_hand_back_all(hass)
    elif is_battery(entry):
        async_clear_all(hass, entry)
        await async_remove_import_store(hass, entry.entry_id)
        await async_hand_back_removed(hass, entry)
    await MemoryStore(hass, entry.entry_id).async_remove()
    if is_plan(entry):
        await habits_store(hass, entry.entry_id).async_remove()
        await JournalStore(hass, entry.entry_id).async_remove()
        await SavingsStore(hass, entry.entry_id).async_remove()
        await report_store(hass, entry.entry_id).async_remove()
        await async_remove_notifications(hass, entry.entry_id)
        TariffIssues(hass, entry.entry_id).async_remove()
        async_withdraw(hass, entry.entry_id)
        async_remove_plan_loss(hass, entry.entry_id)
        PlanStore(hass, entry.entry_id).async_pause_decided()


async def async_migrate_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Bring an entry of an older version up to date."""
    return async_migrate(hass, entry)
