"""The optimised strategy, night by night."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from time import process_time
from typing import Any

import pytest

from custom_components.marstek.planner import (
    OTHER_ECONOMY,
    TEMPO_ECONOMY,
    Action,
    Aim,
    Basis,
    BatteryState,
    Context,
    Economy,
    Expected,
    Forecast,
    House,
    Options,
    Override,
    Period,
    Reason,
    Step,
    Timeline,
    plan_optimised,
    plan_simple,
)
from custom_components.marstek.tempo import DECREES, PARIS, Colour
from tests.planner.home import DAY, HOUR, bank, fixed, forecast, paris, priced, sun, tempo

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
TUESDAY = date(2026, 1, 13)
EVENING = paris("2026-01-13 21:50")
SUMMER = date(2026, 6, 16)
SUMMER_EVENING = paris("2026-06-16 21:50")


def home(
    now: datetime,
    colours: Mapping[date, Colour],
    *,
    load: float | Callable[[float], float] = 500.0,
    pv: float | Callable[[float], float] = 0.0,
    batteries: tuple[BatteryState, ...] | None = None,
    economy: Economy = TEMPO_ECONOMY,
    **options: Any,
) -> Context:
    """Return a home with three batteries, half full, that knows what it will need."""
    return Context(
        now,
        priced(tempo(now, colours, days=3), colours),
        bank(50, 50, 50) if batteries is None else batteries,
        Options(has_pv=pv != 0, **options),
        forecast=forecast(now, load, pv),
        economy=economy,
    )


def told(plan: Timeline, until: datetime) -> list[tuple[str, Action, Reason]]:
    """Return the times by the clock of Paris at which steps start, up to a moment."""
    return [
        (step.start.astimezone(PARIS).strftime("%H:%M"), step.action, step.reason)
        for step in plan.steps
        if step.start <= until
    ]


def at(plan: Timeline, text: str) -> Step:
    """Return the step at a time by the clock of Paris."""
    step = plan.at(paris(text))
    assert step is not None
    return step


def test_blue_night_before_red_charges_to_the_top() -> None:
    """Between the guards, when the house will need it all; the reason tells what it is worth."""
    plan = plan_optimised(home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, load=1200))
    assert told(plan, paris("2026-01-14 06:00")) == [
        ("21:50", Action.AUTO, Reason.PEAK_HOURS),
        ("22:00", Action.AUTO, Reason.START_GUARD),
        ("22:05", Action.CHARGE, Reason.RED_TOMORROW),
        ("05:45", Action.HOLD, Reason.END_GUARD),
        ("06:00", Action.AUTO, Reason.PEAK_HOURS),
    ]
    charge = at(plan, "2026-01-14 02:00")
    assert charge.target == 100
    assert charge.expected_soc == pytest.approx(100)
    assert charge.figures["cost"] == pytest.approx(
        DECREES[-1].tempo.blue_off_peak / 0.8889, abs=1e-3
    )
    assert float(charge.figures["value"]) > 0.5
    assert charge.figures["colour"] == "red"


def test_a_small_house_takes_what_the_red_day_needs() -> None:
    """Not all that three batteries hold."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED, TUESDAY + 2 * DAY: BLUE}
    plan = plan_optimised(home(EVENING, colours, load=150))
    step = at(plan, "2026-01-14 02:00")
    assert step.target is not None
    taken = (step.target - 12) / 100 * 3 * 5.12
    needed = 0.150 * 1.3 * 16 / 0.9
    # A kWh too few costs more than one too many.
    assert needed < taken < 2.2 * needed


def test_red_before_red_charges_too() -> None:
    """The red night is dearer, and still five times cheaper than the day after it."""
    empty = bank(12, 12, 12)
    plan = plan_optimised(
        home(EVENING, {TUESDAY: RED, TUESDAY + DAY: RED}, load=1200, batteries=empty)
    )
    step = at(plan, "2026-01-14 02:00")
    assert (step.action, step.reason, step.target) == (Action.CHARGE, Reason.RED_TOMORROW, 100)


def test_blue_before_blue_holds() -> None:
    """Without sun: a night's kWh is cheaper than what refilling it costs."""
    plan = plan_optimised(
        home(paris("2026-06-16 21:50"), {SUMMER: BLUE, SUMMER + DAY: BLUE}, batteries=bank(50))
    )
    step = at(plan, "2026-06-17 02:00")
    assert (step.action, step.reason) == (Action.HOLD, Reason.LATER_WORTH_MORE)
    assert float(step.figures["value"]) > float(step.figures["worth_now"])


