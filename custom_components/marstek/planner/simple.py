"""The simple strategy: AUTO by day; by night hold, or charge before a day that is dear.

It needs no forecast: the ladder of docs/policy.md section 2 without load and PV history.
"""

from datetime import datetime, timedelta, tzinfo
from typing import Final

from ..tempo import Colour
from .expectation import Expectation
from .full_charge import full_charge, with_full_charge
from .model import Action, Context, Night, Options, Reason, Timeline
from .overrides import overridden
from .peak_reserve import peak_reserve, rules_reserved, with_reserve
from .spans import Intent, Span, cut
from .windows import (
    PriceWindow,
    auto_intent,
    guarded,
    parts_of,
    peak_intent,
    sun_intent,
    unless_reached,
    windows_of,
    within,
)

_NIGHT_LENGTH: Final = timedelta(hours=12)


def plan_simple(context: Context) -> Timeline:
    """Return the steps of all batteries from now to the end of the periods.

    Expected states of charge are given for hours in which no house is served. What AUTO leaves
    behind after more than half an hour is unknown: batteries count as empty for the charge that
    follows, so that its power is never too low, and what it brings is what there is at least.
    """
    zone = context.now.tzinfo
    windows = windows_of(context.periods)
    parts = [(window, part) for window in windows for part in parts_of(window, zone)]
    tonight = _tonight([part for _, part in parts], zone)
    spans = [
        Span(period.start, period.end, peak_intent(context.options))
        for period in context.periods
        if not period.is_off_peak
    ]
    for window, part in parts:
        is_tonight = tonight is not None and part.start < tonight + _NIGHT_LENGTH
        night = _night(context, part, is_tonight=is_tonight)
        spans.extend(within(guarded(window, night, context.options), part.start, part.end))
    spans.sort(key=lambda span: span.start)
    bounds = [context.moment, *(period.start for period in context.periods)]
    planned = [span for span in cut(spans, bounds) if span.end > context.moment]
    filled = with_full_charge(full_charge(context), context, planned)
    reserve, expectation = peak_reserve(context), Expectation(context)
    kept = with_reserve(reserve, filled, lambda: expectation.bank)
    reserved = rules_reserved(reserve, overridden(context, kept))
    return Timeline(expectation.with_sent([expectation.step(span) for span in reserved]))


def _tonight(windows: list[PriceWindow], zone: tzinfo | None) -> datetime | None:
    """Return when the night starts that runs or comes next."""
    return next((window.start for window in windows if not window.is_by_day(zone)), None)


def _night(context: Context, window: PriceWindow, *, is_tonight: bool) -> Intent:
    """Return what an off-peak window is for."""
    if not context.batteries:
        return Intent(Action.HOLD, Reason.NO_BATTERIES)
    intent = _preparation(context.options, window)
    if intent is None:
        return _ordinary(context, window, is_tonight=is_tonight)
    return unless_reached(context, window, intent)


def _preparation(options: Options, window: PriceWindow) -> Intent | None:
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


def _ordinary(context: Context, window: PriceWindow, *, is_tonight: bool) -> Intent:
    """Return what happens in a window that need not prepare anything."""
    options = context.options
    if options.night is Night.CHARGE and not window.goes_on:
        charge = Intent(Action.CHARGE, Reason.OWNER_CHARGE, target=options.most_soc)
        return unless_reached(context, window, charge)
    if options.night is Night.AUTO:
        return auto_intent(options, Reason.OWNER_AUTO)
    if options.has_pv and window.is_by_day(context.now.tzinfo):
        return sun_intent(options, Reason.SOLAR_NOON)
    if options.has_pv and is_tonight and context.was_full:
        return auto_intent(options, Reason.SOLAR_NIGHT)
    following = window.following
    if following is not None and following.day is not None and following.colour is None:
        return Intent(Action.HOLD, Reason.NO_COLOUR)
    return Intent(Action.HOLD, Reason.CHEAP_NIGHT)
