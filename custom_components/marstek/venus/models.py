"""Statuses of a battery, in SI units.

Signs, everywhere in this library: power that leaves the battery or feeds the house is positive,
power that charges it is negative. A value that the battery did not send, or that cannot be true,
is None.
"""

from dataclasses import dataclass
from enum import StrEnum
import re
from typing import Final

_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Method(StrEnum):
    """The methods this library sends (docs/protocol.md section 2); no other is ever sent."""

    DEVICE = "Marstek.GetDevice"
    WIFI = "Wifi.GetStatus"
    BLUETOOTH = "BLE.GetStatus"
    BATTERY = "Bat.GetStatus"
    PV = "PV.GetStatus"
    ENERGY = "ES.GetStatus"
    MODE = "ES.GetMode"
    METER = "EM.GetStatus"
    DATA = "Marstek.GetData"
    """In no document: only where it was tried and has proven itself."""
    SET_MODE = "ES.SetMode"
    SET_DEPTH = "DOD.SET"
    SET_BLUETOOTH = "Ble.Adv"
    SET_LED = "Led.Ctrl"

    @property
    def is_write(self) -> bool:
        """Tell whether the method changes something, and answers with no more than `set_result`."""
        return self in _WRITES


_WRITES: Final = frozenset(
    {Method.SET_MODE, Method.SET_DEPTH, Method.SET_BLUETOOTH, Method.SET_LED}
)


class Mode(StrEnum):
    """Operating modes under their names on the wire (docs/protocol.md 2.7)."""

    AUTO = "Auto"
    AI = "AI"
    MANUAL = "Manual"
    PASSIVE = "Passive"
    UPS = "UPS"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """Identity of a battery (docs/protocol.md 2.1)."""

    model: str
    firmware: int
    """As sent: 150, or 1476 for 147.6."""
    ble_mac: str
    """The only stable identity: 12 lower-case hexadecimal digits."""
    address: str | None = None
    """IPv4 address that the battery believes it has."""
    wifi_mac: str | None = None
    """On VenusE 3.0 the MAC of the access point, shared by its batteries."""
    wifi_name: str | None = None


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A battery and where it answered from."""

    device: DeviceStatus
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class WifiStatus:
    """Wi-Fi as the battery sees it (docs/protocol.md 2.2)."""

    rssi: int | None
    """Signal in dBm, negative; None on Ethernet."""
    address: str | None


@dataclass(frozen=True, slots=True)
class BluetoothStatus:
    """Whether an app is connected over Bluetooth (docs/protocol.md 2.3)."""

    connected: bool | None


@dataclass(frozen=True, slots=True)
class BatteryStatus:
    """The cells (docs/protocol.md 2.4)."""

    soc: int | None
    """State of charge in percent, 0 to 100."""
    charge_permitted: bool | None
    discharge_permitted: bool | None
    temperature: float | None
    """In degrees Celsius; None where the firmware rounds it to tens."""
    stored_energy: float | None
    """Remaining energy in Wh."""
    rated_capacity: float | None
    """All packs together, in Wh."""
    voltage: float | None = None
    """In V; firmware 153 only."""
    current: float | None = None
    """In A as sent, sign unverified; firmware 153 only."""
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class EnergyStatus:
    """Power and counters (docs/protocol.md 2.6)."""

    soc: int | None
    rated_capacity: float | None
    """In Wh."""
    pv_power: float | None
    """Solar input in W, 0 or more; None where this firmware always says 0."""
    ac_power: int | None
    """Grid-side power in W, + = feeding the house."""
    backup_power: int | None
    """Load on the backup socket in W, 0 or more."""
    energy_discharged: float | None
    """Counter in Wh of what was fed to the AC side."""
    energy_charged: float | None
    """Counter in Wh of what was taken from the AC side."""
    pv_energy: float | None
    """Counter in Wh; None where it stays 0."""


@dataclass(frozen=True, slots=True)
class ModeStatus:
    """Operating mode with a few readings (docs/protocol.md 2.7)."""

    mode: Mode | None
    """None for a mode this library does not know, the app's own ones among them."""
    soc: int | None
    ac_power: int | None
    """Grid-side power in W, + = feeding the house."""
    backup_power: int | None
    ct_connected: bool | None = None
    """None where this firmware does not fill it."""