def test_an_empty_battery_is_not_charged_before_a_blue_day() -> None:
    """It would cost more than it brings."""
    plan = plan_optimised(
        home(SUMMER_EVENING, {SUMMER: BLUE, SUMMER + DAY: BLUE}, batteries=bank(12))
    )
    assert all(step.action is not Action.CHARGE for step in plan.steps)


def test_a_summer_night_serves_the_house_down_to_what_the_morning_needs() -> None:
    """The sun fills the batteries again; until it does, the morning is dearer than the night."""
    plan = plan_optimised(
        home(SUMMER_EVENING, {SUMMER: BLUE, SUMMER + DAY: BLUE}, load=600, pv=sun(4000))
    )
    step = at(plan, "2026-06-17 02:00")
    assert (step.action, step.reason) == (Action.AUTO, Reason.NOW_WORTH_MORE)
    assert step.floor is not None
    kept = (step.floor - 12) / 100 * 3 * 5.12
    # From 06:00 until about 08:00 the house draws more than the sun gives.
    assert 0.3 < kept < 1.5


def test_a_clear_day_before_a_small_house_empties_the_night() -> None:
    """What is left in the morning would only be in the way of the sun."""
    batteries = bank(95, 95, 95)
    plan = plan_optimised(
        home(
            SUMMER_EVENING,
            {SUMMER: BLUE, SUMMER + DAY: BLUE},
            load=250,
            pv=sun(4000),
            batteries=batteries,
        )
    )
    step = at(plan, "2026-06-17 02:00")
    assert (step.action, step.floor) == (Action.AUTO, None)


def test_a_car_in_the_evening_changes_no_floor() -> None:
    """What is kept is said in energy: a load of the night is no reason to keep less or more."""

    def with_car(hour: float) -> float:
        return 600 + (3600 if hour >= 22.5 or hour < 2 else 0)

    colours = {SUMMER: BLUE, SUMMER + DAY: BLUE}
    floors = [
        at(
            plan_optimised(home(SUMMER_EVENING, colours, load=load, pv=sun(4000))),
            "2026-06-16 22:30",
        ).floor
        for load in (600.0, with_car)
    ]
    assert floors[0] is not None
    assert floors[1] == pytest.approx(floors[0], abs=5)


def test_sun_spares_the_charge_before_a_red_day() -> None:
    """What the sun will store need not be bought, unless the morning comes first."""
    colours = {date(2026, 3, 30): BLUE, date(2026, 3, 31): RED}
    now = paris("2026-03-30 21:50")
    targets = [
        at(
            plan_optimised(home(now, colours, load=800, pv=pv, batteries=bank(12, 12, 12))),
            "2026-03-31 02:00",
        ).target
        for pv in (0.0, sun(6000))
    ]
    assert targets[0] == 100
    assert targets[1] is not None
    assert targets[1] < 100


def test_unknown_tomorrow_is_taken_for_red() -> None:
    """Where it can be red, the target is that of a red day."""
    seen = at(
        plan_optimised(home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED})), "2026-01-14 02:00"
    )
    blind = at(plan_optimised(home(EVENING, {TUESDAY: BLUE})), "2026-01-14 02:00")
    assert (blind.action, blind.reason) == (Action.CHARGE, Reason.RED_POSSIBLE)
    assert (blind.target, blind.power) == (seen.target, seen.power)


def test_unknown_tomorrow_that_cannot_be_red() -> None:
    """On a Saturday night there is nothing to fear."""
    plan = plan_optimised(home(paris("2026-01-17 21:50"), {date(2026, 1, 17): BLUE}))
    step = at(plan, "2026-01-18 02:00")
    assert step.action is Action.HOLD


def test_two_nights_ahead_are_planned() -> None:
    """The calendar shows a charge that is likely: after a red day in January."""
    plan = plan_optimised(home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}))
    later = at(plan, "2026-01-15 02:00")
    assert (later.action, later.reason) == (Action.CHARGE, Reason.RED_POSSIBLE)
    assert plan.steps[-1].end == paris("2026-01-16 06:00")


