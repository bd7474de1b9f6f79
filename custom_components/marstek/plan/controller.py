"""Controller of the plan: computes the steps at least once a minute, and has them carried out.

What should be is computed anew, from the clock, the tariff and what is stored, at least once a
minute; triggers only make it prompt. So a trigger that is missed heals.
"""

from dataclasses import replace
import datetime as dt
from typing import Final, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..battery.commanded_by import NO_SHARE
from ..battery.runtime import Battery
from ..const import CONF_BLE_MAC, LOGGER
from ..entries import async_batteries, async_battery_names
from ..planner import Action, Override, Reason, Step, Timeline, is_bounded
from .alerts import Alerts
from .allocation import Allocations
from .announcer import Announcer
from .charging import ChargeCompletion
from .control_memory import FOR_EVER, ControlMemory
from .full_charges import FullCharges
from .journal import Journal
from .journal_store import JournalStore
from .participants import Participants, loaded_batteries
from .plan_data import PlanData
from .plan_maker import PlanMaker
from .plan_options import PlanOptions, plan_options
from .red_days import RedDays
from .shares import next_charge, share_of
from .slot_windows import slot_window
from .snapshot import PlanState, snapshot
from .switch_detector import SwitchDetector
from .tariff.coordinator import TariffCoordinator
from .totals import TotalsTracker, count, soc_of

_LONGEST_WAIT: Final = 60.0
# Less could be over already: Home Assistant plans refreshes from the begin of the second on.
_SHORTEST_WAIT: Final = 1.0
_TIDY_BEFORE: Final = dt.timedelta(minutes=3)
_FULL_AT: Final = dt.time(17)
_FULL: Final = 90.0
_SETTLING: Final = (
    ConfigEntryState.NOT_LOADED,
    ConfigEntryState.SETUP_IN_PROGRESS,
    ConfigEntryState.UNLOAD_IN_PROGRESS,
)
_FAILED: Final = (ConfigEntryState.SETUP_ERROR, ConfigEntryState.SETUP_RETRY)


