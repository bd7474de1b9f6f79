"""What the entities of one battery show."""

from dataclasses import dataclass
from enum import StrEnum

from ..venus import MeterStatus, Mode, PvChannel, PvStatus
from .reading_plan import Reading


class CommandState(StrEnum):
    """How the last command fares."""

    NONE = "none"
    """There has been no command since the start."""
    PENDING = "pending"
    CONFIRMED = "confirmed"
    ASSUMED = "assumed"
    """Accepted, but nothing the battery tells can prove it."""
    FAILED = "failed"


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
    last_command: CommandState = CommandState.NONE
    setpoint: int = 0
    frozen: bool = False
    """True when the battery answers, but always the same although power flows."""

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
        return None if self.battery_power is None else self.battery_power < -20