def test_white_eves() -> None:
    """A blue night before a white day pays a little; not with fewer cycles wanted."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: WHITE, TUESDAY + 2 * DAY: BLUE}
    empty = bank(12)
    plan = plan_optimised(home(EVENING, colours, batteries=empty, efficiency=0.85))
    step = at(plan, "2026-01-14 02:00")
    assert (step.action, step.reason) == (Action.CHARGE, Reason.WHITE_TOMORROW)
    sparing = home(EVENING, colours, batteries=empty, efficiency=0.85, aim=Aim.FEWER_CYCLES)
    assert at(plan_optimised(sparing), "2026-01-14 02:00").action is Action.HOLD


def test_fewer_cycles_still_prepare_red_days() -> None:
    """They pay well."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    plan = plan_optimised(home(EVENING, colours, load=1200, aim=Aim.FEWER_CYCLES))
    step = at(plan, "2026-01-14 02:00")
    assert (step.action, step.target) == (Action.CHARGE, 100)


def test_owners_limits() -> None:
    """No target above the most, no floor below the least or the reserve."""
    plan = plan_optimised(
        home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, load=1200, most_soc=80)
    )
    assert at(plan, "2026-01-14 02:00").target == 80
    summer = home(
        SUMMER_EVENING,
        {SUMMER: BLUE, SUMMER + DAY: BLUE},
        load=250,
        pv=sun(4000),
        least_soc=20,
        reserve=30,
    )
    assert at(plan_optimised(summer), "2026-06-17 02:00").floor == 30


def test_a_charge_that_is_over_holds() -> None:
    """Also when a battery is done a little below its target."""
    context = home(paris("2026-01-14 02:00"), {TUESDAY: BLUE, TUESDAY + DAY: RED}, load=1200)
    done = tuple(replace(each, soc=97.0, is_complete=True) for each in context.batteries)
    step = plan_optimised(replace(context, batteries=done)).steps[0]
    assert (step.action, step.reason) == (Action.HOLD, Reason.TARGET_REACHED)


def test_day_ahead_charges_in_the_cheapest_hours() -> None:
    """And in no dear one; it serves the house in the dearest."""
    now = paris("2026-01-14 00:00")
    prices = [0.20, 0.18, 0.12, 0.05, 0.06, 0.15, 0.25, 0.32, 0.30, 0.25, 0.2, 0.2]
    prices += [0.2, 0.2, 0.2, 0.22, 0.25, 0.38, 0.45, 0.42, 0.33, 0.28, 0.24, 0.22]
    plan = plan_optimised(day_ahead(now, prices * 2))
    actions = [at(plan, f"2026-01-14 {hour:02}:30").action for hour in range(24)]
    charging = {hour for hour, action in enumerate(actions) if action is Action.CHARGE}
    assert {3, 4} <= charging
    assert max(prices[hour] for hour in charging) <= 0.2
    assert all(actions[hour] is Action.AUTO for hour in (7, 8, 17, 18, 19))
    assert Action.HOLD in actions
    assert all(step.reason is not Reason.START_GUARD for step in plan.steps)


@pytest.mark.parametrize("is_known", [True, False])
def test_day_ahead_without_habits_is_told_by_price(*, is_known: bool) -> None:
    """Nothing is said of peak and off-peak hours, which this contract has none of."""
    now = paris("2026-01-14 00:00")
    prices = [0.1] * 7 + [0.3] * 10 + [0.2] * 7
    context = replace(day_ahead(now, prices * 2), forecast=None)
    if not is_known:
        context = replace(
            context,
            periods=tuple(
                replace(each, price=None, expected_price=each.price) for each in context.periods
            ),
        )
    plan = plan_optimised(context)
    reasons = {step.reason for step in plan.steps}
    assert at(plan, "2026-01-14 12:30").reason is Reason.DEAR_HOURS
    assert not reasons & {
        Reason.PEAK_HOURS,
        Reason.START_GUARD,
        Reason.END_GUARD,
        Reason.SHORT_WINDOW,
    }


def day_ahead(now: datetime, prices: list[float], load: float = 900.0) -> Context:
    """Return a home whose price changes with the hour."""
    start = now.astimezone(UTC)
    periods = tuple(
        Period(start + n * HOUR, start + (n + 1) * HOUR, is_off_peak=True, price=price)
        for n, price in enumerate(prices)
    )
    return Context(
        now,
        periods,
        bank(12),
        forecast=forecast(now, load, days=3),
        economy=OTHER_ECONOMY,
    )


