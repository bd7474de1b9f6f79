"""Off-peak windows, and what guards their ends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from itertools import groupby
from statistics import median
from typing import Final, Protocol

from .model import Action, Context, Options, Period, Reason
from .moments import utc
from .spans import Intent, Span

# A window whose middle is between these hours is one in which the sun may shine.
_DAY_FROM: Final = 9
_DAY_UNTIL: Final = 18
# A window that lasts longer is a weekend or the like: it has nights and days of its own.
_LONGEST: Final = timedelta(hours=18)
# Between these hours of the clock there may be sun.
_CUT_FROM: Final = 6
_CUT_UNTIL: Final = 22
# Less than this is no part of its own.
_SHORTEST_PART: Final = timedelta(hours=3)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


class HasBounds(Protocol):
    """A span of time."""

    @property
    def start(self) -> datetime:
        """Return when it starts."""

    @property
    def end(self) -> datetime:
        """Return when it ends."""


@dataclass(frozen=True, slots=True)
class PriceWindow:
    """Off-peak periods in a row, and the peak period that they prepare."""

    periods: tuple[Period, ...]
    following: Period | None
    goes_on: bool = False
    """Whether it is only a part, and more off-peak hours follow: nothing has to be ready yet."""

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


def windows_of(periods: tuple[Period, ...]) -> list[PriceWindow]:
    """Return the off-peak windows in order."""
    runs = [tuple(run) for _, run in groupby(periods, key=lambda period: period.is_off_peak)]
    return [
        PriceWindow(run, following[0] if following else None)
        for run, following in zip(runs, [*runs[1:], ()], strict=True)
        if run[0].is_off_peak
    ]


def parts_of(window: PriceWindow, zone: tzinfo | None) -> list[PriceWindow]:
    """Return the nights and days of a window that lasts longer than a night."""
    if not is_long(window):
        return [window]
    bounds = [
        bound
        for bound in _turns(window, zone)
        if window.start + _SHORTEST_PART <= bound <= window.end - _SHORTEST_PART
    ]
    starts, ends = [window.start, *bounds], [*bounds, window.end]
    return [
        PriceWindow(
            periods=tuple(_clipped(window.periods, start, end)),
            following=window.following if end == window.end else None,
            goes_on=end < window.end,
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def _turns(window: PriceWindow, zone: tzinfo | None) -> Iterator[datetime]:
    """Yield when day and night begin from the day of a window's start on, in UTC."""
    day = window.start.astimezone(zone).date()
    while (midnight := datetime.combine(day, time(), zone)) < window.end:
        for hour in (_DAY_FROM, _DAY_UNTIL):
            yield utc(midnight.replace(hour=hour))
        day += _DAY


def _clipped(periods: tuple[Period, ...], start: datetime, end: datetime) -> Iterator[Period]:
    for period in periods:
        first, last = max(period.start, start), min(period.end, end)
        if first < last:
            yield replace(period, start=first, end=last)


def within(spans: Iterator[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """Yield the parts of spans that lie between two moments."""
    for span in spans:
        first, last = max(span.start, start), min(span.end, end)
        if first < last:
            yield Span(first, last, span.intent)


def peak_intent(options: Options) -> Intent:
    """Return the intent of peak hours: always AUTO (docs/policy.md section 1)."""
    # A battery that is held at a floor would miss the sun.
    floor = None if options.has_pv else floor_at(options.least_soc)
    return Intent(Action.AUTO, Reason.PEAK_HOURS, floor=floor)


def auto_intent(options: Options, reason: Reason) -> Intent:
    """Return AUTO in off-peak hours."""
    return Intent(Action.AUTO, reason, floor=floor_at(max(options.least_soc, options.reserve)))


def sun_intent(options: Options, reason: Reason) -> Intent:
    """Return AUTO in off-peak hours of which sun is expected: as in peak hours, none may miss it."""
    return replace(peak_intent(options), reason=reason)


def floor_at(soc: float) -> float | None:
    """Return a floor in %, None for the batteries' own."""
    return soc or None


def guarded(window: PriceWindow, intent: Intent, options: Options) -> Iterator[Span]:
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


def unless_reached(context: Context, window: PriceWindow, charge: Intent) -> Intent:
    """Return a charge, or HOLD in a running window in which all batteries have had it."""
    target = charge.target
    if target is None or context.moment < window.start + context.options.start_guard:
        return charge
    for battery in context.batteries:
        if not battery.is_complete and (battery.soc is None or battery.soc < target):
            return charge
    return Intent(Action.HOLD, Reason.TARGET_REACHED, target=target)


def has_peak_hours(periods: tuple[Period, ...]) -> bool:
    """Tell whether a tariff has hours of its own; False where prices change with the hour."""
    return not all(period.is_off_peak for period in periods)


def with_middle_hours(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """Return periods of which the middle ones count as off-peak too."""
    return tuple(replace(each, is_off_peak=True) if each.is_middle else each for each in periods)


def by_the_hour(context: Context) -> tuple[Period, ...]:
    """Return the periods to come with those that last through a day cut into hours of the clock.

    These are middle ones, peak ones where what is stored may be sold, and with PV the days of an
    off-peak window with nights and days, such as a weekend: what is right before the sun may be
    wrong after it. Where no hours are peak hours prices change all day, and nothing is cut.
    """
    periods, options = context.periods, context.options
    if not has_peak_hours(periods):
        return periods
    long = [each for each in windows_of(periods) if options.has_pv and is_long(each)]
    parts: list[Period] = []
    for each in periods:
        if each.is_middle or (options.sale_power and not each.is_off_peak):
            parts += _hours_of(each)
        elif any(each in window.periods for window in long):
            parts += _days_in_hours(each, context.now.tzinfo)
        else:
            parts.append(each)
    return tuple(part for part in parts if part.end > context.moment)


def is_long(window: HasBounds) -> bool:
    """Return whether off-peak hours last longer than a night: they have nights and days."""
    return window.end - window.start > _LONGEST


def _days_in_hours(period: Period, zone: tzinfo | None) -> Iterator[Period]:
    """Yield the hours by day of a period, and its nights as a whole."""
    night: Period | None = None
    for hour in _hours_of(period):
        if _CUT_FROM <= hour.start.astimezone(zone).hour < _CUT_UNTIL:
            if night is not None:
                yield night
            night = None
            yield hour
        else:
            start = hour.start if night is None else night.start
            night = replace(period, start=start, end=hour.end)
    if night is not None:
        yield night


def _hours_of(period: Period) -> Iterator[Period]:
    start = period.start
    while start < period.end:
        end = min(period.end, start.replace(minute=0, second=0, microsecond=0) + _HOUR)
        yield replace(period, start=start, end=end, is_by_itself=True)
        start = end


def with_cheap_hours(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    """Return periods of which the cheaper half counts as off-peak, all where no price is known."""
    prices = [price for period in periods if (price := likely_price(period)) is not None]
    if not prices:
        return periods
    middle = median(prices)
    return tuple(
        replace(period, is_off_peak=(price := likely_price(period)) is not None and price < middle)
        for period in periods
    )


def likely_price(period: Period) -> float | None:
    """Return the price of a period in EUR/kWh, known or expected; None when unknown."""
    return period.expected_price if period.price is None else period.price
