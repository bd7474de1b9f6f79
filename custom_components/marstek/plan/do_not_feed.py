"""Things that batteries must not feed, such as a car that charges: who is on, and for how long."""

from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .meter import WATTS, watts_of
from .plan_options import PlanOptions

# In s: a thing that goes on and off each minute costs a battery no more than four holds an hour.
_LEAST_HOLD: Final = 600.0
_LEAST_PAUSE: Final = 300.0


class DoNotFeed:
    """The entities that their owner has named, and the hold that they ask for."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        options: Callable[[], PlanOptions],
        on_change: Callable[[], None],
    ) -> None:
        """Follow nothing yet; `on_change` is called when an entity goes on or off."""
        self._hass = hass
        self._options = options
        self._on_change = on_change
        self._followed: tuple[str, ...] = ()
        self._stop: Callable[[], None] | None = None
        self._until: dt.datetime | None = None
        self._begun_at = float("-inf")
        self._ended_at = float("-inf")
        self._is_spent = False
        """True once the longest time is over, until everything has been off."""
        entry.async_on_unload(self.async_stop)

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more."""
        if self._stop is not None:
            self._stop()
        self._stop, self._followed = None, ()

    @callback
    def async_look(self) -> dt.datetime | None:
        """Return until when batteries must not serve the house, None while nothing is on.

        That is the longest time that the owner allows: the hold ends when everything is off.
        """
        options, now = self._options(), self._hass.loop.time()
        self._follow(options.do_not_feed)
        is_on = any(self._is_on(entity_id) for entity_id in options.do_not_feed)
        longest = options.do_not_feed_for.total_seconds()
        if self._until is None:
            self._is_spent &= is_on
            if is_on and not self._is_spent and now - self._ended_at >= _LEAST_PAUSE:
                self._begun_at = now
                self._until = dt_util.utcnow() + options.do_not_feed_for
        elif now - self._begun_at >= longest or not (is_on or self._is_brief(now)):
            self._is_spent = is_on
            self._until, self._ended_at = None, now
        return self._until

    def _is_brief(self, now: float) -> bool:
        """Tell whether the hold that runs has only just begun, and its entities still exist."""
        return now - self._begun_at < _LEAST_HOLD and bool(self._followed)

    def _follow(self, entities: tuple[str, ...]) -> None:
        if entities == self._followed:
            return
        self.async_stop()
        self._followed = entities
        if entities:
            self._stop = async_track_state_change_event(self._hass, entities, self._async_changed)

    @callback
    def _async_changed(self, event: Event[EventStateChangedData]) -> None:
        if self._means_on(event.data["old_state"]) != self._means_on(event.data["new_state"]):
            self._on_change()

    def _is_on(self, entity_id: str) -> bool:
        return self._means_on(self._hass.states.get(entity_id))

    def _means_on(self, state: State | None) -> bool:
        """Tell whether a thing is on, or draws more than it may; one that is gone is off."""
        if state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            return False
        power, options = watts_of(state, WATTS), self._options()
        if power is not None:
            return power > options.do_not_feed_above
        return state.state == STATE_ON or state.state.casefold() in options.do_not_feed_states
