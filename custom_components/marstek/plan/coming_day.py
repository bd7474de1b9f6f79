"""Preview of the coming 24 hours in words: steps, colours, batteries, and what nights are for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import datetime as dt
from itertools import groupby
from operator import itemgetter
from typing import Final

from ..const import Tariff
from ..planner import Action, Context, Night, Reason, Step, Timeline
from ..tempo import Colour, tempo_day
from .options import Approach
from .tariff_settings import TariffSettings
from .wording import Wording

_AHEAD: Final = dt.timedelta(days=1)
_DASH: Final = "\N{EN DASH}"
# With prices of each hour, more rows would be a table.
_MOST_ROWS: Final = 14
# Each with its word beside it once: a disc alone says nothing to who can't tell the colours apart.
_DISCS: Final = {
    Colour.BLUE: "\N{LARGE BLUE CIRCLE}",
    Colour.WHITE: "\N{MEDIUM WHITE CIRCLE}",
    Colour.RED: "\N{LARGE RED CIRCLE}",
}
_GUARDS: Final = (Reason.START_GUARD, Reason.END_GUARD)


@dataclass(frozen=True, slots=True)
class ComingDay:
    """Renders what is planned for the 24 hours from the start of a context."""

    context: Context
    timeline: Timeline
    settings: TariffSettings
    approach: Approach
    names: Mapping[str, str]
    """Names of the batteries by BLE MAC."""
    wording: Wording
    currency: str

    def text(self) -> str:
        """Return the preview in Markdown: colours, steps, batteries, ordinary and red days."""
        parts = (self._colours(), self._steps(), self._batteries(), self._explained())
        return "\n\n".join(part for part in parts if part)

    def _colours(self) -> str:
        """Return the colours of today and tomorrow; nothing for tariffs without."""
        if self.settings.tariff is not Tariff.TEMPO:
            return ""
        day = tempo_day(self.context.moment)
        known = {period.day: period.colour for period in self.context.periods}
        values = {
            key: self._colour(known.get(each))
            for key, each in (("today", day), ("tomorrow", day + _AHEAD))
        }
        return self.wording.texts.message("preview_colours", values)

    def _colour(self, colour: Colour | None) -> str:
        if colour is None:
            return self.wording.texts.message("preview_colour_unknown")
        name = self.wording.texts.get(f"entity.sensor.colour_today.state.{colour}")
        return f"{_DISCS[colour]} {name}"

    def _steps(self) -> str:
        """Return the steps as a list; neighbours that say the same on the same day are one."""
        zone = self.context.now.tzinfo
        rows = [
            f"- **{start.astimezone(zone):%H:%M}{_DASH}{end.astimezone(zone):%H:%M}** {text}"
            for start, end, text in self._merged()
        ]
        return "\n".join(rows[:_MOST_ROWS])

    def _merged(self) -> Iterator[tuple[dt.datetime, dt.datetime, str]]:
        until = self.context.moment + _AHEAD
        steps = [step for step in self.timeline.steps if step.start < until]
        shown = (step for step in steps if step.reason not in _GUARDS or step is steps[0])
        for text, same in groupby(shown, key=self._row):
            first, *others = same
            last = others[-1] if others else first
            yield first.start, min(last.end, until), text

    def _row(self, step: Step) -> str:
        """Return what a step does and why, after the disc of its day."""
        periods = self.context.periods
        day = next(period for period in periods if step.start < period.end)
        disc = "" if day.colour is None else f"{_DISCS[day.colour]} "
        return f"{disc}{self.wording.describe(step)}"

    def _batteries(self) -> str:
        """Return the state of charge of each battery."""
        message = self.wording.texts.message
        socs = [(self.names.get(each.id, each.id), each.soc) for each in self.context.batteries]
        shown = [
            message("preview_battery_unknown", {"name": name})
            if soc is None
            else message("preview_battery", {"name": name, "soc": self.wording.number(soc)})
            for name, soc in sorted(socs, key=itemgetter(0))
        ]
        return message("preview_batteries", {"list": ", ".join(shown)}) if shown else ""

    def _explained(self) -> str:
        """Return how ordinary nights go and why, what comes before a red day, and when Auto is."""
        return "\n".join(f"- {sentence}" for sentence in self._sentences())

    def _sentences(self) -> Iterator[str]:
        message, settings = self.wording.texts.message, self.settings
        if (earned := self._earned()) is not None:
            yield message("preview_export", earned)
        if not settings.has_off_peak:
            return
        if (end := self._end_of_night()) is not None:
            yield message("preview_auto", {"time": end})
        if self.approach is not Approach.SIMPLE:
            if self.context.forecast is None:
                yield message("preview_learns")
        elif self.context.options.night is Night.HOLD:
            peak, off_peak = self._prices()
            yield message("preview_ordinary", {"peak": peak, "off_peak": off_peak})
        if settings.tariff is Tariff.TEMPO:
            target = min(self.context.options.red_target, self.context.options.most_soc)
            price = self._price(settings.tempo_prices.of(Colour.RED, off_peak=False))
            yield message("preview_red", {"target": self.wording.number(target), "price": price})

    def _earned(self) -> dict[str, str] | None:
        """Return the lowest and the highest price of feeding in; None where it stays the same."""
        until = self.context.moment + _AHEAD
        prices = {
            period.export_price
            for period in self.context.periods
            if period.start < until and period.export_price is not None
        }
        if len(prices) < 2:
            return None
        return {"low": self._price(min(prices)), "high": self._price(max(prices))}

    def _end_of_night(self) -> str | None:
        """Return when the first off-peak hours end that batteries do not spend in Auto."""
        zone, periods = self.context.now.tzinfo, self.context.periods
        ends = (
            f"{period.end.astimezone(zone):%H:%M}"
            for period in periods
            if period.is_off_peak
            for step in self.timeline.steps
            if step.action is not Action.AUTO and period.start <= step.start < period.end
        )
        return next(ends, None)

    def _prices(self) -> tuple[str, str]:
        """Return what a kWh costs in peak and in off-peak hours of an ordinary day."""
        settings, price = self.settings, self._price
        if settings.tariff is Tariff.TEMPO:
            tempo = settings.tempo_prices
            return (
                price(tempo.of(Colour.BLUE, off_peak=False)),
                price(tempo.of(Colour.BLUE, off_peak=True)),
            )
        return price(settings.fixed_prices.peak), price(settings.fixed_prices.off_peak)

    def _price(self, value: float) -> str:
        return f"{self.wording.price(value)} {self.currency}"
