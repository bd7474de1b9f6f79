"""Count of departures from Auto: none twice, and one battery in Auto cuts no hold of another short."""

from collections import Counter
import datetime as dt

from hypothesis import given, strategies as st

from custom_components.marstek.battery.mode_requests import AUTO, BatteryCommand
from custom_components.marstek.plan.control_memory import ControlMemory
from custom_components.marstek.plan.departure_counter import DepartureCounter
from custom_components.marstek.planner import MOST_DEPARTURES, Action, Departed, Override
from custom_components.marstek.stored import StoredPart

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

    def interrupt(self, key: str, at: dt.datetime = _NOON) -> None:
        """Have others command a battery."""
        self.counter.interrupted(key, at.date())
        self.memory.orders.pop(key, None)

    def departed(self, keys: str = "a", *, days: int = 0) -> Departed:
        """Return what the planner is told."""
        return self.counter.departed(keys, _TODAY + days * _DAY)


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


def test_a_battery_that_others_command_leaves_nothing() -> None:
    """It was out of Auto before a person or a peak took it, and goes on standing still after that."""
    home = _Counted()
    home.obeys("a", _HOLD)
    home.interrupt("a")
    # Noted at the command's start and again at its end, with a restart in between.
    home.interrupt("a")
    home.memory = ControlMemory.restore(StoredPart(home.memory.store()))
    assert home.departed() == Departed(1, is_away=True)
    home.obeys("a", _HOLD, AUTO, _HOLD)
    assert home.departed() == Departed(2, is_away=True)
    home.obeys("b", AUTO)
    home.interrupt("b")
    home.obeys("b", _HOLD)
    assert home.memory.departures.days == {_TODAY: {"a": 2, "b": 1}}


def test_a_hold_that_a_person_overrides() -> None:
    """Auto by an override is no end of the hold; that it is then wanted no more is one."""
    home = _Counted()
    home.obeys("a", _HOLD)
    home.memory.overrides.append(Override(Action.AUTO, _NOON + _DAY))
    home.obeys("a", AUTO, is_bounded=False)
    home.counter.ordered("a", AUTO)
    home.memory.overrides.clear()
    home.counter.ordered("a", None)
    home.obeys("a", _HOLD)
    assert home.departed() == Departed(1, is_away=True)
    home.memory.overrides.append(Override(Action.AUTO, _NOON + _DAY))
    home.obeys("a", AUTO, is_bounded=False)
    home.memory.overrides.clear()
    home.counter.ordered("a", AUTO)
    assert home.departed() == Departed(1)
    home.obeys("a", _HOLD)
    assert home.departed() == Departed(2, is_away=True)


def test_an_interruption_of_another_day() -> None:
    """A hold of the next day is another one."""
    home = _Counted()
    home.obeys("a", _HOLD)
    home.interrupt("a")
    home.obeys("a", _HOLD, at=_NOON + _DAY)
    assert home.departed(days=1) == Departed(1, is_away=True)


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
    home.memory.departures.days[_TODAY]["b"] = MOST_DEPARTURES
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


@given(st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=120))
def test_a_clock_that_is_set(steps: list[tuple[int, bool]]) -> None:
    """No local day has more than six, whichever way the clock jumps and whenever all restarts."""
    home, made = _Counted(), Counter[int]()
    for days, is_restart in steps:
        if is_restart:
            home.memory = ControlMemory.restore(StoredPart(home.memory.store()))
        if home.departed(days=days).today < MOST_DEPARTURES:
            home.obeys("a", _HOLD, AUTO, at=_NOON + days * _DAY)
            made[days] += 1
        assert home.departed(days=days).today == made[days] <= MOST_DEPARTURES


def test_a_clock_that_was_years_ahead() -> None:
    """It spends no departures of today, nor of the days that come."""
    home = _Counted()
    home.obeys("a", *[AUTO, _HOLD] * MOST_DEPARTURES, AUTO, at=_NOON + 2000 * _DAY)
    assert home.departed() == home.departed(days=1) == Departed()
