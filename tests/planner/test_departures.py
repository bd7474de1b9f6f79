"""Departures from Auto by day: six at most, whatever prices do, those that gain most."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    MOST_DEPARTURES,
    OTHER_ECONOMY,
    Action,
    Context,
    Departed,
    House,
    Options,
    Period,
    Reason,
    Step,
    Timeline,
    bounded,
    gain_per_kwh,
    is_bounded,
    is_by_day,
    is_departure,
    plan_optimised,
)
from tests.planner.any_home import contexts
from tests.planner.home import DAY, HOUR, bank, forecast, paris
from tests.support.examples import thorough
from tests.support.restless import restless

_MORNING = paris("2026-11-18 06:00")
_QUARTER = timedelta(minutes=15)


def _context(prices: list[float], *, pv: float = 0.0, soc: float = 60.0, hour: int = 0) -> Context:
    """Return a home with a price for each quarter of an hour from so many hours after 6 o'clock on."""
    now = _MORNING + hour * HOUR
    periods = tuple(
        Period(now + n * _QUARTER, now + (n + 1) * _QUARTER, is_off_peak=True, price=price)
        for n, price in enumerate(prices)
    )
    return Context(
        now=now,
        periods=periods,
        batteries=bank(soc),
        options=Options(has_pv=pv > 0),
        house=House(6000),
        forecast=forecast(now, 1000.0, pv),
        economy=OTHER_ECONOMY,
    )


def _restless(context: Context) -> Timeline:
    """Return a plan that counts no changes, so that there are many to be bounded."""
    with restless():
        return plan_optimised(context)


def _departures(plan: Timeline, context: Context, *, is_away: bool = False) -> dict[date, int]:
    """Return how often a plan leaves Auto by day for the sake of prices, by day."""
    made: dict[date, int] = {}
    for step in plan.steps:
        local = step.start.astimezone(context.now.tzinfo)
        is_out = step.action not in (Action.AUTO, Action.AI)
        if is_out and not is_away and is_bounded(step) and is_by_day(local):
            made[local.date()] = made.get(local.date(), 0) + 1
        is_away = is_out
    return made


_ZIGZAG = [0.4, 0.1] * 64


def test_prices_that_change_each_quarter_of_an_hour() -> None:
    """They would ask for dozens of departures, of which six are made."""
    context = _context(_ZIGZAG)
    plan = _restless(context)
    assert max(_departures(plan, context).values()) > 20
    made = _departures(bounded(plan, context, Departed()), context)
    assert set(made.values()) == {MOST_DEPARTURES}


def test_those_that_gain_most_are_made() -> None:
    """A deep valley in the afternoon is worth more than a flat one in the morning."""
    prices = [0.40, 0.25] * 12 + [0.40, 0.05] * 6 + [0.40] * 92
    context = _context(prices, soc=20.0)
    mine = bounded(_restless(context), context, Departed())
    charged = [step.start for step in mine.steps if step.action is Action.CHARGE]
    assert sum(start >= context.moment + 6 * HOUR for start in charged) >= MOST_DEPARTURES - 1


def test_the_seventh_is_not_made() -> None:
    """Auto goes on, by name of the reason, and the next day has six again."""
    context = _context(_ZIGZAG)
    mine = bounded(_restless(context), context, Departed(MOST_DEPARTURES))
    today = context.now.date()
    assert _departures(mine, context) == {today + DAY: MOST_DEPARTURES}
    left_out = [step for step in mine.steps if step.reason is Reason.DEPARTURES_USED]
    assert left_out
    assert {step.action for step in left_out} == {Action.AUTO}
    assert all(step.expected_soc is None for step in mine.steps if step.start >= left_out[0].start)


def test_the_one_that_runs_goes_on() -> None:
    """The sixth is not cut short by having been made."""
    context = _context([0.1] * 4 + [0.4, 0.1] * 40)
    plan = _restless(context)
    assert plan.steps[0].action is not Action.AUTO
    assert bounded(plan, context, Departed(MOST_DEPARTURES, is_away=True)).steps[0] == plan.steps[0]
    assert bounded(plan, context, Departed(MOST_DEPARTURES)).steps[0].action is Action.AUTO


@pytest.mark.parametrize("passed", [2, 4, 6])
def test_a_plan_that_stands_for_a_while(passed: int) -> None:
    """What of it is over was counted when it was carried out: the one that runs is not cut short."""
    before = _context([0.1, 0.4] * 64)
    plan = _restless(before)
    now = before.now + passed * _QUARTER
    context = replace(before, now=now, periods=before.periods[passed:])
    running = plan.at(now)
    assert running is not None
    assert running.action is not Action.AUTO
    mine = bounded(plan, context, Departed(MOST_DEPARTURES, is_away=True))
    assert mine.at(now) == running
    mine = bounded(plan, context, Departed(2, is_away=True))
    left = Timeline(tuple(step for step in mine.steps if step.end > context.moment))
    assert _departures(left, context, is_away=True)[now.date()] == MOST_DEPARTURES - 2


