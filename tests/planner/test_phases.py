"""Who charges when in a home with three phases: no breaker of one is ever overloaded."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.marstek.planner import (
    Action,
    BatteryState,
    Context,
    House,
    Night as Night_,
    Options,
    Override,
    Period,
    Reason,
    Step,
    budget,
    energy_to,
    plan_simple,
    share,
)
from tests.planner.home import HOUR, MINUTE
from tests.planner.test_share import END, NIGHT, START, Night, charging
from tests.support.examples import thorough

PHASES = ("l1", "l2", "l3")
QUIET = dict.fromkeys(PHASES, 100.0)


def on(
    phase: str | None, name: str = "a", *, soc: float = 12.0, capacity: float = 5120.0
) -> BatteryState:
    """Return a battery on a phase, empty unless said otherwise."""
    return BatteryState(name, soc, capacity, phase=phase)


def three(subscribed: int = 9000, **phases: float | None) -> House:
    """Return a house with three phases, of which 100 W are drawn unless said otherwise."""
    drawn = {**QUIET, **phases}
    known = [power for power in drawn.values() if power is not None]
    return House(subscribed, sum(known) if len(known) == len(PHASES) else None, drawn)


def powers_on(batteries: tuple[BatteryState, ...], powers: Mapping[str, int]) -> dict[str, int]:
    """Return the W that batteries draw on each phase; those on an unknown one count on each."""
    return {
        phase: sum(powers.get(each.id, 0) for each in batteries if each.phase in (phase, None))
        for phase in PHASES
    }


def limit(house: House, phase: str) -> int:
    """Return the W that batteries may draw on a phase."""
    return budget(House(house.subscribed // 3, house.phases[phase]))


def test_an_unread_house_of_9_kva_spares_the_breaker_of_one_phase() -> None:
    """35 % of 9 kVA would be more than the third of it that one phase has to spare."""
    battery = on("l1")
    one = share(NIGHT, (battery,), House(9000), END - HOUR, END, {}, {})
    assert charging(one) == {"a": 2500}
    house = House(9000, None, dict.fromkeys(PHASES))
    assert charging(share(NIGHT, (battery,), house, END - HOUR, END, {}, {})) == {"a": 1050}


def test_a_phase_that_is_in_use_leaves_its_batteries_less() -> None:
    """The others are none of its business."""
    batteries = (on("l1", "a"), on("l2", "b"))
    powers = charging(share(NIGHT, batteries, three(l1=2500), END - 3 * HOUR, END, {}, {}))
    assert powers["a"] == 350
    assert powers["b"] >= 1000


def test_in_turn_where_the_night_is_long_enough() -> None:
    """Phases are no reason to charge all at once."""
    night = Night((on("l1", "a", soc=60), on("l2", "b", soc=60)), three())
    night.run()
    assert night.most_at_once == 1
    assert all(battery.soc == 100 for battery in night.batteries)


def test_phases_charge_beside_one_another_where_it_is_not() -> None:
    """Three empty batteries in three hours, each within its third."""
    night = Night(tuple(on(phase, phase) for phase in PHASES), three(), now=END - 3 * HOUR)
    night.run()
    assert night.most_at_once == 3
    assert all(battery.soc_or_empty > 99 for battery in night.batteries)


def test_nobody_knows_the_phase() -> None:
    """It is taken for the one in which most is on, and counts on all."""
    batteries = (on(None, "a"), on("l2", "b"))
    powers = charging(share(NIGHT, batteries, three(l3=2000), END - 2 * HOUR, END, {}, {}))
    assert powers["a"] <= 850
    assert powers["a"] + powers.get("b", 0) <= 2750


def test_an_order_of_a_person_keeps_the_limit_of_the_phase() -> None:
    """A person may charge when prices are high, but not with more than the breaker bears."""
    step = Step(START, END, Action.CHARGE, Reason.OVERRIDE, target=100, battery_power=2500)
    house = House(9000, None, dict.fromkeys(PHASES))
    powers = charging(share(step, (on("l1"),), house, START, END, {}, {}))
    assert powers == {"a": 1050}


def test_an_order_for_one_battery_keeps_it_too() -> None:
    """An exception from the step is bounded like the step."""
    override = Override(Action.CHARGE, END, 2500, 100, batteries=frozenset({"a"}))
    step = Step(START, END, Action.AUTO, Reason.PEAK_HOURS, exceptions=(override,))
    powers = charging(share(step, (on("l1"), on("l1", "b")), three(l1=2000), START, END, {}, {}))
    assert powers == {"a": 850}


def test_a_silent_battery_keeps_its_power_on_its_own_phase() -> None:
    """It may well go on charging; batteries on another phase don't mind."""
    silent = replace(on("l1", "a"), is_reachable=False)
    batteries = (silent, on("l1", "b"), on("l2", "c"))
    before = share(NIGHT, (on("l1", "a"),), three(), END - HOUR, END, {}, {})
    powers = charging(share(NIGHT, batteries, three(), END - HOUR, END, before, {"a": 10 * MINUTE}))
    assert powers["a"] == 2500
    assert powers["b"] == 250
    assert powers["c"] == 2500


