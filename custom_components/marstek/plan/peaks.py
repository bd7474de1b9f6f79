"""Peaks that are billed: measured from the grid sensor, kept in mind for a month, and avoided.

Batteries charge only as much as makes no new peak. Where they are held for dearer hours and the
house is about to make one, they serve it for an hour. The planner learns from which mean on a peak
is to be expected, and keeps a reserve for it.
"""

from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..planner import (
    Context,
    DemandInterval,
    DemandMeter,
    DemandSample,
    PeakTariff,
    Timeline,
    can_serve,
    may_serve,
    served_through,
)
from .meter import WATTS, sensor_power, watts_of
from .peak_memory import PeakMemory
from .plan_data import Peaks
from .plan_options import PlanOptions

_SERVED_FOR: Final = dt.timedelta(hours=1)
# Each takes a change of mode and a slot.
_MOST_A_DAY: Final = 4
# A sensor of the month's peak may show that of the month before for a while.
_SENSOR_SETTLES: Final = dt.timedelta(minutes=15)


class PeakWatch:
    """Follows the grid sensor while peaks are billed."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        options: Callable[[], PlanOptions],
        memory: Callable[[], PeakMemory],
        zone: Callable[[], dt.tzinfo],
    ) -> None:
        """Follow nothing yet; months and days are those of `zone`."""
        self._hass = hass
        self._options = options
        self._memory = memory
        self._zone = zone
        self._kind = PeakTariff.NONE
        self._meter: DemandMeter | None = None
        self._followed: str | None = None
        self._stop: Callable[[], None] | None = None
        self.peaks: Peaks | None = None
        """As they were when they were last looked at; None while none are billed."""
        entry.async_on_unload(self.async_stop)

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more."""
        if self._stop is not None:
            self._stop()
        self._stop, self._followed = None, None

    @callback
    def async_look(self, now: dt.datetime, house: float | None) -> Peaks | None:
        """Return the peaks now, None while none are billed.

        `house` is what is drawn from the grid without the batteries, in W, None where that is not
        known.
        """
        options = self._options()
        self._follow(options)
        if self._meter is None:
            self.peaks = None
            return None
        grid = self._read(now)
        interval, limit = self._meter.at(now), self._limit(now)
        self.peaks = Peaks(
            mean=interval.mean,
            month=self._month(now),
            limit=limit,
            near=round(limit * self._kind.near),
            most=DemandInterval.unused(self._meter.length).room(limit, 0.0),
            room=interval.room(limit, None if grid is None else house),
            is_running=interval.is_heading_above(limit, grid),
        )
        return self.peaks

    @callback
    def async_sample(self, now: dt.datetime, at: float) -> tuple[dt.datetime, DemandSample] | None:
        """Return the grid and when it was reported; None while no peaks are billed or it is unread.

        `at` is the same moment as `now` in monotonic s.
        """
        self._follow(self._options())
        state = self._hass.states.get(self._followed) if self._followed else None
        grid = self._read(now)
        if self._meter is None or state is None or grid is None:
            return None
        interval, limit = self._meter.at(now), self._limit(now)
        is_heading = interval.is_heading_above(limit, grid)
        return state.last_reported, DemandSample(at, grid, interval.rest(limit), is_heading)

    @callback
    def async_serve(self, plan: Timeline, context: Context) -> Timeline:
        """Return a plan in which batteries that are held serve the house through a peak.

        For an hour from the moment at which it was seen to come, and at most four times a day.
        """
        memory, now = self._memory(), context.now
        if self.peaks is None:
            memory.serves_until = None
            return plan
        until = memory.serves_until
        if until is None or not now < until <= now + _SERVED_FOR:
            memory.serves_until = until = None
        step = plan.at(now)
        is_meant = self.peaks.is_running and step is not None and may_serve(step, context)
        if until is None and is_meant and can_serve(context):
            until = self._begin(memory, now)
        return plan if until is None else served_through(plan, context, until)

    def _begin(self, memory: PeakMemory, now: dt.datetime) -> dt.datetime | None:
        """Return the end of a hand-over that begins now, None where there were enough today."""
        today = now.astimezone(self._zone()).date()
        if memory.served_day != today:
            memory.served_day, memory.served = today, 0
        if memory.served >= _MOST_A_DAY:
            return None
        memory.served += 1
        memory.serves_until = now.astimezone(dt.UTC) + _SERVED_FOR
        return memory.serves_until

    def _follow(self, options: PlanOptions) -> None:
        kind = options.peak_tariff
        if kind is not self._kind:
            self._kind = kind
            self._meter = None if kind is PeakTariff.NONE else DemandMeter(kind.length)
        wanted = None if self._meter is None else options.grid_sensor
        if wanted == self._followed:
            return
        self.async_stop()
        self._followed = wanted
        if wanted:
            self._stop = async_track_state_change_event(self._hass, wanted, self._async_changed)

    @callback
    def _async_changed(self, _: Event[EventStateChangedData]) -> None:
        self._read(dt_util.utcnow())

    def _read(self, now: dt.datetime) -> float | None:
        """Note what is drawn from the grid now, and return it in W."""
        sensor = self._options().grid_sensor
        grid = sensor_power(self._hass, sensor) if sensor else None
        if self._meter is not None and (ended := self._meter.note(now, grid)) is not None:
            start, mean = ended
            day = start.astimezone(self._zone()).date()
            self._memory().month.note(self._kind, day, round(mean, 1))
        return grid

    def _month(self, now: dt.datetime) -> float:
        """Return the peak of the month so far in W, as measured or as its sensor shows it."""
        today = now.astimezone(self._zone()).date()
        measured = self._memory().month.peak(self._kind, today)
        return max(measured, self._of_sensor(now) or 0.0)

    def _limit(self, now: dt.datetime) -> float:
        today = now.astimezone(self._zone()).date()
        free = self._memory().month.free(self._kind, today)
        if self._kind is PeakTariff.QUARTER_HOURS:
            free = max(free, self._of_sensor(now) or 0.0)
        return max(free, float(self._options().peak_free))

    def _of_sensor(self, now: dt.datetime) -> float | None:
        """Return the month's peak in W by its own sensor; None unless it was reported this month."""
        sensor = self._options().peak_sensor
        state = self._hass.states.get(sensor) if sensor else None
        if state is None:
            return None
        local = now.astimezone(self._zone())
        month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        if not month + _SENSOR_SETTLES <= state.last_reported <= now:
            return None
        return watts_of(state, WATTS)
