"""Figures of a report: energy, money, nights and failures of some days (pure).

Energies are in kWh, money in the currency of the prices; None where nothing is known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Any

from ..plan.journal import JournalEntry
from ..planner import Action
from ..savings import DayMoney
from .periods import DaySpan


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Figures of one day."""

    day: dt.date
    charged: float | None = None
    discharged: float | None = None
    saved: float | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """Figures of a span of days."""

    span: DaySpan
    days: tuple[DayFigures, ...]
    """Days of which something is known, in order."""
    by_colour: Mapping[str, float] = field(default_factory=dict)
    stock_change: float = 0.0
    estimated: float = 0.0
    from_sun: float = 0.0
    from_grid: float = 0.0
    known: float = 0.0
    """Share of the time in which money was measured, 0 to 1."""
    planned: int = 0
    """Charges that the plan began."""
    carried_out: int = 0
    """Those of them that every battery followed."""
    failing: tuple[str, ...] = ()
    """Names of batteries that did not follow at some time."""

    @property
    def charged(self) -> float | None:
        """Energy charged."""
        return _total(each.charged for each in self.days)

    @property
    def discharged(self) -> float | None:
        """Energy discharged."""
        return _total(each.discharged for each in self.days)

    @property
    def saved(self) -> float | None:
        """Money saved."""
        return _total(each.saved for each in self.days)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is known."""
        return not self.days and not self.planned

    def extremes(self) -> tuple[DayFigures, DayFigures] | None:
        """Return the best and the worst day by money; None below two days that differ."""
        known = [each for each in self.days if each.saved is not None]
        if len(known) < 2:
            return None
        best = max(known, key=lambda each: each.saved or 0.0)
        worst = min(known, key=lambda each: each.saved or 0.0)
        return None if best.saved == worst.saved else (best, worst)

    def as_data(self) -> dict[str, Any]:
        """Return the figures as the answer of an action."""
        extremes = self.extremes()
        return {
            "start_date": self.span.first.isoformat(),
            "end_date": self.span.last.isoformat(),
            "charged_kwh": _rounded(self.charged, 2),
            "discharged_kwh": _rounded(self.discharged, 2),
            "saved": _rounded(self.saved, 2),
            "saved_by_colour": {name: round(each, 2) for name, each in self.by_colour.items()},
            "estimated_part": round(self.estimated, 2),
            "stock_change": round(self.stock_change, 2),
            "charged_from_sun_kwh": round(self.from_sun, 2),
            "charged_from_grid_kwh": round(self.from_grid, 2),
            "known_percent": round(100 * self.known),
            "charges_planned": self.planned,
            "charges_carried_out": self.carried_out,
            "failing": list(self.failing),
            "best_day": extremes[0].day.isoformat() if extremes else None,
            "worst_day": extremes[1].day.isoformat() if extremes else None,
        }


def report_figures(
    span: DaySpan,
    energies: Mapping[dt.date, tuple[float, float]],
    money: Mapping[dt.date, DayMoney],
    colours: Mapping[dt.date, str],
    steps: Iterable[JournalEntry],
    elapsed: float,
) -> ReportFigures:
    """Return the figures of a span, of which `elapsed` s have passed.

    `energies` are charged and discharged kWh by day. A step belongs to the span in which it began.
    """
    days = tuple(
        DayFigures(
            day,
            energies[day][0] if day in energies else None,
            energies[day][1] if day in energies else None,
            money[day].saved if day in money else None,
            colours.get(day),
        )
        for day in sorted({*energies, *money})
    )
    lines, charges = list(money.values()), [each for each in steps if each.action is Action.CHARGE]
    seconds = sum(line.seconds for line in lines)
    return ReportFigures(
        span,
        days,
        _by_colour(lines),
        sum(line.stock for line in lines),
        sum(line.estimated for line in lines),
        sum(line.from_sun for line in lines) / 1000,
        sum(line.from_grid for line in lines) / 1000,
        min(1.0, seconds / elapsed) if elapsed > 0 else 0.0,
        len(charges),
        sum(not each.failing for each in charges),
        tuple(sorted({name for each in charges for name in each.failing})),
    )


def _by_colour(lines: Iterable[DayMoney]) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in lines:
        for colour, saved in line.by_colour.items():
            found[colour] = found.get(colour, 0.0) + saved
    return found


def _total(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
