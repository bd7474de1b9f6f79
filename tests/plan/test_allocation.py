"""Orders of a step by day: who stands still at a floor does so by one bounded slot."""

import datetime as dt

import pytest

from custom_components.marstek.battery.mode_requests import AUTO, BatteryCommand
from custom_components.marstek.plan.allocation import Allocations
from custom_components.marstek.planner import Action, BatteryState, House, Reason, Step, Timeline
from tests.planner.home import HOUR, paris

_NOON = paris("2026-11-18 12:00").astimezone(dt.UTC)


def _step(hour: int, action: Action, floor: float | None = None) -> Step:
    reason = Reason.NOW_WORTH_MORE if action is Action.AUTO else Reason.LATER_WORTH_MORE
    return Step(_NOON + hour * HOUR, _NOON + (hour + 1) * HOUR, action, reason, floor=floor)


# Auto ends a hold; its slot lasts longer, as most plans prolong it.
_BEYOND = 2 * HOUR


def _order(steps: tuple[Step, ...], soc: float) -> BatteryCommand:
    """Return the order of a battery, at the start of the first step and outside of the night."""
    zone = paris("2026-11-18 12:00").tzinfo
    assert zone is not None
    batteries = (BatteryState("a", soc, 5120.0),)
    orders = Allocations(lambda: 0.0).make(
        Timeline(steps), steps[0], batteries, House(6000, 300.0), _NOON, None, zone
    )
    return orders["a"]


@pytest.mark.parametrize(
    ("following", "hours"),
    [
        ((Action.HOLD, None), 2),
        ((Action.AUTO, 50.0), 2),
        ((Action.AUTO, 30.0), 1),
        ((Action.AUTO, None), 1),
    ],
)
def test_a_floor_is_kept_by_a_slot(following: tuple[Action, float | None], hours: int) -> None:
    """It ends by itself, after the hours in which the battery would not serve: never a Passive."""
    steps = (_step(0, Action.AUTO, 40.0), _step(1, *following), _step(2, Action.AUTO))
    order = _order(steps, 40.0)
    assert order.power == 0
    assert order.window is not None
    assert order.window.end == _NOON + hours * HOUR + _BEYOND
    assert _order(steps, 60.0) == AUTO


def test_a_hold_ends_where_a_battery_may_serve() -> None:
    """Down to a floor it might, so that its slot does not go on."""
    order = _order((_step(0, Action.HOLD), _step(1, Action.AUTO, 40.0)), 60.0)
    assert order.window is not None
    assert order.window.end == _NOON + HOUR + _BEYOND
