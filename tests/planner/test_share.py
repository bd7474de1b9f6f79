"""Who charges when: in turn, within what the house leaves, done in time, and seldom changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.marstek.planner import (
    Action,
    Allocation,
    BatteryState,
    House,
    Override,
    Reason,
    Step,
    budget,
    energy_to,
    is_complete,
    share,
)
from tests.planner.home import HOUR, MINUTE, bank, paris
from tests.support.examples import thorough

START = paris("2026-01-13 22:05")
END = paris("2026-01-14 05:45")
NIGHT = Step(START, END, Action.CHARGE, Reason.RED_TOMORROW, target=100)
BIG = House(9000, 300)
HOLD = Allocation(Action.HOLD)
LEAST = 200


def charging(orders: Mapping[str, Allocation]) -> dict[str, int]:
    """Return the W of those that charge."""
    return {name: o.power for name, o in orders.items() if o.action is Action.CHARGE}


@dataclass
class Night:
    """A night in which batteries do what they are told, minute after minute."""

    batteries: tuple[BatteryState, ...]
    house: House
    step: Step = NIGHT
    now: datetime = START
    orders: Mapping[str, Allocation] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)
    writes: int = 0
    most_at_once: int = 0

    def ask(self) -> Mapping[str, Allocation]:
        """Ask for orders and follow them."""
        since = {name: self.now - moment for name, moment in self.changed.items()}
        orders = share(self.step, self.batteries, self.house, self.now, END, self.orders, since)
        for name, order in orders.items():
            if order != self.orders.get(name):
                self.changed[name] = self.now
                self.writes += 1
        self.orders = orders
        self.most_at_once = max(self.most_at_once, len(charging(orders)))
        return orders

    def run(self, until: datetime = END, every: timedelta = MINUTE) -> None:
        """Let time go by."""
        while self.now < until:
            orders = self.ask()
            span = min(every, until - self.now)
            self.batteries = tuple(
                _after(battery, orders[battery.id], span) for battery in self.batteries
            )
            self.now += span


def _after(battery: BatteryState, order: Allocation, span: timedelta) -> BatteryState:
    if order.action is not Action.CHARGE or not battery.is_reachable:
        return battery
    assert order.target is not None
    stored = order.power * (span / HOUR) * 1.6 / 1.8
    soc = battery.soc_or_empty + 100 * stored / battery.capacity
    return replace(battery, soc=min(order.target, soc))


def test_one_after_the_other_when_there_is_time() -> None:
    """Two batteries at half: the emptier first, at 1,000 W."""
    night = Night(bank(60, 40), BIG)
    assert charging(night.ask()) == {"1": 1000}
    night.run()
    assert [battery.soc for battery in night.batteries] == [100, 100]
    assert night.most_at_once == 1
    # Hold, charge and hold for each.
    assert night.writes <= 5


def test_several_at_once_when_turns_do_not_suffice() -> None:
    """Three empty ones need two turns at once, and more."""
    night = Night(bank(12, 12, 12), BIG)
    night.run()
    assert [battery.soc for battery in night.batteries] == [100, 100, 100]
    assert night.most_at_once > 1


def test_the_one_that_charges_goes_on() -> None:
    """Although another is emptier by now."""
    before = {"0": Allocation(Action.CHARGE, 1000, 100), "1": HOLD}
    orders = share(NIGHT, bank(80, 60), BIG, START, END, before, {})
    assert orders == before


def test_little_time_takes_more_power() -> None:
    """Two hours before the end the emptiest gets all it can take; the others take turns."""
    orders = share(NIGHT, bank(12, 50, 95), BIG, END - 2 * HOUR, END, {}, {})
    powers = charging(orders)
    assert powers["0"] == 2500
    assert powers["1"] == pytest.approx(1650, abs=50)


def test_the_socket_limits() -> None:
    """800 W are 800 W."""
    night = Night(bank(12, 12, max_charge=800), BIG)
    assert set(charging(night.ask()).values()) == {800}
    night.run()
    assert [battery.soc for battery in night.batteries] == [100, 100]


def test_without_a_reading_little_is_drawn() -> None:
    """35 % of 6 kVA: one battery at a time, or two at 1,000 W."""
    assert budget(House(6000)) == 2100
    orders = share(NIGHT, bank(12, 12, 12), House(6000), START, END, {}, {})
    assert sorted(charging(orders).values()) == [1000, 1088]


def test_a_small_budget() -> None:
    """One charges with what there is; with next to nothing none does."""
    assert charging(share(NIGHT, bank(12, 12), House(6000, 5000), START, END, {}, {})) == {"0": 700}
    assert not charging(share(NIGHT, bank(12, 12), House(6000, 5600), START, END, {}, {}))


def test_trimmed_at_once() -> None:
    """However young the order is, when the house draws more."""
    night = Night(bank(12, 12, 12), House(9000, 3000))
    drawn = sum(charging(night.ask()).values())
    assert drawn > 2000
    night.now += MINUTE
    night.house = House(9000, 7000)
    assert sum(charging(night.ask()).values()) <= 1550
    trimmed = dict(night.orders)
    night.now += MINUTE
    night.house = House(9000, 3000)
    assert night.ask() == trimmed
    night.now += 5 * MINUTE
    assert sum(charging(night.ask()).values()) > 2000


def test_small_changes_are_not_worth_a_write() -> None:
    """100 W more is none; 100 W too much is a cut of 200."""
    batteries, before = bank(12), {"0": Allocation(Action.CHARGE, 1900, 100)}
    since = {"0": HOUR}
    later = END - 3 * HOUR
    assert share(NIGHT, batteries, BIG, later, END, before, since) == before
    over = share(NIGHT, batteries, House(6000, 3900), later, END, before, since)
    assert charging(over) == {"0": 1700}


def test_one_that_does_not_answer_goes_on_charging() -> None:
    """So its power is not given to another."""
    dark, other = bank(40, 40)
    dark = replace(dark, is_reachable=False)
    house = House(6000)
    before = {"0": Allocation(Action.CHARGE, 2000, 100), "1": HOLD}
    orders = share(NIGHT, (dark, other), house, START, END, before, {})
    assert orders == before
    fresh = share(NIGHT, (dark, other), house, START, END, {}, {})
    assert fresh["0"] == HOLD
    assert fresh["1"].power == 1000


def test_those_at_their_target_hold_at_once() -> None:
    """Be the order young or not; who has had enough does not begin again."""
    full, almost, unknown = bank(100, 98, None)
    before = dict.fromkeys("012", Allocation(Action.CHARGE, 1000, 100))
    since = dict.fromkeys("012", MINUTE)
    almost = replace(almost, is_complete=True)
    orders = share(NIGHT, (full, almost, unknown), BIG, START, END, before, since)
    assert (orders["0"], orders["1"]) == (HOLD, HOLD)
    assert orders["2"].power == 1000


def test_the_deadline_is_one() -> None:
    """After it nothing is charged, whatever was."""
    before = {"0": Allocation(Action.CHARGE, 1000, 100)}
    for orders, age in (({}, {}), (before, {}), (before, {"0": MINUTE})):
        assert share(NIGHT, bank(12), BIG, END, END, orders, age) == {"0": HOLD}


def test_the_night_when_clocks_change() -> None:
    """From 01:30 to 03:30 it is one hour in March."""
    now, end = paris("2026-03-29 01:30"), paris("2026-03-29 03:30")
    orders = share(NIGHT, bank(70), BIG, now, end, {}, {})
    # 1,728 Wh in an hour.
    assert orders["0"].power > 1700


@pytest.mark.parametrize(
    ("action", "soc", "expected"),
    [
        (Action.AUTO, 50, Allocation(Action.AUTO, floor=20)),
        (Action.AUTO, 20, HOLD),
        (Action.AUTO, None, Allocation(Action.AUTO, floor=20)),
        (Action.HOLD, 50, HOLD),
        (Action.DISCHARGE, 50, Allocation(Action.DISCHARGE, 2500, floor=20)),
        (Action.DISCHARGE, 20, HOLD),
    ],
)
def test_other_steps(action: Action, soc: float | None, expected: Allocation) -> None:
    """All do the same, down to the floor."""
    step = Step(START, END, action, Reason.OVERRIDE, floor=20, battery_power=3000)
    assert share(step, bank(soc), BIG, START, END, {}, {}) == {"0": expected}


def test_a_floor_is_not_left_for_one_percent() -> None:
    """A battery that is held there stays until it clearly has more."""
    step = Step(START, END, Action.AUTO, Reason.SOLAR_NIGHT, floor=20)
    for soc, action in ((21, Action.HOLD), (23, Action.AUTO)):
        orders = share(step, bank(soc), BIG, START, END, {"0": HOLD}, {})
        assert orders["0"].action is action


def test_by_hand_all_at_once() -> None:
    """A person's power is taken as it is, as far as the house allows."""
    step = Step(START, END, Action.CHARGE, Reason.OVERRIDE, target=90, battery_power=1500)
    assert charging(share(step, bank(50, 50, 90), BIG, START, END, {}, {})) == {
        "0": 1500,
        "1": 1500,
    }
    tight = share(step, bank(50, 50), House(6000), START, END, {}, {})
    assert charging(tight) == {"0": 1500, "1": 600}


