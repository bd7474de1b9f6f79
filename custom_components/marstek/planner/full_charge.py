"""Full charge of the batteries that are due, in hours that are cheap and never before a red day.

The cells of a battery are balanced while it is full, which some homes see for weeks only in part.
Such a charge saves nothing by itself: it waits for a cheap night, and for the sun where that is
likely to do it, but not for longer than some days.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from ..tempo import Colour
from .bank import PREFERRED_POWER
from .energy import energy_to
from .forecast import Energies
from .model import Action, BatteryState, Context, Due, Period, Reason
from .phases import most_charge, unloaded
from .spans import Intent, Span, cut
from .windows import PriceWindow, windows_of

KEPT_FOR: Final = timedelta(hours=1)
"""How long a battery stands full for its cells to be balanced."""

FULL: Final = 100.0

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
# So long after it is due a charge waits for a cheaper night.
_PATIENCE: Final = timedelta(days=3)
# A battery that got full in a night is still so in the morning after it: so long after a night it
# may be due to be charged in that night, or the interval would grow by a day.
_MORNING: Final = timedelta(hours=6)
# A window that lasts longer is charged in for some hours of it only.
_LONGEST: Final = timedelta(hours=18)
# Factors on the hours that a charge takes, and on the energy that the sun has to give.
_SPARE: Final = 1.15
_SUN_MARGIN: Final = 1.5
_MOST: Final = timedelta(hours=12)
_UNKNOWN_PRICE: Final = 1000.0


@dataclass(frozen=True, slots=True)
class FullCharge:
    """Hours of a full charge, kept in UTC, and the batteries that it is for."""

    start: datetime
    end: datetime
    """When charging is over."""
    until: datetime
    """Until when the batteries stand full, `KEPT_FOR` after `end` or later."""
    batteries: frozenset[str]
    """Ids."""


@dataclass(frozen=True, slots=True)
class _Option:
    """Hours in which batteries could be charged."""

    start: datetime
    end: datetime
    until: datetime
    price: float
    """Mean in EUR/kWh."""
    fits: bool
    """Whether batteries get full in them from what they hold now."""
    is_cheap: bool
    """Whether its night is no white or red one."""
    last_due: datetime
    """Who is due until then is charged in them."""

    @property
    def rank(self) -> tuple[bool, float, datetime]:
        return not self.fits, round(self.price, 4), self.start


def full_charge(context: Context) -> FullCharge | None:
    """Return the full charge that runs or comes next in the periods given, None without one.

    It is never in peak hours, nor in the night before a day that is or may be red: such a night
    keeps its own charge.
    """
    due = _due_batteries(context)
    if not due:
        return None
    since = min(_due(battery) for battery in due)
    soon = [each for each in due if _due(each) <= since + _DAY]
    options = [each for each in _options(context, soon) if each.last_due >= since]
    if context.filling_since is None:
        chosen = _chosen(context, options, since)
    else:
        # One that has begun is not put off, and ends before the next one is planned.
        chosen = next((o for o in options if o.start <= context.moment < o.until), None)
    if chosen is None:
        return None
    batteries = frozenset(each.id for each in due if _due(each) <= chosen.last_due)
    return FullCharge(chosen.start, chosen.end, chosen.until, batteries)


def with_full_charge(
    charge: FullCharge | None, context: Context, spans: Iterable[Span]
) -> Iterator[Span]:
    """Yield spans in which a full charge has replaced what was planned."""
    if charge is None:
        yield from spans
        return
    for span in cut(spans, (charge.start, charge.end, charge.until)):
        if charge.start <= span.start < charge.until:
            yield replace(span, intent=_intent(charge, context, span))
        else:
            yield span


def _due_batteries(context: Context) -> list[BatteryState]:
    """Return those that are due and whose state of charge is known.

    A charge that runs goes on while none of them answers: the silence may soon be over.
    """
    due = [each for each in context.batteries if each.full_due]
    known = [each for each in due if each.soc is not None]
    return known if known or context.filling_since is None else due


def _due(battery: BatteryState) -> datetime:
    return battery.full_due or datetime.max.replace(tzinfo=UTC)


def _chosen(context: Context, options: Sequence[_Option], since: datetime) -> _Option | None:
    """Return the best hours, None where it is better to wait for others or for the sun."""
    last = since + _PATIENCE
    open_yet = [each for each in options if each.end - max(each.start, context.moment) >= _HOUR]
    in_time = [each for each in open_yet if each.start <= last]
    best = min(in_time or open_yet[:1], key=lambda each: each.rank, default=None)
    if best is None:
        return None
    is_first = best.start < since + _DAY
    if is_first and _sun_is_likely(context):
        return None
    may_wait = not best.is_cheap and best.start + _DAY <= last
    return None if may_wait else best


def _options(context: Context, due: Sequence[BatteryState]) -> Iterator[_Option]:
    """Yield hours that are allowed, in order."""
    # A period of a day is one of Tempo, whose peak hours may lie beyond the periods given.
    has_peaks = any(not each.is_off_peak or each.day is not None for each in context.periods)
    hours = _hours(context, due)
    for window in windows_of(context.periods):
        following = window.following
        is_unknown = has_peaks and following is None
        if is_unknown or (following is not None and following.may_be_red):
            continue
        start, end = window.start, window.end - KEPT_FOR
        if has_peaks:
            start += context.options.start_guard
            end = window.end - max(context.options.end_guard, KEPT_FOR)
        if end - start >= _HOUR:
            yield from _within(context, window, start, end, hours)


def _within(
    context: Context, window: PriceWindow, start: datetime, end: datetime, hours: timedelta
) -> Iterator[_Option]:
    """Yield a whole night of one price, else blocks of hours that are long enough."""
    length = _SPARE * hours
    fits = length <= end - start
    running = context.filling_since
    is_running = running is not None and window.start <= context.moment < window.end
    is_night = window.end - window.start <= _LONGEST and _is_of_one_price(window.periods)
    if is_night or not (fits or is_running):
        option = _option(window, start, end, window.end, fits=fits)
        yield replace(option, last_due=window.end + _MORNING) if is_night else option
        return
    if running is not None and is_running:
        # What is left of it; it may have begun before the periods that are given.
        last = min(_end_of_hour(context.moment + length), end, running + _MOST)
        yield _option(window, running, last, last + KEPT_FOR, fits=True)
        return
    first = max(start, _hour_of(context.moment))
    while (last := _end_of_hour(first + length)) <= end:
        option = _option(window, first, last, last + KEPT_FOR, fits=True)
        # Within a block charging begins at once.
        yield replace(option, price=_mean_price(window.periods, first, first + hours))
        first = _hour_of(first) + _HOUR


def _option(
    window: PriceWindow, start: datetime, end: datetime, until: datetime, *, fits: bool
) -> _Option:
    price = _mean_price(window.periods, start, end)
    colours = {period.colour for period in window.periods}
    is_cheap = colours.isdisjoint((Colour.WHITE, Colour.RED))
    return _Option(start, end, until, price, fits, is_cheap, last_due=until)


def _hours(context: Context, due: Sequence[BatteryState]) -> timedelta:
    """Return how long it takes to fill these batteries from what they hold now."""
    begun = [replace(each, is_complete=False) for each in due]
    energy = sum(energy_to(each, FULL, context.options.efficiency) for each in begun)
    power = sum(min(PREFERRED_POWER, each.max_charge) for each in due)
    if context.house is not None:
        power = min(power, most_charge(unloaded(context.house), due))
    return min(_MOST, timedelta(hours=energy / power)) if power > 0 else _MOST


def _hour_of(moment: datetime) -> datetime:
    """Return when the hour of a moment begins: with it, bounds do not move with each look."""
    return moment.replace(minute=0, second=0, microsecond=0)


def _end_of_hour(moment: datetime) -> datetime:
    return _hour_of(moment + _HOUR - timedelta.resolution)


def _is_of_one_price(periods: Sequence[Period]) -> bool:
    return len({_price(period) for period in periods}) == 1


def _price(period: Period) -> float:
    price = period.expected_price if period.price is None else period.price
    return _UNKNOWN_PRICE if price is None else price


def _mean_price(periods: Sequence[Period], start: datetime, end: datetime) -> float:
    """Return the mean price of a time that lies within periods."""
    parts = [
        (_price(each), (min(each.end, end) - max(each.start, start)).total_seconds())
        for each in periods
        if each.start < end and each.end > start
    ]
    total = sum(seconds for _, seconds in parts)
    return sum(price * seconds for price, seconds in parts) / total if total else _UNKNOWN_PRICE


def _sun_is_likely(context: Context) -> bool:
    """Tell whether the sun of the next 24 hours fills all batteries, with a margin.

    It fills all at once, so that those which are not due have their share of it.
    """
    if context.forecast is None:
        return False
    energies = Energies.of(context.forecast)
    missing = sum(
        (FULL - each.soc_or_empty) / 100 * each.capacity / 1000 for each in context.batteries
    )
    surplus, start = 0.0, context.moment
    while start < context.moment + _DAY:
        bounds = start.timestamp(), (start + _HOUR).timestamp()
        if not energies.covers(*bounds):
            break
        load, pv = energies.between(*bounds)
        surplus += max(0.0, pv - load)
        start += _HOUR
    return surplus > 0 and surplus * context.options.charge_efficiency >= _SUN_MARGIN * missing


def _intent(charge: FullCharge, context: Context, span: Span) -> Intent:
    """Return the intent of a span within a full charge."""
    before = span.intent
    is_charging = before.action is Action.CHARGE
    if span.start >= charge.end or _is_reached(charge, context):
        # Of those that are not due some may have to charge on.
        hold = Intent(Action.HOLD, Reason.FULL_CHARGE, target=FULL)
        return before if is_charging else hold
    others = before.target if is_charging else None
    return Intent(
        Action.CHARGE,
        Reason.FULL_CHARGE,
        target=FULL,
        battery_power=before.battery_power,
        due=Due(charge.batteries, others),
    )


def _is_reached(charge: FullCharge, context: Context) -> bool:
    """Tell whether a charge runs, and none of its batteries takes more."""
    if context.moment < charge.start:
        return False
    mine = [each for each in context.batteries if each.id in charge.batteries]
    return all(each.is_complete or (each.soc is not None and each.soc >= FULL) for each in mine)
