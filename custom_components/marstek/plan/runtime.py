"""The running plan of a home: what its config entry holds while it is loaded."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..planner import Reason
from .controller import PlanController
from .emulated_meter import EmulatedMeter
from .journal_store import JournalStore
from .notifications import Notifications
from .peak_cutter import PeakCutter
from .plan_loss_repair import PlanLossRepair
from .savings_meter import SavingsMeter
from .suggestion import SavingsSuggestion
from .tariff.coordinator import TariffCoordinator
from .tariff_settings import UnreadContractError, tariff_settings


class Plan:
    """The running plan of a home."""

    def __init__(self, hass: HomeAssistant, entry: PlanConfigEntry) -> None:
        """Prepare; nothing is loaded yet."""
        self.tariff = TariffCoordinator(hass, entry)
        self.journal = JournalStore(hass, entry.entry_id)
        self.control = PlanController(hass, self.tariff, self.journal)
        self.savings = SavingsMeter(
            hass,
            entry,
            self.tariff,
            lambda: self.control.options,
            self._is_kept_back,
        )
        self._loss = PlanLossRepair(
            hass,
            entry.entry_id,
            lambda: self.control.announcer.wording,
            lambda: self.tariff.currency,
        )
        self.notifications = Notifications(hass, self.tariff, self.control)
        self.meter = EmulatedMeter(hass, entry)
        self.peak_cutter = PeakCutter(hass, entry, self.control, lambda: self.meter.is_wanted)
        self.suggestion = SavingsSuggestion(
            hass,
            entry,
            lambda: self.tariff.settings.off_peak.zone,
            lambda: self.control.options,
        )

    def _is_kept_back(self) -> bool:
        """Return whether the plan holds batteries that must not feed something."""
        return self.control.is_in_control and self.control.data.reason is Reason.DO_NOT_FEED

    @callback
    def _async_judge(self) -> None:
        """Judge what has been noted of the savings."""
        self._loss.async_look(self.savings.store.ledger, dt_util.now().date())

    def async_start(self) -> None:
        """Keep tariff and batteries up to date, whether or not an entity shows them."""
        entry = self.tariff.config_entry
        entry.async_on_unload(self.tariff.async_add_listener(self.control.async_reconsider))
        entry.async_on_unload(self.control.async_add_listener(lambda: None))
        entry.async_on_unload(
            self.tariff.announcements.async_listen(self.control.announcer.announced)
        )
        entry.async_on_unload(entry.add_update_listener(_async_follow_options))
        self.control.plan_maker.learner.async_start()
        entry.async_on_unload(self.savings.async_add_listener(self._async_judge))
        self.savings.async_start()
        self.notifications.async_start()
        self.control.announcer.events.async_start()
        self.suggestion.async_start()
        self.meter.async_start()
        self.peak_cutter.async_follow_options()
        # Batteries that were set up meanwhile could not tell a plan that was not there yet.
        self.control.async_reconsider()

    async def async_stop(self) -> None:
        """Close the store; batteries keep their last order."""
        self.meter.async_stop()
        self.peak_cutter.async_stop()
        # A refresh that is queued would otherwise save over what a successor has stored.
        await self.control.async_shutdown()
        await self.tariff.async_shutdown()
        await self.tariff.store.async_close()
        await self.journal.async_close()
        await self.savings.store.async_close()
        await self.notifications.async_stop()


type PlanConfigEntry = ConfigEntry[Plan]


async def async_setup_plan(hass: HomeAssistant, entry: PlanConfigEntry) -> Plan:
    """Return the plan, as far as it is known without any network.

    Raises ConfigEntryError for a contract that can't be read.
    """
    try:
        plan = Plan(hass, entry)
    except UnreadContractError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="contract_unread"
        ) from err
    await plan.tariff.async_config_entry_first_refresh()
    await plan.control.plan_maker.learner.async_load()
    await plan.journal.async_load()
    await plan.savings.store.async_load()
    await plan.notifications.async_load()
    await plan.control.async_config_entry_first_refresh()
    return plan


async def _async_follow_options(hass: HomeAssistant, entry: PlanConfigEntry) -> None:
    """Go by changed options at once; only other entities, of another kind of tariff, take a reload."""
    plan = entry.runtime_data
    before, settings = plan.tariff.settings, tariff_settings(entry)
    has_other_levels = bool(before.levels.rules) is not bool(settings.levels.rules)
    if before.tariff is not settings.tariff or has_other_levels:
        hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    plan.tariff.async_apply_settings()
    plan.control.async_apply_options()
    plan.notifications.async_apply_options()
    plan.suggestion.async_follow_options()
    plan.meter.async_follow_options()
    plan.peak_cutter.async_follow_options()
