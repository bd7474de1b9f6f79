"""Off-peak windows, and what guards their ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Final

from .model import Action, Context, Options, Period, Reason
from .spans import Intent, Span

# A window whose middle is between these hours is one in which the sun may shine.
_DAY_FROM: Final = 9
_DAY_UNTIL: Final = 18


@dataclass(frozen=True, slots=True)
class Window:
    """Off-peak periods in a row, and the peak period that they prepare."""

    periods: tuple[Period, ...]
    following: Period | None

    @property
    def start(self) -> datetime:
        """Return when it starts."""
        return self.periods[0].start

    @property
    def end(self) -> datetime:
        """Return when it ends."""
        return self.periods[-1].end

    def is_by_day(self, zone: tzinfo | None) -> bool:
        """Return whether it is one around noon."""
        middle = self.start + (self.end - self.start) / 2
        return _DAY_FROM <= middle.astimezone(zone).hour < _DAY_UNTIL


def windows_of(periods: tuple[Period, ...]) -> list[Window]:
    """Return the off-peak windows in order."""
    runs = [tuple(run) for _, run in groupby(periods, key=lambda period: period.is_off_peak)]
    return [
        Window(run, following[0] if following else None)
        for run, following in zip(runs, [*runs[1:], ()], strict=True)
        if run[0].is_off_peak
    ]


def peak_intent(options: Options) -> Intent:
    """Return what batteries do in peak hours: always AUTO (POLICY.md section 1)."""
    # A battery that is held at a floor would miss the sun.
    floor = None if options.has_pv else floor_at(options.least_soc)
    return Intent(Action.AUTO, Reason.PEAK_HOURS, floor=floor)


def auto_intent(options: Options, reason: Reason) -> Intent:
    """Return AUTO in off-peak hours."""
    return Intent(Action.AUTO, reason, floor=floor_at(max(options.least_soc, options.reserve)))


def floor_at(soc: float) -> float | None:
    """Return a floor in %, None for the batteries' own."""
    return soc or None


def guarded(window: Window, intent: Intent, options: Options) -> Iterator[Span]:
    """Yield an intent between the guards of a window."""
    if intent.action is Action.AUTO:
        yield Span(window.start, window.end, intent)
        return
    if window.end - window.start <= options.start_guard + options.end_guard:
        yield Span(window.start, window.end, Intent(Action.HOLD, Reason.SHORT_WINDOW))
        return
    start = window.start + options.start_guard
    if window.start < start:
        yield Span(window.start, start, auto_intent(options, Reason.START_GUARD))
    if intent.action is Action.HOLD:
        yield Span(start, window.end, intent)
        return
    done = window.end - options.end_guard
    yield Span(start, done, intent)
    if done < window.end:
        yield Span(done, window.end, Intent(Action.HOLD, Reason.END_GUARD))


def unless_reached(context: Context, window: Window, charge: Intent) -> Intent:
    """Return a charge, or HOLD in a running window in which all batteries have had it."""
    target = charge.target
    if target is None or context.moment < window.start + context.options.start_guard:
        return charge
    for battery in context.batteries:
        if not battery.is_complete and (battery.soc is None or battery.soc < target):
            return charge
    return Intent(Action.HOLD, Reason.TARGET_REACHED, target=target)
