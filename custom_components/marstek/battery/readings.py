"""Latest status per API method, and energy totals integrated from power (Wh, never falling)."""

from dataclasses import dataclass
from typing import Final

from ..venus import (
    BatteryStatus,
    BluetoothStatus,
    DataStatus,
    DeviceStatus,
    EnergyStatus,
    MeterStatus,
    Mode,
    ModeStatus,
    Profile,
    PvStatus,
    Status,
    WifiStatus,
)
from .data import BatteryData, PassiveData
from .energy import LONGEST_STEP, EnergyMeter
from .memory import Memory

# A battery that says the same for this long, in s, although this much power flows, in W, is stuck.
_FROZEN_AFTER: Final = 900.0
_FROZEN_POWER: Final = 20
# In W: so much may be measured although nothing flows.
_IDLE_POWER: Final = 20
# In s. Solar power that is read on its own, of models whose ES.GetStatus leaves it out, is no longer
# that of a power that was read later.
_LONGEST_SUN_AGE: Final = 270.0


@dataclass(slots=True)
class Readings:
    """Latest status per API method, and values derived from them; units as in BatteryData."""

    profile: Profile
    memory: Memory
    soc: int | None = None
    ac_power: int | None = None
    backup_power: int | None = None
    pv_power: float | None = None
    capacity: float | None = None
    temperature: float | None = None
    mode: Mode | None = None
    firmware: int | None = None
    wifi_signal: int | None = None
    bluetooth_connected: bool | None = None
    pv: PvStatus | None = None
    cells: BatteryStatus | None = None
    meter_connected: bool | None = None
    """The latest value, from whichever method brought it."""
    meter: MeterStatus | None = None
    """Of EM.GetStatus only: ES.GetMode says 0 W whatever flows (2.7)."""
    meter_in_mode: bool | None = None
    _last_energy: EnergyStatus | None = None
    _sun_read_at: float | None = None
    _read_at: float = 0.0
    _same_since: float | None = None
    _newest: float | None = None
    _unaccounted: bool = False
    """True when energy has flowed, or may have, since the efficiency was last followed."""

    @property
    def battery_power(self) -> float | None:
        """Power of the cells in W, + = discharging: what leaves less what the sun brings (2.6).

        None while a part of it is unknown, or older than the rest by more than it can be.
        """
        sun = self.solar_power if self.profile.has_pv else 0
        if self.ac_power is None or sun is None:
            return None
        return self.ac_power + (self.backup_power or 0) - sun

    @property
    def solar_power(self) -> float | None:
        """Power of the solar inputs in W; None while it is unknown or too old."""
        if self.profile.pv_total_is_real:
            return self.pv_power
        read_at = self._sun_read_at
        is_fresh = read_at is not None and abs(self._read_at - read_at) <= _LONGEST_SUN_AGE
        return self.pv_power if is_fresh else None

    @property
    def rated_capacity(self) -> float:
        """Capacity in Wh by the energy that flows, where that contradicts the one named."""
        return self.memory.proven_capacity.value or self.named_capacity

    @property
    def named_capacity(self) -> float:
        """Capacity in Wh as the battery names it, or else of its model."""
        return self.capacity or self.profile.rated_capacity

    @property
    def is_frozen(self) -> bool:
        """Tell whether the battery has been repeating itself for long although power flows."""
        if self._same_since is None or self._newest is None:
            return False
        return self._newest - self._same_since >= _FROZEN_AFTER

    def snapshot(self) -> BatteryData:
        """Return all values, fresh or not: entities judge by age which they show."""
        memory = self.memory
        return BatteryData(
            soc=self.soc,
            battery_power=self.battery_power,
            ac_power=self.ac_power,
            backup_power=self.backup_power,
            pv_power=self.solar_power,
            rated_capacity=self.rated_capacity,
            energy_charged=memory.charged.shown_total,
            energy_discharged=memory.discharged.shown_total,
            pv_energy=memory.solar.shown_total,
            temperature=self.temperature,
            mode=self.mode,
            firmware=self.firmware,
            cells=self.cells,
            efficiency=memory.efficiency.value,
            held_accuracy=memory.held_power.accuracy,
            pv=self.pv,
            bluetooth_connected=self.bluetooth_connected,
            meter=self.meter,
            meter_in_mode=self.meter_in_mode,
            wifi_signal=self.wifi_signal,
            setpoint=memory.setpoint,
            passive=_passive(memory),
            settings=memory.settings,
            schedule=tuple(entry for _, entry in sorted(memory.schedule.entries.items())),
            frozen=self.is_frozen,
        )

    def apply(self, status: Status, now: float) -> None:
        """Take over a status that was read at `now`, in seconds since the epoch."""
        self._read_at = now
        match status:
            case EnergyStatus():
                self._apply_energy(status, now)
            case ModeStatus():
                self._apply_mode(status, now)
            case DataStatus():
                self._apply_data(status, now)
            case BatteryStatus():
                self.cells = status
                self.temperature = status.temperature
                self.capacity = status.rated_capacity or self.capacity
            case PvStatus():
                self.pv = status
                if not self.profile.pv_total_is_real:
                    self.pv_power, self._sun_read_at = status.power, now
            case MeterStatus():
                self.meter = status
                self.meter_connected = status.connected
            case BluetoothStatus():
                self.bluetooth_connected = status.connected
            case WifiStatus():
                self.wifi_signal = status.rssi
            case DeviceStatus():
                self.firmware = status.firmware

    def _apply_energy(self, status: EnergyStatus, now: float) -> None:
        self._watch_for_frozen(status, now)
        self.soc = status.soc
        self.ac_power = status.ac_power
        self.backup_power = status.backup_power
        self.capacity = status.rated_capacity or self.capacity
        if self.profile.pv_total_is_real:
            self.pv_power = status.pv_power
        self._integrate(now)
        self._count(status, now)
        self._follow_efficiency()

    def _apply_mode(self, status: ModeStatus, now: float) -> None:
        self.mode = status.mode
        self.meter_in_mode = status.ct_connected
        if status.ct_connected is not None:
            self.meter_connected = status.ct_connected
        if not self.profile.has_pv:
            self.soc = status.soc
            self.ac_power = status.ac_power
            self.backup_power = status.backup_power
            self._integrate(now)
            self._follow_efficiency()

    def _apply_data(self, status: DataStatus, now: float) -> None:
        """Take the power; the counters are coarser than those of ES.GetStatus."""
        self.soc = status.soc
        self.ac_power = status.ac_power
        self.backup_power = status.backup_power
        if self.profile.pv_total_is_real:
            self.pv_power = status.pv_power
        self._integrate(now)
        self._follow_efficiency()

    @property
    def _counts_battery(self) -> bool:
        """Tell whether the device's counters are those of the battery's own energy."""
        return not self.profile.counts_ac_side

    def _integrate(self, now: float) -> None:
        counted = self._last_energy is not None and self._counts_battery
        power = self.ac_power if counted else self.battery_power
        if power is None:
            # Nothing is counted of what is not known.
            self._unaccounted = True
            return
        self._watch_for_unaccounted(now, counted=counted)
        resolution = self.profile.energy_scale if counted else None
        self.memory.discharged.add_power(max(0.0, power), now, resolution=resolution)
        self.memory.charged.add_power(max(0.0, -power), now, resolution=resolution)
        if (sun := self.solar_power) is not None and self.profile.has_pv:
            self.memory.solar.add_power(sun, now, resolution=self.profile.pv_energy_scale)

    def _watch_for_unaccounted(self, now: float, *, counted: bool) -> None:
        """Note what the totals miss: counters the backup socket, integrals a long silence."""
        last = self.memory.charged.power_at
        self._unaccounted |= (
            (self.backup_power or 0) > _IDLE_POWER
            if counted
            else last is not None and not 0 <= now - last <= LONGEST_STEP
        )

    def _follow_efficiency(self) -> None:
        if self.soc is None:
            return
        memory = self.memory
        memory.proven_capacity.add(
            memory.charged.total,
            memory.discharged.total,
            self.soc,
            named=self.named_capacity,
            complete=not self._unaccounted,
        )
        memory.efficiency.add(
            memory.charged.total,
            memory.discharged.total,
            self.soc,
            capacity=self.rated_capacity,
            complete=not self._unaccounted,
        )
        self._unaccounted = False

    def _count(self, status: EnergyStatus, now: float) -> None:
        profile, memory = self.profile, self.memory
        self._add_counter(memory.solar, status.pv_energy, profile.pv_energy_scale, now)
        if self._counts_battery:
            scale = profile.energy_scale
            self._add_counter(memory.discharged, status.energy_discharged, scale, now)
            self._add_counter(memory.charged, status.energy_charged, scale, now)

    def _add_counter(
        self, meter: EnergyMeter, counter: float | None, scale: float | None, now: float
    ) -> None:
        if counter is not None and scale is not None:
            most = self.profile.inverter_limit
            meter.add_counter(counter, now, resolution=scale, max_power=most)

    def _watch_for_frozen(self, status: EnergyStatus, now: float) -> None:
        flowing = abs(status.ac_power or 0) >= _FROZEN_POWER
        if not flowing or status != self._last_energy or self._same_since is None:
            self._same_since = now if flowing else None
        self._last_energy, self._newest = status, now


def _passive(memory: Memory) -> PassiveData | None:
    """Return the Passive that is kept up; its countdown may outlast the end of a run."""
    commanded = memory.commanded
    if not commanded.keeps(Mode.PASSIVE):
        return None
    return PassiveData(commanded.power, commanded.until, commanded.target)
