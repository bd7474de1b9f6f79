"""Suggestion to save more, once the Energy dashboard tells what the strategies that learn need."""

from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.util import dt as dt_util

from ..const import CONF_LOAD_SENSOR, DOMAIN
from ..planner.habits import HISTORY, Habits
from .history import async_hours, async_sources
from .options import Approach
from .plan_options import PlanOptions

SAVINGS_POSSIBLE: Final = "savings_possible"
# Not in the first minutes, when much else is asked of the database.
_FIRST_LOOK: Final = dt.timedelta(hours=1)
_INTERVAL: Final = dt.timedelta(days=1)
# A meter that shows more than twice what the contract allows is wrong.
_MOST_LOAD: Final = 2.0


class SavingsSuggestion:
    """Raises a repair while a home could save more than with the simple strategy."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        zone: Callable[[], dt.tzinfo],
        options: Callable[[], PlanOptions],
    ) -> None:
        """Suggest to the owner of the plan `entry`."""
        self._hass = hass
        self._entry = entry
        self._zone = zone
        self._options = options

    @callback
    def async_start(self) -> None:
        """Look an hour after the start, and then every day."""
        self._entry.async_on_unload(async_call_later(self._hass, _FIRST_LOOK, self._async_look))
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass, self._async_look, _INTERVAL, cancel_on_shutdown=True
            )
        )

    @callback
    def async_follow_options(self) -> None:
        """Suggest nothing any more to an owner who has chosen to learn."""
        if self._options().approach is not Approach.SIMPLE:
            async_withdraw(self._hass, self._entry.entry_id)

    @callback
    def _async_look(self, _: dt.datetime) -> None:
        if not self._hass.is_stopping:
            self._entry.async_create_background_task(
                self._hass, self.async_check(), f"{DOMAIN} suggestion"
            )

    async def async_check(self) -> None:
        """Raise the repair, or take it back."""
        if self._options().approach is not Approach.SIMPLE or not await self._async_is_known():
            async_withdraw(self._hass, self._entry.entry_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(self._entry.entry_id),
            data={"entry_id": self._entry.entry_id, "kind": SAVINGS_POSSIBLE},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=SAVINGS_POSSIBLE,
        )

    async def _async_is_known(self) -> bool:
        """Tell whether the load of enough days is known, with what batteries do taken out of it."""
        options = self._entry.options
        sources = await async_sources(self._hass, options)
        if not options.get(CONF_LOAD_SENSOR) and not sources.plus - sources.pv:
            return False
        now, zone = dt_util.utcnow(), self._zone()
        hours = await async_hours(self._hass, sources, now - HISTORY, now)
        most = _MOST_LOAD * self._options().subscribed
        return Habits.learn(hours, now.astimezone(zone).date(), zone, most_load=most) is not None


@callback
def async_withdraw(hass: HomeAssistant, entry_id: str) -> None:
    """Suggest nothing any more to the owner of a plan."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry_id))


def _issue_id(entry_id: str) -> str:
    return f"{SAVINGS_POSSIBLE}_{entry_id}"
