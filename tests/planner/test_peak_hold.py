"""Holds that end for a peak, in any plan of any home."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, strategies as st

from custom_components.marstek.planner import (
    BY_PERSON,
    Action,
    BatteryState,
    Context,
    Options,
    Reason,
    can_serve,
    kept_back,
    plan_optimised,
    plan_simple,
    served_through,
)
from tests.planner.any_home import contexts
from tests.planner.home import fixed, paris
from tests.planner.test_optimised_properties import brief
from tests.planner.test_sale import evening, seller


@brief
@given(contexts(), st.floats(-5, 60), st.booleans())
def test_only_holds_of_the_plan_serve(context: Context, hours: float, is_simple: bool) -> None:
    """Up to the moment, down to the reserve, and nothing that red peak hours may need."""
    until = context.moment + timedelta(hours=hours)
    plan = (plan_simple if is_simple else plan_optimised)(context)
    served = served_through(plan, context, until)
    assert (served.steps[0].start, served.steps[-1].end) == (
        plan.steps[0].start,
        plan.steps[-1].end,
    )
    for step in served.steps:
        before = plan.at(step.start)
        assert before is not None
        peaks = [p for p in context.periods if p.end > step.start and not p.is_off_peak]
        is_hold = before.action is Action.HOLD and before.reason not in BY_PERSON
        is_kept = bool(peaks) and peaks[0].may_be_red
        is_for_a_price = before.reason not in (Reason.NO_BATTERIES, Reason.FULL_CHARGE)
        if is_hold and step.start < until and not is_kept and is_for_a_price:
            assert (step.action, step.reason) == (Action.AUTO, Reason.PEAK_RUNNING)
            floor = max(context.options.reserve, context.options.least_soc)
            assert step.floor == (floor or None)
            assert step.exceptions == before.exceptions
        else:
            assert step.does_the_same(before)
            assert step.reason is before.reason


@brief
@given(contexts())
def test_what_batteries_do_not_feed_goes_first(context: Context) -> None:
    """A car that charges makes its peak without the batteries."""
    until = context.moment + timedelta(hours=2)
    keeping = replace(context, keeps_until=until)
    plan = plan_simple(keeping)
    expected = kept_back(plan, keeping)
    served = kept_back(served_through(plan, keeping, until), keeping)
    assert all(
        expected_step.does_the_same(step)
        for step in served.steps
        if (expected_step := expected.at(step.start)) is not None
    )


def test_a_sale_ends_for_a_peak() -> None:
    """All but one stand still in it, whatever the house draws."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    plan = plan_optimised(mine)
    sale = next(step for step in plan.steps if step.reason is Reason.SALE)
    served = served_through(plan, mine, sale.end).at(sale.start)
    assert served is not None
    assert (served.action, served.reason) == (Action.AUTO, Reason.PEAK_RUNNING)


def test_an_empty_battery_can_not_serve() -> None:
    """Neither below the owner's reserve, nor one that does not answer or is not known."""
    now = paris("2026-11-17 01:00")

    def serves(options: Options, **values: object) -> bool:
        battery = replace(BatteryState("a", 50.0, 5120.0), **values)  # type: ignore[arg-type]
        return can_serve(Context(now, fixed(now, [("22:00", "06:00")]), (battery,), options))

    assert serves(Options())
    assert serves(Options(reserve=45))
    assert not serves(Options(reserve=50))
    assert not serves(Options(), soc=15.0)
    assert not serves(Options(), soc=None)
    assert not serves(Options(), is_reachable=False)
