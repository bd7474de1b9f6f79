"""What has to be true in a home with a plan at any moment, whatever happens to it."""

import asyncio
import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from custom_components.marstek.battery.slot_mirror import EVENING_SLOT, MORNING_SLOT, SAFETY_SLOT
from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.planner import Action, PeakTariff, Step
from custom_components.marstek.tempo import (
    Colour,
    Interval,
    LevelHours,
    OffPeak,
    OffPeakWindow,
    tempo_day,
)
from custom_components.marstek.venus import Method
from simulator import Outcome, SimulatedBattery, Slot

if TYPE_CHECKING:
    from tests.support.plan_home import PlanHome

_SETTLED_WITHIN: Final = 120
_SETTLED: Final = 600.0
# Seconds within which the plan computes anew by a clock that has been set right.
_RECOMPUTED: Final = 120.0
_HOLD_TOLERANCE: Final = 100
_LAST_MINUTE: Final = 23 * 60 + 59
_MINUTE: Final = dt.timedelta(minutes=1)
# % above its floor from which a battery that was held there serves again.
_FLOOR_SLACK: Final = 2.0
# W that a house may have come to draw since the last look, and what was charged before that.
_CROSSING: Final = 200.0
_CROSSED_WH: Final = 1.5
_MODES: Final = {Action.AUTO: ("Auto",), Action.AI: ("AI",)}
_PLANNED_MODES: Final = ("Manual", "Passive")


@cache
def _minutes_in(windows: tuple[OffPeakWindow, ...]) -> frozenset[int]:
    """Return the minutes of a day that lie in off-peak windows."""
    minutes: set[int] = set()
    for window in windows:
        start = window.start.hour * 60 + window.start.minute
        end = window.end.hour * 60 + window.end.minute
        minutes |= {(start + step) % 1440 for step in range((end - start) % 1440)}
    return frozenset(minutes)


@cache
def _cheap_minutes(hours: LevelHours, day: dt.date) -> frozenset[int]:
    """Return the minutes of a day that are off-peak by prices of several levels."""
    midnight = dt.datetime.combine(day, dt.time(), hours.zone)
    return frozenset(
        minute
        for minute in range(1440)
        if hours.is_off_peak(midnight + minute * dt.timedelta(minutes=1))
    )


