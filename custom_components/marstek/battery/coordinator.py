"""Coordinator of one battery: makes its polls and publishes the data."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODEL
from homeassistant.core import CoreState, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..const import CONF_BLE_MAC, CONF_FIRMWARE, DOMAIN, LOGGER
from ..errors import describe
from ..just_found import async_take_found
from ..venus import (
    ClosedError,
    DeadlineError,
    DeviceStatus,
    Method,
    ModeStatus,
    NoAnswerError,
    Status,
    VenusError,
    success_rate,
)
from .data import BatteryData, CommandProgress, CommandState
from .parts import BatteryParts
from .poll_schedule import Reading, always_needed
from .poller import SHORTEST_WAIT
from .reports import (
    AddressChanged,
    BackupEntered,
    ModeProven,
    SettingsWritten,
    SlotSent,
    StatusRead,
)
from .status_intake import StatusIntake

# Short beside the age at which a reading of a dark battery is stale.
_AGE_WATCH_INTERVAL: Final = 10.0
_DARK_AGE_WATCH_INTERVAL: Final = 1.0
# Each poll looks at the age of all readings; beside that only power is watched so closely.
_LONGEST_UNWATCHED: Final = 60.0


class BatteryCoordinator(DataUpdateCoordinator[BatteryData]):
    """Coordinator of one battery: polls, takes the reports of its parts, and publishes."""

    config_entry: ConfigEntry

    def __init__(self, parts: BatteryParts) -> None:
        """Poll with the parts of a battery, and listen to their reports."""
        context = parts.context
        super().__init__(
            context.hass,
            LOGGER,
            config_entry=context.entry,
            name=context.entry.title,
            update_interval=timedelta(seconds=SHORTEST_WAIT),
            always_update=False,
        )
        self._parts = parts
        self._clock = context.clock
        self._store = context.store
        self._poller = parts.poller
        self._poll_schedule = parts.poll_schedule
        self._readings = parts.readings
        self._leave = parts.leave
        self._last_command = CommandState.NONE
        self._intake = StatusIntake(parts)
        self._maintenance: asyncio.Task[None] | None = None
        self._age_timer: asyncio.TimerHandle | None = None
        self._snapshot_at = float("-inf")
        self._listen()

    def _listen(self) -> None:
        reports = self._parts.context.reports
        reports.listen(StatusRead, lambda report: self._read(report.status))
        reports.listen(ModeProven, lambda report: self._mode_proven(report.status))
        reports.listen(SlotSent, self._slot_sent)
        reports.listen(BackupEntered, lambda _: self._parts.mirror_watch.backup_entered())
        reports.listen(SettingsWritten, self._settings_written)
        reports.listen(CommandProgress, self._progressed)
        reports.listen(AddressChanged, lambda _: self._address_changed())

    @override
    async def _async_setup(self) -> None:
        """Open the socket, and read who answers and how it is."""
        client = self._parts.client
        try:
            await client.open()
        except VenusError as err:
            raise self._update_failed(err) from err
        self.config_entry.async_on_unload(client.close)
        if self._leave.is_on:
            return
        is_new = async_take_found(self.hass, self.config_entry.data[CONF_BLE_MAC])
        answers = await self._poller.async_read_first(is_just_found=is_new)
        if not answers and self._poller.last_error is not None:
            raise self._update_failed(self._poller.last_error)

    @override
    async def _async_update_data(self) -> BatteryData:
        """Make the one poll that is most due, and plan the next."""
        try:
            return await self._async_poll()
        except ClosedError:
            # Unloaded meanwhile: nothing is wrong, and what is known is all there is.
            return self.data

    async def _async_poll(self) -> BatteryData:
        parts = self._parts
        if self._leave.is_on:
            self.update_interval = timedelta(seconds=self._leave.seconds_to_look)
            return self._snapshot()
        if self._leave.is_stored:
            await self._async_read_again()
        if method := self._poller.next_method(self._wanted()):
            await self._poller.async_read(method)
        await parts.trial.async_look()
        parts.mirror_watch.look(parts.client.link)
        parts.wipe.look(parts.client.link)
        self._maintain()
        parts.thrift.look()
        parts.address.watch()
        self.update_interval = timedelta(seconds=self._poller.seconds_to_next(self._wanted()))
        data = self._snapshot()
        if not self._poller.is_fresh(Reading.POWER):
            raise self._update_failed(self._poller.last_error or NoAnswerError(Method.ENERGY, 0))
        return data

    async def _async_read_again(self) -> None:
        """Read who and how the battery is after it was left alone: its firmware may be another."""
        for method in (Method.DEVICE, Method.ENERGY, Method.MODE):
            self._poll_schedule.hurry(method)
        await self._poller.async_read(Method.DEVICE)
        self._leave.forget()
        self._parts.ownership.async_return()

    def _wanted(self) -> set[Reading]:
        """Return the readings that an enabled entity shows, and those that decisions need."""
        shown: set[Reading] = set(self.async_contexts())
        return shown | always_needed(self._parts.client.profile)

    def _read(self, status: Status) -> None:
        self._intake.read(status)
        if isinstance(status, DeviceStatus):
            self._follow_firmware(status)

    @property
    def mode_read_at(self) -> float:
        """When the mode was last read, in seconds of the battery's clock."""
        return self._intake.mode_read_at

    @callback
    def _mode_proven(self, status: ModeStatus) -> None:
        """Show at once what a command found out about the mode."""
        self._intake.apply(status)
        self.publish()

    def _slot_sent(self, report: SlotSent) -> None:
        """Note a slot that was sent; without an answer it may have been written all the same."""
        accepted = report.accepted
        if accepted or (accepted is None and not self._poller.is_silent):
            self._store.memory.wear.count(dt_util.now().date())
        self._parts.mirror_watch.slot_written(report.slot, accepted)

    def _follow_firmware(self, device: DeviceStatus) -> None:
        """Set the battery up anew when it runs another firmware than it did."""
        data = self.config_entry.data
        if (device.model, device.firmware) == (data[CONF_MODEL], data[CONF_FIRMWARE]):
            return
        self._parts.mirror_watch.firmware_changed()
        self.hass.config_entries.async_update_entry(
            self.config_entry,
            data={**data, CONF_MODEL: device.model, CONF_FIRMWARE: device.firmware},
        )
        self._poll_schedule.profile = self._parts.client.profile
        self._readings.profile = self._parts.client.scaled_profile
        if self.data is not None:
            self.hass.config_entries.async_schedule_reload(self.config_entry.entry_id)

    def _fresh(self) -> frozenset[Reading]:
        """Return the readings that are current, or have yet to be read for the first time."""
        return frozenset(
            reading
            for reading in Reading
            if not self._leave.is_on
            and (self._poller.is_fresh(reading) or self._poll_schedule.is_awaited(reading))
        )

    def _snapshot(self) -> BatteryData:
        client = self._parts.client
        rate = success_rate(list(client.link.statistics.values()))
        data, fresh = self._readings.snapshot(), self._fresh()
        self._snapshot_at = self._clock.time()
        return replace(
            data,
            fresh=fresh,
            mode=data.mode if Reading.MODE in fresh or self._intake.mode_assumed else None,
            address=client.address,
            success_rate=None if rate is None else round(rate),
            last_command=self._last_command,
            left_alone_until=self._leave.until,
            setpoint_waits=self._parts.commands.is_setpoint_waiting,
        )

    def _update_failed(self, err: VenusError) -> UpdateFailed:
        if isinstance(err, DeadlineError):
            # Of a poll that ran out of time there is no command to confirm.
            err = NoAnswerError(Method.ENERGY, 0)
        key, placeholders = describe(err, self.name)
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )

    @callback
    def _progressed(self, progress: CommandProgress) -> None:
        """Show how a command fares, and watch the battery closely afterwards."""
        parts = self._parts
        if not progress.is_quiet:
            self._last_command = progress.state
        if progress.state is CommandState.EXHAUSTED:
            verb = "takes" if self._store.memory.commanded.power < 0 else "gives"
            LOGGER.info("%s %s no more at %s %%", self.name, verb, self._readings.soc)
        parts.wipe.progressed(progress)
        if progress.mode is not None:
            parts.mirror_watch.mode_set(progress.mode)
            parts.slots.superseded()
            self._readings.mode = progress.mode
            self._intake.mode_assumed = progress.state is CommandState.ASSUMED
        if not parts.client.is_open:
            # A command that an unload has cut ends afterwards; nothing shows it any more.
            return
        if progress.state is not CommandState.PENDING:
            self._poll_schedule.boost(self._clock.time())
            self.plan_polls()
        self.publish()

    @callback
    def async_start(self) -> None:
        """Start polling, once entities have named their readings; continue a run."""
        self.plan_polls()
        self._async_watch_age()
        self._parts.runs.async_follow()

    @callback
    def _settings_written(self, report: SettingsWritten) -> None:
        """Show and keep settings that were written."""
        self._store.memory.settings = report.settings
        self._store.save_soon()
        self.publish()

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
        if self._leave.is_stored:
            self.publish()
        elif not self._poller.is_fresh(Reading.POWER):
            if self.last_update_success:
                error = self._poller.last_error or NoAnswerError(Method.ENERGY, 0)
                self._async_expire(self._update_failed(error))
        elif self.last_update_success and self._is_outdated:
            self.publish()
        self._async_watch_age()

    @property
    def _is_outdated(self) -> bool:
        """Tell whether no poll has looked at the age of the readings for some time."""
        return self._clock.time() - self._snapshot_at >= _LONGEST_UNWATCHED

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
        self._poll_schedule.expire()
        self.logger.error("Error fetching %s data: %s", self.name, error)
        self.last_exception = error
        self.last_update_success = False
        self.async_update_listeners()

    def hurry_shown(self, *, spared: frozenset[Method] = frozenset()) -> None:
        """Let all that is shown be read next, the most important first, save `spared` methods."""
        for method in self._poll_schedule.methods(self._wanted()):
            if method not in spared:
                self._poll_schedule.hurry(method)

    def plan_polls(self) -> None:
        """Plan the next poll again, for the readings that entities show now."""
        seconds = self._poller.seconds_to_next(self._wanted())
        if self._leave.is_on:
            seconds = self._leave.seconds_to_look
        self.update_interval = timedelta(seconds=seconds)
        self._schedule_refresh()

    @callback
    def publish(self) -> None:
        """Publish a change outside a poll, while the battery is set up."""
        if not self._parts.client.is_open:
            return
        data = self._snapshot()
        if data != self.data:
            self.data = data
            self.async_update_listeners()

    def _maintain(self) -> None:
        """Renew a manually chosen mode, between polls."""
        parts, mode = self._parts, self._readings.mode
        if parts.upkeep.wants_mode(self.mode_read_at):
            self._poll_schedule.hurry(Method.MODE)
        if self._maintenance is not None and not self._maintenance.done():
            return
        spawn = parts.context.spawn
        if parts.slots.is_maintenance_due():
            self._maintenance = spawn(parts.slots.async_maintain(), "schedule")
        elif parts.upkeep.is_maintenance_due(mode, self.mode_read_at):
            work = parts.runs.async_maintain(mode, self.mode_read_at)
            self._maintenance = spawn(work, "maintenance")

    def _address_changed(self) -> None:
        """Read at once what the battery tells at its new address."""
        self._poll_schedule.hurry(Method.ENERGY)
        self._parts.context.spawn(self.async_request_refresh(), "refresh")