def test_by_hand_for_one() -> None:
    """The others go on, and get what is left."""
    by_owner = Override(Action.DISCHARGE, END, 700, floor=30, batteries=frozenset({"1"}))
    step = replace(NIGHT, exceptions=(by_owner,))
    orders = share(step, bank(50, 50), BIG, START, END, {}, {})
    assert orders == {
        "0": Allocation(Action.CHARGE, 1000, 100),
        "1": Allocation(Action.DISCHARGE, 700, floor=30),
    }


@pytest.mark.parametrize(
    ("soc", "target", "minutes", "complete"),
    [
        (100, 100, 0, True),
        (99, 100, 14, False),
        (97, 100, 15, True),
        (96, 100, 60, False),
        (90, 90, 0, True),
        (None, 100, 60, False),
    ],
)
def test_completion(soc: float | None, target: float, minutes: int, complete: bool) -> None:
    """At its target, or nearly full and idle."""
    assert is_complete(soc, target, minutes * MINUTE) is complete


_SOC = st.floats(12, 100) | st.none()
_BATTERIES = st.lists(
    st.tuples(_SOC, st.sampled_from([800, 1500, 2500]), st.sampled_from([2080.0, 5120.0])),
    min_size=1,
    max_size=6,
).map(
    lambda made: tuple(
        BatteryState(str(i), soc, capacity, max_charge=most)
        for i, (soc, most, capacity) in enumerate(made)
    )
)
_HOUSES = st.builds(
    House, st.sampled_from([3000, 6000, 9000, 12000, 36000]), st.none() | st.integers(-3000, 9000)
)
_LEFT = st.timedeltas(timedelta(minutes=1), 9 * HOUR)


