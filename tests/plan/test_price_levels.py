"""Fixed hours with more than two prices: settings, periods of the planner, and what it does in them."""

import datetime as dt
from itertools import pairwise
from typing import Any

from hypothesis import given, settings as profile, strategies as st
import pytest

from custom_components.marstek.plan.memory import PlanMemory
from custom_components.marstek.plan.planner_context import economy, periods
from custom_components.marstek.plan.tariff.tariff_data import tariff_data
from custom_components.marstek.plan.tariff_settings import TariffSettings, settings_of
from custom_components.marstek.planner import (
    Action,
    Context,
    Forecast,
    Night,
    Options,
    Period,
    Reason,
    Strategy,
    Timeline,
    plan_optimised,
    plan_simple,
)
from custom_components.marstek.planner.windows import by_the_hour
from custom_components.marstek.tempo import ColourBook, read_rules
from tests.planner.home import bank, forecast, sun

HOUR = dt.timedelta(hours=1)
MONDAY = dt.datetime(2026, 1, 12, tzinfo=dt.UTC)
THREE = "17-20 0.40\n0-6 0.22\n0.30"
FOUR = "2-5 0.08\n22-6 0.15\nSat,Sun 0.21\n17-20 0.45\n0.27"
TWO = "22-6 0.15\n0.27"
WEEKEND = "Sat,Sun 0.15\n22-6 0.15\n0.25"
NOON = "11-17 0.15\n2-6 0.15\n0.25"
SEASONAL = "17-20 Oct-Mar 0.40\n0-6 Oct-Mar 0.22\n0.30"


def contract(prices: str, **options: Any) -> TariffSettings:
    """Return the settings of a contract with prices written as lines."""
    rules = read_rules(prices, "en", dt.UTC, low=0, high=10)
    mine = {"price_levels": rules.store(), "prices": {"subscription": 12.0}, **options}
    return settings_of({"tariff": "fixed"}, {"fixed": mine})


def made(prices: str, now: dt.datetime) -> tuple[Period, ...]:
    """Return the periods of the planner."""
    return periods(contract(prices), PlanMemory(), now, is_long=True)


def test_settings() -> None:
    """The owner's own prices, of which lowest and highest stand for the two of other contracts."""
    mine = contract(FOUR)
    assert not mine.follows_decree
    assert (mine.fixed_prices.off_peak, mine.fixed_prices.peak) == (0.08, 0.45)
    assert mine.fixed_prices.subscription == 12.0
    assert not settings_of({"tariff": "fixed"}, {"fixed": {"price_levels": []}}).levels.rules
    assert not settings_of({"tariff": "tempo"}, {"fixed": {"price_levels": [1]}}).levels.rules


