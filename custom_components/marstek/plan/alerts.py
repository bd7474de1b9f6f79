"""Alerts to the owner, each sent once per occurrence and not once per poll."""

from collections.abc import Callable, Iterable, Mapping
import datetime as dt
from typing import Final

from homeassistant.core import HomeAssistant

from ..battery.issues import (
    CLOCK_WRONG,
    FOREIGN_SLOTS,
    async_clear,
    async_left_in_manual,
    async_raise,
)
from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from ..planner import IDLE_POWER, Action, Reason, Step, energy_to
from ..tempo import Colour
from ..venus import Method, Mode
from .announcer import Announcer
from .control_memory import ControlMemory
from .events import Alert
from .execution_report import DOUBTS, ExecutionReport, Outcome
from .order_executor import OrderExecutor
from .plan_data import PlanData
from .plan_options import PlanOptions
from .planner_context import battery_id, battery_state
from .rivals import Rivals
from .tariff.tariff_data import TariffData

# Ages are in s, by a clock that nobody sets.
_ALL_OFFLINE_FOR: Final = 300.0
_OFFLINE_FOR: Final = 3600.0
_FULL: Final = 100
# An alert is sent again after its value has been back within bounds by this margin.
_SOC_HYSTERESIS: Final = 5
_TEMPERATURE_HYSTERESIS: Final = 3
_UNCHARGED_BY: Final = 5
_METER_AFTER: Final = dt.timedelta(minutes=10)
_METER_MISSES: Final = 2
_MOST_METER_READS: Final = 6
_MORNING: Final = dt.timedelta(minutes=30)


