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
from .offers import BASE, OFF_PEAK_HOURS, TEMPO, Offers
from .quarters import QUARTER, Quarters
from .recording import LEAST_DAYS, RecordedDay, Recording, RecordingError, recording_of
from .run import Replay, ReplayHome, ReplayStrategy

__all__ = [
    "BASE",
    "DEADBAND",
    "LEAST_DAYS",
    "OFF_PEAK_HOURS",
    "QUARTER",
    "QUARTER_HOURS",
    "TEMPO",
    "Contract",
    "ContractOutcome",
    "ExportTerms",
    "FlatContract",
    "HourlyContract",
    "HoursContract",
    "Offers",
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
