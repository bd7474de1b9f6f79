"""Puts the parts of one battery together, in one place and in the order in which they need another."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODEL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import sun
from homeassistant.util import dt as dt_util

from ..const import CONF_AFTER_RESTART, CONF_EXPERIMENTAL, CONF_FIRMWARE, DOMAIN, AfterRestart
from ..discovery import async_get_hub
from ..limits import power_limits
from ..venus import Clock, Danger, ModeControl, Pacing, Profile, Status, VenusClient, profile_for
from .address_tracker import AddressTracker
from .command_channel import CommandChannel
from .commands import Commands
from .connection import async_make_client
from .getdata_trial import GetDataTrial
from .issues import SETTINGS_WIPED, WRITES_USED_UP
from .left_alone import LeaveAlone
from .memory import Memory, MemoryStore
from .ownership import Ownership
from .plan_commands import PlanCommands
from .poll_schedule import PollSchedule
from .poller import Poller
from .readings import Readings
from .renewal import Renewal
from .reports import (
    AddressChanged,
    BackupEntered,
    ModeProven,
    Reports,
    SettingsWritten,
    SlotSent,
    StatusRead,
    Trouble,
)
from .runs import Runs
from .schedule.mirror_watch import MirrorWatch
from .schedule.slot_writer import SlotWriter
from .settings import BatterySettings
from .thrift import Thrift
from .upkeep import Upkeep
from .wipe_watch import WipeWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryContext:
    """Context of every part: config entry, clock, stored state and path of reports."""

    hass: HomeAssistant
    entry: ConfigEntry
    clock: Clock
    reports: Reports
    store: MemoryStore
    """Loaded."""
    profile: Profile
    """What the battery can do by its model and firmware at set-up; another firmware reloads."""
    busy: asyncio.Lock
    """Held while a command is carried out."""

    def spawn(self, work: Coroutine[Any, Any, None], purpose: str) -> asyncio.Task[None]:
        """Start a task that ends with the config entry."""
        name = f"{DOMAIN} {purpose} of {self.entry.title}"
        return self.entry.async_create_background_task(self.hass, work, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryParts:
    """Parts of one battery, save the coordinator."""

    context: BatteryContext
    client: VenusClient
    poll_schedule: PollSchedule
    readings: Readings
    ownership: Ownership
    control: ModeControl
    commands: Commands
    plan_commands: PlanCommands
    upkeep: Upkeep
    runs: Runs
    slots: SlotWriter
    mirror_watch: MirrorWatch
    settings: BatterySettings
    thrift: Thrift
    wipe: WipeWatch
    leave: LeaveAlone
    address: AddressTracker
    poller: Poller
    trial: GetDataTrial

    @property
    def memory(self) -> Memory:
        """State that outlives a restart."""
        return self.context.store.memory

    @classmethod
    def of(cls, context: BatteryContext, client: VenusClient) -> Self:
        """Make the parts of a battery; nothing is sent before its client is opened."""
        clock, store, reports = context.clock, context.store, context.reports
        poll_schedule = PollSchedule(context.profile)
        readings = Readings(context.profile, store.memory)
        ownership = Ownership()
        control = _make_control(context, client)
        channel = _make_channel(context, control, readings)
        commands = Commands(channel, ownership.async_begin)
        upkeep = Upkeep(store, clock, commands)
        address = AddressTracker(
            context.hass, context.entry, client, clock, lambda: reports.send(AddressChanged())
        )

        def on_read(status: Status) -> None:
            reports.send(StatusRead(status))

        return cls(
            context=context,
            client=client,
            poll_schedule=poll_schedule,
            readings=readings,
            ownership=ownership,
            control=control,
            commands=commands,
            plan_commands=PlanCommands(channel),
            upkeep=upkeep,
            runs=_make_runs(context, commands, upkeep, ownership, poll_schedule),
            slots=SlotWriter(control, store, clock, commands, readings, reports.send, ownership),
            mirror_watch=MirrorWatch(store, clock, context.busy.locked),
            settings=_make_settings(context, client),
            thrift=_make_thrift(context, readings),
            wipe=_make_wipe_watch(context),
            leave=LeaveAlone(async_get_hub(context.hass).gates.left_alone, store, client, clock),
            address=address,
            poller=Poller(client, poll_schedule, clock, on_read, address.search),
            trial=GetDataTrial(
                client,
                poll_schedule,
                store,
                clock.time,
                on_read,
                is_wanted=context.entry.options.get(CONF_EXPERIMENTAL, False),
            ),
        )


def _make_channel(
    context: BatteryContext, control: ModeControl, readings: Readings
) -> CommandChannel:
    return CommandChannel.of(
        control,
        context.store,
        Renewal(context.clock, Danger.WIPES_SETTINGS in context.profile.dangers),
        context.reports.send,
        lambda: readings.mode,
        lock=context.busy,
        limits=power_limits(context.profile, context.entry.options),
    )


def _make_settings(context: BatteryContext, client: VenusClient) -> BatterySettings:
    return BatterySettings(
        client,
        lambda: context.store.memory.settings,
        lambda settings: context.reports.send(SettingsWritten(settings)),
    )


def _make_thrift(context: BatteryContext, readings: Readings) -> Thrift:
    return Thrift(
        context.store,
        context.clock,
        lambda: readings.mode,
        lambda is_so: context.reports.send(Trouble(WRITES_USED_UP, is_so)),
    )


def _make_wipe_watch(context: BatteryContext) -> WipeWatch:
    return WipeWatch(
        context.store,
        context.clock,
        context.busy.locked,
        lambda is_so: context.reports.send(Trouble(SETTINGS_WIPED, is_so)),
    )


def _make_control(context: BatteryContext, client: VenusClient) -> ModeControl:
    reports = context.reports
    return ModeControl(
        client,
        context.clock,
        lambda status: reports.send(ModeProven(status)),
        lambda slot, accepted: reports.send(SlotSent(slot, accepted)),
        lambda: reports.send(BackupEntered()),
        lambda: not sun.is_up(context.hass, dt_util.utcnow()),
    )


def _make_runs(
    context: BatteryContext,
    commands: Commands,
    upkeep: Upkeep,
    ownership: Ownership,
    poll_schedule: PollSchedule,
) -> Runs:
    """Return what sees to the end of a run, which may have come while nothing was running."""
    runs = Runs(
        commands,
        upkeep,
        context.store,
        ownership,
        context.reports,
        has_pv=context.profile.has_pv,
        spawn=context.spawn,
        watch_closely=lambda: poll_schedule.boost(context.clock.time()),
    )
    option = context.entry.options.get(CONF_AFTER_RESTART)
    runs.async_prepare(hand_back=option == AfterRestart.HAND_BACK)
    return runs


async def async_make_parts(
    hass: HomeAssistant, entry: ConfigEntry, clock: Clock, pacing: Pacing, reports: Reports
) -> BatteryParts:
    """Load the stored state and make all parts; ConfigEntryNotReady without an address."""
    store = MemoryStore(hass, entry.entry_id)
    await store.async_load()
    profile = profile_for(entry.data[CONF_MODEL], entry.data[CONF_FIRMWARE])
    memory, firmware = store.memory, entry.data[CONF_FIRMWARE]
    memory.proven_power = memory.proven_power.of(firmware)
    memory.held_power = memory.held_power.of(firmware)
    memory.proven_capacity = memory.proven_capacity.of(firmware)
    store.memory.limit(power_limits(profile, entry.options))
    client = await async_make_client(
        hass,
        entry,
        clock,
        pacing,
        lambda status: reports.send(StatusRead(status)),
        store.memory.observed,
    )
    context = BatteryContext(
        hass=hass,
        entry=entry,
        clock=clock,
        reports=reports,
        store=store,
        profile=profile,
        busy=asyncio.Lock(),
    )
    return BatteryParts.of(context, client)
