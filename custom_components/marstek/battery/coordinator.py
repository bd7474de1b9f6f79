"""Polls one battery and publishes what it tells."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODEL
from homeassistant.core import CoreState, HomeAssistant, callback
from homeassistant.helpers import sun
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_AFTER_RESTART,
    CONF_BLE_MAC,
    CONF_EXPERIMENTAL,
    CONF_FIRMWARE,
    DOMAIN,
    LOGGER,
    AfterRestart,
)
from ..discovery import async_get_hub
from ..errors import command_error, describe
from ..just_found import async_take_found
from ..limits import PowerLimits, power_limits
from ..venus import (
    Clock,
    Danger,
    DataStatus,
    DeadlineError,
    DeviceStatus,
    EnergyStatus,
    LoopClock,
    MeterStatus,
    Method,
    Mode,
    ModeControl,
    ModeStatus,
    NoAnswerError,
    Pacing,
    Profile,
    Proof,
    Slot,
    Status,
    VenusClient,
    VenusError,
    profile_for,
    success_rate,
    within,
)
from .commands import Commands
from .connection import async_make_client
from .data import BatteryData, CommandState
from .issues import KEEPS_LEAVING, SETTINGS_WIPED, WRITES_USED_UP, async_tell
from .left_alone import LeaveAlone
from .memory import MemoryStore
from .observed import Observed
from .orders import PLAN_SLOTS, Order, wish_for
from .ownership import Ownership
from .poller import SHORTEST_WAIT, Poller
from .progress import CommandProgress
from .reading_plan import Reading, ReadingPlan
from .readings import Readings
from .runs import Runs
from .schedule_keeper import ScheduleKeeper
from .schedule_watch import ScheduleWatch
from .settings import BatterySettings, SettingsData
from .thrift import Thrift
from .trial import Trial
from .upkeep import Upkeep
from .wear import Giver
from .whereabouts import Whereabouts
from .wipe_watch import WipeWatch

# Short beside the age at which a reading of a dark battery is stale.
_AGE_WATCH_INTERVAL: Final = 10.0
_DARK_AGE_WATCH_INTERVAL: Final = 1.0
# Each poll looks at the age of all readings; beside that only power is watched so closely.
_LONGEST_UNWATCHED: Final = 60.0

# After so many seconds a call is cut, whatever it waits for (60 and 30 with its cleaning up); sooner where nothing was heard from the
# battery for a minute, which then is likely to be off.
_LONGEST_CALL: Final = 58.0
_SILENT_CALL: Final = 28.0
_SILENCE: Final = 60.0

type BatteryConfigEntry = ConfigEntry[BatteryCoordinator]


class BatteryCoordinator(DataUpdateCoordinator[BatteryData]):
    """One battery: what it tells, what it is told, and where it is."""

    config_entry: BatteryConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: BatteryConfigEntry,
        *,
        clock: Clock | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        """Prepare; `clock` and `pacing` are replaced where time is simulated."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=timedelta(seconds=SHORTEST_WAIT),
            always_update=False,
        )
        self.clock: Clock = clock or LoopClock()
        self._pacing = pacing or Pacing()
        self.store = MemoryStore(hass, entry.entry_id)
        profile = profile_for(entry.data[CONF_MODEL], entry.data[CONF_FIRMWARE])
        self.plan = ReadingPlan(profile)
        self.readings = Readings(profile, self.store.memory)
        self.client: VenusClient
        self._commands: Commands
        self._control: ModeControl
        self._poller: Poller
        self._upkeep: Upkeep
        self.trial: Trial
        self.runs: Runs
        self.ownership = Ownership()
        self.schedule: ScheduleKeeper
        self.settings: BatterySettings
        self.leave: LeaveAlone
        self._schedule_watch = ScheduleWatch(self.store, self.clock, self._is_commanding)
        self.thrift = Thrift(
            self.store, self.clock, lambda: self.readings.mode, self._used_up_writes
        )
        self.wipe = WipeWatch(self.store, self.clock, self._is_commanding, self._lost_settings)
        self._whereabouts: Whereabouts
        self._last_command = CommandState.NONE
        self._mode_read_at = float("-inf")
        self._mode_assumed = False
        self._maintenance: asyncio.Task[None] | None = None
        self._age_timer: asyncio.TimerHandle | None = None
        self._pictured_at = float("-inf")

    @property
    def profile(self) -> Profile:
        """What the battery could do when it was set up; an update of its firmware reloads."""
        return self.plan.profile

    def _is_commanding(self) -> bool:
        return self._commands.lock.locked()

    @override
    async def _async_setup(self) -> None:
        """Load what is remembered, find the address and open the socket."""
        await self.store.async_load()
        self.wipe.start()
        self.store.memory.limit(power_limits(self.profile, self.config_entry.options))
        self.client = await async_make_client(
            self.hass,
            self.config_entry,
            self.clock,
            self._pacing,
            self._apply,
            self.store.memory.observed,
        )
        places = async_get_hub(self.hass).gates.left_alone
        self.leave = LeaveAlone(places, self.store, self.client, self.clock)
        watch = self._schedule_watch
        self._control = ModeControl(
            self.client,
            self.clock,
            self._mode_seen,
            self._slot_written,
            watch.backup_entered,
            lambda: not sun.is_up(self.hass, dt_util.utcnow()),
        )
        self._whereabouts = Whereabouts(
            self.hass, self.config_entry, self.client, self.clock, self._async_moved
        )
        self._poller = Poller(
            self.client, self.plan, self.clock, self._polled, self._whereabouts.search
        )
        self.trial = Trial(
            self.client,
            self.plan,
            self.store,
            self.clock.time,
            self._polled,
            is_wanted=self.config_entry.options.get(CONF_EXPERIMENTAL, False),
        )
        self.readings.memory = self.store.memory
        self._commands = Commands(
            self._control,
            self.store,
            self.clock,
            self._progressed,
            lambda: self.readings.mode,
            self.ownership.async_begin,
            spares_mode=Danger.WIPES_SETTINGS in self.profile.dangers,
        )
        self.schedule = ScheduleKeeper(
            self._control,
            self.store,
            self.clock,
            self._commands,
            self.readings,
            self._progressed,
            self.ownership,
        )
        self._set_up_runs()
        self.settings = BatterySettings(self.client, lambda: self.store.memory.settings, self._set)
        try:
            await self.client.open()
        except VenusError as err:
            raise self._update_failed(err) from err
        self.config_entry.async_on_unload(self.client.close)
        if self.leave.is_on:
            return
        is_new = async_take_found(self.hass, self.config_entry.data[CONF_BLE_MAC])
        answers = await self._poller.async_read_first(is_just_found=is_new)
        if not answers and self._poller.last_error is not None:
            raise self._update_failed(self._poller.last_error)

    def _set_up_runs(self) -> None:
        """Keep up what stands, and have it end."""
        self._upkeep = Upkeep(self._control, self.store, self.clock, self._commands)
        self.runs = Runs(
            self._commands,
            self._upkeep,
            self.store,
            self.ownership,
            has_pv=self.profile.has_pv,
            spawn=self._spawn,
            watch_closely=lambda: self.plan.boost(self.clock.time()),
            keeps_leaving=self._leaves_passive,
        )
        self.runs.on_exhausted = self._exhausted
        option = self.config_entry.options.get(CONF_AFTER_RESTART)
        self.runs.async_prepare(hand_back=option == AfterRestart.HAND_BACK)

    def _spawn(self, work: Coroutine[Any, Any, None], purpose: str) -> asyncio.Task[None]:
        name = f"{DOMAIN} {purpose} of {self.name}"
        return self.config_entry.async_create_background_task(self.hass, work, name)

    def _leaves_passive(self, keeps_leaving: bool) -> None:
        """Call the owner when Passive is left again and again, and no longer."""
        async_tell(self.hass, KEEPS_LEAVING, self.config_entry, is_so=keeps_leaving)
        if keeps_leaving:
            self._progressed(CommandProgress(CommandState.FAILED))

    def _exhausted(self) -> None:
        """Publish that a charge or discharge by hand ends, as the cells take or give no more."""
        run = self.runs.run
        verb = "takes" if run is not None and run.power < 0 else "gives"
        LOGGER.info("%s %s no more at %s %%", self.name, verb, self.readings.soc)
        self._progressed(CommandProgress(CommandState.EXHAUSTED))

    def _used_up_writes(self, is_so: bool) -> None:
        async_tell(self.hass, WRITES_USED_UP, self.config_entry, is_so=is_so)

    def _lost_settings(self, is_so: bool) -> None:
        async_tell(self.hass, SETTINGS_WIPED, self.config_entry, is_so=is_so)

    @override
    async def _async_update_data(self) -> BatteryData:
        """Make the one poll that is most due, and plan the next."""
        if self.leave.is_on:
            self.update_interval = timedelta(seconds=self.leave.seconds_to_look)
            return self._snapshot()
        if self.leave.is_stored:
            await self._async_read_again()
        if method := self._poller.next_method(self._wanted()):
            await self._poller.async_read(method)
        await self.trial.async_look()
        self._schedule_watch.look(self.client.link)
        self.wipe.look(self.client.link)
        self._maintain()
        self.thrift.look()
        self._whereabouts.watch()
        self.update_interval = timedelta(seconds=self._poller.seconds_to_next(self._wanted()))
        data = self._snapshot()
        if not self._poller.is_fresh(Reading.POWER):
            raise self._update_failed(self._poller.last_error or NoAnswerError(Method.ENERGY, 0))
        return data

    async def _async_read_again(self) -> None:
        """Read who and how the battery is after it was left alone: its firmware may be another."""
        for method in (Method.DEVICE, Method.ENERGY, Method.MODE):
            self.plan.hurry(method)
        await self._poller.async_read(Method.DEVICE)
        self.leave.forget()
        self.ownership.async_return()

    def _wanted(self) -> set[Reading]:
        """Return the readings that an enabled entity shows."""
        return {Reading(context) for context in self.async_contexts()}

    def _polled(self, status: Status) -> None:
        self._apply(status)
        if isinstance(status, DataStatus):
            status = status.as_mode(self.readings.mode)
            self._apply(status)
        if isinstance(status, ModeStatus):
            self._control.learn(status)

    def _apply(self, status: Status) -> None:
        self._follow_scales()
        self.readings.apply(status, dt_util.utcnow().timestamp())
        self._schedule_watch.saw(status)
        self.wipe.saw(status)
        if isinstance(status, ModeStatus):
            self._mode_read_at = self.clock.time()
            self._mode_assumed = False
            self._watch_meter()
            self.runs.async_look_at_mode(status.mode)
        elif isinstance(status, MeterStatus):
            self._watch_meter()
        elif isinstance(status, DeviceStatus):
            self._follow_firmware(status)
        if isinstance(status, (EnergyStatus, ModeStatus)):
            self.runs.async_look(status, self.readings.picture())
        self.store.save_later()

    @callback
    def _mode_seen(self, status: ModeStatus) -> None:
        """Show at once what a command found out about the mode."""
        self._apply(status)
        self._publish()

    def _slot_written(self, slot: Slot, accepted: bool | None) -> None:
        """Note a slot that was sent; without an answer it may have been written all the same."""
        if accepted or (accepted is None and not self._is_silent):
            self.store.memory.wear.count(dt_util.now().date())
        self._schedule_watch.slot_written(slot, accepted)

    @property
    def _is_silent(self) -> bool:
        """Tell whether the battery is likely to be off."""
        heard = self.client.link.last_heard
        return heard is None or self.clock.time() - heard > _SILENCE

    def _follow_scales(self) -> None:
        """Count in the units that the replies have proven, and remember them."""
        observed = Observed.of(self.client)
        if observed.proven != self.store.memory.observed.proven:
            self.store.memory.observed = observed
            self.store.save_soon()
        self.readings.profile = self.client.scaled_profile

    def _watch_meter(self) -> None:
        """Poll less while the meter is gone, where polling is what drives it away."""
        is_fragile = Danger.LOSES_METER in self.profile.dangers
        self.plan.meter_lost = is_fragile and self.readings.meter_connected is False

    def _follow_firmware(self, device: DeviceStatus) -> None:
        """Set the battery up anew when it runs another firmware than it did."""
        data = self.config_entry.data
        if (device.model, device.firmware) == (data[CONF_MODEL], data[CONF_FIRMWARE]):
            return
        self._schedule_watch.firmware_changed()
        self.hass.config_entries.async_update_entry(
            self.config_entry,
            data={**data, CONF_MODEL: device.model, CONF_FIRMWARE: device.firmware},
        )
        self.plan.profile = self.client.profile
        self.readings.profile = self.client.scaled_profile
        if self.data is not None:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    def _fresh(self) -> frozenset[Reading]:
        """Return the readings that are current, or have yet to be read for the first time."""
        return frozenset(
            reading
            for reading in Reading
            if not self.leave.is_on
            and (self._poller.is_fresh(reading) or self.plan.is_awaited(reading))
        )

    def _snapshot(self) -> BatteryData:
        rate = success_rate(list(self.client.link.statistics.values()))
        data, fresh = self.readings.picture(), self._fresh()
        self._pictured_at = self.clock.time()
        return replace(
            data,
            fresh=fresh,
            mode=data.mode if Reading.MODE in fresh or self._mode_assumed else None,
            address=self.client.address,
            success_rate=None if rate is None else round(rate),
            last_command=self._last_command,
            left_alone_until=self.leave.until,
            setpoint_waits=self._commands.is_setpoint_waiting,
        )

    def _update_failed(self, err: VenusError) -> UpdateFailed:
        key, placeholders = describe(err, self.name)
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )

    @property
    def mode_read_at(self) -> float:
        """When the mode was last read, by `clock`."""
        return self._mode_read_at

    @property
    def is_reachable(self) -> bool:
        """Tell whether the battery answers."""
        return self.last_update_success and not self.leave.is_on

    @property
    def is_reachable_or_left_alone(self) -> bool:
        """Tell whether the battery answers, or does not because it is not asked."""
        return self.last_update_success

    @property
    def is_noisy(self) -> bool:
        """Tell whether answers keep coming from its address that nothing here asked for."""
        return self.client.link.noise.is_noisy

    @property
    def is_commanded_elsewhere(self) -> bool:
        """Tell whether acceptances of commands arrive that nothing here sent."""
        return self.client.link.noise.is_commanded

    @property
    def is_planned(self) -> bool:
        """Tell whether the plan has put it into another mode than Auto, and not back yet."""
        return self.store.memory.is_planned

    @property
    def limits(self) -> PowerLimits:
        """How far the owner lets it go."""
        return power_limits(self.profile, self.config_entry.options)

    async def async_obey(
        self, order: Order, now: datetime, *, expects_power: bool = True
    ) -> Proof | None:
        """Do what the plan wants; None when a newer command went before, VenusError on failure.

        `now` is in the zone of the order's window. `expects_power` is False for cells that may
        take nothing just now: the mode alone is proof then. WornError when no writes are left on
        this day for an order that can be done without.
        """
        self.leave.check()
        self.thrift.check_order(order)
        wish = replace(wish_for(order, now), expects_power=expects_power)
        return await self._commands.async_obey(wish, order.until)

    async def async_clear_plan(self) -> None:
        """Disable the plan's slots, tried once each, while Manual is on anyway."""
        await self._commands.async_clear_slots(PLAN_SLOTS)

    async def async_clear_all_slots(self) -> bool:
        """Disable all ten slots, whoever set them; tell whether every one was accepted."""
        return await self._commands.async_clear_all_slots()

    async def async_read_meter(self) -> MeterStatus | None:
        """Ask once for the meter; None when the firmware has none or does not answer."""
        return await self._poller.async_read_meter()

    async def async_set_mode(self, mode: Mode, giver: Giver = Giver.PERSON) -> None:
        """Change the mode, proven; a translated error when that fails, or wears too much."""
        try:
            self.thrift.check_mode(mode, giver)
            await self.async_bound(self._async_change_mode(mode))
        except VenusError as err:
            raise command_error(err, self.name) from err

    async def _async_change_mode(self, mode: Mode) -> None:
        try:
            with self.ownership.async_claim():
                await self.schedule.async_make_way(mode)
                await self._commands.async_set_mode(mode)
                self.ownership.async_take()
                self.wipe.replaced()
        finally:
            self.runs.async_commanded()

    async def async_set_setpoint(self, power: int, giver: Giver = Giver.PERSON) -> None:
        """Set the power of Manual and Passive in W, + discharges; a translated error on failure."""
        try:
            self.thrift.check_setpoint(power, giver)
            await self.async_bound(self._async_change_setpoint(power))
        except VenusError as err:
            raise command_error(err, self.name) from err
        self._publish()

    async def _async_change_setpoint(self, power: int) -> None:
        try:
            with self.ownership.async_claim():
                await self._commands.async_set_setpoint(power)
                if self.readings.mode in (Mode.MANUAL, Mode.PASSIVE):
                    self.ownership.async_take(self.runs.until)
        finally:
            self.runs.async_commanded()

    async def async_bound[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of a call within its time; DeadlineError and no more of it beyond.

        LeftAloneError before anything is done while the battery is left alone. What a command that
        is cut has begun is brought back in the background.
        """
        if self.leave.is_on:
            work.close()
            self.leave.check()
        seconds = _SILENT_CALL if self._is_silent else _LONGEST_CALL
        deadline = self.clock.time() + seconds
        try:
            return await within(self.clock, deadline, Method.SET_MODE, work)
        except DeadlineError:
            self._progressed(CommandProgress(CommandState.FAILED))
            raise

    async def async_leave_alone(self, seconds: float) -> datetime:
        """Bring the battery into Auto, then send nothing to it for that long; return until when.

        VenusError when it could not be brought into Auto: then it is not left alone. For one that
        is left alone already, the time begins anew and nothing is sent.
        """
        if not self.leave.is_on:
            return await self.async_bound(self._async_leave_in_auto(seconds))
        return self._leave(seconds)

    async def _async_leave_in_auto(self, seconds: float) -> datetime:
        try:
            with self.ownership.async_claim():
                await self.schedule.async_make_way(Mode.AUTO)
                await self._commands.async_set_mode(Mode.AUTO)
                self.wipe.replaced()
                return self._leave(seconds)
        finally:
            self.runs.async_commanded()

    def _leave(self, seconds: float) -> datetime:
        until = self.leave.begin(seconds)
        self.ownership.async_take(until)
        self._plan_polls()
        self._publish()
        return until

    async def async_ask_again(self) -> bool:
        """End leaving the battery alone, and read it; return whether there was anything to end."""
        was_on = self.leave.is_on
        self.leave.end()
        if was_on:
            await self.async_refresh()
        return was_on

    @callback
    def _progressed(self, progress: CommandProgress) -> None:
        """Show how a command fares, and watch the battery closely afterwards."""
        if not progress.is_quiet:
            self._last_command = progress.state
        self.wipe.told(progress)
        if progress.mode is not None:
            self._schedule_watch.told(progress.mode)
            self.schedule.superseded()
            self.readings.mode = progress.mode
            self._mode_assumed = progress.state is CommandState.ASSUMED
        if progress.state is not CommandState.PENDING:
            self.plan.boost(self.clock.time())
            self._plan_polls()
        self._publish()

    @callback
    def async_start(self) -> None:
        """Poll, now that it is known what is shown; go on with a run."""
        self._plan_polls()
        self._async_watch_age()
        self.runs.async_follow()

    async def async_stop(self) -> None:
        """Keep what must not be lost."""
        await self.store.async_close()

    @callback
    def _set(self, settings: SettingsData) -> None:
        """Show and keep settings that were written."""
        self.store.memory.settings = settings
        self.store.save_soon()
        self._publish()

    @callback
    def _async_watch_age(self) -> None:
        """Publish by the clock that values are too old, also while a poll waits for its turn.

        A timer and no task: Home Assistant waits for tasks, and this never ends before its entry.
        """
        expires_soon = self._poller.is_dark and self.last_update_success
        interval = _DARK_AGE_WATCH_INTERVAL if expires_soon else _AGE_WATCH_INTERVAL
        self._age_timer = self.hass.loop.call_later(interval, self._async_look_at_age)

    @callback
    def _async_look_at_age(self) -> None:
        if self.hass.is_stopping or self.hass.state is CoreState.stopped:
            return
        if self.leave.is_stored:
            self._publish()
        elif not self._poller.is_fresh(Reading.POWER):
            if self.last_update_success:
                error = self._poller.last_error or NoAnswerError(Method.ENERGY, 0)
                self._async_expire(self._update_failed(error))
        elif self.last_update_success and self._is_outdated:
            self._publish()
        self._async_watch_age()

    @property
    def _is_outdated(self) -> bool:
        """Tell whether no poll has looked at the age of the readings for some time."""
        return self.clock.time() - self._pictured_at >= _LONGEST_UNWATCHED

    @override
    async def async_shutdown(self) -> None:
        """End with the entry, or with Home Assistant."""
        if self._age_timer is not None:
            self._age_timer.cancel()
            self._age_timer = None
        await super().async_shutdown()

    @callback
    def _async_expire(self, error: UpdateFailed) -> None:
        """Make the entities unavailable and leave the timing of polls as it is."""
        self.plan.expire()
        self.logger.error("Error fetching %s data: %s", self.name, error)
        self.last_exception = error
        self.last_update_success = False
        self.async_update_listeners()

    def _plan_polls(self) -> None:
        """Plan the next poll anew, for what is shown now."""
        seconds = self._poller.seconds_to_next(self._wanted())
        if self.leave.is_on:
            seconds = self.leave.seconds_to_look
        self.update_interval = timedelta(seconds=seconds)
        self._schedule_refresh()

    @callback
    def _publish(self) -> None:
        """Show what changed outside a poll."""
        data = self._snapshot()
        if data != self.data:
            self.data = data
            self.async_update_listeners()

    def _maintain(self) -> None:
        """Keep up, beside the polls, what was chosen by hand."""
        if self._upkeep.wants_mode(self._mode_read_at):
            self.plan.hurry(Method.MODE)
        mode = self.readings.mode
        if self._maintenance is not None and not self._maintenance.done():
            return
        if self.schedule.is_maintenance_due():
            self._maintenance = self._spawn(self.schedule.async_maintain(), "schedule")
        elif self._upkeep.is_maintenance_due(mode, self._mode_read_at):
            work = self.runs.async_maintain(mode, self._mode_read_at)
            self._maintenance = self._spawn(work, "maintenance")

    async def _async_moved(self) -> None:
        """Read at once what the battery tells at its new address."""
        self.plan.hurry(Method.ENERGY)
        await self.async_request_refresh()
