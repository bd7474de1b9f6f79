"""The home of a backtest, by its owner's figures."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from custom_components.marstek.planner import Options
from custom_components.marstek.replay import PackLimits, ReplayHome
from custom_components.marstek.tempo import PARIS

PACK: Final = PackLimits()
"""Each battery."""
END_VALUE: Final = 0.12
"""EUR for a kWh that is left in the cells."""
NETWORK = 0.115
"""EUR for a kWh of network and taxes, on top of the market's price."""
VAT = 1.2
"""Factor of the market's price."""


class Heating(StrEnum):
    """What keeps a home warm."""

    OTHER = "other"
    """No electricity: gas, wood, a network of heat."""
    ELECTRIC = "electric"
    """Radiators, and a water heater at night."""
    HEAT_PUMP = "heat-pump"
    """A heat pump, and a water heater at night."""


@dataclass(frozen=True, slots=True)
class Home:
    """What an owner knows of a home."""

    batteries: int = 1
    yearly_load: float = 2500.0
    """kWh in twelve months."""
    heating: Heating = Heating.OTHER
    has_car: bool = False
    """Charged at home three nights a week, from 22:30 on."""
    pv_peak: float = 0.0
    """kWp."""
    subscribed: int = 6000
    """VA."""
    feed_in: float = 0.0
    """EUR for a kWh fed into the grid; negative where it costs."""
    efficiency: float = 0.80
    """What the owner believes of the round trip."""
    has_sun_forecast: bool = False
    """Whether a service forecasts the sun; else its own last days let expect it."""

    feed_in_share: float = 0.0
    """Share of the market's price that is paid on top of `feed_in`, with day-ahead prices only."""
    sale_power: int = 0
    """W of all batteries together at which plan and optimum may discharge into the grid; 0: never."""

    @property
    def capacity(self) -> float:
        """Return the kWh of all batteries that are used."""
        return self.batteries * PACK.usable

    def bill(self, price: float, drawn: float) -> float:
        """Return the EUR for the kWh of a slot at a price per kWh; negative ones are fed in."""
        return drawn * (price if drawn > 0 else self.earned(price))

    def earned(self, price: float) -> float:
        """Return the EUR that a kWh fed in earns while one from the grid costs `price`."""
        return self.feed_in + self.feed_in_share * (price - NETWORK) / VAT

    @property
    def replayed(self) -> ReplayHome:
        """Return the home as a replay knows it."""
        return ReplayHome(
            (PACK,) * self.batteries,
            PARIS,
            1000 * self.yearly_load / 365,
            self.subscribed,
            Options(
                has_pv=self.pv_peak > 0, efficiency=self.efficiency, sale_power=self.sale_power
            ),
            END_VALUE,
        )