@dataclass(frozen=True, slots=True)
class DataStatus:
    """Power, mode and counters (docs/protocol.md 2.11): read from firmware, unproven on hardware."""

    soc: int | None
    battery_state: int | None
    """0 fault or off, 1 idle, 2 and 3 current of either sign."""
    mode: Mode | None
    """None for one without a known number; MANUAL in UPS."""
    ct_connected: bool | None
    ac_power: int | None
    """Grid-side power in W, + = feeding the house."""
    backup_power: int | None
    pv_power: float | None
    """Solar input in W; None where this firmware always says 0."""
    energy_charged: float | None
    """Counter in Wh, of 10 Wh each."""
    energy_discharged: float | None
    """Counter in Wh, of 10 Wh each."""
    rated_capacity: float | None
    """In Wh."""

    def as_mode(self, mode: Mode | None) -> ModeStatus:
        """Return the part that ES.GetMode reports; `mode` is the one known before, for UPS."""
        is_backup = mode is Mode.UPS and self.mode is Mode.MANUAL
        return ModeStatus(
            Mode.UPS if is_backup else self.mode, self.soc, self.ac_power, self.backup_power
        )


@dataclass(frozen=True, slots=True)
class MeterStatus:
    """The meter (CT) at the grid connection (docs/protocol.md 2.8); + = import."""

    connected: bool | None
    total_power: int | None
    """In W."""
    phase_powers: tuple[int | None, int | None, int | None]
    """Phases A, B and C in W."""
    energy_imported: float | None
    """Counter in Wh; None where the firmware has none."""
    energy_exported: float | None


@dataclass(frozen=True, slots=True)
class PvChannel:
    """One solar input (docs/protocol.md 2.5)."""

    power: float | None
    """In W; 0 below 10 W."""
    voltage: float | None
    """In whole V."""
    current: float | None
    """In whole A."""
    active: bool | None
    """Voltage above 14 V, which does not mean producing."""


@dataclass(frozen=True, slots=True)
class PvStatus:
    """All solar inputs."""

    channels: tuple[PvChannel, ...]

    @property
    def power(self) -> float | None:
        """Sum of the channels that report a power, in W; None when none does."""
        powers = [channel.power for channel in self.channels if channel.power is not None]
        return sum(powers) if powers else None


type Status = (
    DeviceStatus
    | WifiStatus
    | BluetoothStatus
    | BatteryStatus
    | EnergyStatus
    | ModeStatus
    | DataStatus
    | MeterStatus
    | PvStatus
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the ten entries of the Manual schedule (docs/protocol.md 2.9).

    `number` is 0 to 9, `start` and `end` are "HH:MM", `end` later the same day than `start`, and
    `days` has bit 0 for Monday to bit 6 for Sunday. Power in W: + discharges, - charges, 0 holds.
    ValueError for what the firmware would misread without saying so.
    """

    number: int
    start: str
    end: str
    days: int
    power: int
    enabled: bool = True

    def __post_init__(self) -> None:
        """Check everything but the power, whose limits are the model's."""
        times = _TIME.fullmatch(self.start) and _TIME.fullmatch(self.end)
        if not (
            0 <= self.number <= 9 and 0 <= self.days <= 127 and times and self.start < self.end
        ):
            raise ValueError(f"Not a slot: {self}")

    def to_config(self) -> dict[str, int | str]:
        """Return the slot as the battery wants it."""
        return {
            "time_num": self.number,
            "start_time": self.start,
            "end_time": self.end,
            "week_set": self.days,
            "power": self.power,
            "enable": int(self.enabled),
        }
