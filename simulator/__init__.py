"""Marstek Venus batteries in software, for tests and demonstrations."""

from .battery import SimulatedBattery
from .exchanges import Exchange, Outcome, Statistics
from .faults import Faults
from .fleet import Fleet
from .sockets import SimulatorError
from .spec import BatterySpec
from .state import BatteryState, Slot

__all__ = [
    "BatterySpec",
    "BatteryState",
    "Exchange",
    "Faults",
    "Fleet",
    "Outcome",
    "SimulatedBattery",
    "SimulatorError",
    "Slot",
    "Statistics",
]
