"""Selling: what is stored is fed in where that earns more than the house would save by it."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    TEMPO_ECONOMY,
    Action,
    Aim,
    Context,
    Departed,
    Expected,
    Forecast,
    Options,
    Override,
    Period,
    Reason,
    Step,
    bounded,
    plan_optimised,
)
from custom_components.marstek.planner.selling import sold
from tests.planner.home import DAY, HOUR, bank
from tests.planner.meter import play
from tests.planner.test_both_ways import _PRICES, COUNT, END_VALUE, START, TRIFLE, context, hour_of
from tests.planner.test_departures import _restless
from tests.planner.test_optimised_properties import brief

POWER = 4000


def seller(
    prices: list[float], exports: list[float], *, load: float = 400, soc: float = 80.0
) -> Context:
    """Return two days of a home that may sell, without sun."""
    made = context(prices, exports, load=load, soc=soc)
    return replace(
        made,
        options=replace(made.options, sale_power=POWER),
        forecast=Forecast((Expected(START, load, 0),), START + 2 * DAY),
    )


def sales(of: Context) -> list[Step]:
    """Return the sales of a plan."""
    return [step for step in plan_optimised(of).steps if step.reason is Reason.SALE]


def _energy(of: Context) -> float:
    return sum(float(step.figures["energy"]) for step in sales(of))


def evening(dear: float, other: float) -> list[float]:
    """Return prices that are dear from 18:00 to 20:00."""
    return [dear if hour_of(n) in (18, 19) else other + 0.001 * (n % 3) for n in range(COUNT)]


def test_a_dear_evening_is_sold_to() -> None:
    """At the power that the owner allows, down to what the house still needs."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    first = sales(mine)[0]
    assert hour_of((first.start - START) // HOUR) == 18
    assert (first.action, first.power, first.battery_power) == (Action.DISCHARGE, POWER, None)
    assert first.figures["worth_now"] > first.figures["value"]  # type: ignore[operator]
    assert first.figures["energy"] == pytest.approx(POWER * ((first.end - first.start) / HOUR), 0.3)
    assert first.expected_soc is not None
    assert first.floor is not None
    assert first.expected_soc >= first.floor - 1


def test_nothing_is_sold_unless_the_owner_wants_it() -> None:
    """Whatever it would earn."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    unwanted = replace(mine, options=replace(mine.options, sale_power=0))
    assert not any(s.action is Action.DISCHARGE for s in plan_optimised(unwanted).steps)


def test_nothing_is_sold_at_a_guessed_price() -> None:
    """A price of which a source has told nothing yet."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    guessed = tuple(replace(period, is_export_expected=True) for period in mine.periods)
    assert not sales(replace(mine, periods=guessed))


def test_nothing_is_sold_with_tempo() -> None:
    """Neither on its days nor by its margins, even if an option should say so."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    days = tuple(replace(period, day=START.date()) for period in mine.periods)
    assert not sales(replace(mine, periods=days))
    assert not sales(replace(mine, economy=TEMPO_ECONOMY))


def test_what_the_house_needs_dearer_is_kept() -> None:
    """A feed-in price below that of drawing sells only what the house does not need."""
    prices = evening(0.40, 0.30)
    assert not sales(seller(prices, evening(0.25, 0.02), load=1500))


def test_peak_hours_of_a_contract_are_sold_in_too() -> None:
    """By fixed hours, whose peak hours are all of one price."""
    bounds = (0, 8, 22, 24, 48)
    periods = tuple(
        Period(
            START + timedelta(hours=since),
            START + timedelta(hours=until),
            is_off_peak=price < 0.2,
            price=price,
            export_price=earned,
        )
        for since, until, price, earned in zip(
            bounds, bounds[1:], (0.1, 0.3, 0.1, 0.3), (0.0, 0.25, 0.0, 0.0), strict=False
        )
    )
    mine = replace(seller([0.2] * COUNT, [0.1] * COUNT, load=100), periods=periods)
    made = plan_optimised(mine)
    found = [step for step in made.steps if step.reason is Reason.SALE]
    assert found
    assert all(periods[1].start <= step.start and step.end <= periods[1].end for step in found)
    assert made.steps[-1].end == periods[-1].end


def test_fewer_cycles_sell_less() -> None:
    """Each kWh that is sold wears the cells."""
    mine = seller(evening(0.30, 0.20), evening(0.16, 0.02), load=50)
    calm = replace(mine, options=replace(mine.options, aim=Aim.FEWER_CYCLES))
    assert sales(mine)
    assert _energy(calm) < _energy(mine)


def test_sales_count_as_departures() -> None:
    """Those that earn most stay."""
    exports = [0.5 + 0.01 * n if n % 2 else 0.0 for n in range(COUNT)]
    mine = seller([0.3 + 0.001 * n for n in range(COUNT)], exports, load=50, soc=100.0)
    mine = replace(mine, options=replace(mine.options, sale_power=1000))
    plan = plan_optimised(mine)
    spent = bounded(plan, mine, Departed(today=6))
    today = [s for s in spent.steps if s.reason is Reason.SALE and s.start < START + 24 * HOUR]
    assert [s for s in plan.steps if s.reason is Reason.SALE]
    assert not [
        s
        for s in today
        if 6 <= hour_of((s.start - START) // HOUR) < 22 and s.start.day == START.day
    ]


def test_sales_between_holds_count_too() -> None:
    """Each costs two changes of the mode, at any hour; a hold goes on in place of one left out."""
    exports = [0.5 if n % 2 else 0.0 for n in range(COUNT)]
    prices = [0.3 if n < COUNT - 4 else 0.6 for n in range(COUNT)]
    mine = seller(prices, exports, load=50, soc=100.0)
    mine = replace(mine, options=replace(mine.options, sale_power=300))
    plan = _restless(mine)
    assert len([s for s in plan.steps if s.reason is Reason.SALE]) > 2 * 6
    steps = bounded(plan, mine, Departed(today=2, is_away=True)).steps
    today = [s for s in steps if s.start.astimezone(mine.now.tzinfo).date() == mine.now.date()]
    begun = [b for a, b in pairwise(today) if b.reason is Reason.SALE and a.reason is not b.reason]
    assert len(begun) + (today[0].reason is Reason.SALE) <= 4
    used = [(a, b) for a, b in pairwise(steps) if b.reason is Reason.DEPARTURES_USED]
    assert used
    assert all(b.action is (a.action if a.action is Action.HOLD else Action.AUTO) for a, b in used)
    runs = next(step for step in plan.steps if step.reason is Reason.SALE)
    coming = tuple(period for period in mine.periods if period.end > runs.start)
    now = replace(mine, now=runs.start.astimezone(mine.now.tzinfo), periods=coming)
    made = bounded(plan, now, Departed(today=6, is_away=True, is_selling=True)).at(runs.start)
    assert made == runs


def test_a_small_sale_of_a_large_bank_is_made() -> None:
    """Its floor is what the house needs, which the batteries are well above at its beginning."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    small = replace(mine, options=replace(mine.options, sale_power=400))
    first = sales(small)[0]
    assert first.floor is not None
    batteries = mine.batteries
    powers = sold(batteries, first.power, first.floor, {}, {})
    assert sum(powers.values()) == 400


@pytest.mark.parametrize("action", list(Action))
def test_nothing_is_sold_beside_a_battery_that_somebody_commands(action: Action) -> None:
    """It would store what is sold, or feed in more than the power of a sale; one at rest does not."""
    mine = seller(evening(0.40, 0.20), evening(0.60, 0.02))
    mine = replace(mine, batteries=bank(80.0, 80.0))
    first = sales(mine)[0]
    own = frozenset([mine.batteries[0].id])
    until = first.start + timedelta(minutes=30)
    override = Override(action, until, 500, batteries=own)
    late = replace(override, since=first.start + timedelta(minutes=10))
    is_rest = action is Action.HOLD

    def is_sold(given_by: Override, minutes: int) -> bool:
        step = plan_optimised(replace(mine, overrides=(given_by,))).at(
            first.start + timedelta(minutes=minutes)
        )
        return step is not None and step.reason is Reason.SALE

    assert [is_sold(override, minutes) for minutes in (0, 20)] == [is_rest, is_rest]
    assert [is_sold(late, minutes) for minutes in (0, 20)] == [True, is_rest]


@brief
@given(_PRICES, _PRICES, st.floats(50, 2500), st.floats(12, 100))
def test_selling_is_never_much_worse_than_not_selling(
    prices: list[float], exports: list[float], load: float, soc: float
) -> None:
    """By prices both ways, however they lie to each other, and with everything as forecast."""
    mine = replace(context(prices, exports, load=load, soc=soc), options=Options(sale_power=POWER))
    plain = replace(mine, options=Options())
    wear, efficiency = mine.economy.wear, mine.options.discharge_efficiency

    def cost(of: Context) -> float:
        # Steadier plans are made for what follows to be planned anew, which this play does not do.
        bill = play(of, _restless(of))
        return bill.paid - END_VALUE * bill.stored + wear * bill.sold / efficiency

    assert cost(mine) <= cost(plain) + TRIFLE


@brief
@given(_PRICES, st.floats(0, 0.3), st.floats(50, 2500))
def test_nothing_is_bought_to_be_sold_at_a_loss(
    prices: list[float], export: float, load: float
) -> None:
    """Empty batteries sell nothing where no price of feeding in pays for losses and wear."""
    mine = seller([0.31 + abs(price) for price in prices], [export] * COUNT, load=load, soc=12.0)
    assert not sales(mine)


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.booleans(), st.sampled_from((0, 400, 800, 2500))),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 15_000),
    st.floats(0, 100),
)
def test_a_sale_is_shared(states: list[tuple[float, bool, int]], power: int, floor: float) -> None:
    """Together at most the power, none unheard or below the floor, and what goes on is not moved."""
    batteries = tuple(
        replace(battery, soc=soc, is_reachable=answers, id=str(number))
        for number, ((soc, answers, _), battery) in enumerate(
            zip(states, bank(*[50.0] * len(states)), strict=True)
        )
    )
    given_now = {str(n): sells for n, (_, _, sells) in enumerate(states) if sells}
    powers = sold(batteries, power, floor, given_now, {})
    assert sum(powers.values()) <= power
    for battery in batteries:
        if powers[battery.id]:
            assert battery.is_reachable
            assert battery.soc is not None
            assert battery.soc > max(floor, 12.0 - 1e-9)
            assert 200 <= powers[battery.id] <= battery.max_discharge
    if any(not battery.is_reachable for battery in batteries):
        return
    again = sold(batteries, power, floor, {key: each for key, each in powers.items() if each}, {})
    assert {key for key, each in again.items() if each} >= {
        key for key, each in powers.items() if each
    }