def test_the_tariff_now() -> None:
    """The price of the level, and the next one where prices change within a week."""
    data = tariff_data(contract(THREE), ColourBook(), MONDAY + 18 * HOUR)
    assert (data.price, data.is_off_peak) == (0.40, False)
    assert (data.next_price, data.next_price_change) == (0.30, MONDAY + 20 * HOUR)
    assert data.next_off_peak_change == MONDAY + 24 * HOUR
    data = tariff_data(contract(SEASONAL), ColourBook(), dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
    assert (data.price, data.next_price, data.next_price_change) == (0.30, None, None)
    plain = tariff_data(settings_of({"tariff": "fixed"}, {}), ColourBook(), MONDAY)
    assert (plain.next_price, plain.next_price_change) == (None, None)


def test_periods_of_each_level() -> None:
    """Levels of the night are one window, whose start the guards count from."""
    found = made(FOUR, MONDAY + 3 * HOUR)
    assert [(each.start, each.price, each.is_off_peak) for each in found[:5]] == [
        (MONDAY - 50 * HOUR, 0.08, True),
        (MONDAY + 5 * HOUR, 0.15, True),
        (MONDAY + 6 * HOUR, 0.27, False),
        (MONDAY + 17 * HOUR, 0.45, False),
        (MONDAY + 20 * HOUR, 0.27, False),
    ]


@given(
    st.sampled_from([THREE, FOUR, SEASONAL]),
    st.integers(0, 366 * 96),
    st.floats(12, 100),
    st.sampled_from(Night),
    st.booleans(),
)
@profile(max_examples=40)
def test_batteries_charge_in_cheap_levels_only(
    prices: str, quarter: int, soc: float, night: Night, has_sun: bool
) -> None:
    """The simple strategy is in Auto in all others, the optimised one in the dearest of each day."""
    now = MONDAY + quarter * HOUR / 4
    mine, found = contract(prices), made(prices, now)
    assert found[0].start <= now < found[0].end
    assert all(before.end == after.start for before, after in pairwise(found))
    assert not found[-1].is_off_peak
    for period in found:
        assert period.price == mine.levels.value_at(max(period.start, now))
        assert period.is_off_peak is mine.off_peak.is_off_peak(max(period.start, now))
    expected = forecast(now, pv=800.0 if has_sun else 0.0, days=15)
    context = Context(
        now,
        found,
        bank(soc),
        Options(night=night, has_pv=has_sun),
        forecast=expected,
        economy=economy(mine),
    )
    for strategy in (plan_simple, plan_optimised):
        plan = strategy(context)
        assert plan.steps[0].start == context.moment
        assert all(before.end == after.start for before, after in pairwise(plan.steps))
        for step in plan.steps:
            (period,) = (p for p in found if p.start <= step.start and step.end <= p.end)
            is_free = period.is_middle and strategy is plan_optimised
            if not (period.is_off_peak or is_free):
                assert step.action is Action.AUTO
            if step.action is Action.CHARGE:
                day = (step.start + n * HOUR for n in range(-24, 24))
                assert period.price != max(filter(None, map(mine.levels.value_at, day)))


@given(st.sampled_from([THREE, FOUR, SEASONAL, TWO]), st.integers(0, 366 * 96))
@profile(max_examples=40)
def test_middle_hours(prices: str, quarter: int) -> None:
    """Neither off-peak nor the dearest of a day of three prices or more, and none of any other day."""
    now = MONDAY + quarter * HOUR / 4
    mine = contract(prices)
    for period in made(prices, now):
        start = max(period.start, now)
        midnight = start.replace(hour=0, minute=0)
        day = {mine.levels.value_at(midnight + n * HOUR / 4) for n in range(96)}
        assert period.price is not None
        is_below = period.price < max(price for price in day if price is not None)
        assert period.is_middle is (len(day) > 2 and is_below and not period.is_off_peak)


def _planned(prices: str, hour: float, soc: float, **options: Any) -> Timeline:
    """Return the plan of the optimised strategy on a Monday, for a house that draws 1 kW."""
    now = MONDAY + hour * HOUR
    return plan_optimised(
        Context(
            now,
            made(prices, now),
            bank(soc),
            Options(**options),
            forecast=forecast(now, 1000.0),
            economy=economy(contract(prices)),
        )
    )


def test_a_middle_level_is_held_for_the_dearest_hours() -> None:
    """What is stored at noon serves the evening, in which it spares more, and not the hours before."""
    plan = _planned("17-20 0.40\n0-6 0.22\n0.33", 12, 60.0)
    for step in plan.steps:
        if step.start < MONDAY + 17 * HOUR:
            assert (step.action, step.reason) == (Action.HOLD, Reason.LATER_WORTH_MORE)
        elif step.start < MONDAY + 20 * HOUR:
            assert (step.action, step.reason) == (Action.AUTO, Reason.PEAK_HOURS)


def test_what_is_held_without_a_charge_has_no_target() -> None:
    """It would pay to charge, were there not enough: yet no charge was announced that could be over."""
    held = _planned("17-22 0.42\n22-7 0.18\n0.30", 16.2, 100.0).steps[0]
    assert (held.action, held.reason) == (Action.HOLD, Reason.LATER_WORTH_MORE)


def test_a_charge_in_a_middle_level() -> None:
    """Where the dearest hours spare more than it costs there with its losses, it is worth it."""
    charged = [s for s in _planned(THREE, 12, 30.0).steps if s.action is Action.CHARGE]
    assert charged[0].start < MONDAY + 17 * HOUR
    assert charged[0].reason is Reason.LATER_WORTH_COST
    assert all(s.end <= MONDAY + 16.75 * HOUR for s in charged if s.start < MONDAY + 20 * HOUR)


def test_a_hold_goes_on_into_the_night() -> None:
    """The cheap hours after a middle level that is held have no minutes of Auto at their start."""
    plan = _planned("17-20 0.60\n22-6 0.22\n0.30", 20, 80.0)
    night = [s for s in plan.steps if MONDAY + 21 * HOUR < s.start < MONDAY + 29 * HOUR]
    assert Reason.START_GUARD not in {step.reason for step in night}


@pytest.mark.parametrize("prices", ["17-22 0.60\n22-6 0.05\n0.30", "17-22 0.6\n22-23 0.2\n0.3"])
def test_the_dearest_hours_are_guarded(prices: str) -> None:
    """Whose clock is some minutes ahead must not charge or hold in them, whatever level follows."""
    plan = _planned(prices, 21, 20.0, start_guard=dt.timedelta(minutes=10))
    charged = [step.start for step in plan.steps if step.action is not Action.AUTO]
    assert charged[0] == MONDAY + 22 * HOUR + dt.timedelta(minutes=10)


def test_a_middle_level_is_decided_on_hour_by_hour() -> None:
    """What the sun will refill serves the morning: for the whole level at once it would be held."""
    now = MONDAY + 6 * HOUR
    context = Context(
        now,
        made(THREE, now),
        bank(95.0),
        Options(has_pv=True),
        forecast=forecast(now, 500.0, sun(4000.0)),
        economy=economy(contract(THREE)),
    )
    plan = plan_optimised(context)
    morning = plan.steps[0]
    assert (morning.action, morning.reason) == (Action.AUTO, Reason.NOW_WORTH_MORE)
    assert {s.action for s in plan.steps if s.start < MONDAY + 16 * HOUR} == {Action.AUTO}


@pytest.mark.parametrize("prices", [WEEKEND, f"17-20 Mon-Fri 0.40\n{WEEKEND}"])
@pytest.mark.parametrize("day", [5, 6])
def test_a_cheap_weekend_is_decided_on_hour_by_hour(prices: str, day: int) -> None:
    """What the sun will refill serves the morning: with Monday in view it would be held."""
    now = MONDAY + day * 24 * HOUR + 6 * HOUR
    context = Context(
        now,
        made(prices, now),
        bank(30.0),
        Options(has_pv=True),
        forecast=forecast(now, 500.0, sun(4000.0)),
        economy=economy(contract(prices)),
    )
    plan = plan_optimised(context)
    assert {s.action for s in plan.steps if s.start < now + 12 * HOUR} == {Action.AUTO}


@pytest.mark.parametrize("prices", [THREE, WEEKEND])
@pytest.mark.parametrize("hours", range(1, 60, 7))
def test_a_forecast_that_ends_within_a_level(prices: str, hours: int) -> None:
    """The simple strategy goes on in the middle of it, without gap or overlap."""
    now = MONDAY + (4 * 24 + 12) * HOUR
    known = Forecast(forecast(now, 500.0).values[: 4 * hours], now + hours * HOUR)
    context = Context(now, made(prices, now), bank(50.0), forecast=known)
    plan = plan_optimised(context)
    assert (plan.steps[0].start, plan.steps[-1].end) == (now, context.periods[-1].end)
    assert all(before.end == after.start for before, after in pairwise(plan.steps))


@pytest.mark.parametrize(("prices", "has_pv"), [(TWO, True), (NOON, True), (WEEKEND, False)])
def test_other_cheap_hours_are_decided_on_as_a_whole(prices: str, has_pv: bool) -> None:
    """There is no sun that would come between, or it is counted on for one window."""
    now = MONDAY + 5 * 24 * HOUR
    mine = Context(now, made(prices, now), bank(50.0), Options(has_pv=has_pv))
    assert by_the_hour(mine) == mine.periods


def test_nights_of_a_cheap_weekend_are_decided_on_as_a_whole() -> None:
    """There is time to charge at leisure before Monday."""
    now = MONDAY + (6 * 24 + 12) * HOUR
    mine = Context(now, made(WEEKEND, now), bank(50.0), Options(has_pv=True))
    found = by_the_hour(mine)
    assert [each.end - each.start for each in found[:10]] == [HOUR] * 10
    assert (found[10].start, found[10].end) == (now + 10 * HOUR, now + 18 * HOUR)


@pytest.mark.parametrize("prices", [THREE, WEEKEND, NOON])
@pytest.mark.parametrize("strategy", [plan_optimised, plan_simple])
def test_a_reserve_of_the_night_is_none_of_the_day(prices: str, strategy: Strategy) -> None:
    """A battery that is held at it by day would miss the sun."""
    now = MONDAY + (5 * 24 + 11) * HOUR
    context = Context(
        now,
        made(prices, now),
        bank(20.0),
        Options(reserve=30.0, has_pv=True),
        forecast=forecast(now, 300.0, 3000.0),
        economy=economy(contract(prices)),
    )
    (first, *_) = strategy(context).steps
    assert (first.action, first.floor) == (Action.AUTO, None)


@pytest.mark.parametrize("month", [1, 6])
@pytest.mark.parametrize("hour", [3, 12, 22])
def test_the_periods_of_an_hour_are_the_same(month: int, hour: int) -> None:
    """Bounds that moved with the clock would have the plan made anew each minute."""
    now = dt.datetime(2026, month, 9, hour, tzinfo=dt.UTC)
    for prices in (THREE, FOUR, SEASONAL):
        found = made(prices, now)
        assert all(made(prices, now + n * HOUR / 4) == found for n in (1, 2, 3))
        assert found[-1].end <= now + 15 * 24 * HOUR


def test_a_cheap_night_is_used() -> None:
    """A stored kWh saves the evening: the strategy that learns charges for it at night."""
    now = MONDAY + 1 * HOUR
    context = Context(
        now, made(THREE, now), bank(15.0), forecast=forecast(now), economy=economy(contract(THREE))
    )
    charged = [each for each in plan_optimised(context).steps if each.action is Action.CHARGE]
    assert charged
    assert charged[0].end <= MONDAY + 6 * HOUR
    assert charged[0].figures["cost"] == pytest.approx(0.22 / 0.89, abs=0.04)