class PlanController(DataUpdateCoordinator[PlanData]):
    """Controller of a home: makes the plan and has it carried out."""

    config_entry: ConfigEntry

    def __init__(
        self, hass: HomeAssistant, tariff: TariffCoordinator, journal: JournalStore
    ) -> None:
        """Plan by `tariff`, and note what is done in `journal`; nothing is commanded yet."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=tariff.config_entry,
            name=f"{tariff.config_entry.title} control",
            update_interval=dt.timedelta(seconds=_LONGEST_WAIT),
            always_update=False,
            request_refresh_debouncer=Debouncer(hass, LOGGER, cooldown=0.5, immediate=True),
        )
        self.tariff = tariff
        self._journal = journal
        self.options: PlanOptions = self._read_options()
        self.announcer = Announcer(hass, tariff)
        self._switches = SwitchDetector(self.announcer)
        self._alerts = Alerts(hass, self.announcer, lambda: self.memory)
        self._red_days = RedDays(self._alerts, tariff, lambda: self.options)
        self.participants = Participants(
            hass,
            self.config_entry,
            self.zone,
            lambda: self.memory,
            self.announcer,
            self._alerts,
            self.async_reconsider,
            self.tariff.own_clock,
        )
        self.participants.planned_charge = self._planned_charge
        self.participants.is_bounded = self._is_bounded
        self._full = FullCharges(lambda: self.memory, lambda: self.options, tariff.own_clock)
        self._charges = ChargeCompletion(tariff, self._full, self.announcer)
        self.plan_maker = PlanMaker(
            hass,
            self.config_entry,
            tariff,
            lambda: self.options,
            self.members,
            self.async_reconsider,
            self.participants.departed,
        )
        self._orders = Allocations(hass.loop.time)
        self._bank = TotalsTracker(hass.loop.time)
        self._running: Step | None = None

    def _read_options(self) -> PlanOptions:
        return plan_options(self.config_entry.options, self.tariff.settings.tariff)

    @property
    def journal(self) -> Journal:
        """What the plan has done."""
        return self._journal.journal

    @property
    def memory(self) -> ControlMemory:
        """State that outlives a restart."""
        return self.tariff.store.memory.control

    @property
    def zone(self) -> dt.tzinfo:
        """The zone of the tariff, by which batteries are taken to set their clocks."""
        return self.tariff.settings.off_peak.zone

    @property
    def is_in_control(self) -> bool:
        """Tell whether batteries are commanded at all."""
        return self.options.automatic and self.memory.paused_until is None

    def _is_commanded(self, key: str) -> bool:
        return self.is_in_control and self.options.takes_part(key)

    def members(self) -> dict[str, Battery]:
        """Return the batteries that the plan commands, by BLE MAC."""
        return {
            key: battery
            for key, battery in loaded_batteries(self.hass).items()
            if self.options.takes_part(key)
        }

    def _planned_charge(self, key: str, until: dt.datetime) -> dt.datetime | None:
        """Return when a planned charge of a battery begins, or goes on, before a moment."""
        now, plan, memory = dt_util.utcnow(), self.data.plan, self.memory
        if plan is None or not self.is_in_control or key in memory.complete:
            return None
        return next_charge(plan, key, max(now, memory.standing_back.get(key, now)), until)

    def _is_bounded(self, key: str) -> bool:
        """Tell whether the running step takes a battery out of Auto for the sake of prices."""
        step = self._running
        if step is None or not is_bounded(step):
            return False
        return all(
            each.batteries is not None and key not in each.batteries for each in step.exceptions
        )

    @callback
    def async_reconsider(self) -> None:
        """Compute anew soon: something has changed."""
        self.tariff.store.save_soon()
        # Not at once: a battery that has just been set up counts as loaded a moment later.
        self.config_entry.async_create_task(
            self.hass, self.async_request_refresh(), eager_start=False
        )

    @callback
    def async_apply_options(self) -> None:
        """Go by changed options; the tariff, which has applied them before, has all computed anew."""
        before, self.options = self.options, self._read_options()
        if self.options.strategy != before.strategy:
            # What was enough may no longer be.
            self.memory.complete.clear()
        self.plan_maker.learner.async_follow_options()
        self.async_update_listeners()

    @override
    async def async_shutdown(self) -> None:
        """Command nothing any more."""
        await super().async_shutdown()
        self.participants.async_stop()
        for battery in loaded_batteries(self.hass).values():
            battery.async_note_share(NO_SHARE)

    @override
    async def _async_update_data(self) -> PlanData:
        """Compute what should be, and have it done."""
        now = dt_util.utcnow()
        members = self.members()
        self._forget(now)
        self.participants.async_follow(members)
        self._pass_boundary(now)
        self._note_full(now)
        self._charges.look(self._running, self.participants.executors, now)
        self._full.look(self.participants.executors, now)
        plan, step = await self._async_plan(now)
        if self.is_in_control and _has_charge(step):
            meter = self.plan_maker.meter
            await meter.async_read(self.options.grid_sensor, members.values())
            now = dt_util.utcnow()
            plan, step = await self._async_plan(now)
        self._full.note(step, now, is_in_control=self.is_in_control)
        self._command(plan, step, now)
        data = self._snapshot(plan, step, now)
        self._note_shares(step)
        self._journal.async_look(data)
        await self._tell(data, step, now)
        count(loaded_batteries(self.hass).values(), self.memory.energy)
        self.tariff.store.save_later()
        self.update_interval = dt.timedelta(seconds=_seconds_to_next(plan, now))
        return data

    def _forget(self, now: dt.datetime) -> None:
        """Drop what is over, and tell when nobody keeps the plan back any more.

        Not while the clock is being set: a pause must not end with a day that was never there.
        """
        clock, memory = self.tariff.own_clock, self.memory
        clock.look(now)
        if clock.is_settling:
            return
        was_kept_back = bool(memory.overrides or memory.standing_back)
        memory.forget(clock.corrected(now))
        if was_kept_back and not memory.overrides and not memory.standing_back:
            self.announcer.override_ended()

    async def _async_plan(self, now: dt.datetime) -> tuple[Timeline, Step]:
        """Return what should be from now on, and the step of it that runs."""
        plan = await self.plan_maker.async_plan(now)
        return plan, plan.at(now) or plan.steps[0]

    def _pass_boundary(self, now: dt.datetime) -> None:
        """Notice a start or end of the off-peak window: a fresh start for all batteries."""
        end = self.tariff.settings.off_peak.next_change(now)
        if self.participants.window_end is not None and end != self.participants.window_end:
            self.participants.async_try_clocks_again()
        self.participants.window_end = end

    def _note_full(self, now: dt.datetime) -> None:
        """Remember at 17:00 whether the batteries are nearly full: the sun does that."""
        day, local = self.tariff.day_of(now), now.astimezone(self.zone)
        if self.memory.full_day == day or local.date() != day or local.time() < _FULL_AT:
            return
        soc = soc_of(self.members().values())
        if soc is not None:
            self.memory.full_day, self.memory.was_full = day, soc >= _FULL

    def _is_settling(self) -> bool:
        """Tell whether a battery is just being set up: its turn must not be given away."""
        return any(
            entry.state in _SETTLING
            for entry in async_batteries(self.hass)
            if entry.disabled_by is None and self.options.takes_part(entry.data[CONF_BLE_MAC])
        )

    def _command(self, plan: Timeline, step: Step, now: dt.datetime) -> None:
        """Tell each battery what it is to do."""
        if _takes_turns(step) and self._is_settling():
            return
        settings, memory = self.tariff.settings, self.memory
        window = settings.off_peak.current(now)
        resting = self.participants.async_resting()
        # Their turn goes to others; the plan itself stays as it is.
        batteries = [
            replace(each, is_complete=True) if each.id in resting else each
            for each in self.plan_maker.batteries()
        ]
        self._orders.resume(memory.orders, now)
        orders = self._orders.make(
            plan,
            step,
            tuple(each for each in batteries if each.id not in memory.standing_back),
            self.plan_maker.house(now),
            now,
            slot_window(self.tariff, self.options.safety_power, now),
            self.zone,
        )
        self._running = step if self.is_in_control else None
        self.participants.async_command(orders, is_in_control=self.is_in_control)
        self.participants.async_hand_back(self._is_commanded)
        is_night = settings.has_off_peak and window.is_off_peak
        is_night_ending = is_night and now >= window.end - _TIDY_BEFORE
        is_ending = is_night_ending or self._orders.is_ending(now, _TIDY_BEFORE)
        if is_ending and self.is_in_control:
            self.participants.async_tidy_up()

    async def _tell(self, data: PlanData, step: Step, now: dt.datetime) -> None:
        """Tell what has happened, and call the owner where that is needed."""
        batteries, executors = loaded_batteries(self.hass), self.participants.executors
        self._alerts.look(batteries, self.options, self.tariff.day_of(now))
        self._alerts.look_at_export(self.tariff.data.export_price)
        self._red_days.look_at_eve(data, step, executors)
        if not self.is_in_control:
            return
        self._switches.look(step, executors)
        await self._red_days.async_look_at_morning(self.members(), step, now)

    def _snapshot(self, plan: Timeline, step: Step, now: dt.datetime) -> PlanData:
        names, energy = async_battery_names(self.hass), self.memory.energy
        all_batteries = self._bank.look(names, loaded_batteries(self.hass), energy)
        failed = async_battery_names(self.hass, _FAILED)
        missing = {key: name for key, name in failed.items() if self.options.takes_part(key)}
        executors = self.participants.executors
        known = PlanState(
            self.options,
            self.memory,
            executors,
            all_batteries,
            self.is_in_control,
            missing,
            self.plan_maker.peak_watch.peaks,
        )
        return snapshot(plan, step, now, known)

    def _note_shares(self, step: Step) -> None:
        """Have each battery show what the plan wants of it."""
        executors, memory = self.participants.executors, self.memory
        for key, battery in loaded_batteries(self.hass).items():
            battery.async_note_share(
                share_of(key, executors, memory, step, is_in_control=self.is_in_control)
            )

    async def async_pause(self, until: dt.datetime | None) -> None:
        """Return all batteries to Auto until then, or until `async_resume`."""
        self.memory.paused_until = until or FOR_EVER
        self.tariff.store.async_pause_decided()
        await self._async_changed()

    async def async_resume(self) -> None:
        """Take all batteries again: no pause, override or manual command keeps the plan back."""
        memory = self.memory
        had = bool(memory.overrides or memory.standing_back)
        for executor in self.participants.executors.values():
            executor.battery.async_overrule()
        memory.paused_until = None
        self.tariff.store.async_pause_decided()
        memory.overrides.clear()
        memory.standing_back.clear()
        if had:
            self.announcer.override_ended()
        await self._async_changed()

    async def async_override(self, request: Override) -> None:
        """Start an override of the plan by a person."""
        executors = self.participants.executors
        keys = (
            executors.keys() if request.batteries is None else request.batteries & executors.keys()
        )
        for key in keys:
            self.memory.standing_back.pop(key, None)
            self.memory.complete.pop(key, None)
        self.memory.overrides.append(request)
        self.announcer.override_wanted(request, (executors[key].battery.name for key in keys))
        await self._async_changed()

    async def async_apply_now(self) -> None:
        """Send all orders again, even where they seem to be in force."""
        self.participants.async_repeat()

    async def _async_changed(self) -> None:
        self.tariff.store.save_soon()
        await self.async_refresh()


def _takes_turns(step: Step) -> bool:
    return step.reason is Reason.SALE or _has_charge(step)


def _has_charge(step: Step) -> bool:
    return Action.CHARGE in (step.action, *(each.action for each in step.exceptions))


def _seconds_to_next(plan: Timeline, now: dt.datetime) -> float:
    """Return how long the running step holds, within bounds."""
    bounds = [bound for step in plan.steps for bound in (step.start, step.end) if bound > now]
    wait = min(((bound - now).total_seconds() for bound in bounds), default=_LONGEST_WAIT)
    return min(max(_SHORTEST_WAIT, wait), _LONGEST_WAIT)
