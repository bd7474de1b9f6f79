"""The optimised strategy: stored energy is used where it saves most (docs/policy.md section 5).

By day AUTO, always. By night, and in any hours that count as off-peak: charge as far as a kWh will
save more than it costs, serve the house down to where it will save more later, hold what is left.
So it is in middle hours, which are neither off-peak nor the dearest of their day. Where the owner
sells, what earns more in the grid than it would save later is fed in, at any hour. Without
forecast, prices or states of charge the simple strategy decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Final

from ..tempo import Colour
from .bank import PREFERRED_POWER
from .beliefs import Basis, Beliefs
from .expectation import Expectation
from .full_charge import full_charge, with_full_charge
from .model import Action, Context, Figure, Options, Period, Reason, Step, Timeline
from .outlook import Outlook, PriceRun, look_out
from .overrides import overridden, sold_until
from .peak_reserve import peak_reserve, rules_reserved, with_reserve
from .run_values import RunValue, judge
from .sale import Sale, sale_of
from .simple import plan_simple
from .spans import Intent, Span, cut
from .steady import steadied
from .windows import (
    PriceWindow,
    auto_intent,
    by_the_hour,
    guarded,
    has_peak_hours,
    likely_price,
    peak_intent,
    sun_intent,
    unless_reached,
    windows_of,
    with_cheap_hours,
    with_middle_hours,
    within,
)

_SPARE: Final = 1.15
_DAY: Final = timedelta(days=1)


def plan_optimised(context: Context) -> Timeline:
    """Return the steps of all batteries from now to the end of the periods.

    The plan says what it was made for: `Timeline.beliefs`.
    """
    periods = with_middle_hours(by_the_hour(context))
    outlook = look_out(replace(context, periods=periods))
    if isinstance(outlook, Basis):
        return _plan_without(context, outlook)
    known = tuple(battery for battery in context.batteries if battery.soc is not None)
    unknown = tuple(battery for battery in context.batteries if battery.soc is None)
    planner = _Planner(replace(context, batteries=known), outlook)
    steps = [step for run in outlook.runs for step in planner.steps(run)]
    steady = steadied(steps, context, outlook, planner.floor_of)
    steps = planner.expectation.instead(steps, steady)
    sent = planner.expectation.with_sent(steps, unknown)
    return Timeline((*sent, *_beyond(context, outlook)), planner.beliefs)


class _Planner:
    """Goes through the runs with the batteries as they will be."""

    def __init__(self, context: Context, outlook: Outlook) -> None:
        """Begin now."""
        self.beliefs: Beliefs | None = None
        self.context = context
        self._outlook = outlook
        self._windows = windows_of(context.periods)
        self._middle_windows = windows_of(with_middle_hours(context.periods))
        # Without peak hours nobody's clock switches between tariffs.
        self._has_guards = has_peak_hours(context.periods)
        self._full_charge = full_charge(context)
        self._reserve = peak_reserve(context)
        self.expectation = Expectation(context, outlook.energies)

    def steps(self, run: PriceRun) -> Iterator[Step]:
        """Yield the steps of a run, with overrides in their place."""
        context, bank = self.context, self._outlook.bank
        soc = self.expectation.soc
        run_value = judge(self._outlook, run, bank.stored_at(0.0 if soc is None else soc))
        is_cheap = run.is_off_peak and not _is_middle(run)
        if self.beliefs is None and (is_cheap or run is self._outlook.runs[-1]):
            self.beliefs = _believed(context, self._outlook, self._windows, run_value)
        bounds = [context.moment, *(period.start for period in run.periods)]
        spans = sorted(self._spans(run, run_value), key=lambda span: span.start)
        planned = [span for span in cut(spans, bounds) if span.end > context.moment]
        filled = with_full_charge(self._full_charge, context, planned)
        kept = with_reserve(self._reserve, filled, lambda: self.expectation.bank)
        for span in rules_reserved(self._reserve, overridden(context, kept)):
            yield self.expectation.step(span)

    def _spans(self, run: PriceRun, run_value: RunValue) -> Iterator[Span]:
        """Yield what a run is for: a sale, if one pays, comes first."""
        sale = self._sale(run, run_value)
        until = run.start if sale is None else min(run.end, run.start + sale.length)
        until = sold_until(self.context.overrides, run.start, until)
        if sale is None or until <= run.start:
            yield from self._unsold(run, run_value)
            return
        yield Span(run.start, until, self._selling(sale))
        yield from within(self._unsold(run, run_value), until, run.end)

    def _sale(self, run: PriceRun, run_value: RunValue) -> Sale | None:
        """Return what to sell in a run; never in one that charges, nor instead of storing the sun."""
        is_charge = run.is_off_peak and run_value.has_to_charge
        if is_charge or run_value.is_sunny:
            return None
        return sale_of(self._outlook, run, run_value.stored)

    def _selling(self, sale: Sale) -> Intent:
        floor = self._outlook.bank.soc_with(sale.floor)
        figures: dict[str, Figure] = {
            "value": round(sale.value, 4),
            "worth_now": round(sale.worth_now, 4),
        }
        return Intent(
            Action.DISCHARGE,
            Reason.SALE,
            floor=float(ceil(floor)),
            power=round(1000 * self._outlook.bank.most_sale),
            figures=figures,
        )

    def _unsold(self, run: PriceRun, run_value: RunValue) -> Iterator[Span]:
        if not run.is_off_peak:
            yield Span(run.start, run.end, peak_intent(self.context.options))
            return
        windows = self._middle_windows if _is_middle(run) else self._windows
        window = next(w for w in windows if w.start <= run.start < w.end)
        for span in self._intents(run, run_value, window):
            if self._has_guards:
                guards = guarded(window, span.intent, self._guards_of(window))
                yield from within(guards, span.start, span.end)
            else:
                yield span

    def _guards_of(self, window: PriceWindow) -> Options:
        """Return the options with the guards of a window: no hold ends for minutes after middle hours."""
        options = self.context.options
        if any(each.start == window.start for each in self._middle_windows):
            return options
        return replace(options, start_guard=timedelta(0))

    def _intents(self, run: PriceRun, run_value: RunValue, window: PriceWindow) -> Iterator[Span]:
        """Yield what an off-peak run is for, without guards."""
        intent = self._intent(run, run_value, window)
        if run is self._outlook.runs[0] and intent.action is Action.CHARGE:
            intent = unless_reached(self.context, window, intent)
        if run.sun is None or not (run_value.is_sunny or run_value.is_export):
            yield Span(run.start, run.end, intent)
            return
        since, until = run.sun
        if intent.action is Action.CHARGE:
            bank = self._outlook.bank
            hours = _SPARE * run_value.need / bank.charge_efficiency / bank.preferred_charge
            since = min(run.end, max(since, run.start + timedelta(hours=hours)))
            until = max(since, until)
        sunny = (
            _exporting(run_value)
            if run_value.is_export
            else sun_intent(self.context.options, Reason.SUN_EXPECTED)
        )
        for start, end, each in (
            (run.start, since, intent),
            (since, until, sunny),
            (until, run.end, self._kept(run, run_value)),
        ):
            if start < end:
                yield Span(start, end, each)

    def floor_of(self, run: PriceRun) -> float | None:
        """Return the owner's floor of AUTO in a run; in middle hours it is that of peak hours."""
        options = self.context.options
        if _is_middle(run):
            return peak_intent(options).floor
        return auto_intent(options, Reason.NOW_WORTH_MORE).floor

    def _intent(self, run: PriceRun, run_value: RunValue, window: PriceWindow) -> Intent:
        if run_value.has_to_charge:
            return self._charge(run_value, window)
        if run_value.may_serve:
            floor = self.floor_of(run)
            figures: dict[str, Figure] = {
                "value": round(run_value.value, 4),
                "worth_now": round(run_value.worth_now, 4),
            }
            if run_value.floor > 0:
                wanted = float(round(self._outlook.bank.soc_with(run_value.floor)))
                floor = figures["floor"] = max(wanted, floor or 0.0)
            return Intent(Action.AUTO, Reason.NOW_WORTH_MORE, floor=floor, figures=figures)
        return self._kept(run, run_value)

    def _kept(self, run: PriceRun, run_value: RunValue) -> Intent:
        # Only a night has a target that its owner knows: other hours may hold without any charge.
        is_night = self._has_guards and not _is_middle(run)
        if run_value.is_charged and is_night:
            return Intent(Action.HOLD, Reason.TARGET_REACHED, target=self._target(run_value.target))
        return Intent(
            Action.HOLD,
            Reason.LATER_WORTH_MORE,
            figures={
                "value": round(run_value.value, 4),
                "worth_now": round(run_value.worth_now, 4),
            },
        )

    def _charge(self, run_value: RunValue, window: PriceWindow) -> Intent:
        options = self.context.options
        figures: dict[str, Figure] = {
            "value": round(run_value.value, 4),
            "cost": round(run_value.cost, 4),
        }
        charge = Intent(
            Action.CHARGE,
            Reason.LATER_WORTH_COST,
            target=self._target(run_value.target - run_value.sun),
            battery_power=PREFERRED_POWER,
            figures=figures,
        )
        following = window.following
        if following is None:
            return charge
        if following.may_be_red:
            is_red = following.colour is Colour.RED
            reason = Reason.RED_TOMORROW if is_red else Reason.RED_POSSIBLE
            power = PREFERRED_POWER if options.red_power is None else options.red_power
            return replace(charge, reason=reason, colour=Colour.RED, battery_power=power)
        if following.colour is Colour.WHITE:
            return replace(charge, reason=Reason.WHITE_TOMORROW, colour=Colour.WHITE)
        return charge

    def _target(self, stored: float) -> float:
        """Return the state of charge in % with so many kWh above the bottom."""
        return min(float(round(self._outlook.bank.soc_with(stored))), self.context.options.most_soc)


