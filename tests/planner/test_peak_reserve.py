"""A reserve for expected peaks, in any home."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    Action,
    Context,
    House,
    Night,
    Options,
    Override,
    Period,
    Reason,
    Step,
    Strategy,
    Timeline,
    may_serve,
    plan_optimised,
    plan_simple,
    served_through,
    share,
)
from custom_components.marstek.planner.peak_reserve import ReservePart, peak_reserve
from custom_components.marstek.planner.phases import most_charge, unloaded
from tests.planner.any_home import contexts
from tests.planner.home import HOUR, bank, fixed, forecast, paris, sun
from tests.planner.test_optimised_properties import brief

both = pytest.mark.parametrize("strategy", [plan_simple, plan_optimised])
_NIGHT = [("22:00", "06:00")]


def _house(limit: int = 2500, power: float | None = 400.0, room: int | None = None) -> House:
    """Return a house whose limit is so many W of a quarter of an hour."""
    most = int(0.95 * limit)
    return House(9000, power, {}, most, most if room is None else room, int(0.75 * limit))


def _evening(hour: float) -> float:
    """Return the W of a house that cooks from 18 to 20."""
    return 2800.0 if 18 <= hour < 20 else 300.0


@st.composite
def peaky(draw: st.DrawFn) -> Context:
    """Return a home with peaks that are billed, and hours in which the house draws much."""
    context = draw(contexts(with_overrides=True))
    start, length = draw(st.integers(0, 23)), draw(st.integers(1, 8))
    limit = draw(st.integers(1000, 6000))
    high, low = limit * draw(st.floats(0.5, 2)), limit * draw(st.floats(0, 0.8))
    days = draw(st.integers(1, 5))
    light = sun(draw(st.sampled_from([0.0, 800.0, 5000.0])))

    def load(hour: float) -> float:
        return high if (hour - start) % 24 < length else low

    room = draw(st.integers(0, int(0.95 * limit)))
    power = draw(st.none() | st.floats(-3000, 9000))
    return replace(
        context,
        house=_house(limit, power, room),
        forecast=forecast(context.now, load, light, days=days),
    )


def _without(context: Context) -> Context:
    """Return the same home without any reserve, whose charges make no peak either."""
    assert context.house is not None
    return replace(context, house=replace(context.house, peak_near=None))


def _period(context: Context, step: Step) -> Period:
    return next(p for p in context.periods if p.start <= step.start < p.end)


def _level(reserve: Sequence[ReservePart], moment: datetime) -> float:
    return next((p.level for p in reserve if p.start <= moment < p.end), 0.0)


@brief
@given(peaky())
def test_no_more_is_kept_than_batteries_hold(context: Context) -> None:
    """Parts are in a row, and none is above what the owner lets be stored."""
    reserve = peak_reserve(context)
    assert all(before.end == after.start for before, after in pairwise(reserve))
    for part in reserve:
        assert part.start < part.end
        assert 0 <= part.level <= context.options.most_soc
        assert (part.level > 0) == (part.expected > 0)
        assert part.level > 0 or not part.is_charged


@both
@brief
@given(context=peaky())
def test_nothing_is_kept_where_no_peak_is_expected(strategy: Strategy, context: Context) -> None:
    """The plan is that of a home in which no peaks are billed."""
    assert context.house is not None
    far = replace(context, house=replace(context.house, peak_near=100_000))
    plan = strategy(_without(context))
    assert peak_reserve(far) == ()
    assert strategy(far) == plan
    unlearnt = replace(context, forecast=None)
    assert strategy(unlearnt) == strategy(_without(unlearnt))
    assert all(step.reason is not Reason.PEAK_EXPECTED for step in plan.steps)


@both
@brief
@given(context=peaky())
def test_red_days_and_their_eves_stay_as_they_are(strategy: Strategy, context: Context) -> None:
    """Nothing is kept in peak hours that may be red, and the night before has its own charge."""
    context = replace(context, overrides=())
    reserve = peak_reserve(context)
    for part in reserve:
        for period in context.periods:
            following = next((p for p in context.periods if p.start >= period.end), None)
            while following is not None and following.is_off_peak:
                start = following.end
                following = next((p for p in context.periods if p.start >= start), None)
            is_eve = period.is_off_peak and following is not None and following.may_be_red
            is_red = not period.is_off_peak and period.may_be_red
            if (is_eve or is_red) and part.start < period.end and period.start < part.end:
                assert part.level == 0
    for step in strategy(context).steps:
        if step.reason is Reason.PEAK_EXPECTED:
            period = _period(context, step)
            assert period.is_off_peak or not period.may_be_red
            if step.action is Action.CHARGE:
                assert period.is_off_peak


@both
@brief
@given(context=peaky())
def test_a_reserve_is_charged_without_a_new_peak(strategy: Strategy, context: Context) -> None:
    """Within what is left of the quarter of an hour, and within the guards of the night."""
    context = replace(context, overrides=())
    house, plan = context.house, strategy(context)
    assert house is not None
    for step in plan.steps:
        if step.action is not Action.CHARGE:
            continue
        assert step.power <= most_charge(unloaded(house), context.batteries)
        if step.start == context.moment:
            orders = share(step, context.batteries, house, context.now, step.end, {}, {})
            drawn = sum(each.power for each in orders.values() if each.action is Action.CHARGE)
            assert drawn <= (house.peak_room or 0)
    guards = context.options.start_guard, context.options.end_guard
    for step in plan.steps:
        if step.reason is Reason.PEAK_EXPECTED and step.action is Action.CHARGE:
            start, end = _window(context, step)
            assert start + guards[0] <= step.start
            assert step.end <= end - guards[1]


def _window(context: Context, step: Step) -> tuple[datetime, datetime]:
    """Return the off-peak hours around a step."""
    index = context.periods.index(_period(context, step))
    first = last = index
    while first > 0 and context.periods[first - 1].is_off_peak:
        first -= 1
    while last + 1 < len(context.periods) and context.periods[last + 1].is_off_peak:
        last += 1
    return context.periods[first].start, context.periods[last].end


@both
@brief
@given(context=peaky())
def test_the_rest_of_the_plan_stays(strategy: Strategy, context: Context) -> None:
    """Steps cover the same time, and where nothing is kept they command the same."""
    context = replace(context, overrides=())
    plan, before = strategy(context), plan_simple(_without(context))
    assert (plan.steps[0].start, plan.steps[-1].end) == (
        before.steps[0].start,
        before.steps[-1].end,
    )
    assert all(step.end == following.start for step, following in pairwise(plan.steps))
    if strategy is not plan_simple:
        return
    reserve = peak_reserve(context)
    for step in plan.steps:
        if _level(reserve, step.start) == 0:
            old = before.at(step.start)
            assert old is not None
            assert (old.action, old.reason) == (step.action, step.reason)


@brief
@given(peaky())
def test_what_a_person_has_just_chosen_is_carried_out(context: Context) -> None:
    """Only own rules leave the reserve in the batteries."""
    mine = tuple(replace(each, rule=None) for each in context.overrides)
    ours = replace(context, overrides=mine)
    plan, before = plan_simple(ours), plan_simple(_without(ours))
    for step in plan.steps:
        old = before.at(step.start)
        assert old is not None
        assert step.exceptions == old.exceptions
        if step.reason is Reason.OVERRIDE:
            assert step.does_the_same(old)


def _home(
    now: str, soc: float | None = 50.0, night: Night = Night.HOLD, **values: object
) -> Context:
    moment = paris(now)
    context = Context(
        moment,
        fixed(moment, _NIGHT),
        bank(soc),
        Options(night=night),
        house=_house(),
        forecast=forecast(moment, _evening),
    )
    return replace(context, **values)  # type: ignore[arg-type]


def _at(plan: Timeline, moment: str) -> Step:
    step = plan.at(paris(moment))
    assert step is not None
    return step


@both
def test_an_evening_of_cooking_is_prepared(strategy: Strategy) -> None:
    """Charged for at night, kept through the day, and spent from 18:00 on."""
    plan = strategy(_home("2026-11-17 22:30", 15.0))
    night = _at(plan, "2026-11-18 01:00")
    # 2 h of 2.5 kW, and what is lost on the way, are more than the battery holds.
    assert (night.action, night.reason, night.target) == (Action.CHARGE, Reason.PEAK_EXPECTED, 100)
    assert night.figures["expected"] == 2800
    day = _at(plan, "2026-11-18 12:00")
    assert (day.action, day.reason, day.floor) == (Action.AUTO, Reason.PEAK_EXPECTED, 100)
    evening = _at(plan, "2026-11-18 18:30")
    assert (evening.action, evening.reason, evening.floor) == (Action.AUTO, Reason.PEAK_HOURS, None)
    assert _at(plan, "2026-11-18 21:00").reason is Reason.PEAK_HOURS


@both
def test_two_batteries_keep_only_what_the_peak_takes(strategy: Strategy) -> None:
    """5.6 kWh of 10.24, with the losses of discharging above what stays in the cells."""
    plan = strategy(_home("2026-11-17 22:30", batteries=bank(90.0, 90.0)))
    assert _at(plan, "2026-11-18 01:00").action is Action.HOLD
    floor = _at(plan, "2026-11-18 12:00").floor
    assert floor is not None
    assert 12 + 100 * 5.6 / 0.9 / 10.24 <= floor <= 12 + 100 * 5.6 / 0.9 / 10.24 + 4


def test_auto_by_night_leaves_the_reserve() -> None:
    """The owner lets batteries serve the house at night, down to what the evening takes."""
    plan = plan_simple(_home("2026-11-17 22:30", night=Night.AUTO, batteries=bank(90.0, 90.0)))
    night = _at(plan, "2026-11-18 01:00")
    assert (night.action, night.reason) == (Action.AUTO, Reason.PEAK_EXPECTED)
    assert 70 <= (night.floor or 0) <= 78


def test_a_rule_that_discharges_leaves_the_reserve() -> None:
    """It says so; an override of a person does not."""
    now = paris("2026-11-18 09:00")
    rule = Override(Action.DISCHARGE, now + 4 * HOUR, 1000, floor=20.0, rule="sell")
    context = _home("2026-11-18 09:00", batteries=bank(90.0, 90.0), overrides=(rule,))
    step = plan_simple(context).steps[0]
    assert (step.action, step.reason) == (Action.DISCHARGE, Reason.RULE)
    assert (step.floor or 0) >= 70
    assert step.figures["expected"] == 2800
    one = replace(rule, batteries=frozenset({"0"}))
    step = plan_simple(replace(context, overrides=(one,))).steps[0]
    assert (step.exceptions[0].floor or 0) >= 70
    by_person = replace(context, overrides=(replace(rule, rule=None),))
    assert plan_simple(by_person).steps[0].floor == 20


def test_a_peak_that_runs_may_have_the_reserve() -> None:
    """One that comes two hours early costs as much."""
    context = _home("2026-11-18 16:00")
    plan = plan_simple(context)
    step = plan.steps[0]
    assert step.reason is Reason.PEAK_EXPECTED
    assert may_serve(step, context)
    served = served_through(plan, context, context.moment + HOUR)
    assert (served.steps[0].reason, served.steps[0].floor) == (Reason.PEAK_RUNNING, None)
    assert served.steps[1].reason is Reason.PEAK_EXPECTED


def test_batteries_are_not_held_while_the_sun_shines() -> None:
    """What it may give beyond the house is stored, and counts for half."""
    day = _home("2026-05-12 08:30", options=Options(has_pv=True))
    context = replace(day, forecast=forecast(day.now, _evening, sun(3000.0)))
    plan = plan_optimised(context)
    assert _at(plan, "2026-05-12 12:00").floor is None
    # It fills the batteries by itself, so that the night needs no charge for it.
    assert all(step.reason is not Reason.PEAK_EXPECTED for step in plan.steps[:2])


def test_hours_of_a_price_each_are_charged_in_the_cheapest() -> None:
    """With day-ahead prices, before a peak that what is stored can't cut."""
    now = paris("2026-11-18 00:00")
    prices = [0.25] * 24
    prices[2] = prices[3] = prices[4] = prices[5] = 0.2
    prices[12] = 0.21
    periods = tuple(
        Period(now + n * HOUR, now + (n + 1) * HOUR, is_off_peak=True, price=prices[n % 24])
        for n in range(48)
    )
    context = _home("2026-11-18 00:00", 15.0, periods=periods)
    steps = [s for s in plan_optimised(context).steps if s.reason is Reason.PEAK_EXPECTED]
    charges = [
        s for s in steps if s.action is Action.CHARGE and s.start < now + timedelta(hours=18)
    ]
    assert charges
    assert all(_period(context, s).price in (0.2, 0.21) for s in charges)
    assert _at(plan_optimised(context), "2026-11-18 18:30").reason is not Reason.PEAK_EXPECTED
