"""Frozen data that the entities of one battery show."""

from dataclasses import dataclass, field
import datetime as dt
from enum import StrEnum
import math
from typing import Final

from ..venus import BatteryStatus, MeterStatus, Mode, Proof, PvChannel, PvStatus
from .poll_schedule import Reading
from .settings import HIGHEST_DEPTH, SettingsData
from .slot_mirror import MirrorEntry

# In W: so much may be measured although nothing flows.
_IDLE_POWER: Final = 20
# Of a round trip, until it is measured: 5 % are lost each way.
_USUAL_EFFICIENCY: Final = 0.9


class CommandState(StrEnum):
    """How the last command fares."""

    NONE = "none"
    """There has been no command since the start."""
    PENDING = "pending"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    """The mode is on; its power can't be compared, because the sun's is not known."""
    ASSUMED = "assumed"
    """Accepted, but nothing the battery tells can prove it."""
    EXHAUSTED = "exhausted"
    """A charge or discharge has ended early: the cells take or give no more."""
    FAILED = "failed"
    SUPERSEDED = "superseded"
    """A newer command came before it had its turn."""
    CANCELLED = "cancelled"
    """Its caller gave it up, such as a script that was stopped."""


@dataclass(frozen=True, slots=True)
class PassiveData:
    """A Passive that is kept up, for a person or for the plan."""

    power: int
    """In W, + discharges."""
    until: dt.datetime | None
    """When it ends; None where that is not known."""
    target: int | None
    """State of charge in % at which it ends; None where it has none."""


@dataclass(frozen=True, slots=True)
class BatteryData:
    """Everything known of a battery. Powers in W, energies in Wh; None is unknown.

    Signs are Home Assistant's: power that leaves the battery or feeds the house is positive.
    """

    fresh: frozenset[Reading] = frozenset()
    """Readings that are current; what belongs to others is not to be shown."""
    soc: int | None = None
    battery_power: float | None = None
    ac_power: int | None = None
    backup_power: int | None = None
    pv_power: float | None = None
    rated_capacity: float | None = None
    energy_charged: float | None = None
    energy_discharged: float | None = None
    pv_energy: float | None = None
    cells: BatteryStatus | None = None
    temperature: float | None = None
    mode: Mode | None = None
    firmware: int | None = None
    pv: PvStatus | None = None
    bluetooth_connected: bool | None = None
    meter: MeterStatus | None = None
    meter_in_mode: bool | None = None
    """Whether the meter is connected, by firmware that tells so with the mode."""
    wifi_signal: int | None = None
    address: str | None = None
    success_rate: float | None = None
    setpoint_waits: bool = False
    """True while the setpoint is kept for the next Manual or Passive."""
    left_alone_until: dt.datetime | None = None
    """Until when nothing is sent to the battery; None while it is not left alone."""
    last_command: CommandState = CommandState.NONE
    setpoint: int = 0
    passive: PassiveData | None = None
    """What Passive is kept up for; None while it is not."""
    settings: SettingsData = field(default_factory=SettingsData)
    """What was last set, and can't be read."""
    schedule: tuple[MirrorEntry, ...] = ()
    """The slots of Manual as last written, by number."""
    efficiency: float | None = None
    """Measured round trip, 0.5 to 1."""
    held_accuracy: float | None = None
    """How near to the power asked for the one that Passive holds is, 0.8 to 1."""
    frozen: bool = False
    """True when the battery answers, but always the same although power flows."""

    @property
    def depth_of_discharge(self) -> float:
        """Usable share of the capacity: as last set, else the maker's setting (docs/protocol.md 2.10)."""
        return (self.settings.depth_of_discharge or HIGHEST_DEPTH) / 100

    @property
    def stored_energy(self) -> float | None:
        """Energy left, in Wh, as current as the state of charge is."""
        if self.soc is None or self.rated_capacity is None:
            return None
        return self.soc / 100 * self.rated_capacity

    @property
    def live_meter(self) -> MeterStatus | None:
        """The meter while it is connected: without one the battery says 0 W of everything."""
        return self.meter if self.meter and self.meter.connected else None

    def pv_channel(self, number: int) -> PvChannel | None:
        """Return one solar input, counted from 1."""
        return self.pv.channels[number - 1] if self.pv else None

    @property
    def is_charging(self) -> bool | None:
        """Tell whether more than a standby current flows into the battery."""
        return None if self.battery_power is None else self.battery_power < -_IDLE_POWER

    @property
    def usable_energy(self) -> float | None:
        """Energy in Wh that is left above the depth of discharge."""
        if self.stored_energy is None or self.rated_capacity is None:
            return None
        return max(0.0, self.stored_energy - (1 - self.depth_of_discharge) * self.rated_capacity)

    @property
    def minutes_to_full(self) -> int | None:
        """Minutes until it is full at the power of now; None while it isn't being charged."""
        if not self.is_charging or self.battery_power is None:
            return None
        if self.stored_energy is None or self.rated_capacity is None:
            return None
        room = max(0.0, self.rated_capacity - self.stored_energy)
        return round(60 * room / (-self.battery_power * self._one_way))

    @property
    def minutes_to_empty(self) -> int | None:
        """Minutes until nothing usable is left at the power of now; None without discharge."""
        if self.battery_power is None or self.battery_power <= _IDLE_POWER:
            return None
        if self.usable_energy is None:
            return None
        return round(60 * self.usable_energy * self._one_way / self.battery_power)

    @property
    def _one_way(self) -> float:
        return math.sqrt(self.efficiency or _USUAL_EFFICIENCY)

    @property
    def equivalent_cycles(self) -> float | None:
        """Full cycles equivalent to the energy charged and discharged.

        The mean of both is about what went through the cells: the losses of each way cancel out.
        """
        if self.energy_charged is None or self.energy_discharged is None:
            return None
        if self.rated_capacity is None:
            return None
        return (self.energy_charged + self.energy_discharged) / 2 / self.rated_capacity


STATES: Final = {
    Proof.UNCHANGED: CommandState.CONFIRMED,
    Proof.CONFIRMED: CommandState.CONFIRMED,
    Proof.ACCEPTED: CommandState.ACCEPTED,
    Proof.ASSUMED: CommandState.ASSUMED,
}
"""What each proof of a change is called."""


@dataclass(frozen=True, slots=True)
class CommandProgress:
    """How a command fares."""

    state: CommandState
    mode: Mode | None = None
    """The mode that the battery is now known, or assumed, to be in."""
    is_quiet: bool = False
    """True for what nobody commanded just now: how the last command fared stays shown."""