def _is_middle(run: PriceRun) -> bool:
    return run.periods[0].is_middle


def _exporting(run_value: RunValue) -> Intent:
    """Return the intent of hours whose sun is fed in."""
    figures = {"value": round(run_value.value, 4), "worth_now": round(run_value.export, 4)}
    return Intent(Action.HOLD, Reason.EXPORT_WORTH_MORE, figures=figures)


def _believed(
    context: Context, outlook: Outlook, windows: Sequence[PriceWindow], run_value: RunValue
) -> Beliefs:
    """Return what the plan assumes for the run of a value."""
    bank = outlook.bank
    night, day = _night_and_day(context, outlook.runs, windows)
    return Beliefs(
        Basis.WATER_VALUE,
        night_start=night[0].start if night else None,
        night_end=night[-1].end if night else None,
        load_tonight=1000 * sum(run.load for run in night) if night else None,
        load_tomorrow=1000 * sum(run.load for run in day) if day else None,
        pv_tomorrow=1000 * sum(run.pv for run in day) if day else None,
        value=run_value.value,
        cost=run_value.cost,
        worth_now=run_value.worth_now,
        target=bank.soc_with(run_value.target) if run_value.target > 0 else None,
        floor=bank.soc_with(run_value.floor) if run_value.floor > 0 else None,
    )


