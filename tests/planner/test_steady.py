"""Steadier plans: what gains too little is no change, and no day has more than a few."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, strategies as st

from custom_components.marstek.planner import (
    Action,
    Context,
    Expected,
    Forecast,
    Options,
    Period,
    Reason,
    Timeline,
    plan_optimised,
)
from tests.planner.any_home import contexts
from tests.planner.home import DAY, HOUR
from tests.planner.meter import play
from tests.planner.test_both_ways import COUNT, END_VALUE, START, context
from tests.planner.test_departures import _restless
from tests.support.examples import thorough

MOST = 6
QUARTER = HOUR / 4


def quarters(prices: list[float], exports: list[float] | None = None) -> Context:
    """Return a home with prices for each quarter of an hour of two days."""
    made = context([0.2] * COUNT, [0.0] * COUNT, soc=50.0)
    sold = [0.0] * len(prices) if exports is None else exports
    periods = tuple(
        Period(
            START + n * QUARTER,
            START + (n + 1) * QUARTER,
            is_off_peak=True,
            price=price,
            export_price=export,
        )
        for n, (price, export) in enumerate(zip(prices, sold, strict=True))
    )
    return replace(made, periods=periods)


def changes(plan: Timeline, of: Context, days: int = 1) -> int:
    """Return how often the action changes within so many days from now on."""
    near = [step.action for step in plan.steps if step.start < of.moment + days * DAY]
    begin = near[:1] if of.current is None else [of.current]
    return sum(before is not after for before, after in pairwise([*begin, *near]))


def cost(of: Context, plan: Timeline) -> float:
    """Return what is paid with everything as forecast, less what is left, in EUR."""
    bill = play(of, plan)
    return bill.paid - END_VALUE * bill.stored


def sawtooth(step: float) -> list[float]:
    """Return prices that differ from quarter to quarter, around those of a day."""
    hours = [0.18] * 6 + [0.30] * 3 + [0.20] * 7 + [0.36] * 5 + [0.22] * 3
    return [hours[n // 4 % 24] + (step if n % 2 else -step) for n in range(4 * COUNT)]


def test_a_tenth_of_a_cent_is_no_change() -> None:
    """Few changes cost little more than many."""
    mine = quarters(sawtooth(0.01))
    mine = replace(mine, forecast=Forecast((Expected(START, 400, 0),), START + 2 * DAY))
    steady, restless = plan_optimised(mine), _restless(mine)
    assert changes(restless, mine) > MOST
    assert changes(steady, mine) <= MOST
    assert cost(mine, steady) < cost(mine, restless) + 0.1
    reasons = {step.reason for step in steady.steps}
    assert Reason.SMALL_GAIN in reasons


def test_the_reserve_of_the_night_is_kept() -> None:
    """Self-consumption that goes on because of a small gain ends where any does in cheap hours."""
    mine = quarters(sawtooth(0.01))
    mine = replace(mine, forecast=Forecast((Expected(START, 400, 0),), START + 2 * DAY))
    mine = replace(mine, options=Options(reserve=20.0), current=Action.AUTO)
    small = [s for s in plan_optimised(mine).steps if s.reason is Reason.SMALL_GAIN]
    served = [step for step in small if step.action is Action.AUTO]
    assert served
    assert all(step.floor == 20.0 for step in served)


def test_what_runs_goes_on() -> None:
    """A plan that is made anew does not turn back for next to nothing."""
    mine = quarters([0.2 + 0.0005 * (n % 3) for n in range(4 * COUNT)])
    for current in (Action.AUTO, Action.HOLD):
        plan = plan_optimised(replace(mine, current=current))
        assert changes(plan, replace(mine, current=current)) <= 1


def test_a_charge_does_not_go_on_through_dear_hours() -> None:
    """What the house would be served with then costs more than a change."""
    dear = [0.5 if n == 5 else 0.0 for n in range(COUNT)]
    mine = context(dear, [0.25 if n == 7 else 0.0 for n in range(COUNT)], load=1393.0, soc=12.0)
    mine = replace(mine, options=Options(sale_power=4000))
    moment = START + 5 * HOUR
    assert {s.action for s in plan_optimised(mine).steps if s.start == moment} == {Action.AUTO}


def test_a_price_that_pays_is_followed() -> None:
    """A dear evening after a cheap night is no small gain."""
    mine = quarters(sawtooth(0.0))
    plan = plan_optimised(mine)
    dear = [s for s in plan.steps if (s.start - START) / HOUR % 24 in (16, 17, 18)]
    assert all(step.action is Action.AUTO for step in dear)


_PRICES = st.lists(st.floats(-0.2, 0.5), min_size=4 * COUNT, max_size=4 * COUNT)


@thorough
@given(_PRICES, _PRICES)
def test_no_day_has_more_changes(prices: list[float], exports: list[float]) -> None:
    """Whatever prices do."""
    mine = quarters(prices, exports)
    assert changes(plan_optimised(mine), mine) <= MOST


@thorough
@given(contexts())
def test_only_what_is_for_a_price_is_changed(of: Context) -> None:
    """Steps of other reasons stay as they are, and no hours are lost."""
    plan = plan_optimised(of)
    before = _restless(of)
    assert [(s.start, s.end) for s in plan.steps] == [(s.start, s.end) for s in before.steps]
    priced = {
        Reason.LATER_WORTH_MORE,
        Reason.LATER_WORTH_COST,
        Reason.NOW_WORTH_MORE,
        Reason.EXPORT_WORTH_MORE,
        Reason.SALE,
    }
    for now, was in zip(plan.steps, before.steps, strict=True):
        if was.reason not in priced:
            assert (now.action, now.reason, now.target) == (was.action, was.reason, was.target)
        else:
            assert now.reason in (was.reason, Reason.SMALL_GAIN)
