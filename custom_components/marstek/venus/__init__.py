"""Client for the local API of Marstek Venus batteries. Needs nothing but Python.

What the device does is documented in docs/protocol.md; section numbers in this library refer to it.
"""

from .agreement import (
    IDLE_POWER,
    LEAST_TELLING,
    Purpose,
    agrees,
    is_idle,
    may_be_empty,
    may_be_full,
)
from .client import VenusClient
from .clock import Clock, LoopClock, wait_at_most, within
from .discovery import DEFAULT_PORT, DISCOVERY_PORTS, SearchResult, probe, search
from .errors import (
    ClosedError,
    ContradictedError,
    DeadlineError,
    DeviceError,
    InvalidReplyError,
    LeftAloneError,
    MethodMissingError,
    NoAnswerError,
    NotMarstekError,
    OutOfRangeError,
    PortInUseError,
    RefusedError,
    RestingError,
    StandstillError,
    UnsupportedError,
    VenusError,
    WrongDeviceError,
)
from .gate import Priority
from .left_alone import LeftAlone
from .link import Link
from .mode_request import ModeRequest, Proof
from .models import (
    BatteryStatus,
    BluetoothStatus,
    DataStatus,
    DeviceStatus,
    EnergyStatus,
    FoundDevice,
    MeterStatus,
    Method,
    Mode,
    ModeStatus,
    PvChannel,
    PvStatus,
    Slot,
    Status,
    WifiStatus,
)
from .modes import ModeControl
from .profiles import Danger, Family, Profile, firmware_name, profile_for
from .requests import Pacing
from .scales import Scale, Scales, is_scale
from .statistics import MethodStatistics, success_rate
from .transport import Hub

__all__ = [
    "DEFAULT_PORT",
    "DISCOVERY_PORTS",
    "IDLE_POWER",
    "LEAST_TELLING",
    "BatteryStatus",
    "BluetoothStatus",
    "Clock",
    "ClosedError",
    "ContradictedError",
    "Danger",
    "DataStatus",
    "DeadlineError",
    "DeviceError",
    "DeviceStatus",
    "EnergyStatus",
    "Family",
    "FoundDevice",
    "Hub",
    "InvalidReplyError",
    "LeftAlone",
    "LeftAloneError",
    "Link",
    "LoopClock",
    "MeterStatus",
    "Method",
    "MethodMissingError",
    "MethodStatistics",
    "Mode",
    "ModeControl",
    "ModeRequest",
    "ModeStatus",
    "NoAnswerError",
    "NotMarstekError",
    "OutOfRangeError",
    "Pacing",
    "PortInUseError",
    "Priority",
    "Profile",
    "Proof",
    "Purpose",
    "PvChannel",
    "PvStatus",
    "RefusedError",
    "RestingError",
    "Scale",
    "Scales",
    "SearchResult",
    "Slot",
    "StandstillError",
    "Status",
    "UnsupportedError",
    "VenusClient",
    "VenusError",
    "WifiStatus",
    "WrongDeviceError",
    "agrees",
    "firmware_name",
    "is_idle",
    "is_scale",
    "may_be_empty",
    "may_be_full",
    "probe",
    "profile_for",
    "search",
    "success_rate",
    "wait_at_most",
    "within",
]
