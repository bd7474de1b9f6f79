"""Prices that change both ways, and may be negative: what is fed in is planned like what is drawn."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    HOURLY_ECONOMY,
    TEMPO_ECONOMY,
    Action,
    Context,
    Expected,
    Forecast,
    Period,
    Reason,
    plan_optimised,
)
from tests.planner.home import DAY, HOUR, bank
from tests.planner.meter import auto, play
from tests.planner.test_optimised import MOST_SORTS, ratio, sorting
from tests.planner.test_optimised_properties import brief

START = datetime(2026, 6, 10, 22, tzinfo=UTC)
COUNT = 48
END_VALUE = 0.1
# EUR in two days that levels and least gains may lose.
TRIFLE = 0.12


def sunny(hours: int, peak: float = 4000) -> float:
    """Return the W of a clear day, so many hours after the start."""
    hour = (hours + 22) % 24
    return max(0.0, peak * (1 - ((hour - 12) / 7) ** 2))


def context(
    prices: list[float], exports: list[float], *, load: float = 400, soc: float = 12.0
) -> Context:
    """Return two days of hours with these prices, and a sun that fills two batteries by noon."""
    periods = tuple(
        Period(
            START + n * HOUR,
            START + (n + 1) * HOUR,
            is_off_peak=True,
            price=price,
            export_price=export,
        )
        for n, (price, export) in enumerate(zip(prices, exports, strict=True))
    )
    values = tuple(Expected(START + n * HOUR, load, sunny(n)) for n in range(COUNT))
    return Context(
        START,
        periods,
        bank(soc, soc),
        forecast=Forecast(values, START + 2 * DAY),
        economy=replace(HOURLY_ECONOMY, end_value=END_VALUE),
    )


def hour_of(number: int) -> int:
    """Return the hour of the day, so many hours after the start."""
    return (number + 22) % 24


def by_hour(of: Context) -> dict[int, set[Action]]:
    """Return what a plan does in each hour of the first day."""
    plan, done = plan_optimised(of), dict[int, set[Action]]()
    for number in range(24):
        moment = START + number * HOUR
        steps = [s for s in plan.steps if s.start < moment + HOUR and s.end > moment]
        done[hour_of(number)] = {step.action for step in steps}
    return done


def test_room_is_kept_for_a_noon_at_which_feeding_in_costs() -> None:
    """The morning's sun is sold, the noon's stored: the batteries would be full by then."""
    prices = [0.25 + 0.001 * (n % 2) for n in range(COUNT)]
    exports = [-0.05 if 11 <= hour_of(n) < 15 else 0.08 for n in range(COUNT)]
    done = by_hour(context(prices, exports))
    assert done[8] == done[9] == {Action.HOLD}
    assert all(done[hour] == {Action.AUTO} for hour in (11, 12, 13))
    plan = plan_optimised(context(prices, exports))
    holds = [s for s in plan.steps if s.reason is Reason.EXPORT_WORTH_MORE]
    assert holds
    assert all(float(s.figures["value"]) < float(s.figures["worth_now"]) for s in holds)


def test_with_one_price_nothing_waits() -> None:
    """Whatever it is, below what is bought: sun that is stored early is not worse, and surer."""
    for export in (0.0, 0.05, 0.09):
        for step in (0.0, 0.001):
            prices = [0.25 + step * (n % 2) for n in range(COUNT)]
            done = by_hour(context(prices, [export] * COUNT))
            assert all(done[hour] == {Action.AUTO} for hour in range(6, 19))


def test_no_sun_is_kept_back_under_tempo() -> None:
    """Days are Auto there, and the nights' first sun is stored."""
    prices = [0.25 + 0.001 * (n % 2) for n in range(COUNT)]
    exports = [-0.05 if 11 <= hour_of(n) < 15 else 0.08 for n in range(COUNT)]
    mine = replace(context(prices, exports), economy=TEMPO_ECONOMY)
    assert all(s.reason is not Reason.EXPORT_WORTH_MORE for s in plan_optimised(mine).steps)


def test_hours_that_pay_for_drawing_are_charged_in() -> None:
    """To the full, and what is stored is not used up in them."""
    prices = [-0.1 if 2 <= hour_of(n) < 5 else 0.25 for n in range(COUNT)]
    mine = context(prices, [0.0] * COUNT, soc=50.0)
    mine = replace(mine, forecast=Forecast((Expected(START, 400, 0),), START + 2 * DAY))
    done = by_hour(mine)
    assert all(Action.CHARGE in done[hour] or Action.HOLD in done[hour] for hour in (2, 3, 4))
    assert any(Action.CHARGE in done[hour] for hour in (2, 3, 4))
    assert Action.AUTO not in done[2] | done[3] | done[4]


