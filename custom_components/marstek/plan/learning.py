"""Learning of the expected load and solar production of a home, kept up to date."""

from collections.abc import Callable, Iterable
from dataclasses import replace
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import CONF_DAILY_LOAD, CONF_LOAD_SENSOR, CONF_PV_SENSOR, DOMAIN
from ..keeping import EntryStore
from ..planner import Forecast, PeakTariff
from ..planner.habits import HISTORY, Habits
from ..stored import moment
from .history import async_forecast_of_the_sun, async_hours, async_sources
from .options import Approach
from .plan_options import PlanOptions

# Statistics are the last thing that a start waits for.
_FIRST_LOOK: Final = 30.0
_SUFFIX: Final = ".habits"
# In s: an hour that is lost in a crash is one of hundreds.
_LEARNT_WITHIN: Final = 1800.0
_INTERVAL: Final = dt.timedelta(hours=1)
# A meter that shows more than twice what the contract allows is wrong.
_MOST_LOAD: Final = 2.0


def habits_store(
    hass: HomeAssistant,
    entry_id: str,
    habits: Callable[[], Habits | None] = lambda: None,
    left_out: Callable[[], Iterable[dt.datetime]] = tuple,
) -> EntryStore:
    """Return the file that the habits of a home are kept in."""

    def contents() -> dict[str, Any]:
        known = habits()
        own = {"days": None} if known is None else known.store()
        return {**own, "left_out": [hour.isoformat() for hour in sorted(left_out())]}

    return EntryStore(hass, entry_id, contents, suffix=_SUFFIX)


class Learner:
    """Learner of a home's habits, from the statistics of the recorder."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        zone: Callable[[], dt.tzinfo],
        options: Callable[[], PlanOptions],
        on_learnt: Callable[[], None],
    ) -> None:
        """Learn for the plan `entry`; `on_learnt` is called when something else is expected."""
        self._hass = hass
        self._entry = entry
        self._zone = zone
        self._options = options
        self._learnt_from: object = None
        self._on_learnt = on_learnt
        self._store = habits_store(hass, entry.entry_id, lambda: self.habits, lambda: self.left_out)
        self.left_out: set[dt.datetime] = set()
        """Hours whose load is no habit, by their starts in UTC."""
        self.habits: Habits | None = None
        self.sun: dict[dt.datetime, float] = {}
        """Forecast powers in W, by the start of their hour in UTC."""
        self.revision = 0
        """Changes whenever something else is expected."""

    async def async_load(self) -> None:
        """Load the habits known before a restart, so that no night is decided without them."""
        stored = await self._store.async_load()
        self.habits = Habits.restore(stored.contents, self._zone())
        if self.habits is None and stored.contents.get("days") is not None:
            stored.noting("habits")("days")
        self.left_out = _hours(stored.contents.get("left_out", []), stored.noting("left_out"))
        await self._store.async_settle(())
        self._learnt_from = self._to_learn_from

    @callback
    def async_leave_out(self, now: dt.datetime) -> None:
        """Learn no load from this hour: batteries don't serve what is on."""
        hour = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
        if hour not in self.left_out:
            self.left_out = {each for each in self.left_out if each > hour - HISTORY} | {hour}
            self._store.save_within(_LEARNT_WITHIN)

    @callback
    def async_start(self) -> None:
        """Learn some time after Home Assistant has started, and then every hour."""
        self._entry.async_on_unload(async_at_started(self._hass, self._async_look_soon))
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass, self._async_look, _INTERVAL, cancel_on_shutdown=True
            )
        )

    @callback
    def _async_look_soon(self, _: HomeAssistant) -> None:
        self._entry.async_on_unload(async_call_later(self._hass, _FIRST_LOOK, self._async_look))

    @callback
    def async_follow_options(self) -> None:
        """Learn at once when the owner has chosen to, or from something else."""
        if self._learnt_from != self._to_learn_from:
            self._async_look()

    @property
    def _to_learn_from(self) -> object:
        options = self._entry.options
        keys = (CONF_LOAD_SENSOR, CONF_PV_SENSOR, CONF_DAILY_LOAD)
        return self._is_wanted, *(options.get(key) for key in keys)

    @property
    def _is_wanted(self) -> bool:
        options = self._options()
        # Peaks are expected by what the house usually draws, whatever decides on its nights.
        is_peak_billed = options.peak_tariff is not PeakTariff.NONE
        return is_peak_billed or options.approach is not Approach.SIMPLE

    @callback
    def _async_look(self, _: dt.datetime | None = None) -> None:
        if self._is_wanted and not self._hass.is_stopping:
            self._entry.async_create_background_task(
                self._hass, self.async_learn(), f"{DOMAIN} learning"
            )

    async def async_learn(self) -> None:
        """Learn from the statistics as they are now."""
        now, options = dt_util.utcnow(), self._entry.options
        before, is_other = (self.habits, self.sun), self._learnt_from != self._to_learn_from
        self._learnt_from = self._to_learn_from
        sources = await async_sources(self._hass, options)
        hours = [
            replace(hour, is_left_out=hour.start.astimezone(dt.UTC) in self.left_out)
            for hour in await async_hours(self._hass, sources, now - HISTORY, now)
        ]
        zone = self._zone()
        most = _MOST_LOAD * self._options().subscribed
        today = now.astimezone(zone).date()
        learnt = Habits.learn(hours, today, zone, most_load=most)
        if learnt is None and (daily := options.get(CONF_DAILY_LOAD)):
            learnt = Habits.assume(1000.0 * daily, zone)
        if learnt is None or not learnt.days:
            # What was learnt from the same sources before is worth more than a guess.
            is_kept = self.habits is not None and self.habits.days and not is_other
            learnt = self.habits if is_kept else learnt
        self.habits = learnt
        self.sun = await async_forecast_of_the_sun(self._hass, sources)
        if (self.habits, self.sun) != before:
            self.revision += 1
            if self.habits is not None:
                self._store.save_within(0)
            self._on_learnt()

    def forecast(self, now: dt.datetime, until: dt.datetime) -> Forecast | None:
        """Return the forecast until a moment, None while no habits are known."""
        return None if self.habits is None else self.habits.forecast(now, until, self.sun)


def _hours(stored: object, on_bad: Callable[[str], None]) -> set[dt.datetime]:
    """Return stored hours without those that can't be read."""
    found: set[dt.datetime] = set()
    for each in stored if isinstance(stored, list) else ():
        try:
            found.add(moment(each))
        except ValueError:
            on_bad(str(each))
    return found
