"""The ground truth of a battery: what it really does, whatever it tells."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from .spec import BatterySpec

SLOT_COUNT = 10
LAST_MINUTE = 23 * 60 + 59
WHOLE_WEEK = 0b1111111


@dataclass(frozen=True, slots=True)
class Slot:
    """A manual time slot. Minutes of the day; power in W, + = discharging."""

    start: int
    end: int
    week_set: int
    """Bit 0 is Monday."""
    power: int
    enabled: bool
    manual_set: int | None = None
    """Venus E mini only: 0 off, 1 charge, 2 discharge, 3 auto."""

    def covers(self, moment: datetime) -> bool:
        """Return whether the slot is in force at a local time.

        The end is exclusive, save that 23:59 means the end of the day.
        """
        minute = moment.hour * 60 + moment.minute
        end = 24 * 60 if self.end == LAST_MINUTE else self.end
        today = self.week_set >> moment.weekday() & 1
        return self.enabled and bool(today) and self.start <= minute < end


@dataclass(slots=True)
class BatteryState:
    """What the battery does at this moment. Powers in W, energies in Wh, soc in %."""

    mode: str
    """As on the wire: "Auto", "AI", "Manual", "Passive", "UPS", "" for any other."""
    soc: float
    persisted_mode: str
    """The mode that a reboot brings back."""
    setpoint: int = 0
    """Power of Passive mode, + = discharging."""
    passive_remaining: float = 0.0
    """Seconds until the Passive countdown fires, in whatever mode; 0 = no countdown."""
    slots: list[Slot | None] = field(default_factory=lambda: [None] * SLOT_COUNT)
    ac_power: float = 0.0
    """+ = feeding AC, - = charging from AC."""
    battery_power: float = 0.0
    """AC power + backup power - PV power: + = discharging. Losses are not in it."""
    cell_power: float = 0.0
    """What leaves the cells, losses included: + = discharging."""
    backup_power: float = 0.0
    pv_power: float = 0.0
    household_power: float = 0.0
    """Load behind the CT less roof PV, before the battery's share."""
    grid_power: float = 0.0
    """What the CT measures: + = import."""
    ct_connected: bool = True
    energy_charged_wh: float = 0.0
    """From AC."""
    energy_discharged_wh: float = 0.0
    """To AC."""
    energy_pv_wh: float = 0.0
    temperature: float = 25.0
    led: bool = True
    ble_advertising: bool = True
    ble_connected: bool = False
    depth_of_discharge: int = 88
    """Usable share of the battery in %: at 88 the floor is at 12 % state of charge."""

    @classmethod
    def from_spec(cls, spec: BatterySpec) -> Self:
        """Return the state of a battery that has just been switched on."""
        return cls(
            mode=spec.mode,
            soc=spec.soc,
            persisted_mode=spec.mode,
            energy_charged_wh=spec.energy_charged_wh,
            energy_discharged_wh=spec.energy_discharged_wh,
            energy_pv_wh=spec.energy_pv_wh,
            temperature=spec.temperature,
            ble_connected=spec.ble_connected,
        )

    @property
    def floor(self) -> float:
        """State of charge in % at which discharging stops."""
        return 100.0 - self.depth_of_discharge

    def copy(self) -> Self:
        """Return an independent copy."""
        return replace(self, slots=list(self.slots))

    def active_slot(self, moment: datetime) -> Slot | None:
        """Return the slot in force at a local time; the lowest number wins."""
        return next((slot for slot in self.slots if slot and slot.covers(moment)), None)