def test_two_that_sell_do_not_swap() -> None:
    """The one that gives most goes on, also when the other has come to hold more."""
    first, second = bank(60.0, 70.0)
    given_now = {first.id: 2500, second.id: 200}
    assert sold((first, second), 2700, 20.0, given_now, {}) == given_now


def test_nobody_begins_while_a_silent_one_may_go_on() -> None:
    """Its order is to stand still; what it was told before lasts for minutes without renewal."""
    first, second = bank(60.0, 70.0)
    silent = replace(first, soc=None, is_reachable=False)
    minute = timedelta(minutes=1)
    still = {first.id: 0, second.id: 0}
    assert sold((silent, second), 800, 20.0, {first.id: 800}, {first.id: 9 * minute}) == still
    assert sold((silent, second), 800, 20.0, {}, {first.id: 5 * minute}) == still
    later = {first.id: 0, second.id: 800}
    assert sold((silent, second), 800, 20.0, {}, {first.id: 7 * minute}) == later
    low = replace(first, soc=20.0)
    gives = replace(low, is_giving=True)
    assert sold((gives, second), 800, 20.0, {first.id: 800}, {}) == still
    assert sold((gives, second), 800, 20.0, {}, {first.id: minute}) == still
    assert sold((low, second), 800, 20.0, {}, {first.id: minute}) == later
    assert sold((gives, second), 800, 20.0, {}, {first.id: 7 * minute}) == later
    goes_on = sold((silent, second), 1600, 20.0, {first.id: 800, second.id: 800}, {})
    assert goes_on == later
