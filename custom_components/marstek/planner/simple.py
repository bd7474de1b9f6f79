"""The simple strategy: AUTO by day; by night hold, or charge before a day that is dear.

It needs no forecast: the ladder of POLICY.md section 2 without load and PV history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import Final

from ..tempo import Colour
from .expectation import expect
from .model import Action, Context, Night, Options, Period, Plan, Reason
from .overrides import overridden
from .spans import Intent, Span, cut

_NIGHT_LENGTH: Final = timedelta(hours=12)
# A window whose middle is between these hours is one in which the sun may shine.
_DAY_FROM: Final = 9
_DAY_UNTIL: Final = 18


@dataclass(frozen=True, slots=True)
class _Window:
    """Off-peak periods in a row, and the peak period that they prepare."""

    periods: tuple[Period, ...]
    following: Period | None

    @property
    def start(self) -> datetime:
        return self.periods[0].start

    @property
    def end(self) -> datetime:
        return self.periods[-1].end

    def is_by_day(self, zone: tzinfo | None) -> bool:
        """Return whether it is one around noon."""
        middle = self.start + (self.end - self.start) / 2
        return _DAY_FROM <= middle.astimezone(zone).hour < _DAY_UNTIL


def plan_simple(context: Context) -> Plan:
    """Return what all batteries do from now to the end of the periods given.

    Expected states of charge are told for hours in which no house is served; after AUTO batteries
    count as empty for the charge that follows, so that its power is never too low.
    """
    windows = _windows(context.periods)
    tonight = _tonight(windows, context.now.tzinfo)
    spans = [
        Span(period.start, period.end, _peak(context.options))
        for period in context.periods
        if not period.is_off_peak
    ]
    for window in windows:
        is_tonight = tonight is not None and window.start < tonight + _NIGHT_LENGTH
        spans.extend(_off_peak(window, _night(context, window, is_tonight=is_tonight), context))
    spans.sort(key=lambda span: span.start)
    bounds = [context.moment, *(period.start for period in context.periods)]
    planned = [span for span in cut(spans, bounds) if span.end > context.moment]
    return expect(context, overridden(context, planned))


def _windows(periods: tuple[Period, ...]) -> list[_Window]:
    """Return the off-peak windows in order."""
    runs = [tuple(run) for _, run in groupby(periods, key=lambda period: period.is_off_peak)]
    return [
        _Window(run, following[0] if following else None)
        for run, following in zip(runs, [*runs[1:], ()], strict=True)
        if run[0].is_off_peak
    ]


def _tonight(windows: list[_Window], zone: tzinfo | None) -> datetime | None:
    """Return when the night starts that runs or comes next."""
    return next((window.start for window in windows if not window.is_by_day(zone)), None)


def _peak(options: Options) -> Intent:
    # A battery that is held at a floor would miss the sun.
    floor = None if options.has_pv else _floor(options.least_soc)
    return Intent(Action.AUTO, Reason.PEAK_HOURS, floor=floor)


def _off_peak(window: _Window, intent: Intent, context: Context) -> Iterator[Span]:
    """Yield an intent between the guards of a window."""
    options = context.options
    if intent.action is Action.AUTO:
        yield Span(window.start, window.end, intent)
        return
    if window.end - window.start <= options.start_guard + options.end_guard:
        yield Span(window.start, window.end, Intent(Action.HOLD, Reason.SHORT_WINDOW))
        return
    guarded = window.start + options.start_guard
    if window.start < guarded:
        yield Span(window.start, guarded, _auto(options, Reason.START_GUARD))
    if intent.action is Action.HOLD:
        yield Span(guarded, window.end, intent)
        return
    done = window.end - options.end_guard
    yield Span(guarded, done, intent)
    if done < window.end:
        yield Span(done, window.end, Intent(Action.HOLD, Reason.END_GUARD))


def _night(context: Context, window: _Window, *, is_tonight: bool) -> Intent:
    """Return what an off-peak window is for."""
    if not context.batteries:
        return Intent(Action.HOLD, Reason.NO_BATTERIES)
    intent = _preparation(context.options, window)
    if intent is None:
        return _ordinary(context, window, is_tonight=is_tonight)
    return _unless_reached(context, window, intent)


def _preparation(options: Options, window: _Window) -> Intent | None:
    """Return the charge that a dear day asks for, None before others."""
    following = window.following
    if following is None:
        return None
    if following.may_be_red:
        is_red = following.colour is Colour.RED
        return Intent(
            Action.CHARGE,
            Reason.RED_TOMORROW if is_red else Reason.RED_POSSIBLE,
            target=min(options.red_target, options.most_soc),
            battery_power=options.red_power,
            colour=Colour.RED,
        )
    is_white = following.colour is Colour.WHITE
    if options.white_eve and is_white and window.periods[-1].colour is Colour.BLUE:
        return Intent(
            Action.CHARGE,
            Reason.WHITE_TOMORROW,
            target=options.most_soc,
            colour=Colour.WHITE,
        )
    return None


def _ordinary(context: Context, window: _Window, *, is_tonight: bool) -> Intent:
    """Return what happens in a window that need not prepare anything."""
    options = context.options
    if options.night is Night.CHARGE:
        charge = Intent(Action.CHARGE, Reason.OWNER_CHARGE, target=options.most_soc)
        return _unless_reached(context, window, charge)
    if options.night is Night.AUTO:
        return _auto(options, Reason.OWNER_AUTO)
    if options.has_pv and window.is_by_day(context.now.tzinfo):
        return _auto(options, Reason.SOLAR_NOON)
    if options.has_pv and is_tonight and context.was_full:
        return _auto(options, Reason.SOLAR_NIGHT)
    following = window.following
    if following is not None and following.day is not None and following.colour is None:
        return Intent(Action.HOLD, Reason.NO_COLOUR)
    return Intent(Action.HOLD, Reason.CHEAP_NIGHT)


def _unless_reached(context: Context, window: _Window, charge: Intent) -> Intent:
    """Return a charge, or HOLD in a running window in which all batteries have had it."""
    target = charge.target
    if target is None or context.moment < window.start + context.options.start_guard:
        return charge
    for battery in context.batteries:
        if not battery.is_complete and (battery.soc is None or battery.soc < target):
            return charge
    return Intent(Action.HOLD, Reason.TARGET_REACHED, target=target)


def _auto(options: Options, reason: Reason) -> Intent:
    return Intent(Action.AUTO, reason, floor=_floor(max(options.least_soc, options.reserve)))


def _floor(soc: float) -> float | None:
    return soc or None