def _night_and_day(
    context: Context, runs: Sequence[PriceRun], windows: Sequence[PriceWindow]
) -> tuple[list[PriceRun], list[PriceRun]]:
    """Return the runs of the night that comes or runs, and those of the day after it."""
    if all(run.is_off_peak for run in runs):
        today = context.now.date()
        dates = [(run, run.start.astimezone(context.now.tzinfo).date()) for run in runs]
        return (
            [run for run, day in dates if day == today],
            [run for run, day in dates if day == today + _DAY],
        )
    if not windows:
        return [], []
    start, end = windows[0].start, windows[0].end
    following = windows[1].start if len(windows) > 1 else runs[-1].end
    return (
        [run for run in runs if run.end > start and run.end <= end],
        [run for run in runs if run.start >= end and run.end <= following],
    )


def _beyond(context: Context, outlook: Outlook) -> tuple[Step, ...]:
    """Return the simple strategy's steps for what lies beyond the horizon."""
    end = outlook.runs[-1].end
    rest = tuple(period for period in context.periods if period.end > end)
    if not rest:
        return ()
    # A full charge is one of the hours before.
    unknown = tuple(
        replace(each, soc=None, is_complete=False, full_due=None) for each in context.batteries
    )
    now = end.astimezone(context.now.tzinfo)
    later = replace(context, now=now, periods=rest, batteries=unknown, was_full=None)
    return _plan_simple(later).steps


def _plan_simple(context: Context) -> Timeline:
    """Return the plan of the simple strategy, in the words of prices that change with the hour."""
    if has_peak_hours(context.periods) or not _is_by_price(context.periods):
        return plan_simple(context)
    # Nobody's clock switches between tariffs.
    options = replace(context.options, start_guard=timedelta(0), end_guard=timedelta(0))
    periods = with_cheap_hours(context.periods)
    plan = plan_simple(replace(context, options=options, periods=periods))
    return replace(plan, steps=tuple(map(_by_price, plan.steps)))


def _is_by_price(periods: tuple[Period, ...]) -> bool:
    """Tell whether prices without colours tell dear hours from cheap ones.

    A night whose colour is still unknown has guards, whatever follows it.
    """
    is_known = any(likely_price(period) is not None for period in periods)
    return is_known and all(period.colour is None and not period.can_be_red for period in periods)


def _by_price(step: Step) -> Step:
    is_peak = step.reason is Reason.PEAK_HOURS
    return replace(step, reason=Reason.DEAR_HOURS) if is_peak else step


def _plan_without(context: Context, basis: Basis) -> Timeline:
    """Return the plan of the simple strategy, for want of something."""
    was_full = None if basis is Basis.NO_SOC else context.was_full
    plan = _plan_simple(replace(context, was_full=was_full))
    return replace(plan, beliefs=Beliefs(basis))
