"""Passive against a peak that runs, where Auto has no meter by which it would serve the house.

Off unless the owner has chosen it, and no way to follow a load: some seconds lie between a sample
of the grid and what a battery does about it. Each command ends by itself within a minute, so that
a sensor that dies, a pause or a restart leaves no battery discharging.
"""

import asyncio
from collections.abc import Callable
import datetime as dt
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..battery.mode_requests import AUTO
from ..battery.runtime import Battery
from ..const import DOMAIN, LOGGER
from ..planner import BY_PERSON, COUNTDOWN, Action, PeakCut
from ..venus import Mode, VenusError
from .controller import PlanController

_INTERVAL: Final = dt.timedelta(seconds=5)
# A sensor that is slower shows too late what a command has done.
_SLOWEST: Final = dt.timedelta(seconds=30)
# So often, in s, a battery is asked whether it has a meter, and again after an answer that was lost.
_METER_EVERY: Final = 3600.0
_METER_RETRY: Final = 60.0
# % above its floor that a battery has at least.
_WORTH_A_WRITE: Final = 1.0
# A battery that left Passive was commanded by somebody else: it is left to the plan for so many s.
_INSISTENCE: Final = 900.0


class PeakCutter:
    """Discharges batteries that have no meter while a peak runs."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        control: PlanController,
        has_emulated_meter: Callable[[], bool],
    ) -> None:
        """Do nothing yet; times are monotonic s of the event loop."""
        self._hass = hass
        self._entry = entry
        self._control = control
        self._has_emulated_meter = has_emulated_meter
        self._cut = PeakCut()
        self._stops: list[Callable[[], None]] = []
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asking: asyncio.Task[None] | None = None
        self._lent_at: dict[str, float] = {}
        self._in_passive: set[str] = set()
        """Batteries that were read in Passive since they were lent."""
        self._left_at: dict[str, float] = {}
        self._meters: dict[str, tuple[float, bool]] = {}
        """When to ask a battery for its meter again, and whether it said that it has none."""
        self._reported: dt.datetime | None = None

    @callback
    def async_follow_options(self) -> None:
        """Look at the grid while the owner wants it."""
        if not self._control.options.cuts_peaks:
            self.async_stop()
        elif not self._stops:
            self._stops = [
                async_track_time_interval(
                    self._hass, self._async_look, _INTERVAL, cancel_on_shutdown=True
                ),
                self._control.async_add_listener(self._async_end_if_over),
            ]

    @callback
    def async_stop(self) -> None:
        """Send nothing any more; the plan has the batteries again."""
        while self._stops:
            self._stops.pop()()
        self._end()

    @callback
    def _async_look(self, _: dt.datetime) -> None:
        """Send what the newest sample asks for; without a new one nothing."""
        self._async_end_if_over()
        self._ask_for_meters()
        now, moment = self._hass.loop.time(), dt_util.utcnow()
        found = self._control.plan_maker.peak_watch.async_sample(moment, now)
        if found is not None and found[0] != self._reported:
            reported, sample = found
            before, self._reported = self._reported, reported
            if before is not None and reported - before <= _SLOWEST:
                seconds = COUNTDOWN - max(0.0, (moment - reported).total_seconds())
                for key, power in self._cut.note(sample, self._most()).items():
                    self._send(key, power, seconds)
        self._take_back()

    @callback
    def _async_end_if_over(self) -> None:
        """End at once when the plan is paused or wants something else of all batteries."""
        lent = self._control.participants.lent
        if lent and not any(self._may_cut(key) for key in lent):
            self._end()

    def _may_cut(self, key: str) -> bool:
        """Tell whether the plan has a battery serve the house, and no person wants anything else.

        Not at night, whose slots end by themselves what is wanted of a battery.
        """
        control, step = self._control, self._control.data.step
        if step is None or not control.is_in_control or not control.options.takes_part(key):
            return False
        if key in control.memory.standing_back or step.exceptions or step.reason in BY_PERSON:
            return False
        is_night = control.tariff.settings.off_peak.is_off_peak(dt_util.utcnow())
        return step.action is Action.AUTO and not is_night

    def _end(self) -> None:
        self._cut.stop()
        self._take_back()

    def _take_back(self) -> None:
        """Hand batteries back to the plan that are no longer needed, or whose countdown is over."""
        held = self._cut.held(self._hass.loop.time())
        gone = self._lent_at.keys() - held
        self._in_passive -= gone
        for key in gone:
            del self._lent_at[key]
            if (task := self._tasks.pop(key, None)) is not None:
                task.cancel()
        if gone and not self._lent_at:
            self._cut.stop()
        self._control.participants.async_take_back(gone)

    def _most(self) -> dict[str, int]:
        """Return the W that each battery can give: those that are lent in their order, then by charge."""
        executors = self._control.participants.executors
        fit = {key: executor.battery for key, executor in executors.items() if self._is_fit(key)}
        others = sorted(
            fit.keys() - self._lent_at.keys(), key=lambda key: -(fit[key].data.soc or 0)
        )
        order = [*(key for key in self._lent_at if key in fit), *others]
        return {key: int(fit[key].expected_limits.discharge) for key in order}

    def _is_fit(self, key: str) -> bool:
        """Tell whether a battery may be discharged: the plan's, in Auto, without a meter."""
        executor = self._control.participants.executors[key]
        battery, profile = executor.battery, executor.battery.profile
        if not self._may_cut(key) or battery.is_claimed or battery.is_left_alone:
            return False
        # Firmware that is harmed by requests, or that nobody knows, is never commanded so often; and what
        # a setpoint means beside the sun is not known.
        if not (profile.steady and profile.known) or profile.has_pv or not battery.is_reachable:
            return False
        if self._has_emulated_meter() or not self._meters.get(key, (0.0, False))[1]:
            return False
        if not self._has_charge(battery):
            return False
        if key in self._lent_at:
            return not self._has_left(key, battery)
        left_at = self._left_at.get(key, float("-inf"))
        is_left_to_others = self._hass.loop.time() - left_at < _INSISTENCE
        is_in_auto = executor.is_settled and executor.wanted == AUTO and battery.mode is Mode.AUTO
        return is_in_auto and not battery.mirror.is_backup and not is_left_to_others

    def _has_charge(self, battery: Battery) -> bool:
        data, options = battery.data, self._control.options.strategy
        floor = max(options.least_soc, 100 * (1 - data.depth_of_discharge))
        return data.soc is not None and data.soc >= floor + _WORTH_A_WRITE

    def _has_left(self, key: str, battery: Battery) -> bool:
        """Tell whether somebody else has taken a battery out of Passive.

        Auto before it was ever read in Passive only shows that a command was lost.
        """
        if battery.mode_read_at <= self._lent_at.get(key, float("inf")):
            return False
        if battery.mode is Mode.PASSIVE:
            self._in_passive.add(key)
            return False
        if battery.mode is Mode.AUTO and key not in self._in_passive:
            return False
        self._left_at[key] = self._hass.loop.time()
        # As if Auto stood: the plan puts the change back once, and yields to a second one.
        self._control.participants.executors[key].assume(AUTO)
        return True

    def _send(self, key: str, power: int, seconds: float) -> None:
        """Send a power in W to a battery that stops some seconds from now unless it is sent again."""
        battery = self._control.participants.executors[key].battery
        if key not in self._lent_at:
            self._lent_at[key] = battery.clock.time()
            self._control.participants.async_lend(key)
        if key in self._tasks and not self._tasks[key].done():
            self._cut.missed(key)
            return
        self._tasks[key] = self._entry.async_create_background_task(
            self._hass,
            self._async_send(key, battery, power, seconds),
            f"{DOMAIN} peak of {battery.name}",
        )

    async def _async_send(self, key: str, battery: Battery, power: int, seconds: float) -> None:
        """Send a power; what it does is shown by the grid.

        Not to a battery whose mode was changed in the app since the last one.
        """
        is_sent, begun = False, self._hass.loop.time()
        try:
            if battery.is_planned:
                await battery.async_read_mode()
            if self._has_left(key, battery):
                return
            left = seconds - (self._hass.loop.time() - begun)
            is_sent = await battery.async_discharge_briefly(power, left)
        except VenusError as err:
            LOGGER.debug("%s was not discharged: %s", battery.name, err)
        if not is_sent:
            self._cut.missed(key)

    def _ask_for_meters(self) -> None:
        """Ask one battery, for which it is time, whether it has a meter."""
        now = self._hass.loop.time()
        if self._lent_at or (self._asking is not None and not self._asking.done()):
            return
        for key, executor in self._control.participants.executors.items():
            battery = executor.battery
            is_asked = battery.profile.steady and battery.is_reachable and not battery.is_claimed
            if is_asked and now >= self._meters.get(key, (0.0, False))[0]:
                self._meters[key] = now + _METER_RETRY, False
                self._asking = self._entry.async_create_background_task(
                    self._hass, self._async_ask(key, battery), f"{DOMAIN} meter of {battery.name}"
                )
                return

    async def _async_ask(self, key: str, battery: Battery) -> None:
        status = await battery.async_read_meter()
        if status is not None and status.connected is not None:
            self._meters[key] = self._hass.loop.time() + _METER_EVERY, not status.connected
