"""What a kWh costs in each quarter of an hour, and what a planner knows of it at a moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random
from typing import Final

from custom_components.marstek.planner import Period
from custom_components.marstek.replay import Contract, HourlyContract, HoursContract, TempoContract
from custom_components.marstek.tempo import DECREES, PARIS, TEMPO_OFF_PEAK, Prices

from .home import NETWORK, VAT, Home
from .world import Slots, colours

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Table:
    """EUR for a kWh; the defaults are the regulated ones since August 2026 (docs/tempo-facts.md, "Prices")."""

    tempo: Prices = DECREES[-1].tempo
    fixed: tuple[float, float] = (0.1589, 0.2142)
    """Off-peak and peak."""


@dataclass(frozen=True, slots=True)
class MarketShare:
    """A share of the market's price for what is fed in."""

    home: Home

    def price_at(self, _: datetime, price: float | None) -> float | None:
        """Return what a kWh fed in earns while drawing one costs `price`."""
        return None if price is None else self.home.earned(price)

    def on(self, periods: Sequence[Period], now: datetime) -> tuple[Period, ...]:
        """Return periods with what feeding in earns, or is expected to."""
        return tuple(
            replace(
                period,
                export_price=self.price_at(
                    now, period.expected_price if period.price is None else period.price
                ),
                is_export_expected=period.price is None,
            )
            for period in periods
        )


def fixed(home: Home, slots: Slots, table: Table) -> Contract:
    """Return two prices by the clock, off-peak from 22:00 to 06:00."""
    return HoursContract(slots, TEMPO_OFF_PEAK, table.fixed, home.feed_in)


def tempo(home: Home, slots: Slots, table: Table) -> Contract:
    """Return the real colours at the prices of the table."""
    return TempoContract(slots, lambda _: table.tempo, colours(), home.feed_in)


def day_ahead(home: Home, slots: Slots, _: Table) -> Contract:
    """Return a price for each hour, made up.

    Dear in the morning and more so in the evening, cheap at night, and around noon in summer;
    levels last for days.
    """
    random = Random(f"prices {slots.start.year}")
    first = slots.start.astimezone(PARIS).date()
    start = datetime(first.year, first.month, first.day, tzinfo=PARIS).astimezone(UTC)
    count = round((slots.end - start) / _HOUR) + 96
    hours = list(_day_ahead_prices(random, start, count))
    export = MarketShare(home) if home.feed_in_share else None
    return HourlyContract(slots, hours, start, PARIS, home.feed_in, export)


def _day_ahead_prices(random: Random, start: datetime, count: int) -> list[float]:
    """Return EUR for a kWh by the hour: network and taxes, and a market with moods."""
    made = []
    level = noise = 0.0
    day: date | None = None
    for number in range(count):
        local = (start + number * _HOUR).astimezone(PARIS)
        if local.date() != day:
            day = local.date()
            level = 0.85 * level + random.gauss(0, 0.008)
        noise = 0.7 * noise + random.gauss(0, 0.006)
        summer = 4 <= local.month <= 9
        hour = local.hour + 0.5
        shape = 0.035 * exp(-0.5 * ((hour - 8.5) / 1.6) ** 2)
        shape += 0.06 * exp(-0.5 * ((hour - 19.8) / 1.9) ** 2)
        shape -= (0.055 if summer else 0.01) * exp(-0.5 * ((hour - 14) / 2.2) ** 2)
        shape -= 0.025 * exp(-0.5 * ((hour - 3.5) / 2.0) ** 2)
        weekend = -0.012 if local.weekday() >= 5 else 0.0
        market = max(-0.02, 0.075 + shape + weekend + level + noise)
        made.append(NETWORK + VAT * market)
    return made


TARIFFS: Final[Mapping[str, Callable[[Home, Slots, Table], Contract]]] = {
    "tempo": tempo,
    "fixed": fixed,
    "day-ahead": day_ahead,
}
"""By the name that a person types."""
