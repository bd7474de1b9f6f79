"""Marstek Venus batteries in software, for tests and demonstrations.

    async with Fleet([BatterySpec(soc=40.0)], latency=(0.0, 0.0)) as fleet:
        battery = fleet["02aabbcc0101"]
        battery.faults.loss = 0.3
        ...
        assert battery.state.mode == "Passive"

Powers are in W with + = discharging or feeding AC; the meter's are + = import.
"""

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
