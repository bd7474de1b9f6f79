"""State of charge from AC power with losses, and the power that each mode asks for."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from . import modes
from .following import FollowLaw
from .household import PowerProfile, clear_sky, daily_load, net_load
from .profiles import Profile
from .spec import BatterySpec
from .state import BatteryState, Slot

FULL = 100.0
LOW_DISCHARGE = 600
"""W below which a discharge may reach another share of what is asked for."""
_INSTANT = 1e-3
"""Seconds below which two moments are one."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the world does to the battery while time passes."""

    clock_offset: float = 0.0
    """Seconds by which the battery's own clock is ahead."""
    ct_connected: bool = True
    full_at: float = FULL
    """% from which on the cells take nothing."""
    empty_at: float = 0.0
    """% down to which the cells give anything, where that is above the floor."""
    derated_to: float = 0.0
    """W that the battery takes or gives at most; 0 = what the inverter can."""


class Plant:
    """The inverter, the cells and the house around them.

    `household` (net load behind the CT, W, + = import) and `sun` (W on the
    battery's own PV inputs) can be replaced at any time.
    """

    def __init__(self, spec: BatterySpec, profile: Profile) -> None:
        """Take the hardware from the spec, with the profile's values as defaults."""
        self.rated_wh = spec.rated_wh or profile.pack_wh * spec.packs
        self.max_charge = spec.max_charge or profile.max_power
        self.max_discharge = spec.max_discharge or profile.max_power
        self.efficiency = spec.efficiency
        self.ramp = spec.ramp
        self.charge_reached = spec.charge_reached
        self.low_discharge_reached = spec.low_discharge_reached
        self.backup_w = spec.backup_w
        self.zone = ZoneInfo(spec.time_zone)
        self.law: FollowLaw | None = None
        """Setpoint of Auto where the battery polls a meter; else its CT sees the household."""
        self.household: PowerProfile = net_load(
            daily_load(spec.household_w), clear_sky(spec.roof_pv_w)
        )
        self.sun: PowerProfile = clear_sky(spec.pv_peak_w if profile.pv_channels else 0)

    def run(
        self,
        state: BatteryState,
        seconds: float,
        until: float,
        conditions: Conditions,
    ) -> None:
        """Let `seconds` pass up to the POSIX time `until`."""
        longest = 60.0 if seconds <= 3600 else 300.0
        at = until - seconds
        self.settle(state, at, conditions)
        while seconds > _INSTANT:
            span = min(seconds, self._span(state, at, longest, conditions))
            self._integrate(state, span)
            at += span
            seconds -= span
            self.settle(state, at, conditions, span)

    def settle(
        self,
        state: BatteryState,
        at: float,
        conditions: Conditions,
        elapsed: float = 0.0,
    ) -> None:
        """Set every power as it is at the POSIX time `at`, `elapsed` s after the last."""
        moment = datetime.fromtimestamp(at, self.zone)
        own = datetime.fromtimestamp(at + conditions.clock_offset, self.zone)
        state.ct_connected = conditions.ct_connected
        state.household_power = self.household(moment)
        state.pv_power = self.sun(moment)
        state.backup_power = self.backup_w
        wanted = self._limited(state, self._wanted(state, own), conditions)
        if self.ramp:
            reach = self.ramp * elapsed
            wanted = min(max(wanted, state.ac_power - reach), state.ac_power + reach)
        state.ac_power = wanted
        state.battery_power = wanted + state.backup_power - state.pv_power
        if state.soc >= FULL and state.battery_power < 0:
            state.pv_power = max(0.0, wanted + state.backup_power)
            state.battery_power = wanted + state.backup_power - state.pv_power
        state.cell_power = self._cell_power(state.battery_power)
        state.grid_power = state.household_power - wanted

    def _wanted(self, state: BatteryState, own: datetime) -> float:
        """Return the AC power in W that the mode asks for at the battery's own time."""
        match state.mode:
            case "Auto" | "AI":
                return self._follow(state)
            case "Passive":
                return self._reached(float(state.setpoint))
            case "Manual" | "UPS":
                slot = state.active_slot(own)
                return self._reached(self._slot_power(state, slot)) if slot else 0.0
            case _:
                return 0.0

    def _reached(self, asked: float) -> float:
        """Return the AC power that flows where one is asked for: the control has its own errors."""
        if asked < 0:
            return asked * self.charge_reached
        return asked * self.low_discharge_reached if asked < LOW_DISCHARGE else asked

    def _follow(self, state: BatteryState) -> float:
        """Return the AC power that brings the CT to zero; nothing without a CT.

        A battery that polls a meter goes by that, and follows nothing else.
        """
        if self.law is not None:
            return self.law.setpoint
        return state.household_power if state.ct_connected else 0.0

    def _slot_power(self, state: BatteryState, slot: Slot) -> float:
        """Return a slot's AC power; the mini's `manual_set` gives it its direction."""
        match slot.manual_set:
            case None:
                return float(slot.power)
            case 1:
                return -float(abs(slot.power))
            case 2:
                return float(abs(slot.power))
            case 3:
                return self._follow(state)
            case _:
                return 0.0

    def _limited(self, state: BatteryState, wanted: float, conditions: Conditions) -> float:
        """Return the AC power that inverter, full cells and discharge floor allow."""
        surplus = state.pv_power - state.backup_power
        most = conditions.derated_to or float("inf")
        lowest = -min(float(self.max_charge), most)
        highest = min(float(self.max_discharge), most)
        is_full = state.soc >= min(FULL, conditions.full_at)
        lowest = max(lowest, surplus if is_full else surplus - self.max_charge)
        if state.soc <= max(state.floor, conditions.empty_at):
            highest = min(highest, max(surplus, lowest))
        return min(max(wanted, min(lowest, highest)), highest)

    def _cell_power(self, battery_power: float) -> float:
        """Return the power at the cells in W, + = discharging, losses included."""
        if battery_power > 0:
            return battery_power / self.efficiency
        return battery_power * self.efficiency

    def _span(
        self, state: BatteryState, at: float, longest: float, conditions: Conditions
    ) -> float:
        """Return the seconds for which the powers of now may be held."""
        span = longest - (at + conditions.clock_offset) % longest
        if state.passive_remaining:
            span = min(span, state.passive_remaining)
        if self.ramp:
            span = min(span, 1.0)
        if state.cell_power:
            room = state.soc - (state.floor if state.cell_power > 0 else FULL)
            to_limit = room / 100 * self.rated_wh * 3600 / state.cell_power
            span = min(span, to_limit) if to_limit > 0 else span
        return max(span, _INSTANT)

    def _integrate(self, state: BatteryState, span: float) -> None:
        """Hold the powers for `span` seconds and run the Passive countdown."""
        hours = span / 3600
        bound = state.floor if state.cell_power > 0 else FULL
        before = state.soc
        after = before - state.cell_power * hours / self.rated_wh * 100
        if min(before, after) < bound < max(before, after) or abs(after - bound) < 1e-9:
            after = bound
        state.soc = min(max(after, 0.0), FULL)
        state.energy_charged_wh += max(-state.ac_power, 0.0) * hours
        state.energy_discharged_wh += max(state.ac_power, 0.0) * hours
        state.energy_pv_wh += state.pv_power * hours
        if state.passive_remaining:
            state.passive_remaining -= span
            if state.passive_remaining <= _INSTANT:
                modes.expire_passive(state)