def test_a_floor_of_the_owner_is_no_price() -> None:
    """A battery that stands at its minimum in hours of Auto has not left it for a price."""
    start = _MORNING.astimezone(UTC)
    step = Step(start, start + HOUR, Action.AUTO, Reason.PEAK_HOURS, floor=20.0)
    assert not is_bounded(step)
    assert is_bounded(replace(step, reason=Reason.NOW_WORTH_MORE))
    assert is_bounded(replace(step, action=Action.HOLD))


def test_nights_are_never_refused() -> None:
    """A refused hold of the evening ends at 22:00, when the night begins."""
    context = _context([0.4, 0.1] * 20 + [0.1] * 60, hour=6)
    plan = _restless(context)
    mine = bounded(plan, context, Departed(MOST_DEPARTURES))
    night = paris("2026-11-18 22:00")
    for moment in (night, night + HOUR, night + 7 * HOUR):
        before, after = plan.at(moment), mine.at(moment)
        assert before is not None
        assert after is not None
        assert (after.action, after.reason) == (before.action, before.reason)


def test_what_a_step_gains() -> None:
    """The figures of its reason tell it."""
    plan = _restless(_context([0.4] * 8 + [0.2] * 8 + [0.4] * 80, soc=20.0))
    charge = next(step for step in plan.steps if step.action is Action.CHARGE)
    gain = gain_per_kwh(charge)
    assert gain is not None
    assert 0.05 < gain < 0.2
    assert gain_per_kwh(next(s for s in plan.steps if s.action is Action.AUTO)) is None


@pytest.mark.parametrize(
    ("made", "away", "departed"),
    [
        ({}, "", Departed()),
        ({"a": 2, "b": 1}, "", Departed(2)),
        ({"a": 2, "b": 1}, "b", Departed(2, is_away=True)),
        ({"a": 6, "b": 1}, "a", Departed(6, is_away=True)),
        ({"a": 6, "b": 1}, "b", Departed(6)),
        ({"a": 6, "b": 6}, "ab", Departed(6, is_away=True)),
    ],
)
def test_departures_of_several_batteries(
    made: dict[str, int], away: str, departed: Departed
) -> None:
    """The most of one counts, and to go on is free unless one in Auto has none left to follow."""
    assert Departed.of(made, away) == departed


def test_what_is_a_departure() -> None:
    """An order that takes a battery out of Auto by day for a price."""

    def counts(was_away: bool, is_away: bool, is_for_price: bool = True, hour: int = 12) -> bool:
        local = paris(f"2026-11-18 {hour:02}:00")
        return is_departure(local, is_for_price=is_for_price, was_away=was_away, is_away=is_away)

    assert counts(False, True)
    assert not counts(True, True)
    assert not counts(True, False)
    assert not counts(False, True, is_for_price=False)
    assert [counts(False, True, hour=hour) for hour in (5, 6, 21, 22)] == [False, True, True, False]


@thorough
@given(
    st.lists(st.floats(-0.2, 0.8), min_size=20, max_size=128),
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from([0.0, 3000.0]),
    st.integers(0, 23),
    st.floats(12, 100),
)
def test_any_prices(
    prices: list[float], today: int, is_away: bool, pv: float, hour: int, soc: float
) -> None:
    """Never more than six a day with those that were made; the plan is whole, and nights are as before."""
    context = _context(prices, pv=pv, hour=hour, soc=soc)
    plan = _restless(context)
    mine = bounded(plan, context, Departed(today, is_away))
    assert (mine.steps[0].start, mine.steps[-1].end) == (plan.steps[0].start, plan.steps[-1].end)
    assert all(before.end == after.start for before, after in pairwise(mine.steps))
    for day, made in _departures(mine, context, is_away=is_away).items():
        assert made <= max(0, MOST_DEPARTURES - (today if day == context.now.date() else 0))
    for step in mine.steps:
        was = plan.at(step.start)
        assert was is not None
        if step.action is not was.action:
            assert is_by_day(step.start.astimezone(context.now.tzinfo))
            assert is_bounded(was)
            assert step.reason is Reason.DEPARTURES_USED


@thorough
@given(contexts(), st.integers(0, 9))
def test_red_eves_and_peak_hours_stay(context: Context, today: int) -> None:
    """With any tariff: no charge before a red day is left out, and nothing else is ever put in."""
    plan = _restless(context)
    mine = bounded(plan, context, Departed(today))
    for step in mine.steps:
        was = plan.at(step.start)
        assert was is not None
        if was.reason in (Reason.RED_TOMORROW, Reason.RED_POSSIBLE, Reason.PEAK_HOURS):
            assert step.action is was.action
