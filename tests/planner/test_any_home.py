"""What holds for every home and every moment, whatever is known."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.marstek.planner import (
    Action,
    Context,
    House,
    Options,
    Period,
    Reason,
    Step,
    Strategy,
    plan_optimised,
    plan_simple,
    share,
)
from tests.planner.any_home import as_red, contexts, outline, without_colour
from tests.planner.home import DAY
from tests.support.examples import thorough

both = pytest.mark.parametrize("strategy", [plan_simple, plan_optimised])


def _period(context: Context, step: Step) -> Period:
    """Return the period in which a whole step lies."""
    (found,) = [p for p in context.periods if p.start <= step.start and step.end <= p.end]
    return found


@both
@thorough
@given(context=contexts(with_overrides=True))
def test_steps_cover_all_time(strategy: Strategy, context: Context) -> None:
    """From now to the end, in order, without gap or overlap, each within one period."""
    plan = strategy(context)
    assert plan.steps[0].start == context.moment
    assert plan.steps[-1].end == context.periods[-1].end
    assert all(before.end == after.start for before, after in pairwise(plan.steps))
    for step in plan.steps:
        assert step.start < step.end
        _period(context, step)
        assert plan.at(step.start) is step
        assert plan.at(step.end - timedelta.resolution) is step


@both
@thorough
@given(context=contexts())
def test_peak_hours_are_auto(strategy: Strategy, context: Context) -> None:
    """From their first moment on; nothing but a person charges in them."""
    for step in strategy(context).steps:
        if not _period(context, step).is_off_peak:
            assert (step.action, step.reason) == (Action.AUTO, Reason.PEAK_HOURS)


@both
@thorough
@given(context=contexts())
def test_guards_are_kept(strategy: Strategy, context: Context) -> None:
    """No charge in the first and last minutes of a window, no HOLD in the first."""
    options = context.options
    for step in strategy(context).steps:
        if step.action is Action.AUTO or step.reason is Reason.SHORT_WINDOW:
            continue
        start, end = _window(context, step)
        assert step.start >= start + options.start_guard
        if step.action is Action.CHARGE:
            assert step.end <= end - options.end_guard


def _window(context: Context, step: Step) -> tuple[datetime, datetime]:
    """Return the bounds of the off-peak hours around a step."""
    start, end = (own := _period(context, step)).start, own.end
    for period in context.periods:
        if period.is_off_peak and period.start == end:
            end = period.end
    for period in reversed(context.periods):
        if period.is_off_peak and period.end == start:
            start = period.start
    return start, end


@both
@thorough
@given(context=contexts(with_overrides=True))
def test_limits_are_kept(strategy: Strategy, context: Context) -> None:
    """Targets, floors, powers and expectations are what batteries and owners allow."""
    options = context.options
    most_power = sum(battery.max_charge for battery in context.batteries)
    for step in strategy(context).steps:
        if step.target is not None:
            assert 0 <= step.target <= options.most_soc
        if step.floor is not None:
            assert options.least_soc <= step.floor <= 100
        assert (step.target is not None) >= (step.action is Action.CHARGE)
        if step.action is Action.CHARGE:
            assert 0 <= step.power <= most_power
        if step.action in (Action.AUTO, Action.HOLD):
            assert step.power == 0
        assert step.expected_soc is None or 0 <= step.expected_soc <= 100.001


@both
@thorough
@given(context=contexts(with_overrides=True))
def test_power_sent(strategy: Strategy, context: Context) -> None:
    """What is told of a charge that begins is what batteries are sent, never less than needed."""
    plan = strategy(context)
    step = plan.steps[0]
    if step.action is not Action.CHARGE:
        assert step.sent == step.power
        return
    end = step.end
    for later in plan.steps:
        if later.start == end and (later.action, later.reason, later.target) == (
            step.action,
            step.reason,
            step.target,
        ):
            end = later.end
    house = context.house or House(1_000_000, 0)
    orders = share(step, context.batteries, house, context.now, end, {}, {})
    sent = sum(order.power for order in orders.values() if order.action is Action.CHARGE)
    assert step.sent == sent


@pytest.mark.exhaustive
@thorough
@given(contexts(is_winter_of_tempo=True))
def test_unknown_is_no_worse_than_red(context: Context) -> None:
    """Where tomorrow can be red, not to know its colour changes nothing but the reason."""
    day = next((p.day for p in context.periods if not p.is_off_peak and p.can_be_red), None)
    assume(day is not None)
    assert day is not None
    unknown = tuple(without_colour(period, day) for period in context.periods)
    red = tuple(as_red(period, day) for period in context.periods)
    # The night after it is one of that day, too, and matters only to the eve of a white day.
    options = Options(white_eve=False)
    blind = plan_simple(Context(context.now, unknown, context.batteries, options))
    seeing = plan_simple(Context(context.now, red, context.batteries, options))
    assert outline(blind) == outline(seeing)


@pytest.mark.exhaustive
@thorough
@given(contexts(), st.integers(0, 100), st.integers(0, 100))
def test_a_higher_target_never_charges_less(context: Context, one: int, other: int) -> None:
    """Neither power nor energy."""
    low, high = (_energies(context, target) for target in sorted((one, other)))
    assert all(low.get(start, 0) <= energy + 1 for start, energy in high.items())
    assert low.keys() <= high.keys()


def _energies(context: Context, target: int) -> dict[datetime, float]:
    """Return the Wh of each charge of the first night, by its start."""
    options = Options(red_target=target)
    plan = plan_simple(
        Context(context.now, context.periods, context.batteries, options, house=context.house)
    )
    return {
        step.start: float(step.figures["energy"])
        for step in plan.steps
        if step.action is Action.CHARGE and step.start < context.moment + DAY
    }