class Alerts:
    """Notices when an alert is due."""

    def __init__(
        self, hass: HomeAssistant, announcer: Announcer, memory: Callable[[], ControlMemory]
    ) -> None:
        """Send through `announcer`, except the alerts that `memory` has stored as sent."""
        self._hass = hass
        self._announcer = announcer
        self._memory = memory
        self._left: set[str] = set()
        self._offline_since: dict[str, float] = {}
        self._all_offline_since: float | None = None
        self._morning: dt.date | None = None
        self._unchecked: set[str] = set()
        self._meter_reads: dict[str, int] = {}
        self._meter_misses: dict[str, int] = {}
        self._rivals = Rivals(hass)

    def look(
        self,
        batteries: Mapping[str, Battery],
        options: PlanOptions,
        day: dt.date,
    ) -> None:
        """Look at all batteries of the home."""
        now = self._hass.loop.time()
        for key, battery in batteries.items():
            self._look_at_presence(key, battery, now)
            if self._rivals.look(key, battery):
                self._raise(Alert.FOREIGN_CONTROLLER, key, battery)
            else:
                self._over(Alert.FOREIGN_CONTROLLER, key)
            if battery.is_reachable:
                self._look_at_values(key, battery, options, day)
        self._look_at_all(batteries, now)

    def _look_at_presence(self, key: str, battery: Battery, now: float) -> None:
        if battery.is_reachable_or_left_alone:
            self._offline_since.pop(key, None)
            self._over(Alert.BATTERY_OFFLINE, key)
        elif now - self._offline_since.setdefault(key, now) >= _OFFLINE_FOR:
            self._raise(Alert.BATTERY_OFFLINE, key, battery)

    def _look_at_all(self, batteries: Mapping[str, Battery], now: float) -> None:
        if not batteries or any(
            battery.is_reachable_or_left_alone for battery in batteries.values()
        ):
            self._all_offline_since = None
            self._over(Alert.ALL_OFFLINE, "")
            return
        if self._all_offline_since is None:
            self._all_offline_since = now
        if now - self._all_offline_since >= _ALL_OFFLINE_FOR:
            self._raise(Alert.ALL_OFFLINE, "")

    def _look_at_values(
        self, key: str, battery: Battery, options: PlanOptions, day: dt.date
    ) -> None:
        data = battery.data
        if data.soc is not None and Reading.POWER in data.fresh:
            values = {"soc": self._announcer.number(data.soc)}
            if data.soc >= _FULL:
                self._become_full(key, day, battery)
            elif data.soc <= _FULL - _SOC_HYSTERESIS:
                self._over(Alert.BATTERY_FULL, key)
            if data.soc < options.low_soc:
                self._raise(Alert.LOW_SOC, key, battery, values)
            elif data.soc >= options.low_soc + _SOC_HYSTERESIS:
                self._over(Alert.LOW_SOC, key)
        if data.temperature is not None and Reading.CELLS in data.fresh:
            values = {"temperature": self._announcer.number(data.temperature)}
            if data.temperature > options.high_temperature:
                self._raise(Alert.HIGH_TEMPERATURE, key, battery, values)
            elif data.temperature <= options.high_temperature - _TEMPERATURE_HYSTERESIS:
                self._over(Alert.HIGH_TEMPERATURE, key)

    def _become_full(self, key: str, day: dt.date, battery: Battery) -> None:
        """Tell once a day, and not again on the next while it stays full."""
        active, name = self._memory().active, _name(Alert.BATTERY_FULL, key)
        if name not in active:
            active.add(name)
            self._once_a_day(Alert.BATTERY_FULL, key, day, battery)

    def look_at_export(self, price: float | None) -> None:
        """Tell once when feeding in begins to cost; `price` is what a kWh earns, None if unknown."""
        if price is None:
            return
        if price < 0:
            values = {"price": self._announcer.price(-price)}
            self._raise(Alert.FEEDING_IN_COSTS, "", values=values)
        else:
            self._over(Alert.FEEDING_IN_COSTS, "")

    def look_at_red(
        self,
        tariff: TariffData,
        data: PlanData,
        executors: Mapping[str, OrderExecutor],
        target: float,
    ) -> None:
        """Announce a red day with the plan for it, and the batteries that will not be charged."""
        day = tariff.tomorrow_date
        if tariff.tomorrow is not Colour.RED or day is None or data.plan is None:
            return
        charge = next((step for step in data.plan.steps if step.action is Action.CHARGE), None)
        if not tariff.tomorrow_is_provisional:
            programme = "" if charge is None else self._announcer.describe(charge)
            self._once_a_day(Alert.RED_TOMORROW, "", day, None, {"programme": programme})
        if tariff.is_off_peak:
            for key in self._kept_from_charging(tariff, data.step, executors):
                self._tell_uncharged(key, executors[key].battery, target, day)

    def _kept_from_charging(
        self, tariff: TariffData, step: Step | None, executors: Mapping[str, OrderExecutor]
    ) -> Iterable[str]:
        """Return the batteries that a person, or a rule, keeps from charging for too long."""
        memory = self._memory()
        kept = dict(memory.standing_back)
        if step is not None and step.reason is Reason.RULE and step.action is not Action.CHARGE:
            kept = dict.fromkeys(executors, step.end) | kept
        if memory.paused_until is not None:
            kept = dict.fromkeys(executors, memory.paused_until)
        for override in (*memory.overrides, *(step.exceptions if step else ())):
            keys = executors.keys() if override.batteries is None else override.batteries
            if override.action is not Action.CHARGE:
                kept |= dict.fromkeys(keys, override.until)
        for key in kept.keys() & executors.keys():
            battery = executors[key].battery
            if (battery.data.ac_power or 0) < -IDLE_POWER:
                continue
            need = energy_to(battery_state(battery, is_complete=False), _FULL)
            power = battery.expected_limits.charge
            latest = tariff.next_off_peak_change - dt.timedelta(hours=need / power)
            if kept[key] > latest:
                yield key

    def _tell_uncharged(self, key: str, battery: Battery, target: float, day: dt.date) -> None:
        soc = battery.data.soc if battery.is_reachable else None
        if soc is None or soc < target - _UNCHARGED_BY:
            shown = "?" if soc is None else self._announcer.number(soc)
            self._once_a_day(Alert.RED_UNCHARGED, key, day, battery, {"soc": shown})

    async def async_look_at_red_morning(
        self,
        batteries: Mapping[str, Battery],
        target: float,
        day: dt.date,
        elapsed: dt.timedelta,
    ) -> None:
        """Announce faults of a red day, `elapsed` after its peak hours began."""
        if self._morning != day:
            self._morning = day
            self._unchecked = {
                key for key, battery in batteries.items() if battery.profile.supports(Method.METER)
            }
            self._meter_reads.clear()
            self._meter_misses.clear()
            if elapsed < _MORNING:
                for key, battery in batteries.items():
                    self._tell_uncharged(key, battery, target, day)
        if elapsed >= _METER_AFTER:
            for key in sorted(self._unchecked & batteries.keys()):
                await self._async_check_meter(key, batteries[key], day)

    def red_morning_is_over(self) -> None:
        """Begin anew with the next red morning, also where the clock has shown it before."""
        self._morning = None

    async def _async_check_meter(self, key: str, battery: Battery, day: dt.date) -> None:
        """Ask a battery for its meter, until it tells; without one Auto serves nobody."""
        if not battery.is_reachable or battery.data.mode is not Mode.AUTO:
            return
        status = await battery.async_read_meter()
        self._meter_reads[key] = self._meter_reads.get(key, 0) + 1
        if self._meter_reads[key] >= _MOST_METER_READS:
            self._unchecked.discard(key)
        if status is None or status.connected is None:
            return
        if status.connected:
            self._unchecked.discard(key)
            return
        self._meter_misses[key] = self._meter_misses.get(key, 0) + 1
        if self._meter_misses[key] >= _METER_MISSES:
            self._unchecked.discard(key)
            self._once_a_day(Alert.NO_METER, key, day, battery)

    def left_in_manual(self, battery: Battery, *, is_left: bool) -> None:
        """Raise a repair for a battery that could not be handed back to Auto, or take it back."""
        key = battery_id(battery)
        if not is_left:
            self._left.discard(key)
        elif key not in self._left:
            self._left.add(key)
            self._announcer.announce(Alert.LEFT_IN_MANUAL, battery=battery)
        async_left_in_manual(self._hass, battery.entry, is_left=is_left)

    def is_left_in_manual(self, battery: Battery) -> bool:
        """Tell whether the owner knows that a battery could not be handed back."""
        return battery_id(battery) in self._left

    def doubted(self, battery: Battery, doubt: Outcome) -> None:
        """Raise the repair that a reason not to use slots takes."""
        key = FOREIGN_SLOTS if doubt is Outcome.FOREIGN_SLOTS else CLOCK_WRONG
        async_raise(self._hass, key, battery.entry)

    def reported(self, report: ExecutionReport) -> None:
        """Raise or delete the repairs that an order executor's result calls for."""
        self._rivals.add(battery_id(report.battery), report.outcome)
        if report.outcome in DOUBTS:
            self.doubted(report.battery, report.outcome)
        elif report.outcome is Outcome.SLOTS_RIGHT:
            async_clear(self._hass, CLOCK_WRONG, report.battery.entry)

    def _raise(
        self,
        alert: Alert,
        key: str,
        battery: Battery | None = None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        active, name = self._memory().active, _name(alert, key)
        if name not in active:
            active.add(name)
            self._announcer.announce(alert, values, battery)

    def _over(self, alert: Alert, key: str) -> None:
        self._memory().active.discard(_name(alert, key))

    def _once_a_day(
        self,
        alert: Alert,
        key: str,
        day: dt.date,
        battery: Battery | None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        alerted, name = self._memory().alerted, _name(alert, key)
        if alerted.get(name) != day:
            alerted[name] = day
            self._announcer.announce(alert, values, battery)


def _name(alert: Alert, key: str) -> str:
    return f"{alert} {key}".strip()