class Invariants:
    """Looks at all batteries as they really are, each minute, and notes what must not be."""

    def __init__(self, home: PlanHome) -> None:
        """Look at a home; nothing is looked at yet."""
        self._home = home
        self.broken: list[str] = []
        self.nights: dict[tuple[dt.date, str], int] = {}
        """Slot writes that were carried out, by evening and BLE MAC."""
        self.mornings: dict[dt.date, list[int]] = {}
        """States of charge at 06:00 of red days."""
        self.period = 60.0
        self.may_be_searched_while_asked = False
        """True where commands keep a battery busy: a search passes over a gate that stays shut."""
        self._task: asyncio.Task[None] | None = None
        self._charged: dict[str, float] = {}
        self._dark_at: dict[str, float] = {}
        self._was_peak = False
        self._clock_wrong_at = float("-inf")
        self._seen: dict[str, int] = {}
        self._started = 0.0
        self._holds_by_day = False
        self._known_days: frozenset[int] = frozenset()
        self._known_minutes = frozenset({*range(22 * 60, 24 * 60), *range(6 * 60)})

    def start(self) -> None:
        """Look from now on."""
        self._started = self._home.hass.loop.time()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def finish(self) -> None:
        """Look for the last time, unload everything, and fail if anything was ever wrong."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            if not self._task.cancelled() and (error := self._task.exception()) is not None:
                raise error
        self.look()
        await self._leave_nothing()
        assert not self.broken, "\n".join(self.broken[:12])

    async def _run(self) -> None:
        """Look at whole minutes, so that no boundary falls between two looks."""
        while True:
            self.look()
            now = self._home.now.timestamp()
            await asyncio.sleep(max(0.01, self.period - now % self.period))

    def _note(self, text: str) -> None:
        self.broken.append(f"{self._home.now:%d %b %H:%M:%S} {text}")

    def look(self) -> None:
        """Look at everything once."""
        home = self._home
        moment = home.now
        is_peak = 6 <= moment.hour < 22
        is_red_peak = is_peak and home.colours.get(tempo_day(moment)) is Colour.RED
        if is_peak and not self._was_peak and is_red_peak:
            self.mornings[moment.date()] = home.socs()
        for battery in home.batteries:
            self._look_at_energy(battery, is_red_peak=is_red_peak and self._was_peak)
            self._look_at_slots(battery)
            self._look_at_exchanges(battery)
        self._was_peak = is_peak
        if home.place.clock.offset:
            self._clock_wrong_at = home.hass.loop.time()
        if home.is_running:
            self._look_at_modes(moment)
        for line in home.place.log.lines:
            if "TRACEBACK" in line or "exception" in line.lower():
                self._note(line)
        home.place.log.lines.clear()

    def _look_at_energy(self, battery: SimulatedBattery, *, is_red_peak: bool) -> None:
        """Never one Wh from the grid in the peak hours of a red day."""
        state, key = battery.state, battery.spec.ble_mac
        before = self._charged.get(key, state.energy_charged_wh)
        self._charged[key] = state.energy_charged_wh
        risen = state.energy_charged_wh - before
        # Auto and AI follow the sun, which may have given way to a load since the last look.
        is_crossing = state.mode in ("Auto", "AI") and state.household_power < _CROSSING
        least = _CROSSED_WH if is_crossing else 1e-6
        if is_red_peak and risen > least and state.household_power >= 0:
            self._note(f"{key}: {risen:.1f} Wh charged in red peak hours ({state.mode})")

    def _look_at_slots(self, battery: SimulatedBattery) -> None:
        """No own slot that could act outside its night."""
        slots = battery.state.slots
        for number in (EVENING_SLOT, MORNING_SLOT):
            slot = slots[number]
            if slot is not None and slot.enabled and not self._is_of_one_night(slot):
                self._note(f"{battery.spec.ble_mac}: slot {number} is {slot}")
        net = slots[SAFETY_SLOT]
        if net is not None and net.enabled and net.power < 0:
            self._note(f"{battery.spec.ble_mac}: safety net charges: {net}")

    def _is_of_one_night(self, slot: Slot) -> bool:
        """Tell whether a slot is of one day, and in its off-peak hours."""
        if slot.week_set.bit_count() != 1 or slot.end < slot.start:
            return False
        hours = self._off_peak_minutes()
        if slot.week_set.bit_length() - 1 in self._off_peak_days():
            return True
        if self._is_hold_by_day(slot):
            return True
        first, last = slot.start, slot.end - 1
        guard = self._guard() if slot.power < 0 and slot.end != _LAST_MINUTE else 0
        return all(minute % 1440 in hours for minute in (first, last, last + guard))

    def _is_hold_by_day(self, slot: Slot) -> bool:
        """Tell whether a slot is what keeps a battery at 0 W by day.

        Where any hour may be cheap, where there are middle hours, where there are things that
        batteries must not feed, and where a reserve is kept for a peak. One
        that is handed back before its end stays, as a slot write takes a battery out of Auto: it
        can do nothing but stand still, and the plan writes it anew before it uses Manual again.
        """
        if self._home.is_running:
            options = self._home.control.options
            keeps_reserve = options.peak_tariff is not PeakTariff.NONE
            levels = isinstance(self._home.plan.tariff.settings.off_peak, LevelHours)
            self._holds_by_day = (
                self._is_dynamic or levels or bool(options.do_not_feed) or keeps_reserve
            )
        return self._holds_by_day and slot.power == 0

    def _off_peak_minutes(self) -> frozenset[int]:
        home = self._home
        if not home.is_running:
            return self._known_minutes
        hours = home.plan.tariff.settings.off_peak
        if isinstance(hours, LevelHours):
            self._known_minutes = _cheap_minutes(hours, home.now.date())
        else:
            self._known_minutes = _minutes_in(hours.windows)
        return self._known_minutes

    @property
    def _is_dynamic(self) -> bool:
        return self._home.plan.tariff.settings.tariff is Tariff.DYNAMIC

    def _off_peak_days(self) -> frozenset[int]:
        home = self._home
        if home.is_running:
            hours = home.plan.tariff.settings.off_peak
            self._known_days = hours.all_day if isinstance(hours, OffPeak) else frozenset()
        return self._known_days

    def _guard(self) -> int:
        if not self._home.is_running or self._is_dynamic:
            return 0
        return int(self._home.control.options.strategy.end_guard / _MINUTE)

    def _look_at_exchanges(self, battery: SimulatedBattery) -> None:
        key = battery.spec.ble_mac
        if battery.forbidden:
            self._note(f"{key}: forbidden {battery.forbidden}")
        fresh = battery.exchanges[self._seen.get(key, 0) :]
        self._seen[key] = len(battery.exchanges)
        for exchange in fresh:
            is_search = exchange.method == Method.DEVICE and self.may_be_searched_while_asked
            if exchange.overlapped and not is_search:
                self._note(f"{key}: two requests in flight: {exchange.method}")
            config: Any = exchange.params.get("config", {})
            if "manual_cfg" in config and exchange.replied:
                evening = (self._home.now - dt.timedelta(hours=12)).date()
                self.nights[evening, key] = self.nights.get((evening, key), 0) + 1
        if battery.faults.dark or any(each.outcome is Outcome.DARK for each in fresh):
            self._dark_at[key] = self._home.hass.loop.time()

    def forget_exchanges(self) -> None:
        """Make room; what was exchanged so far has been looked at."""
        for battery in self._home.batteries:
            self._look_at_exchanges(battery)
            battery.clear_exchanges()
        self._seen.clear()

    def _look_at_modes(self, moment: dt.datetime) -> None:
        """Ten minutes after each boundary every battery does what is planned."""
        home = self._home
        control, now = home.control, home.hass.loop.time()
        if not control.is_in_control or now - self._started < _SETTLED:
            return
        since = self._since_boundary(moment)
        if not dt.timedelta(minutes=10) <= since < dt.timedelta(seconds=600 + self.period):
            return
        step = home.shown.step
        off_peak = home.plan.tariff.settings.off_peak
        peak = not off_peak.is_off_peak(moment) and not off_peak.is_middle(moment)
        if step is None or control.memory.overrides:
            return
        if self._is_dynamic:
            # Any hour may be cheap; ten minutes after its start a step is compared.
            if not dt.timedelta(minutes=10) <= moment - step.start:
                return
        elif self._is_hold_wrong(peak=peak, action=step.action):
            self._note(f"planned in peak hours: {step.action}")
        self.compare(step)

    def _is_hold_wrong(self, *, peak: bool, action: Action) -> bool:
        """Tell whether the plan should be in Auto; a wrong clock may show it another window."""
        now, options = self._home.hass.loop.time(), self._home.control.options.strategy
        is_clock_right = now - self._clock_wrong_at >= _RECOMPUTED
        return peak and is_clock_right and action is not Action.AUTO and not options.least_soc

    def compare(self, step: Step) -> None:
        """Note which batteries do something else, of those that answer and are the plan's."""
        home, loop = self._home, self._home.hass.loop
        control = home.control
        for battery in home.batteries:
            key = battery.spec.ble_mac
            executor = control.participants.executors.get(key)
            if executor is not None and executor.battery.parts.leave.is_stored:
                # Left alone for a firmware update, which is as good as away.
                self._dark_at[key] = loop.time()
            away = loop.time() - self._dark_at.get(key, float("-inf")) < _SETTLED
            left = key in control.memory.standing_back or key in home.excused
            if not away and not left and key in control.participants.executors:
                self._compare(battery, step)

    def _compare(self, battery: SimulatedBattery, step: Step) -> None:
        state, action = battery.state, step.action
        if action is Action.AUTO and step.floor and state.soc <= step.floor + _FLOOR_SLACK:
            # What is left is kept; at the floor itself either is right.
            action = Action.HOLD if state.mode == "Manual" else action
        right = state.mode in _MODES.get(action, _PLANNED_MODES)
        if action is Action.HOLD:
            right = right and abs(state.ac_power) <= _HOLD_TOLERANCE
        elif action is Action.CHARGE:
            right = right and state.ac_power <= _HOLD_TOLERANCE
        if not right:
            self._note(
                f"{battery.spec.ble_mac} is in {state.mode} at {state.ac_power:.0f} W, not {action}"
            )

    def _since_boundary(self, moment: dt.datetime) -> dt.timedelta:
        """Return how long ago the last start, end or guard of the off-peak hours was."""
        settings, options = self._home.plan.tariff.settings, self._home.control.options.strategy
        interval: Interval = settings.off_peak.current(moment)
        bounds = [interval.start]
        if interval.is_off_peak:
            bounds += [interval.start + options.start_guard, interval.end - options.end_guard]
        return min(moment - bound for bound in bounds if bound <= moment)

    async def _leave_nothing(self) -> None:
        """Unload all entries: no timer and no task of theirs may be left."""
        hass = self._home.hass
        for _ in range(_SETTLED_WITHIN):
            # One that is just being reloaded can't be unloaded.
            if all(each.state.recoverable for each in hass.config_entries.async_entries(DOMAIN)):
                break
            await asyncio.sleep(1)
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state.recoverable:
                await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        tasks = [
            task.get_name() for task in asyncio.all_tasks() if f"{DOMAIN} plan" in task.get_name()
        ]
        handles = vars(asyncio.get_running_loop())["_scheduled"]
        timers = [
            repr(handle)
            for handle in handles
            if not handle.cancelled() and f"custom_components.{DOMAIN}.plan" in repr(handle)
        ]
        if tasks or timers:
            self._note(f"left after unloading: {tasks} {timers}")
