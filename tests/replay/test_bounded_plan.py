"""Departures from Auto in a replay: six a day at most, counted as those of a home are."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import pytest

from custom_components.marstek.planner import (
    MOST_DEPARTURES,
    Action,
    Allocation,
    Context,
    Period,
    Reason,
    Step,
    Timeline,
    is_bounded,
)
from custom_components.marstek.planner.habits import Hour
from custom_components.marstek.replay import (
    HourlyContract,
    Recording,
    Replay,
    ReplayHome,
    ReplayStrategy,
    recording_of,
)
from custom_components.marstek.replay.bounded_plan import BoundedPlan
from custom_components.marstek.tempo import PARIS
from scripts.backtest_lib.home import PACK

_FIRST = date(2025, 11, 3)
_DAYS = 15
_HOUR = timedelta(hours=1)
_QUARTER = timedelta(minutes=15)
_MORNING = datetime(2025, 11, 3, 6, tzinfo=PARIS).astimezone(UTC)
_HOLD = {"0": Allocation(Action.HOLD)}
_AUTO: dict[str, Allocation] = {}


def _recorded() -> Recording:
    start = datetime.combine(_FIRST, time(), PARIS).astimezone(UTC)
    hours = [Hour(start + number * _HOUR, 800.0, 0.0) for number in range(24 * _DAYS + 1)]
    return recording_of(hours, _FIRST, _FIRST + timedelta(days=_DAYS - 1), PARIS)


@pytest.mark.parametrize("strategy", [ReplayStrategy.SIMPLE, ReplayStrategy.OPTIMISED])
def test_six_departures_a_day(strategy: ReplayStrategy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices that go up and down with each hour ask for eight by day."""
    made: dict[date, int] = {}
    away = False
    carried_out = BoundedPlan.carried_out

    def note(
        plan: BoundedPlan, step: Step, orders: Mapping[str, Allocation], moment: datetime
    ) -> None:
        nonlocal away
        was_away, away = away, any(each.action is not Action.AUTO for each in orders.values())
        local = moment.astimezone(PARIS)
        if away and not was_away and is_bounded(step) and 6 <= local.hour < 22:
            made[local.date()] = made.get(local.date(), 0) + 1
        carried_out(plan, step, orders, moment)

    monkeypatch.setattr(BoundedPlan, "carried_out", note)
    # The strategy itself would change less often.
    name = "custom_components.marstek.planner.optimised.steadied"
    monkeypatch.setattr(name, lambda steps, *_: tuple(steps))
    recording = _recorded()
    quarters = recording.quarters
    prices = [0.1 + 0.3 * (number % 2) for number in range(len(quarters) // 4 + 96)]
    contract = HourlyContract(quarters, prices, quarters.start, PARIS)
    home = ReplayHome((PACK,), PARIS, 19_200.0)
    replay = Replay(home, quarters, contract, strategy)
    replay.advance(range(len(quarters)))
    assert max(made.values()) == MOST_DEPARTURES


def _valleys(count: int = 20) -> tuple[Timeline, Context]:
    """Return holds of a quarter of an hour, each followed by one of Auto, from 6 o'clock on."""
    starts = [_MORNING + number * _QUARTER for number in range(2 * count)]
    steps = tuple(
        Step(start, start + _QUARTER, Action.AUTO, Reason.NOW_WORTH_MORE)
        if number % 2
        else Step(start, start + _QUARTER, Action.HOLD, Reason.LATER_WORTH_MORE)
        for number, start in enumerate(starts)
    )
    periods = (Period(_MORNING, _MORNING + 96 * _HOUR, is_off_peak=True, price=0.2),)
    return Timeline(steps), Context(_MORNING.astimezone(PARIS), periods)


def _lived(plan: BoundedPlan, quarters: range) -> list[Action]:
    """Return the actions of steps that are carried out at the middle of each quarter."""
    actions = []
    for number in quarters:
        moment = _MORNING + (number + 0.5) * _QUARTER
        step = plan.step(moment)
        plan.carried_out(step, _HOLD if step.action is Action.HOLD else _AUTO, moment)
        actions.append(step.action)
    return actions


def test_a_plan_made_anew_begins_no_new_count() -> None:
    """Each plan asks for more than six holds, and six are made of both together."""
    plan = BoundedPlan(["0"], PARIS)
    assert not plan.is_made
    with pytest.raises(ValueError, match="No plan"):
        plan.step(_MORNING)
    timeline, context = _valleys()
    plan.follow(timeline, context)
    actions = _lived(plan, range(8))
    plan.follow(timeline, context)
    actions += _lived(plan, range(8, 40))
    assert actions.count(Action.HOLD) == MOST_DEPARTURES


def test_to_go_on_is_no_departure() -> None:
    """A hold of the night that goes on by day, and the second of two in a row, cost nothing."""
    timeline, context = _valleys()
    plan = BoundedPlan(["0"], PARIS)
    night = Step(_MORNING - _HOUR, _MORNING, Action.HOLD, Reason.LATER_WORTH_MORE)
    plan.carried_out(night, _HOLD, _MORNING - _QUARTER)
    plan.follow(timeline, context)
    assert _lived(plan, range(40)).count(Action.HOLD) == MOST_DEPARTURES + 1


def test_the_next_day_has_its_own() -> None:
    """Six of the day before are gone with the night."""
    timeline, context = _valleys(200)
    plan = BoundedPlan(["0"], PARIS)
    plan.follow(timeline, context)
    assert _lived(plan, range(64)).count(Action.HOLD) == MOST_DEPARTURES
    assert _lived(plan, range(64, 96)).count(Action.HOLD) == 16
    assert _lived(plan, range(96, 160)).count(Action.HOLD) == MOST_DEPARTURES
