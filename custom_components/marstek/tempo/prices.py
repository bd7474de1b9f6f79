"""Prices of a kWh under Tempo, in EUR (docs/tempo-facts.md, section "Prices")."""

from dataclasses import dataclass

from .calendar import Colour


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
