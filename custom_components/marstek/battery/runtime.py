"""Battery: runtime data of its config entry, which plan, actions, flows and entities use."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..errors import AtTargetError, command_error
from ..venus import (
    Clock,
    DeadlineError,
    LoopClock,
    MeterStatus,
    Method,
    Mode,
    Pacing,
    Proof,
    Slot,
    VenusError,
    wait_at_most,
    within,
)
from .battery_view import BatteryView
from .commanded import Commanded
from .commanded_by import PlanShare
from .coordinator import BatteryCoordinator
from .data import CommandProgress, CommandState
from .do_now import ASKS, LONGEST, DoNow
from .issues import async_tell
from .left_alone import check_planned_charge
from .mode_requests import PLAN_SLOTS, BatteryCommand, request_for
from .ownership import Steward
from .parts import async_make_parts
from .poll_schedule import Reading
from .reports import Reports, Trouble
from .schedule.slot_writer import Written
from .settings import Setting
from .wear import Giver

# After so many seconds a call is cut, whatever it waits for (60 and 30 with its cleaning up); sooner
# where nothing was heard from the battery for a minute.
_LONGEST_CALL: Final = 58.0
_SILENT_CALL: Final = 28.0


class Battery(BatteryView):
    """Facade of one battery: its data, its commands, and their owner.

    Powers are in W, + discharges. A command returns when it is proven, or raises VenusError; those
    that a person or an automation gives by an entity raise a translated error instead.
    """

    @callback
    def async_note_share(self, share: PlanShare) -> None:
        """Show from now on what the plan wants of it."""
        if share != self._share:
            self._share = share
            self.coordinator.async_update_listeners()

    @callback
    def async_add_listener(
        self, listener: Callable[[], None], reading: Reading
    ) -> Callable[[], None]:
        """Poll a reading and call `listener` when data change; return a function that ends it."""
        return self.coordinator.async_add_listener(listener, reading)

    @callback
    def async_follow(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when data change, and poll nothing for it; return a function that ends it."""
        return self.coordinator.async_add_listener(listener)

    @callback
    def async_add_steward(self, steward: Steward) -> Callable[[], None]:
        """Inform the plan of commands by hand from now on; return a function that ends this."""
        return self.parts.ownership.async_add(steward)

    @callback
    def async_return(self) -> bool:
        """End the claim of a person; return whether the plan takes the battery over."""
        return self.parts.ownership.async_return()

    @callback
    def async_overrule(self) -> None:
        """Let the plan go on after the commands by hand that are being carried out."""
        self.parts.ownership.async_overrule()

    def check_planned_charge(self, seconds: float) -> None:
        """Raise a translated error when a charge is planned within the next seconds."""
        check_planned_charge(self.parts.ownership, self.name, seconds)

    def check_mode(self, mode: Mode, giver: Giver) -> None:
        """Raise WornError or TooSoonError for a mode that would wear its flash too much now."""
        self.parts.thrift.check_mode(mode, giver)

    def check_slots(self, giver: Giver) -> None:
        """Raise WornError where no slot may be written any more on this day."""
        self.parts.thrift.check_slots(giver)

    def pause_before(self, order: BatteryCommand) -> float:
        """Return the seconds that the plan has to wait before an order, to spare its flash."""
        return self.parts.thrift.pause_before(order)

    async def async_obey(
        self, order: BatteryCommand, now: dt.datetime, *, expects_power: bool = True
    ) -> Proof | None:
        """Carry out an order of the plan; None when a newer command superseded it.

        `now` is in the zone of the order's window. `expects_power` is False for cells that may
        take nothing just now: the mode alone is proof then. Raises VenusError on failure, and its
        WornError when no writes are left on this day for an order that can be done without.
        """
        self.parts.leave.check()
        self.parts.thrift.check_order(order)
        request = replace(request_for(order, now), expects_power=expects_power)
        return await self.parts.plan_commands.async_obey(request, order.until)

    async def async_read_mode(self) -> None:
        """Read the mode at once; where it is not answered, it stays as it was."""
        await self.parts.commands.async_read_mode()

    async def async_discharge_briefly(self, power: int, seconds: float) -> bool:
        """Discharge at W, at least 0, for less than some seconds; return whether it was sent.

        For the plan, which needs no proof: the grid shows it. At most one datagram in 10 s.
        Raises VenusError on failure, and its WornError when no change of the mode is left on this day.
        """
        self.parts.leave.check()
        if self.mode is not Mode.PASSIVE:
            self.check_slots(Giver.PLAN)
        return await self.parts.plan_commands.async_send_briefly(max(0, power), seconds)

    async def async_clear_plan(self) -> None:
        """Disable the plan's slots, tried once each, while Manual is on anyway."""
        await self.parts.plan_commands.async_clear_slots(PLAN_SLOTS)

    async def async_clear_all_slots(self) -> bool:
        """Disable all ten slots, foreign ones too; return whether every write was accepted."""
        return await self.parts.commands.async_clear_all_slots()

    async def async_read_meter(self) -> MeterStatus | None:
        """Read the meter once; None when the firmware has none or does not answer."""
        return await self.parts.poller.async_read_meter()

    async def async_set_mode(self, mode: Mode, giver: Giver = Giver.PERSON) -> None:
        """Change the mode, proven; a translated error when that fails, or wears too much."""
        try:
            self.check_mode(mode, giver)
            await self.async_bound(self._async_change_mode(mode))
        except VenusError as err:
            raise command_error(err, self.name) from err

    async def _async_change_mode(self, mode: Mode) -> None:
        parts = self.parts
        try:
            with parts.ownership.async_claim():
                await parts.slots.async_make_way(mode)
                await parts.commands.async_set_mode(mode)
                parts.ownership.async_take()
                parts.wipe.replaced()
        finally:
            parts.runs.async_commanded()

    async def async_set_setpoint(self, power: int, giver: Giver = Giver.PERSON) -> None:
        """Set the power of Manual and Passive; a translated error when that fails."""
        try:
            self.parts.thrift.check_setpoint(power, giver)
            await self.async_bound(self._async_change_setpoint(power))
        except VenusError as err:
            raise command_error(err, self.name) from err
        self.coordinator.publish()

    async def _async_change_setpoint(self, power: int) -> None:
        parts = self.parts
        try:
            with parts.ownership.async_claim():
                await parts.commands.async_set_setpoint(power)
                if self.mode in (Mode.MANUAL, Mode.PASSIVE):
                    parts.ownership.async_take(parts.runs.until)
        finally:
            parts.runs.async_commanded()

    async def async_bound[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of `work`; DeadlineError after 58 s, after 28 s while silent.

        LeftAloneError before anything is done while the battery is left alone. What a command that
        is cut has begun is brought back in the background.
        """
        if self.is_left_alone:
            work.close()
            self.parts.leave.check()
        deadline = self.clock.time() + self._longest_call
        try:
            return await within(self.clock, deadline, Method.SET_MODE, work)
        except DeadlineError:
            self.parts.context.reports.send(CommandProgress(CommandState.FAILED))
            raise

    @property
    def _longest_call(self) -> float:
        """Seconds after which a call that begins now is cut."""
        return _SILENT_CALL if self.parts.poller.is_silent else _LONGEST_CALL

    async def async_read_now(self) -> None:
        """Poll, and wait for that as long as a call may take; DeadlineError beyond.

        The poll itself goes on then: an update that is cancelled would plan no further one.
        """
        poll = self.parts.context.spawn(self.coordinator.async_refresh(), "refresh")
        if not await wait_at_most(self.clock, poll, self._longest_call):
            raise DeadlineError(Method.ENERGY, 0)
        await poll

    def check_feeding(self, power: int) -> None:
        """Raise ServiceValidationError for W > 0 that are fixed, where nothing may be fed in."""
        if power > 0 and not self.parts.ownership.async_may_discharge():
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="never_feed_in")

    async def async_begin_run(
        self, power: int, until: dt.datetime | None = None, target: int | None = None
    ) -> Proof | None:
        """Charge (`power` < 0) or discharge in W until a moment or `target` in %, then go back.

        Raises ServiceValidationError for a discharge where nothing may be fed in.
        """
        self.check_feeding(power)
        return await self.parts.runs.async_begin(power, until, target)

    async def async_do_now(self, choice: DoNow, giver: Giver = Giver.PERSON) -> None:
        """Have it charge, discharge or hold for a while, or go back to the plan or to Auto.

        Raises a translated error when that fails, or when it is where it is to go already.
        """
        try:
            await self.async_bound(self._async_do_now(choice, giver))
        except VenusError as err:
            raise command_error(err, self.name) from err

    async def async_back_to_plan(self) -> None:
        """Go back to the plan, or to Auto without one; raises a translated error when that fails."""
        await self.async_do_now(DoNow.AS_PLANNED)

    async def _async_do_now(self, choice: DoNow, giver: Giver) -> None:
        if (ask := ASKS.get(choice)) is None:
            await self.async_stop_run()
            self.async_return()
            return
        power = ask.power(self.limits.charge, self.limits.discharge)
        soc = self.data.soc if Reading.POWER in self.data.fresh else None
        if soc is not None and Commanded.run(power, target=ask.target).is_reached(soc):
            raise AtTargetError(soc)
        self.check_mode(Mode.PASSIVE, giver)
        await self.async_begin_run(power, dt_util.utcnow() + LONGEST, ask.target)

    async def async_stop_run(self) -> bool:
        """End a run, or Manual by hand; return whether there was one."""
        return await self.parts.runs.async_stop()

    async def async_abandon(self) -> None:
        """End a run, or Manual by hand, of a battery that is being removed; tried once."""
        await self.parts.runs.async_abandon()

    async def async_write_slots(
        self, arrange: Callable[[], tuple[Slot, ...]], *, activate: bool = False
    ) -> Written:
        """Write the slots that `arrange` returns at their turn, see `SlotWriter.async_write`."""
        return await self.parts.slots.async_write(arrange, activate=activate)

    async def async_enter_backup(self) -> Proof:
        """Switch UPS on, which overwrites slot 9 and disables the others."""
        return await self.parts.slots.async_enter_backup()

    async def async_leave_backup(self) -> Written:
        """Switch UPS off, and rewrite the slots that it overwrote."""
        return await self.parts.slots.async_leave_backup()

    async def async_set_setting(self, setting: Setting, value: int) -> None:
        """Write a setting; a translated error when the battery does not accept it."""
        try:
            await self.async_bound(self.parts.settings.async_set(setting, value))
        except VenusError as err:
            raise command_error(err, self.name) from err

    async def async_identify(self) -> None:
        """Let the LED blink; a translated error when that fails."""
        try:
            await self.async_bound(self.parts.settings.async_identify())
        except VenusError as err:
            raise command_error(err, self.name) from err

    async def async_leave_alone(self, seconds: float) -> dt.datetime:
        """Bring the battery into Auto, then send nothing to it for that long; return until when.

        VenusError when it could not be brought into Auto: then it is not left alone. For one that
        is left alone already, the time begins anew and nothing is sent.
        """
        if not self.is_left_alone:
            return await self.async_bound(self._async_leave_in_auto(seconds))
        return self._leave(seconds)

    async def _async_leave_in_auto(self, seconds: float) -> dt.datetime:
        parts = self.parts
        try:
            with parts.ownership.async_claim():
                await parts.slots.async_make_way(Mode.AUTO)
                await parts.commands.async_set_mode(Mode.AUTO)
                parts.wipe.replaced()
                return self._leave(seconds)
        finally:
            parts.runs.async_commanded()

    def _leave(self, seconds: float) -> dt.datetime:
        until = self.parts.leave.begin(seconds)
        self.parts.ownership.async_take(until)
        self.coordinator.plan_polls()
        self.coordinator.publish()
        return until

    async def async_ask_again(self) -> bool:
        """End leaving the battery alone, and read it; return whether there was anything to end.

        DeadlineError when it can't be read in time; it is left alone no more all the same.
        """
        was_on = self.is_left_alone
        self.parts.leave.end()
        if was_on:
            await self.async_read_now()
        return was_on

    @callback
    def async_start(self) -> None:
        """Start polling, once entities have named their readings; continue a run."""
        self.coordinator.async_start()

    async def async_stop(self) -> None:
        """Close the store, writing pending changes."""
        await self.parts.context.store.async_close()


type BatteryConfigEntry = ConfigEntry[Battery]


async def async_make_battery(
    hass: HomeAssistant,
    entry: ConfigEntry,
    *,
    clock: Clock | None = None,
    pacing: Pacing | None = None,
) -> Battery:
    """Return the battery of a config entry, read for the first time.

    `clock` and `pacing` are replaced where time is simulated. ConfigEntryNotReady when it has no
    address or does not answer.
    """
    reports = Reports()
    reports.listen(Trouble, lambda report: async_tell(hass, report.kind, entry, is_so=report.is_so))
    parts = await async_make_parts(hass, entry, clock or LoopClock(), pacing or Pacing(), reports)
    parts.wipe.start()
    coordinator = BatteryCoordinator(parts)
    await coordinator.async_config_entry_first_refresh()
    return Battery(parts, coordinator)
