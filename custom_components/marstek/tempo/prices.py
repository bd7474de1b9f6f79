"""Prices of a kWh under Tempo, in EUR (docs/tempo-facts.md, section "Prices")."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from .calendar import Colour

# Months on the first of which the regulated tariff changes.
_CHANGES_IN: Final = (2, 8)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a kWh in EUR including tax, and the subscription in EUR per month."""

    blue_off_peak: float
    blue_peak: float
    white_off_peak: float
    white_peak: float
    red_off_peak: float
    red_peak: float
    subscription: float

    def of(self, colour: Colour, *, off_peak: bool) -> float:
        """Return the price of a kWh in EUR on a day of a colour."""
        match colour:
            case Colour.BLUE:
                return self.blue_off_peak if off_peak else self.blue_peak
            case Colour.WHITE:
                return self.white_off_peak if off_peak else self.white_peak
            case Colour.RED:
                return self.red_off_peak if off_peak else self.red_peak


OFFICIAL: Final = Prices(
    blue_off_peak=0.1356,
    blue_peak=0.1654,
    white_off_peak=0.1536,
    white_peak=0.1921,
    red_off_peak=0.1615,
    red_peak=0.7295,
    subscription=15.83,
)
"""EDF's regulated prices, the subscription for 6 kVA."""
OFFICIAL_SINCE: Final = date(2026, 8, 1)
"""The day from which `OFFICIAL` holds."""


def last_tariff_change(today: date) -> date:
    """Return the last 1 February or 1 August, today included: regulated prices change then."""
    changes = [date(today.year, month, 1) for month in _CHANGES_IN]
    return max(
        (change for change in changes if change <= today),
        default=date(today.year - 1, _CHANGES_IN[-1], 1),
    )


def are_outdated(since: date, today: date) -> bool:
    """Tell whether prices that hold since a day are older than the last tariff change."""
    return since < last_tariff_change(today)
