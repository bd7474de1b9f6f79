"""Count of departures from Auto: none twice, and one battery in Auto cuts no hold of another short."""

import datetime as dt

import pytest

from custom_components.marstek.battery.mode_requests import AUTO, BatteryCommand
from custom_components.marstek.plan.control_memory import ControlMemory
from custom_components.marstek.plan.departure_counter import DepartureCounter
from custom_components.marstek.planner import MOST_DEPARTURES, Action, Departed, Override

_NOON = dt.datetime(2026, 11, 17, 12, tzinfo=dt.UTC)
_TODAY = _NOON.date()
_DAY = dt.timedelta(days=1)
_HOLD = BatteryCommand(0)


class _Counted:
    """A counter with the memory that it counts in."""

    def __init__(self) -> None:
        self.memory = ControlMemory()
        self.counter = DepartureCounter(lambda: self.memory)

    def obeys(
        self, key: str, *orders: BatteryCommand, at: dt.datetime = _NOON, is_bounded: bool = True
    ) -> None:
        """Have orders carried out, as the plan stores them."""
        for order in orders:
            self.counter.carried_out(key, order, at, is_bounded=is_bounded)
            self.memory.orders[key] = order

    def departed(self, keys: str = "a", *, days: int = 0, is_settling: bool = False) -> Departed:
        """Return what the planner is told."""
        return self.counter.departed(keys, _TODAY + days * _DAY, is_settling=is_settling)


def test_what_counts() -> None:
    """Leaving Auto by day for a price; not to go on, nor by night, nor for anything else."""
    home = _Counted()
    home.obeys("a", AUTO, _HOLD, _HOLD, BatteryCommand(-1000, until=_NOON + _DAY))
    assert home.departed() == Departed(1, is_away=True)
    home.obeys("a", AUTO)
    assert home.departed() == Departed(1)
    home.obeys("a", _HOLD, AUTO, at=_NOON.replace(hour=23))
    home.obeys("a", _HOLD, AUTO, is_bounded=False)
    home.obeys("a", BatteryCommand(None, is_ai=True), AUTO)
    assert home.departed() == Departed(1)
    assert home.departed(days=1) == Departed()


def test_a_battery_that_is_lent_leaves_nothing() -> None:
    """It was out of Auto before it cut a peak, and goes on standing still after it."""
    home = _Counted()
    home.obeys("a", _HOLD)
    home.counter.lent("a")
    home.memory.orders.pop("a")
    assert home.departed() == Departed(1, is_away=True)
    home.obeys("a", _HOLD, AUTO, _HOLD)
    assert home.departed() == Departed(2, is_away=True)
    home.obeys("b", AUTO)
    home.counter.lent("b")
    home.memory.orders.pop("b")
    home.obeys("b", _HOLD)
    assert home.memory.departures.made == {"a": 2, "b": 1}


def _sixth() -> _Counted:
    home = _Counted()
    home.obeys("a", *[AUTO, _HOLD] * MOST_DEPARTURES)
    return home


def test_one_that_cannot_follow_cuts_nothing_short() -> None:
    """The sixth hold of one goes on beside another that was never reached, or is a person's."""
    home = _sixth()
    assert home.departed("a") == Departed(MOST_DEPARTURES, is_away=True)
    home.memory.orders["b"] = AUTO
    assert home.departed("ab") == Departed(MOST_DEPARTURES, is_away=True)
    home.memory.departures.made["b"] = MOST_DEPARTURES
    assert home.departed("ab") == Departed(MOST_DEPARTURES)
    own = Override(Action.AUTO, _NOON + _DAY, batteries=frozenset("b"))
    home.memory.overrides.append(own)
    assert home.departed("ab") == Departed(MOST_DEPARTURES, is_away=True)
    home.memory.overrides.clear()
    home.memory.standing_back["b"] = _NOON + _DAY
    assert home.departed("ab") == Departed(MOST_DEPARTURES, is_away=True)
    home.memory.standing_back["a"] = _NOON + _DAY
    assert home.departed("ab") == Departed()


def test_a_battery_that_has_left_the_home() -> None:
    """It spends nothing of those that are left, nor does one that was added."""
    home = _sixth()
    home.obeys("b", AUTO, _HOLD, AUTO)
    assert home.departed("ab").today == MOST_DEPARTURES
    assert home.departed("b").today == 1
    assert home.departed("bc").today == 1


@pytest.mark.parametrize("is_settling", [False, True])
def test_a_day_that_was_never_there(is_settling: bool) -> None:
    """A clock that was set ahead for a moment spends no departures of the day that comes."""
    home = _Counted()
    home.obeys("a", *[AUTO, _HOLD] * MOST_DEPARTURES, at=_NOON + _DAY)
    assert home.departed(is_settling=is_settling).today == 0
    left = MOST_DEPARTURES if is_settling else 0
    assert home.departed(days=1).today == left
