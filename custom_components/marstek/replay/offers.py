"""Contracts that a home is compared under: the regulated ones of France, and prices of an offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from ..tempo import TEMPO_OFF_PEAK, Colour, Decree, OffPeakHours, Quotas, decree_on, past_colours
from .contracts import Contract, ExportTerms, FlatContract, HoursContract, TempoContract
from .quarters import Quarters

TEMPO: Final = "tempo"
OFF_PEAK_HOURS: Final = "off_peak_hours"
BASE: Final = "base"
_LARGE: Final = 9000


@dataclass(frozen=True, slots=True)
class Offers:
    """Prices in currency per kWh that contracts are made of; None leaves a contract out."""

    base: float | None = None
    hours: tuple[float, float] | None = None
    """Off-peak and peak."""
    has_tempo: bool = False

    @classmethod
    def regulated(cls, day: date, subscribed: int) -> Offers:
        """Return the regulated contracts of France on a day, with so many VA."""
        decree = decree_on(day)
        return cls(_base(decree, subscribed), (decree.off_peak, decree.peak), has_tempo=True)

    def contracts(
        self,
        quarters: Quarters,
        colours: Mapping[date, Colour],
        off_peak: OffPeakHours = TEMPO_OFF_PEAK,
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
        quotas: Quotas | None = None,
    ) -> dict[str, Contract]:
        """Return a contract for each offer; `colours` go before those of past seasons.

        `off_peak` are the hours of the offer with two prices.
        """
        made: dict[str, Contract] = {}
        if self.has_tempo:
            made[TEMPO] = TempoContract(
                quarters,
                lambda day: decree_on(day).tempo,
                {**past_colours(), **colours},
                feed_in,
                export,
                quotas=quotas or Quotas(),
            )
        if self.hours is not None:
            made[OFF_PEAK_HOURS] = HoursContract(quarters, off_peak, self.hours, feed_in, export)
        if self.base is not None:
            made[BASE] = FlatContract(quarters, self.base, feed_in, export)
        return made


def _base(decree: Decree, subscribed: int) -> float:
    return decree.base_from_9_kva if subscribed >= _LARGE else decree.base
