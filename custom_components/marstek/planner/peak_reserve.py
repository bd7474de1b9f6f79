"""Reserve in the batteries for peaks that are billed and expected.

In AUTO batteries serve whatever the house draws, so that they may be empty by the evening whose oven
makes the peak of the month. Levels are lower bounds for hours before such a peak: they are taken
from what the house usually draws, half of the expected sun, and what can still be charged in cheap
hours. In the hours of a peak itself, all that is stored may serve.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import groupby
from math import ceil
from typing import Final

from .bank import Bank
from .forecast import Energies
from .model import Action, BatteryState, Context, Override, Period, Reason
from .phases import most_charge, unloaded
from .spans import Intent, Span, cut
from .windows import has_peak_hours, likely_price, windows_of, with_cheap_hours

_HOUR: Final = timedelta(hours=1)
# Shares of the expected sun that there is at least, and at most.
_LEAST_SUN: Final = 0.5
_MOST_SUN: Final = 1.5
# A battery that is held at a floor loses some of it, and is not to be charged for that.
_FLOOR_ABOVE: Final = 3.0
# Cheap hours are chosen for so much more than is missing: the house may draw more in them.
_SPARE: Final = 1.3
# Less of what can be stored than this share is not worth a command.
_LEAST_KEPT: Final = 0.03
_FULL: Final = 100.0
_LEFT_ALONE: Final = (Reason.START_GUARD, Reason.FULL_CHARGE, Reason.NO_BATTERIES)


class _Kind(Enum):
    """What an hour means for the reserve of the hours before it."""

    PEAK = auto()
    """A peak is expected in it."""
    SUN = auto()
    """The sun may charge the batteries: none is held at a floor."""
    CHEAP = auto()
    """Batteries may charge in it."""
    RED = auto()
    """A red day, or one that may be red, and the night before it: these have rules of their own."""
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class ReservePart:
    """Reserve of a time; moments in UTC."""

    start: datetime
    end: datetime
    level: float
    """State of charge in %, 0..100, that is kept in each battery; 0: none."""
    expected: int
    """W of the house in the hour of the peak that it is for, 0 without one."""
    is_charged: bool
    """Whether batteries below the level are charged up to it."""


@dataclass(frozen=True, slots=True)
class _ForecastHour:
    """Part of an hour within one period; energies in kWh."""

    start: datetime
    end: datetime
    kind: _Kind
    price: float
    load: float
    """Of the house beyond the least sun, negative where that gives more."""

    @property
    def hours(self) -> float:
        return (self.end - self.start) / _HOUR

    @property
    def power(self) -> float:
        """Return the W that the house draws, negative where it feeds in."""
        return 1000 * self.load / self.hours


def peak_reserve(context: Context) -> tuple[ReservePart, ...]:
    """Return the reserve of all hours that are forecast, in order.

    Empty where no peaks are billed, none is expected, or nothing could be kept.
    """
    house = context.house
    if house is None or house.peak_near is None or context.forecast is None:
        return ()
    # What batteries hold now does not matter, what they could hold does.
    batteries = [replace(each, soc=each.soc_or_empty) for each in context.batteries]
    bank = Bank.of(batteries, context.options)
    slices = list(_slices(context, Energies.of(context.forecast), house.peak_near))
    if bank is None or not any(each.kind is _Kind.PEAK for each in slices):
        return ()
    most = min(bank.preferred_charge, most_charge(unloaded(house), batteries) / 1000)
    room = house.peak_limit or 0
    parts: list[ReservePart] = []
    kept, expected = 0.0, 0
    stretches = [list(group) for _, group in groupby(slices, key=lambda each: each.kind)]
    for stretch in reversed(stretches):
        parts.extend(reversed(_parts(stretch, bank, kept, expected, most, room)))
        if stretch[0].kind is _Kind.PEAK:
            expected = round(max(each.power for each in stretch))
        kept = min(bank.capacity, max(0.0, _before(stretch, bank, kept, most, room)))
    return tuple(_merged(reversed(parts)))


def with_reserve(
    reserve: Sequence[ReservePart],
    spans: Iterable[Span],
    batteries: Callable[[], Sequence[BatteryState]],
) -> Iterator[Span]:
    """Yield planned spans in which the reserve is kept.

    `batteries` gives them as they will be at the start of the span that is asked for.
    """
    for span, part in _with_parts(reserve, spans):
        if part is None or span.intent.reason in _LEFT_ALONE:
            yield span
        else:
            yield replace(span, intent=_keeping(span.intent, part, batteries()))


def rules_reserved(reserve: Sequence[ReservePart], spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans whose own rules discharge no battery below the reserve.

    What a person has just chosen is left as it is.
    """
    for span, part in _with_parts(reserve, spans):
        if part is None:
            yield span
            continue
        intent = span.intent
        exceptions = tuple(_rule_keeping(each, part) for each in intent.exceptions)
        if exceptions != intent.exceptions:
            intent = replace(intent, exceptions=exceptions)
        if intent.reason is Reason.RULE:
            intent = _floored(intent, part)
        yield replace(span, intent=intent)


