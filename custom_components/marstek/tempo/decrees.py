"""Regulated prices by the day from which they hold: one row for each decree, the oldest first.

Prices are not fetched (docs/tempo-facts.md 1.6). A new row takes effect on its day by itself, also
when it comes with an update before that day. What owners have entered goes before all of it.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from .prices import Prices

# Months on the first of which the regulated tariff moves.
_MOVES_IN: Final = (2, 8)


@dataclass(frozen=True, slots=True)
class Decree:
    """Prices of a kWh in EUR including tax, from a day on."""

    since: date
    tempo: Prices
    """Of Tempo, with the subscription for 6 kVA."""
    off_peak: float
    """Of the tariff with peak and off-peak hours."""
    peak: float
    base: float
    """Of the tariff with one price, up to 6 kVA."""
    base_from_9_kva: float


DECREES: Final = (
    Decree(
        since=date(2026, 8, 1),
        tempo=Prices(
            blue_off_peak=0.1356,
            blue_peak=0.1654,
            white_off_peak=0.1536,
            white_peak=0.1921,
            red_off_peak=0.1615,
            red_peak=0.7295,
            subscription=15.83,
        ),
        off_peak=0.1589,
        peak=0.2142,
        base=0.2001,
        base_from_9_kva=0.1985,
    ),
)


def decree_on(day: date) -> Decree:
    """Return the prices of a day, those of the oldest row for days before it."""
    rows = [row for row in DECREES if row.since <= day]
    return rows[-1] if rows else DECREES[0]


def decree_of(prices: Prices) -> Decree | None:
    """Return the newest row with the prices of a kWh of some of Tempo; None for an owner's own."""
    names = [field.name for field in fields(prices) if field.name != "subscription"]
    return next(
        (
            row
            for row in reversed(DECREES)
            if all(getattr(row.tempo, name) == getattr(prices, name) for name in names)
        ),
        None,
    )


def decree_of_hours(off_peak: float, peak: float) -> Decree | None:
    """Return the newest row with these prices of off-peak and peak hours; None for own ones."""
    rows = reversed(DECREES)
    return next((row for row in rows if (row.off_peak, row.peak) == (off_peak, peak)), None)


def next_tariff_move(day: date) -> date:
    """Return the next 1 February or 1 August after a day: regulated prices may move then."""
    moves = [date(year, month, 1) for year in (day.year, day.year + 1) for month in _MOVES_IN]
    return next(move for move in moves if move > day)


def are_outdated(since: date, today: date) -> bool:
    """Tell whether prices that hold since a day are older than the last tariff move."""
    return next_tariff_move(since) <= today
