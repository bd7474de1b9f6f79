"""Value of storing apart from the price: figures that belong to a tariff's profile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Aim(StrEnum):
    """Aim of the owner."""

    SAVINGS = "savings"
    """Every cent that pays for its wear."""
    FEWER_CYCLES = "fewer_cycles"
    """Only what pays well."""


@dataclass(frozen=True, slots=True)
class Economy:
    """Margins of a tariff in EUR/kWh (docs/policy.md section 5).

    Raises ValueError below zero, save for `feed_in`, for a `marginal_loss` above 1, and without any
    case of the sun.
    """

    wear: float = 0.01
    """Charged to each kWh that leaves the cells."""
    least_gain: float = 0.0
    """What a kWh has to gain to be charged from the grid."""
    dead_band: float = 0.0
    """By how much more a kWh has to be worth later to be kept in hours that are not cheap."""
    feed_in: float = 0.0
    """Paid for what is fed into the grid where no period says otherwise, below 0 where it costs."""
    export_gain: float | None = 0.02
    """By how much more a kWh of sun has to earn fed in than stored, for batteries to stand still
    in off-peak hours; None: they never do so for that."""
    end_value: float | None = None
    """Worth of what is stored when the horizon ends; None: what it saves in the cheapest hours."""
    marginal_loss: float = 1.0
    """Share of the mean losses that one more kWh adds to them, 0 to 1: a battery that is on loses some
    20 W however much it gives, and one that stands at 0 W loses standby instead."""
    red_load: float = 1.0
    """By how much more the house draws on red days than on others."""
    sun_cases: tuple[float, ...] = (1.0,)
    """Equally likely factors of the expected sun over the whole horizon, 1 being the forecast itself.

    The bill is the mean over them: before a dear day a kWh too few costs more than one too many."""

    def __post_init__(self) -> None:
        """Refuse what would pay for wear or for nothing."""
        figures = (self.wear, self.least_gain, self.dead_band, self.export_gain or 0.0)
        if min(*figures, self.marginal_loss, self.red_load, *self.sun_cases) < 0:
            raise ValueError("Margins can't be negative")
        if self.marginal_loss > 1:
            raise ValueError("One more kWh loses no more than the mean")
        if not self.sun_cases:
            raise ValueError("The sun needs a case")

    def efficiency(self, mean: float) -> float:
        """Return the round trip, 0 to 1, of one more kWh where all of them have a `mean`."""
        return 1 - self.marginal_loss * (1 - mean)

    def with_aim(self, aim: Aim) -> Economy:
        """Return the margins that an owner's aim makes of these."""
        more = _MORE[aim]
        return replace(
            self, wear=self.wear + more.wear, least_gain=self.least_gain + more.least_gain
        )


@dataclass(frozen=True, slots=True)
class _More:
    wear: float
    least_gain: float


_MORE: Final[Mapping[Aim, _More]] = MappingProxyType(
    {
        Aim.SAVINGS: _More(wear=0.0, least_gain=0.0),
        Aim.FEWER_CYCLES: _More(wear=0.03, least_gain=0.03),
    }
)

TEMPO_ECONOMY: Final = Economy(
    least_gain=0.01,
    dead_band=0.06,
    export_gain=None,
    end_value=0.12,
    red_load=1.3,
    sun_cases=(0.5, 1.0, 1.5),
)
"""Defaults for Tempo."""
OTHER_ECONOMY: Final = Economy()
"""Defaults for fixed hours."""
HOURLY_ECONOMY: Final = Economy(marginal_loss=0.8)
"""Defaults for a price for each hour."""
