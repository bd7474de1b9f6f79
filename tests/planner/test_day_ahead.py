"""Day-ahead prices of any kind: negative, flat, in quarters of an hour, partly expected."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    HOURLY_ECONOMY,
    OTHER_ECONOMY,
    Action,
    Context,
    House,
    Options,
    Period,
    Timeline,
    plan_optimised,
)
from tests.planner.home import HOUR, bank, forecast, paris
from tests.support.examples import thorough

_NOW = paris("2026-11-18 12:00")
_QUARTER = timedelta(minutes=15)


def _context(
    prices: list[float],
    *,
    step: timedelta = HOUR,
    known: int | None = None,
    soc: float = 30.0,
    pv: float = 0.0,
) -> Context:
    """Return a home with prices from now on, after the first `known` ones only expected."""
    known = len(prices) if known is None else known
    periods = tuple(
        Period(
            _NOW + number * step,
            _NOW + (number + 1) * step,
            is_off_peak=True,
            price=price if number < known else None,
            expected_price=None if number < known else price,
        )
        for number, price in enumerate(prices)
    )
    return Context(
        now=_NOW,
        periods=periods,
        batteries=bank(soc),
        options=Options(has_pv=pv > 0),
        house=House(6000),
        forecast=forecast(_NOW, 400.0, pv),
        economy=HOURLY_ECONOMY,
    )


def _charging(plan: Timeline) -> set[int]:
    """Return the hours from now in which anything is charged."""
    return {
        number
        for number in range(48)
        if (step := plan.at(_NOW + number * HOUR + 10 * timedelta(minutes=1))) is not None
        and step.action is Action.CHARGE
    }


@pytest.mark.parametrize("known", [48, 12, 0])
def test_the_cheapest_hours_whether_known_or_expected(known: int) -> None:
    """What is only expected is planned for as well."""
    prices = [0.2] * 48
    prices[15:17] = [0.05, 0.05]
    prices[18:21] = [0.4] * 3
    prices[30:33] = [0.4] * 3
    charging = _charging(plan_optimised(_context(prices, known=known)))
    assert charging <= {15, 16}
    assert charging


def test_prices_below_zero() -> None:
    """Who is paid for it fills up, and does not serve the house from the battery meanwhile."""
    prices = [0.1] * 48
    prices[2:5] = [-0.05] * 3
    plan = plan_optimised(_context(prices, soc=60))
    assert _charging(plan) & {2, 3, 4}
    for hour in (2, 3, 4):
        step = plan.at(_NOW + hour * HOUR + _QUARTER)
        assert step is not None
        assert step.action in (Action.CHARGE, Action.HOLD)


def test_a_flat_price() -> None:
    """Nothing pays for its losses."""
    assert _charging(plan_optimised(_context([0.2] * 48))) == set()


def test_one_more_kwh_loses_less_than_the_mean() -> None:
    """A spread that pays for a fifth less than the mean losses is used, a smaller one is not."""
    of = {high: _context([*[0.2] * 6, *[high] * 6], soc=12.0) for high in (0.24, 0.255)}
    assert _charging(plan_optimised(of[0.24])) == set()
    assert _charging(plan_optimised(of[0.255]))
    mean = replace(of[0.255], economy=OTHER_ECONOMY)
    assert _charging(plan_optimised(mean)) == set()


@thorough
@given(
    st.lists(st.floats(-0.5, 1.5), min_size=8, max_size=96),
    st.sampled_from([HOUR, _QUARTER]),
    st.integers(0, 96),
    st.floats(12, 100),
    st.sampled_from([0.0, 2000.0]),
)
def test_any_prices(
    prices: list[float], step: timedelta, known: int, soc: float, pv: float
) -> None:
    """The plan is whole, and never charges in the dearest hour of all."""
    context = _context(prices, step=step, known=known, soc=soc, pv=pv)
    plan = plan_optimised(context)
    assert plan.steps[0].start == context.moment
    assert plan.steps[-1].end == context.periods[-1].end
    assert all(before.end == after.start for before, after in pairwise(plan.steps))
    dearest = max(prices)
    if dearest <= 0.05:
        return
    for each in plan.steps:
        period = next(p for p in context.periods if p.start <= each.start < p.end)
        price = period.expected_price if period.price is None else period.price
        assert each.action is not Action.CHARGE or price != dearest