def _with_parts(
    reserve: Sequence[ReservePart], spans: Iterable[Span]
) -> Iterator[tuple[Span, ReservePart | None]]:
    """Yield spans, cut where the reserve changes, with their part of it; None where nothing is kept."""
    if not reserve:
        yield from ((span, None) for span in spans)
        return
    for span in cut(spans, [part.start for part in reserve] + [reserve[-1].end]):
        part = next((each for each in reserve if each.start <= span.start < each.end), None)
        yield span, None if part is None or part.level <= 0 else part


def _keeping(intent: Intent, part: ReservePart, batteries: Sequence[BatteryState]) -> Intent:
    """Return an intent that keeps the reserve, or charges up to it."""
    target = intent.target or 0.0
    is_raised = intent.action is Action.CHARGE and target < part.level
    if is_raised or (part.is_charged and _has_to_charge(intent, part, batteries)):
        return Intent(
            Action.CHARGE,
            Reason.PEAK_EXPECTED,
            target=part.level,
            battery_power=intent.battery_power,
            figures={"expected": part.expected},
        )
    floored = _floored(intent, part)
    if floored is intent:
        return intent
    return replace(floored, reason=Reason.PEAK_EXPECTED, figures={"expected": part.expected})


def _has_to_charge(intent: Intent, part: ReservePart, batteries: Sequence[BatteryState]) -> bool:
    """Tell whether a battery holds less than is kept; an unknown one only where it is to stand still."""
    if intent.action not in (Action.HOLD, Action.AUTO):
        return False
    unknown = 0.0 if intent.action is Action.HOLD else _FULL
    socs = (each.soc for each in batteries if not each.is_complete)
    return any((unknown if soc is None else soc) < part.level for soc in socs)


def _floored(intent: Intent, part: ReservePart) -> Intent:
    """Return an intent with the reserve as its floor, itself where its own is no lower."""
    floor = _floor(part)
    serves = intent.action in (Action.AUTO, Action.DISCHARGE)
    if not serves or (intent.floor or 0.0) >= floor:
        return intent
    return replace(intent, floor=floor, figures=dict(intent.figures) | {"expected": part.expected})


def _rule_keeping(override: Override, part: ReservePart) -> Override:
    serves = override.action in (Action.AUTO, Action.DISCHARGE)
    if override.rule is None or not serves:
        return override
    return replace(override, floor=max(override.floor or 0.0, _floor(part)))


def _floor(part: ReservePart) -> float:
    return min(_FULL, part.level + _FLOOR_ABOVE)


def _parts(
    stretch: list[_ForecastHour], bank: Bank, kept: float, expected: int, most: float, room: int
) -> list[ReservePart]:
    """Return the parts of hours of one kind at whose end `kept` kWh are to be stored."""
    is_worth_it = kept >= _LEAST_KEPT * bank.capacity
    is_kept = is_worth_it and stretch[0].kind in (_Kind.CHEAP, _Kind.OTHER)
    # In whole %, or a plan would differ from the last one by nothing.
    wanted = min(bank.soc_with(bank.capacity), float(ceil(bank.soc_with(kept))))
    level = wanted if is_kept else 0.0
    dearest = _dearest(stretch, bank, kept, most, room)
    is_cheap = stretch[0].kind is _Kind.CHEAP
    return [
        ReservePart(
            each.start,
            each.end,
            level,
            expected if level else 0,
            is_charged=level > 0 and is_cheap and each.price <= dearest,
        )
        for each in stretch
    ]


