"""Wording of a report, in Home Assistant's own language."""

from collections.abc import Iterator
from dataclasses import dataclass
import datetime as dt

from ..plan.wording import Wording
from .figures import ReportFigures
from .periods import DaySpan


@dataclass(frozen=True, slots=True)
class ReportWording:
    """Renders figures as sentences and numbers with units."""

    base: Wording
    currency: str

    def text(self, key: str, **values: str) -> str:
        """Return a message of reports by its key."""
        return self.base.texts.message(key, values)

    def money(self, value: float) -> str:
        """Return an amount with its currency."""
        return f"{self.base.decimal(value)}\N{NO-BREAK SPACE}{self.currency}"

    def energy(self, value: float | None) -> str:
        """Return an energy in kWh with its unit; a dash where it is not known."""
        return "\u2013" if value is None else f"{self.base.decimal(value)}\N{NO-BREAK SPACE}kWh"

    def colour(self, name: str) -> str:
        """Return the name of a colour."""
        return self.base.texts.get(f"entity.sensor.colour_today.state.{name}")

    def day(self, day: dt.date) -> str:
        """Return a date."""
        return self.base.day(day)

    def title(self, span: DaySpan) -> str:
        """Return the title of a report."""
        if span.days == 1:
            return self.text("report_title_day", day=self.day(span.first))
        return self.text("report_title", start=self.day(span.first), end=self.day(span.last))

    def sentences(self, figures: ReportFigures, before: ReportFigures) -> list[str]:
        """Return what a report says, the most important first."""
        if figures.is_empty:
            return [self.text("report_nothing")]
        return [
            *self._money(figures),
            *self._energy(figures),
            *self._nights(figures),
            *self._extremes(figures),
            *self._before(before),
        ]

    def _money(self, figures: ReportFigures) -> Iterator[str]:
        if figures.saved is None:
            return
        yield self.text("report_saved", saved=self.money(figures.saved))
        if figures.by_colour:
            colours = ", ".join(
                f"{self.colour(name)} {self.money(saved)}"
                for name, saved in figures.by_colour.items()
            )
            yield self.text("report_colours", colours=colours)
        if abs(figures.stock_change) >= 0.005:
            yield self.text("report_stock", stock=self.money(figures.stock_change))
        if abs(figures.estimated) >= 0.005:
            yield self.text("report_estimated", estimated=self.money(figures.estimated))
        yield self.text("report_known", known=self.base.number(100 * figures.known))

    def _energy(self, figures: ReportFigures) -> Iterator[str]:
        if figures.charged is not None or figures.discharged is not None:
            yield self.text(
                "report_energy",
                charged=self.energy(figures.charged),
                discharged=self.energy(figures.discharged),
            )

    def _nights(self, figures: ReportFigures) -> Iterator[str]:
        if figures.planned:
            yield self.text(
                "report_charges", planned=str(figures.planned), done=str(figures.carried_out)
            )
        if figures.failing:
            yield self.text("summary_failing", names=", ".join(figures.failing))

    def _extremes(self, figures: ReportFigures) -> Iterator[str]:
        if (extremes := figures.extremes()) is None:
            return
        for key, each in zip(("report_best", "report_worst"), extremes, strict=True):
            yield self.text(key, day=self.day(each.day), saved=self.money(each.saved or 0.0))

    def _before(self, before: ReportFigures) -> Iterator[str]:
        if before.saved is None and before.charged is None:
            return
        span = before.span
        yield self.text(
            "report_before",
            start=self.day(span.first),
            end=self.day(span.last),
            saved="\u2013" if before.saved is None else self.money(before.saved),
            charged=self.energy(before.charged),
            discharged=self.energy(before.discharged),
        )
