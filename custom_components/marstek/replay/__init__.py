"""Replay of measured hours: what a home would have paid with another contract or strategy.

The strategies are those of the planner, played on simulated batteries in quarters of an hour, with
no more known at each moment than was known then. Both `marstek.compare_contracts` and the backtest
use it, so that they can't differ. Energies are in kWh, powers in kW, money in the currency of the
prices.
"""

from .batteries import DEADBAND, QUARTER_HOURS, PackLimits, SimulatedBatteries, stored_by, taken_for
from .comparison import ContractOutcome, ReplayProgress, compared
from .contracts import (
    Contract,
    ExportTerms,
    FlatContract,
    HourlyContract,
    HoursContract,
    TempoContract,
)
from .quarters import QUARTER, Quarters
from .recording import LEAST_DAYS, RecordedDay, Recording, RecordingError, recording_of
from .run import Replay, ReplayHome, ReplayStrategy

__all__ = [
    "DEADBAND",
    "LEAST_DAYS",
    "QUARTER",
    "QUARTER_HOURS",
    "Contract",
    "ContractOutcome",
    "ExportTerms",
    "FlatContract",
    "HourlyContract",
    "HoursContract",
    "PackLimits",
    "Quarters",
    "RecordedDay",
    "Recording",
    "RecordingError",
    "Replay",
    "ReplayHome",
    "ReplayProgress",
    "ReplayStrategy",
    "SimulatedBatteries",
    "TempoContract",
    "compared",
    "recording_of",
    "stored_by",
    "taken_for",
]