def test_the_plan_expects_what_the_phases_allow() -> None:
    """Two batteries on one phase of 9 kVA: 2,850 W together at most, not 5,000."""
    periods = (
        Period(START, END, is_off_peak=True, price=0.1),
        Period(END, END + 16 * HOUR, is_off_peak=False, price=0.3),
    )
    batteries = (on("l1", "a", capacity=20000), on("l1", "b", capacity=20000))
    options = Options(night=Night_.CHARGE)
    for house, most in ((House(9000, 0), 5000), (three(l1=0, l2=0, l3=0), 2850)):
        context = Context(START, periods, batteries, options, house=house)
        charges = [step for step in plan_simple(context).steps if step.action is Action.CHARGE]
        assert max(step.power for step in charges) == most
        assert max(step.sent for step in charges) <= most


_READ = st.none() | st.integers(-3000, 4000).map(float)
_HOUSES = st.builds(
    lambda subscribed, total, l1, l2, l3: House(subscribed, total, {"l1": l1, "l2": l2, "l3": l3}),
    st.sampled_from([6000, 9000, 12000, 36000]),
    st.none() | st.integers(-3000, 9000),
    _READ,
    _READ,
    _READ,
)
_BATTERIES = st.lists(
    st.tuples(
        st.none() | st.floats(12, 100),
        st.sampled_from([800, 2500]),
        st.sampled_from([*PHASES, None]),
    ),
    min_size=1,
    max_size=6,
).map(
    lambda made: tuple(
        BatteryState(str(i), soc, 5120, max_charge=most, phase=phase)
        for i, (soc, most, phase) in enumerate(made)
    )
)
_ALMOST_FULL = st.lists(
    st.tuples(st.floats(50, 100), st.sampled_from([800, 2500]), st.sampled_from(PHASES)),
    min_size=1,
    max_size=5,
).map(
    lambda made: tuple(
        BatteryState(str(i), soc, 5120, max_charge=most, phase=phase)
        for i, (soc, most, phase) in enumerate(made)
    )
)
_QUIET_HOUSES = st.builds(
    lambda subscribed, l1, l2, l3: three(subscribed, l1=l1, l2=l2, l3=l3),
    st.sampled_from([6000, 9000, 36000]),
    st.none() | st.integers(-500, 1000).map(float),
    st.integers(-500, 1000).map(float),
    st.integers(-500, 1000).map(float),
)
_LEFT = st.timedeltas(timedelta(minutes=1), 9 * HOUR)


@thorough
@given(_BATTERIES, _HOUSES, _LEFT)
def test_no_phase_is_overloaded(
    batteries: tuple[BatteryState, ...], house: House, left: timedelta
) -> None:
    """Whatever each draws, on whichever phases they hang, and together."""
    powers = charging(share(NIGHT, batteries, house, END - left, END, {}, {}))
    assert sum(powers.values()) <= budget(house)
    for phase, power in powers_on(batteries, powers).items():
        assert power <= limit(house, phase)
    for battery in batteries:
        assert powers.get(battery.id, 0) <= battery.max_charge


@pytest.mark.exhaustive
@thorough
@given(_BATTERIES, st.lists(_HOUSES, min_size=10, max_size=30))
def test_orders_that_stand_overload_none_either(
    batteries: tuple[BatteryState, ...], houses: list[House]
) -> None:
    """Minute after minute, with readings that come and go."""
    night = Night(batteries, houses[0])
    for house in houses:
        night.house = house
        before = charging(night.orders)
        powers = charging(night.ask())
        assert sum(powers.values()) <= budget(house)
        for phase, power in powers_on(batteries, powers).items():
            assert power <= limit(house, phase)
        changed = [n for n in powers if n in before and powers[n] != before[n]]
        assert all(abs(powers[name] - before[name]) >= 200 for name in changed)
        night.now += MINUTE


@pytest.mark.exhaustive
@thorough
@given(_ALMOST_FULL, _QUIET_HOUSES, st.timedeltas(2 * HOUR, 7 * HOUR))
def test_done_in_time_where_every_phase_allows_it(
    batteries: tuple[BatteryState, ...], house: House, left: timedelta
) -> None:
    """What each phase can bring in time is brought, in few writes."""
    hours = left / HOUR * 0.85
    needs = {battery.id: energy_to(battery, 100) for battery in batteries}
    assume(sum(needs.values()) <= budget(house) * hours)
    for phase in PHASES:
        mine = [needs[battery.id] for battery in batteries if battery.phase == phase]
        assume(sum(mine) <= limit(house, phase) * hours)
    assume(all(needs[each.id] <= each.max_charge * hours for each in batteries))
    night = Night(batteries, house, now=END - left)
    night.run()
    assert all(battery.soc_or_empty > 99 for battery in night.batteries)
    assert night.writes <= 8 * len(batteries)
