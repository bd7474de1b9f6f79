"""Participants: the batteries that the plan commands, leaves to others, or returns to Auto."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
import datetime as dt
from functools import partial

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..battery.data import CommandState
from ..battery.mode_requests import AUTO, BatteryCommand
from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from ..const import DOMAIN, LOGGER
from ..entries import async_batteries
from ..planner import Departed
from ..venus import VenusError
from .alerts import Alerts
from .announcer import Announcer
from .control_memory import ControlMemory
from .departure_counter import DepartureCounter
from .execution_report import DOUBTS, ExecutionReport, Outcome
from .order_executor import OrderExecutor
from .own_clock import OwnClock
from .plan_options import plan_options
from .planner_context import battery_id

type PlannedCharge = Callable[[str, dt.datetime], dt.datetime | None]
"""Returns when a planned charge of a battery, by BLE MAC, begins before a moment."""


@dataclass(frozen=True, slots=True)
class _Steward:
    """Informs the participants of manual commands to one battery."""

    participants: Participants
    key: str
    executor: OrderExecutor

    @callback
    def async_claimed(self) -> None:
        """Stop commanding."""
        self.executor.async_interrupt()

    @callback
    def async_begun(self) -> None:
        """Forget the order that stood."""
        self.participants.begun_by_owner(self.key, self.executor)

    @callback
    def async_taken(self, until: dt.datetime | None) -> None:
        """Yield to the manual command."""
        self.participants.commanded_by_owner(self.key, self.executor, until)

    @callback
    def async_released(self) -> None:
        """Go on."""
        self.participants.released_by_owner(self.key, self.executor)

    @callback
    def async_returned(self) -> bool:
        """Take the battery again."""
        return self.participants.returned_by_owner(self.key, self.executor)

    @callback
    def async_planned_charge(self, until: dt.datetime) -> dt.datetime | None:
        """Return when a planned charge of the battery begins before then."""
        return self.participants.planned_charge(self.key, until)

    @callback
    def async_may_discharge(self) -> bool:
        """Return whether the owner lets anything be fed in."""
        return self.participants.may_discharge()


class Participants:
    """One order executor for each battery that takes part."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        zone: dt.tzinfo,
        memory: Callable[[], ControlMemory],
        announcer: Announcer,
        alerts: Alerts,
        on_change: Callable[[], None],
        clock: OwnClock,
    ) -> None:
        """Command for the plan `entry`; `on_change` is called when something has to be computed."""
        self._hass = hass
        self._entry = entry
        self._zone = zone
        self._memory = memory
        self._announcer = announcer
        self._alerts = alerts
        self._on_change = on_change
        self._own_clock = clock
        self.executors: dict[str, OrderExecutor] = {}
        self.window_end: dt.datetime | None = None
        """The end of the running off-peak or peak window."""
        self.planned_charge: PlannedCharge = lambda _key, _until: None
        self.is_bounded: Callable[[str], bool] = lambda _key: False
        """Tells whether a departure of a battery, by BLE MAC, from Auto counts now."""
        self.lent: set[str] = set()
        """Batteries, by BLE MAC, that are discharged against a peak: no order is carried out."""
        self._departures = DepartureCounter(memory)
        self._exhausted: set[str] = set()
        self._released: set[str] = set()
        self._handing_back: set[str] = set()

    def may_discharge(self) -> bool:
        """Return whether the owner lets anything be fed in."""
        return not plan_options(self._entry.options).never_feed_in

    @callback
    def async_follow(self, batteries: Mapping[str, Battery]) -> None:
        """Have an order executor for each of these batteries, and none for others."""
        for key in [key for key in self.executors if key not in batteries]:
            self.executors.pop(key).async_stop()
        for key, battery in batteries.items():
            if key in self.executors and self.executors[key].battery is battery:
                continue
            if key in self.executors:
                self.executors[key].async_stop()
            self.executors[key] = self._new_executor(key, battery)

    def _new_executor(self, key: str, battery: Battery) -> OrderExecutor:
        """Go on from what was done before a restart."""
        executor = OrderExecutor(
            self._hass, self._entry, battery, self._zone, self._reported, self._own_clock
        )
        memory = self._memory()
        executor.assume(memory.orders.get(key))
        if (doubt := memory.doubts.get(key)) in DOUBTS:
            executor.doubt = Outcome(doubt)
            self._alerts.doubted(battery, executor.doubt)
        executor.subscriptions = [
            battery.async_add_steward(_Steward(self, key, executor)),
            # What is planned is compared with the mode, whether or not an entity shows it.
            battery.async_add_listener(partial(self._battery_updated, key, executor), Reading.MODE),
        ]
        return executor

    def _battery_updated(self, key: str, executor: OrderExecutor) -> None:
        """Notice that a battery has come back, or that its cells have ended a manual run."""
        if self.executors.get(key) is not executor:
            return
        self._notice_exhausted(key, executor.battery)
        if executor.async_notice_presence():
            self._on_change()

    def _notice_exhausted(self, key: str, battery: Battery) -> None:
        """Announce once that a manual charge or discharge ended before its target.

        The next command replaces this state within seconds, so that an entity alone hides it.
        """
        if battery.data.last_command is not CommandState.EXHAUSTED:
            self._exhausted.discard(key)
        elif key not in self._exhausted:
            self._exhausted.add(key)
            self._announcer.run_exhausted(battery)

    @callback
    def async_command(self, orders: Mapping[str, BatteryCommand], *, is_in_control: bool) -> None:
        """Give each executor its order; without control all batteries are returned to Auto once."""
        standing_back = self._memory().standing_back
        if is_in_control:
            self._announce_new()
        for key, executor in self.executors.items():
            if not is_in_control:
                if key not in self._released:
                    self._released.add(key)
                    executor.async_want(None)
                    executor.assume(None)
            elif executor.battery.is_left_alone or key in self.lent:
                executor.async_want(None)
                executor.assume(None)
            elif key in standing_back:
                if not self.is_bounded(key):
                    self._departures.ended(key)
            else:
                self._released.discard(key)
                self._departures.ordered(key, orders.get(key))
                if executor.battery.mirror.is_backup:
                    # Whoever has switched UPS on switches it off.
                    executor.async_want(None)
                    executor.assume(None)
                    continue
                executor.async_want(orders.get(key))
                executor.async_look()

    def _announce_new(self) -> None:
        """Announce the batteries that the plan commands from now on."""
        memory = self._memory()
        new = self.executors.keys() - memory.taken_over
        memory.taken_over |= new
        if new:
            self._announcer.taken_over(self.executors[key].battery.name for key in new)

    @callback
    def async_resting(self) -> frozenset[str]:
        """Return the batteries whose cells take nothing more for a while."""
        for executor in self.executors.values():
            executor.async_notice_temperature()
        return frozenset(key for key, executor in self.executors.items() if executor.is_resting)

    @callback
    def async_hand_back(self, is_commanded: Callable[[str], bool]) -> None:
        """Bring batteries that the plan does not command (any more) back to where it found them."""
        for key, battery in loaded_batteries(self._hass).items():
            if is_commanded(key):
                self._alerts.left_in_manual(battery, is_left=False)
            else:
                self._hand_back(key, battery)
                if self._memory().paused_until is None:
                    self._memory().taken_over.discard(key)

    @callback
    def async_tidy_up(self) -> None:
        """Disable the plan's slots at the end of a window; nothing waits for that."""
        for executor in self.executors.values():
            executor.async_tidy_up()

    @callback
    def async_lend(self, key: str) -> None:
        """Carry out no order on a battery until `async_take_back`."""
        self.lent.add(key)
        self.executors[key].async_want(None)
        self.executors[key].assume(None)
        # What stood is over: after a restart its order is sent anew.
        self._forget_order(key)

    @callback
    def async_take_back(self, keys: Collection[str]) -> None:
        """Carry out orders again on batteries that were lent."""
        if self.lent & set(keys):
            self.lent.difference_update(keys)
            self._on_change()

    @callback
    def async_trust_slots_of(self, battery: Battery) -> None:
        """Use the slots of a battery again: foreign slots are cleared."""
        key = battery_id(battery)
        self._memory().doubts.pop(key, None)
        if key in self.executors:
            self.executors[key].async_trust_slots()
            self.executors[key].async_repeat()

    @callback
    def async_try_clocks_again(self) -> None:
        """Find out in a new window which clocks have been set right."""
        for executor in self.executors.values():
            executor.async_try_clock_again()

    def begun_by_owner(self, key: str, executor: OrderExecutor) -> None:
        """Drop the order in force: a caller's command has replaced it."""
        if self.executors.get(key) is executor:
            executor.assume(None)
            self._forget_order(key)
            self._on_change()

    def commanded_by_owner(
        self, key: str, executor: OrderExecutor, until: dt.datetime | None
    ) -> None:
        """Yield a battery that somebody commands in Home Assistant."""
        if self.executors.get(key) is executor and key not in self._released:
            self._stand_back(key, executor, until)

    def released_by_owner(self, key: str, executor: OrderExecutor) -> None:
        """Go on with a battery whose manual command was not carried out."""
        if self.executors.get(key) is executor and not self._is_left_alone(key):
            self._on_change()

    def returned_by_owner(self, key: str, executor: OrderExecutor) -> bool:
        """Take a battery again that a person has commanded, or tried to, and needs no more."""
        memory = self._memory()
        if self.executors.get(key) is not executor:
            return False
        executor.assume(None)
        was_taken = memory.standing_back.pop(key, None) is not None
        if was_taken and not memory.standing_back and not memory.overrides:
            self._announcer.override_ended()
        self._on_change()
        return key not in self._released

    def _is_left_alone(self, key: str) -> bool:
        return key in self._released or key in self._memory().standing_back

    def _stand_back(
        self, key: str, executor: OrderExecutor, until: dt.datetime | None = None
    ) -> None:
        """Leave a battery to others until the next boundary, or to the end that was asked for."""
        memory = self._memory()
        executor.async_want(None)
        executor.assume(None)
        self._forget_order(key)
        if self.window_end is None:
            return
        is_new = key not in memory.standing_back
        end = self.window_end if until is None else max(until, self.window_end)
        if until is not None and executor.battery.is_left_alone:
            # It is given back as soon as it is asked again.
            end = until
        memory.standing_back[key] = end
        if is_new:
            self._announcer.override_started(executor.battery, end)
        self._on_change()

    @callback
    def _reported(self, report: ExecutionReport) -> None:
        """Store and announce the result of an order executor."""
        key, memory = battery_id(report.battery), self._memory()
        if report.outcome is Outcome.DONE:
            local = self._local()
            is_bounded = self.is_bounded(key)
            self._departures.carried_out(key, report.order, local, is_bounded=is_bounded)
            memory.orders[key] = report.order
        elif report.outcome is Outcome.OVERRIDDEN and key in self.executors:
            self._stand_back(key, self.executors[key])
        elif report.outcome in DOUBTS:
            memory.doubts[key] = report.outcome
        elif report.outcome is Outcome.SLOTS_RIGHT:
            memory.doubts.pop(key, None)
        self._announcer.reported(report)
        self._alerts.reported(report)
        self._on_change()

    def _forget_order(self, key: str) -> None:
        """Drop the order in force on a battery, which others command for a while."""
        self._departures.interrupted(key, self._local().date())
        self._memory().orders.pop(key, None)

    def _local(self) -> dt.datetime:
        return dt_util.utcnow().astimezone(self._zone)

    def departed(self, now: dt.datetime) -> Departed:
        """Return the departures from Auto that were made on the day of a moment."""
        return self._departures.departed(self.executors.keys(), now.astimezone(self._zone).date())

    def _hand_back(self, key: str, battery: Battery) -> None:
        """Bring a battery that is not the plan's (any more) back to Auto if the plan took it out.

        What failed is tried again whenever the battery answers.
        """
        self._forget_order(key)
        if not battery.is_planned:
            self._alerts.left_in_manual(battery, is_left=False)
        elif key not in self._handing_back and self._may_hand_back(battery):
            self._handing_back.add(key)
            self._entry.async_create_background_task(
                self._hass, self._async_hand_back(key, battery), f"{DOMAIN} hand back {key}"
            )

    def _may_hand_back(self, battery: Battery) -> bool:
        return battery.is_reachable or not self._alerts.is_left_in_manual(battery)

    async def _async_hand_back(self, key: str, battery: Battery) -> None:
        """Bring a battery back to Auto; a repair says when that fails."""
        try:
            await battery.async_obey(AUTO, dt_util.utcnow())
        except VenusError as err:
            LOGGER.debug("%s was not handed back: %s", battery.name, err)
        finally:
            self._handing_back.discard(key)
        self._alerts.left_in_manual(battery, is_left=battery.is_planned)

    @callback
    def async_repeat(self) -> None:
        """Send all orders again, even where they seem to be in force."""
        for executor in self.executors.values():
            executor.async_repeat()

    @callback
    def async_stop(self) -> None:
        """End; nothing is written to a battery."""
        for executor in self.executors.values():
            executor.async_stop()


@callback
def loaded_batteries(hass: HomeAssistant) -> dict[str, Battery]:
    """Return all batteries that are set up, by BLE MAC."""
    loaded = (
        entry.runtime_data
        for entry in async_batteries(hass)
        if entry.state is ConfigEntryState.LOADED
    )
    return {battery_id(battery): battery for battery in loaded}