def _feasible(batteries: Sequence[BatteryState], house: House, left: timedelta) -> bool:
    """Tell whether all can be full in time, with some of the time to spare."""
    hours = left / HOUR * 0.85
    needs = [energy_to(battery, 100) for battery in batteries]
    return sum(needs) <= budget(house) * hours and all(
        need <= battery.max_charge * hours for need, battery in zip(needs, batteries, strict=True)
    )


@thorough
@given(_BATTERIES, _HOUSES, _LEFT)
def test_fresh_orders_keep_the_limits(
    batteries: tuple[BatteryState, ...], house: House, left: timedelta
) -> None:
    """Together within the budget, each within its own, and efficient where there is room."""
    powers = charging(share(NIGHT, batteries, house, END - left, END, {}, {}))
    assert sum(powers.values()) <= budget(house)
    for battery in batteries:
        power = powers.get(battery.id, 0)
        assert power <= battery.max_charge
        assert not power or power >= LEAST
        if battery.soc == 100:
            assert not power
    weak = [b for b in batteries if 0 < powers.get(b.id, 0) < min(1000, b.max_charge)]
    needed = sum(energy_to(battery, 100) for battery in batteries) / (left / HOUR * 0.95)
    if weak and len(powers) > 1:
        # Only where the budget leaves the others no turn, or there is nothing more to bring.
        assert needed > budget(house) - 1000 or sum(powers.values()) <= needed + 1
    if needed <= 1000 and len(batteries) == 1 and powers and budget(house) >= 1000:
        assert powers["0"] == min(1000, batteries[0].max_charge)


@pytest.mark.exhaustive
@thorough
@given(_BATTERIES, _HOUSES, st.timedeltas(HOUR, 7 * HOUR))
def test_done_in_time_where_it_can_be(
    batteries: tuple[BatteryState, ...], house: House, left: timedelta
) -> None:
    """Whatever is physically possible within the budget gets done, with few writes."""
    assume(_feasible(batteries, house, left))
    night = Night(batteries, house, now=END - left)
    night.run()
    for battery in night.batteries:
        assert battery.soc_or_empty > 99
    assert night.writes <= 8 * len(batteries)