def _before(stretch: list[_ForecastHour], bank: Bank, kept: float, most: float, room: int) -> float:
    """Return the kWh to be stored before hours of one kind, at whose end `kept` are to be."""
    match stretch[0].kind:
        case _Kind.PEAK:
            served = sum(
                max(0.0, min(each.load, bank.most_discharge * each.hours)) for each in stretch
            )
            return kept + served / bank.discharge_efficiency
        case _Kind.SUN:
            surplus = sum(max(0.0, -each.load) for each in stretch)
            return kept - surplus * bank.charge_efficiency
        case _Kind.CHEAP:
            return kept - sum(_charged(each, bank, most, room) for each in stretch)
        case _Kind.RED:
            return 0.0
        case _Kind.OTHER:
            return kept


def _charged(part: _ForecastHour, bank: Bank, most: float, room: int) -> float:
    """Return the kWh that can be charged in an hour without a new peak."""
    power = min(most, max(0.0, room - max(0.0, part.power)) / 1000)
    return power * part.hours * bank.charge_efficiency


def _dearest(
    stretch: list[_ForecastHour], bank: Bank, kept: float, most: float, room: int
) -> float:
    """Return the highest price in EUR/kWh of the hours that suffice to charge `kept` kWh."""
    missing = _SPARE * kept
    by_price = sorted(stretch, key=lambda each: each.price)
    for part in by_price:
        missing -= _charged(part, bank, most, room)
        if missing <= 0:
            return part.price
    return by_price[-1].price


def _merged(parts: Iterable[ReservePart]) -> Iterator[ReservePart]:
    """Yield parts in order, neighbours that are the same as one."""
    for _, same in groupby(parts, key=lambda each: (each.level, each.expected, each.is_charged)):
        first, *others = same
        yield replace(first, end=others[-1].end) if others else first


def _slices(context: Context, energies: Energies, near: int) -> Iterator[_ForecastHour]:
    """Yield the hours from now on as far as they are forecast, cut where periods and guards are."""
    has_guards = has_peak_hours(context.periods)
    periods = context.periods if has_guards else with_cheap_hours(context.periods)
    charging = list(_charging_hours(context, has_guards=has_guards))
    red = [
        (window.start, window.end)
        for window in windows_of(context.periods)
        if window.following is not None and window.following.may_be_red
    ]
    is_blind = context.options.has_pv and energies.pv_until[-1] <= 0
    guards = [bound for hours in charging for bound in hours]
    for period in periods:
        for start, end in _hours(period, context.moment, guards):
            if not energies.covers(start.timestamp(), end.timestamp()):
                return
            load, pv = energies.between(start.timestamp(), end.timestamp())
            net = load - _LEAST_SUN * pv
            is_dear = not period.is_off_peak
            if any(first <= start < last for first, last in red) or (is_dear and period.may_be_red):
                kind = _Kind.RED
            elif 1000 * net / ((end - start) / _HOUR) >= near:
                kind = _Kind.PEAK
            elif _MOST_SUN * pv > load or (is_blind and is_dear):
                kind = _Kind.SUN
            elif not is_dear and any(first <= start < last for first, last in charging):
                kind = _Kind.CHEAP
            else:
                kind = _Kind.OTHER
            yield _ForecastHour(start, end, kind, likely_price(period) or 0.0, net)


def _charging_hours(context: Context, *, has_guards: bool) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times in which the plan may charge, between the guards of off-peak windows."""
    options = context.options
    for window in windows_of(context.periods):
        start, end = window.start, window.end
        if has_guards:
            start, end = start + options.start_guard, end - options.end_guard
        if start < end:
            yield start, end


def _hours(
    period: Period, now: datetime, guards: Iterable[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the clock hours of what is left of a period."""
    start = max(period.start, now)
    bounds = sorted(bound for bound in guards if start < bound < period.end)
    while start < period.end:
        hour = start.replace(minute=0, second=0, microsecond=0) + _HOUR
        end = min([hour, period.end, *(bound for bound in bounds if bound > start)])
        yield start, end
        start = end