def test_what_pays_more_than_it_costs_is_not_bought_to_be_sold() -> None:
    """Batteries never discharge into the grid, so there is nothing to gain by a night's charge."""
    prices = [0.10 + 0.001 * (n % 2) for n in range(COUNT)]
    mine = context(prices, [0.30] * COUNT)
    plan = plan_optimised(mine)
    assert all(step.action is not Action.CHARGE for step in plan.steps)
    assert all(step.action is not Action.DISCHARGE for step in plan.steps)
    assert any(step.reason is Reason.EXPORT_WORTH_MORE for step in plan.steps)


def test_sun_that_pays_more_than_drawing_is_not_charged_with() -> None:
    """Drawing is paid for, but a charge would take the sun first, for which more is paid."""
    prices = [-0.125 if n == 17 else 0.0 for n in range(COUNT)]
    exports = [0.5 if n == 17 else 0.0 for n in range(COUNT)]
    mine = context(prices, exports, load=50)
    assert play(mine, plan_optimised(mine)).paid == pytest.approx(auto(mine).paid, abs=TRIFLE)
    assert Action.CHARGE not in by_hour(mine)[hour_of(17)]


def test_a_charge_that_is_paid_for_is_worth_some_sun() -> None:
    """With little sun, most of what it draws comes from the grid."""
    prices = [-0.4 if n == 17 else 0.1 for n in range(COUNT)]
    exports = [0.15 if n == 17 else 0.0 for n in range(COUNT)]
    mine = context(prices, exports, load=50)
    dim = tuple(replace(value, pv=value.pv / 8) for value in mine.forecast.values)  # type: ignore[union-attr]
    mine = replace(mine, forecast=Forecast(dim, START + 2 * DAY))
    assert by_hour(mine)[hour_of(17)] == {Action.CHARGE}


_PRICES = st.lists(st.floats(-0.2, 0.5), min_size=COUNT, max_size=COUNT)


@brief
@given(_PRICES, _PRICES, st.floats(50, 2500), st.floats(12, 100))
def test_never_much_worse_than_auto(
    prices: list[float], exports: list[float], load: float, soc: float
) -> None:
    """By prices both ways, however they lie to each other, and with everything as forecast."""
    mine = context(prices, exports, load=load, soc=soc)
    planned, plain = play(mine, plan_optimised(mine)), auto(mine)
    wear = mine.economy.wear

    def cost(paid: float, stored: float, charged: float) -> float:
        return paid - END_VALUE * stored + wear * charged

    assert cost(planned.paid, planned.stored, planned.charged) <= (
        cost(plain.paid, plain.stored, 0.0) + TRIFLE
    )


@brief
@given(_PRICES, st.floats(-0.2, 0.5))
def test_a_price_for_each_period_is_the_same_as_one_for_all(
    prices: list[float], export: float
) -> None:
    """A series that never changes, and the constant."""
    series = context(prices, [export] * COUNT)
    constant = replace(
        series,
        periods=tuple(replace(period, export_price=None) for period in series.periods),
        economy=replace(series.economy, feed_in=export),
    )
    assert plan_optimised(series) == plan_optimised(constant)


@pytest.mark.exhaustive
def test_both_ways_are_planned_quickly() -> None:
    """Three days of quarters of an hour whose prices all differ, in some 20 ms on a usual machine."""
    quarter = HOUR / 4
    periods = tuple(
        Period(
            START + n * quarter,
            START + (n + 1) * quarter,
            is_off_peak=True,
            price=0.2 + 0.1 * ((n * 7) % 13) / 13,
            export_price=0.05 + 0.1 * ((n * 5) % 11) / 11,
        )
        for n in range(3 * 96)
    )
    values = tuple(Expected(START + n * HOUR, 400, sunny(n)) for n in range(72))
    mine = replace(
        context([0.2] * COUNT, [0.1] * COUNT),
        periods=periods,
        forecast=Forecast(values, START + 3 * DAY),
    )
    plan = plan_optimised(mine)
    assert ratio(lambda: plan_optimised(mine), sorting) < MOST_SORTS
    assert plan.steps[-1].end == periods[-1].end
    assert pytest.approx(3 * 24) == sum((s.end - s.start) / HOUR for s in plan.steps)