def test_fixed_hours_charge_every_night_that_pays() -> None:
    """At 0.1589 and 0.2142 a cycle gains a little over a cent."""
    now = paris("2026-06-16 21:50")
    context = Context(
        now,
        fixed(now, [("22:00", "06:00")], days=3),
        bank(12),
        forecast=forecast(now, 700),
        economy=OTHER_ECONOMY,
    )
    nights = [at(plan_optimised(context), f"2026-06-{day} 02:00") for day in (17, 18)]
    assert [step.action for step in nights] == [Action.CHARGE] * 2
    assert nights[0].reason is Reason.LATER_WORTH_COST
    sparing = replace(context, options=Options(aim=Aim.FEWER_CYCLES))
    assert all(step.action is not Action.CHARGE for step in plan_optimised(sparing).steps)


def test_a_window_at_noon_lets_the_sun_in() -> None:
    """It charges no more than the sun leaves room for."""
    now = paris("2026-06-16 12:00")
    context = Context(
        now,
        fixed(now, [("12:30", "14:30"), ("02:00", "07:00")], days=2),
        bank(30),
        Options(has_pv=True),
        forecast=forecast(now, 300, sun(3500)),
        economy=OTHER_ECONOMY,
    )
    plan = plan_optimised(context)
    step = at(plan, "2026-06-16 13:30")
    assert (step.action, step.reason) == (Action.AUTO, Reason.SUN_EXPECTED)


def test_no_history_is_the_simple_strategy() -> None:
    """Whatever the evening was."""
    for was_full in (None, False, True):
        context = replace(
            home(SUMMER_EVENING, {SUMMER: BLUE}, pv=100.0), forecast=None, was_full=was_full
        )
        plan = plan_optimised(context)
        assert plan.steps == plan_simple(context).steps
        assert plan.beliefs is not None
        assert plan.beliefs.basis is Basis.NO_FORECAST


@pytest.mark.parametrize(
    ("batteries", "basis"), [(bank(None, None), Basis.NO_SOC), ((), Basis.NO_BATTERIES)]
)
def test_no_state_of_charge_is_the_margin_rule(
    batteries: tuple[BatteryState, ...], basis: Basis
) -> None:
    """Nobody knows then either how full the batteries were in the evening."""
    context = replace(
        home(SUMMER_EVENING, {SUMMER: BLUE}, batteries=batteries, pv=100.0), was_full=True
    )
    plan = plan_optimised(context)
    if batteries:
        context = replace(context, was_full=None)
    assert plan.steps == plan_simple(context).steps
    assert plan.beliefs is not None
    assert plan.beliefs.basis is basis


def test_one_battery_that_does_not_answer_does_not_blind_the_others() -> None:
    """The value of what they hold is known."""
    plan = plan_optimised(
        home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, load=1200, batteries=bank(50, None))
    )
    assert plan.beliefs is not None
    assert plan.beliefs.basis is Basis.WATER_VALUE
    assert at(plan, "2026-01-14 02:00").action is Action.CHARGE


def test_prices_that_end_early() -> None:
    """What lies beyond the last price is planned without one."""
    colours = {TUESDAY: BLUE, TUESDAY + DAY: RED}
    context = replace(home(EVENING, colours), periods=tempo(EVENING, colours, days=3))
    plan = plan_optimised(context)
    assert plan.beliefs is not None
    assert plan.beliefs.basis is Basis.WATER_VALUE
    assert plan.steps[-1].end == context.periods[-1].end
    assert at(plan, "2026-01-14 02:00").action is Action.CHARGE


def test_day_ahead_without_history_keeps_what_it_has_for_the_dearer_half() -> None:
    """No forecast: AUTO in the dearer hours, hold in the others."""
    now = paris("2026-01-14 00:00")
    context = replace(day_ahead(now, [0.1] * 12 + [0.3] * 12), forecast=None)
    plan = plan_optimised(context)
    assert at(plan, "2026-01-14 03:00").action is Action.HOLD
    assert at(plan, "2026-01-14 15:00").action is Action.AUTO


def test_a_person_wants_something_else() -> None:
    """Until the end of that; the plan goes on with what is left then."""
    context = home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, load=1200)
    until = paris("2026-01-14 05:00")
    plan = plan_optimised(replace(context, overrides=(Override(Action.HOLD, until),)))
    assert at(plan, "2026-01-14 04:59").reason is Reason.OVERRIDE
    last = at(plan, "2026-01-14 05:00")
    assert (last.action, last.reason) == (Action.CHARGE, Reason.RED_TOMORROW)


