"""Hours in which batteries must not serve the house, in any plan of any home."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, strategies as st

from custom_components.marstek.planner import (
    BY_PERSON,
    Action,
    Context,
    Reason,
    kept_back,
    plan_optimised,
    plan_simple,
)
from tests.planner.any_home import contexts
from tests.planner.test_optimised_properties import brief


@brief
@given(contexts(), st.floats(-5, 60), st.booleans())
def test_only_what_would_serve_the_house_stands_still(
    context: Context, hours: float, is_simple: bool
) -> None:
    """Up to the moment, outside of red peak hours, and against nobody's choice."""
    until = context.moment + timedelta(hours=hours)
    keeping = replace(context, keeps_until=until)
    plan = (plan_simple if is_simple else plan_optimised)(context)
    kept = kept_back(plan, keeping)
    assert (kept.steps[0].start, kept.steps[-1].end) == (plan.steps[0].start, plan.steps[-1].end)
    for step in kept.steps:
        before = plan.at(step.start)
        period = next(p for p in context.periods if p.start <= step.start < p.end)
        assert before is not None
        is_red_peak = not period.is_off_peak and period.may_be_red
        serves = before.action in (Action.AUTO, Action.DISCHARGE)
        is_meant = step.start < until and serves and before.reason not in BY_PERSON
        if is_meant and not is_red_peak:
            assert (step.action, step.reason) == (Action.HOLD, Reason.DO_NOT_FEED)
        else:
            assert step.does_the_same(before)
            assert step.reason is before.reason


@brief
@given(contexts(), st.floats(0.1, 60))
def test_nobody_knows_what_is_stored_after_a_hold(context: Context, hours: float) -> None:
    """It ends when the car does: from its begin on no state of charge is expected, before it as ever."""
    plan = plan_optimised(context)
    keeping = replace(context, keeps_until=context.moment + timedelta(hours=hours))
    has_held = False
    for step in kept_back(plan, keeping).steps:
        has_held |= step.reason is Reason.DO_NOT_FEED
        before = plan.at(step.start)
        assert before is not None
        assert step.expected_soc == (None if has_held else before.expected_soc)


@brief
@given(contexts())
def test_nothing_on_changes_nothing(context: Context) -> None:
    """Neither without a moment nor with one that has passed."""
    plan = plan_simple(context)
    assert kept_back(plan, context) is plan
    assert kept_back(plan, replace(context, keeps_until=context.moment)) is plan