@pytest.mark.exhaustive
@thorough
@given(st.lists(st.floats(12, 99), min_size=2, max_size=6))
def test_one_at_a_time_when_one_suffices(states: list[float]) -> None:
    """As long as all turns together take no longer than the night."""
    batteries = bank(*states)
    assume(sum(energy_to(battery, 100) for battery in batteries) < 7000)
    night = Night(batteries, BIG)
    night.run()
    assert night.most_at_once == 1
    assert all(battery.soc == 100 for battery in night.batteries)


_POWERS = st.lists(st.integers(-1000, 9500) | st.none(), min_size=20, max_size=60)


@pytest.mark.exhaustive
@thorough
@given(_BATTERIES, st.sampled_from([3000, 6000, 9000]), _POWERS)
def test_orders_stand_while_they_can(
    batteries: tuple[BatteryState, ...], subscribed: int, readings: list[int | None]
) -> None:
    """Whatever the house draws: never too much, and changed rarely and by whole steps."""
    night = Night(batteries, House(subscribed))
    for reading in readings:
        night.house = House(subscribed, reading)
        before, ages = night.orders, {n: night.now - at for n, at in night.changed.items()}
        drawn = sum(charging(before).values())
        orders = night.ask()
        assert sum(charging(orders).values()) <= budget(night.house)
        is_over = drawn > budget(night.house)
        for battery in night.batteries:
            last, order = before.get(battery.id), orders[battery.id]
            if last is None or order == last or not energy_to(battery, 100):
                continue
            assert abs(order.power - last.power) >= LEAST
            assert ages[battery.id] >= 5 * MINUTE or (is_over and order.power < last.power)
        night.batteries = tuple(_after(b, orders[b.id], MINUTE) for b in night.batteries)
        night.now += MINUTE


GENTLE = replace(NIGHT, is_gentle=True, battery_power=1250)


def test_less_power_at_the_top() -> None:
    """From 90 % on 800 W, with one write for it."""
    night = Night(bank(60), BIG, GENTLE)
    powers = set[int]()
    while night.now < END:
        soc = night.batteries[0].soc
        night.run(night.now + MINUTE)
        power = night.orders["0"].power
        assert soc is not None
        if power and soc >= 90:
            # Not in the first minutes, in which an order stands.
            powers.add(power)
    assert powers == {800}
    assert night.batteries[0].soc == 100
    # Charge, less of it, hold.
    assert night.writes == 3


def test_no_less_power_by_hand_or_unasked() -> None:
    """What a person wants is what is sent."""
    by_hand = replace(GENTLE, reason=Reason.OVERRIDE)
    for step in (by_hand, replace(GENTLE, is_gentle=False)):
        assert charging(share(step, bank(92), BIG, START, END, {}, {})) == {"0": 1250}
    assert charging(share(GENTLE, bank(92), BIG, START, END, {}, {})) == {"0": 800}


def test_a_reading_that_falls_back_changes_nothing() -> None:
    """One that charges gently goes on so at 89 %."""
    before = {"0": Allocation(Action.CHARGE, 800, 100)}
    assert share(GENTLE, bank(89), BIG, START, END, before, {"0": HOUR}) == before


def test_time_goes_first() -> None:
    """In the last half hour that suffices at 800 W, the usual power is back."""
    early = share(GENTLE, bank(91), BIG, END - 2 * HOUR, END, {}, {})
    late = share(GENTLE, bank(91), BIG, END - HOUR, END, {}, {})
    assert (charging(early), charging(late)) == ({"0": 800}, {"0": 1250})


@pytest.mark.exhaustive
@thorough
@given(
    st.lists(st.floats(12, 99), min_size=1, max_size=6),
    st.sampled_from([3000, 6000, 9000]),
    st.timedeltas(HOUR, 7 * HOUR),
    st.sampled_from([None, 700, 1250, 2500]),
)
def test_gentle_is_never_less(
    states: list[float], subscribed: int, left: timedelta, power: int | None
) -> None:
    """Where batteries get full in time, gently charged ones do, with a write more for each.

    Two more where time gets short.
    """
    ends: list[list[float]] = []
    writes: list[int] = []
    for is_gentle in (False, True):
        step = replace(NIGHT, is_gentle=is_gentle, battery_power=power)
        night = Night(bank(*states), House(subscribed, 300), step, now=END - left)
        night.run(every=2 * MINUTE)
        ends.append([battery.soc_or_empty for battery in night.batteries])
        writes.append(night.writes)
    assume(all(soc >= 99.9 for soc in ends[0]))
    assert all(soc >= 99.9 for soc in ends[1])
    assert writes[1] <= writes[0] + 2 * len(states)