def test_beliefs() -> None:
    """What a person can check: what the night and the day need, and what is worth how much."""
    beliefs = plan_optimised(
        home(SUMMER_EVENING, {SUMMER: BLUE, SUMMER + DAY: BLUE}, load=600, pv=sun(4000))
    ).beliefs
    assert beliefs is not None
    assert beliefs.night_start == paris("2026-06-16 22:00")
    assert beliefs.night_end == paris("2026-06-17 06:00")
    assert beliefs.load_tonight == pytest.approx(8 * 600)
    assert beliefs.load_tomorrow == pytest.approx(16 * 600)
    assert beliefs.pv_tomorrow == pytest.approx(4000 * 8, rel=0.05)
    assert beliefs.worth_now == pytest.approx(DECREES[-1].tempo.blue_off_peak * 0.9 - 0.01)
    assert beliefs.target is None
    assert beliefs.floor is not None
    red = plan_optimised(home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED})).beliefs
    assert red is not None
    assert red.load_tomorrow == pytest.approx(16 * 500 * 1.3)


def test_the_house_leaves_less_than_wanted() -> None:
    """A small subscription and a heater: what can't be charged in time is started earlier or not."""
    context = home(EVENING, {TUESDAY: BLUE, TUESDAY + DAY: RED}, load=2500, batteries=bank(12))
    plan = plan_optimised(replace(context, house=House(3000)))
    step = at(plan, "2026-01-14 02:00")
    assert step.action is Action.CHARGE
    assert step.power <= 0.95 * 3000


def test_forecasts_that_are_none() -> None:
    """No values, values out of order, negative powers."""
    start = EVENING.astimezone(UTC)
    with pytest.raises(ValueError, match="order"):
        Forecast((), start)
    with pytest.raises(ValueError, match="order"):
        Forecast((Expected(start, 1), Expected(start, 1)), start + HOUR)
    with pytest.raises(ValueError, match="negative"):
        Forecast((Expected(start, -1),), start + HOUR)
    with pytest.raises(ValueError, match="zone"):
        Forecast((Expected(start.replace(tzinfo=None), 1),), start + HOUR)
    with pytest.raises(ValueError, match="negative"):
        Economy(wear=-0.01)
    with pytest.raises(ValueError, match="negative"):
        Economy(sun_cases=(1.0, -0.5))
    with pytest.raises(ValueError, match="case"):
        Economy(sun_cases=())
    with pytest.raises(ValueError, match="negative"):
        Economy(marginal_loss=-0.1)
    with pytest.raises(ValueError, match="mean"):
        Economy(marginal_loss=1.1)


# Measured: 13 with quarters of an hour, 1.3 with Tempo; a sort takes 1 to 2 ms.
MOST_SORTS = 16


def sorting() -> None:
    """Do what takes some milliseconds, to tell how fast a machine is."""
    numbers = [(37 * n) % 20011 / 7 for n in range(20000)]
    numbers.sort()
    sum(sorted(numbers, reverse=True))


def ratio(work: Callable[[], object], measure: Callable[[], object]) -> float:
    """Return how often a measure is as long as some work, each at its quickest of 30 times.

    In turn, as the machine does other things and is not equally fast all the time.
    """
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(30):
        for each, times in zip((work, measure), took, strict=True):
            before = process_time()
            each()
            times.append(process_time() - before)
    return min(took[0]) / min(took[1])


@pytest.mark.exhaustive
@pytest.mark.parametrize("prices", ["tempo", "quarters"])
def test_a_plan_takes_no_time(prices: str) -> None:
    """Three days take as long as a few sorts of 20,000 numbers, some 20 ms on a usual machine."""
    now = paris("2026-01-14 06:00")
    context = home(now, {date(2026, 1, 14): BLUE}, load=900, pv=sun(3000))
    if prices == "quarters":
        start, quarter = now.astimezone(UTC), timedelta(minutes=15)
        periods = tuple(
            Period(start + n * quarter, start + (n + 1) * quarter, True, 0.1 + (37 * n % 29) / 100)
            for n in range(3 * 96)
        )
        context = replace(context, periods=periods, economy=OTHER_ECONOMY)
    assert ratio(lambda: plan_optimised(context), sorting) < MOST_SORTS
