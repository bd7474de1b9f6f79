"""Full charges that are due: when, for whom, and never where they must not be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.planner import (
    OTHER_ECONOMY,
    Action,
    BatteryState,
    Context,
    Night,
    Options,
    Period,
    Reason,
    Step,
    Strategy,
    Timeline,
    full_charge,
    plan_optimised,
    plan_simple,
)
from custom_components.marstek.tempo import PARIS, Colour
from tests.planner.any_home import contexts
from tests.planner.home import DAY, HOUR, MINUTE, bank, fixed, forecast, paris, sun, tempo
from tests.planner.test_optimised_properties import brief

BLUE, WHITE, RED = Colour.BLUE, Colour.WHITE, Colour.RED
EVENING = paris("2026-01-13 21:50")
TODAY, TOMORROW = date(2026, 1, 13), date(2026, 1, 14)
both = pytest.mark.parametrize("strategy", [plan_simple, plan_optimised])


def due(
    *batteries: BatteryState, since: datetime = EVENING, only: str | None = None
) -> tuple[BatteryState, ...]:
    """Return batteries that are due since a moment, or only the one with an id."""
    return tuple(
        replace(each, full_due=since) if only in (None, each.id) else each for each in batteries
    )


def winter(
    today: Colour, tomorrow: Colour | None, since: datetime = EVENING, now: datetime = EVENING
) -> Context:
    """Return an evening of January, with half full batteries and a forecast without sun."""
    colours = {TODAY: today} | ({} if tomorrow is None else {TOMORROW: tomorrow})
    return Context(
        now,
        tempo(now, colours),
        due(*bank(50, 50), since=since),
        forecast=forecast(now),
    )


def fills(plan: Timeline) -> list[Step]:
    """Return the steps in which batteries that are due charge."""
    return [
        step
        for step in plan.steps
        if step.reason is Reason.FULL_CHARGE and step.action is Action.CHARGE
    ]


@both
def test_the_blue_night(strategy: Strategy) -> None:
    """Batteries charge to 100 % in it, and stand full from an hour before its end."""
    plan = strategy(winter(BLUE, BLUE))
    (step,) = fills(plan)
    assert step.start == paris("2026-01-13 22:05")
    assert step.end == paris("2026-01-14 05:00")
    assert step.target == 100
    assert step.power >= 1000
    kept = plan.at(step.end)
    assert kept is not None
    assert (kept.action, kept.reason) == (Action.HOLD, Reason.FULL_CHARGE)
    assert kept.end == paris("2026-01-14 06:00")


@both
@pytest.mark.parametrize("tomorrow", [RED, None])
def test_a_red_eve_goes_first(strategy: Strategy, tomorrow: Colour | None) -> None:
    """The night before a day that is or may be red is the one that it was."""
    context = winter(BLUE, tomorrow)
    without = replace(context, batteries=bank(50, 50))
    assert full_charge(context) is None
    assert strategy(context) == strategy(without)


def test_an_eve_of_what_is_beyond_the_periods() -> None:
    """A night whose following day is not among them may be one before a red day."""
    context = winter(BLUE, BLUE, now=paris("2026-01-14 01:00"))
    assert full_charge(context) is not None
    assert full_charge(replace(context, periods=context.periods[:1])) is None


@both
def test_a_white_night_is_waited_out(strategy: Strategy) -> None:
    """For three days, then it is taken."""
    assert not fills(strategy(winter(WHITE, BLUE)))
    late = winter(WHITE, BLUE, since=EVENING - 3 * DAY)
    assert fills(strategy(late))


@both
def test_not_due_yet(strategy: Strategy) -> None:
    """Only the night in which it falls due is one, or the morning after it."""
    assert not fills(strategy(winter(BLUE, BLUE, since=paris("2026-01-14 12:01"))))
    assert fills(strategy(winter(BLUE, BLUE, since=paris("2026-01-14 11:59"))))


def test_the_sun_goes_first() -> None:
    """Once; where it failed to fill the batteries, the next night does it."""
    now = paris("2026-06-10 21:50")
    context = Context(
        now,
        fixed(now, [("22:00", "06:00")]),
        due(*bank(50, 50), since=now),
        forecast=forecast(now, 300, sun(3000)),
    )
    assert full_charge(context) is None
    assert full_charge(replace(context, forecast=forecast(now, 300, sun(900)))) is not None
    missed = replace(context, batteries=due(*bank(50, 50), since=now - DAY))
    assert full_charge(missed) is not None
    begun = replace(
        context,
        now=now + HOUR,
        periods=context.periods[1:],
        filling_since=now + 15 * MINUTE,
    )
    assert full_charge(begun) is not None


@both
def test_others_stand_still(strategy: Strategy) -> None:
    """In Auto they would serve the battery that charges; a charge of theirs keeps its target."""
    context = replace(winter(BLUE, BLUE), batteries=due(*bank(50, 50), only="1"))
    (step,) = fills(strategy(context))
    assert (step.target_of("1"), step.target_of("0")) == (100, None)
    options = Options(night=Night.CHARGE, most_soc=80)
    (step, *_) = fills(plan_simple(replace(context, options=options)))
    assert (step.target_of("1"), step.target_of("0")) == (100, 80)


def test_an_evening_that_is_full() -> None:
    """Once all are full they stand still instead of serving the night."""
    now = paris("2026-01-14 01:00")
    context = replace(
        winter(BLUE, BLUE, now=now),
        options=Options(night=Night.AUTO),
        filling_since=paris("2026-01-13 22:05"),
    )
    assert plan_simple(context).steps[0].action is Action.CHARGE
    full = replace(context, batteries=due(*bank(100, 100)))
    step = plan_simple(full).steps[0]
    assert (step.action, step.reason) == (Action.HOLD, Reason.FULL_CHARGE)
    seen = replace(context, batteries=due(*bank(100, 100), since=EVENING + 7 * DAY))
    assert plan_simple(seen).steps[0].reason is Reason.OWNER_AUTO


@both
def test_a_silence_ends_none_that_runs(strategy: Strategy) -> None:
    """It goes on while no battery that is due answers, and begins for none that does not."""
    silent = due(*(replace(each, soc=None, is_reachable=False) for each in bank(50)))
    now = paris("2026-01-14 01:00")
    context = replace(winter(BLUE, BLUE, now=now), batteries=silent)
    assert not fills(strategy(context))
    begun = replace(context, filling_since=paris("2026-01-13 22:05"))
    assert fills(strategy(begun))[0].start == now
    other = replace(begun, batteries=(*silent, *due(replace(bank(50)[0], id="other"))))
    (step,) = fills(strategy(other))
    assert step.due is not None
    assert step.due.batteries == {"other"}


def _hourly(now: datetime, prices: list[float]) -> tuple[Period, ...]:
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return tuple(
        Period(start + n * HOUR, start + (n + 1) * HOUR, is_off_peak=True, price=price)
        for n, price in enumerate(prices)
    )


def _day_ahead(now: datetime, prices: list[float]) -> Context:
    return Context(
        now,
        _hourly(now, prices),
        due(*bank(50), since=now),
        forecast=forecast(now),
        economy=OTHER_ECONOMY,
    )


def test_the_cheapest_hours() -> None:
    """With prices by the hour it is the block that costs least."""
    now = paris("2026-01-13 14:00")
    prices = [0.3] * 12 + [0.1] * 2 + [0.2] * 4 + [0.3] * 12
    found = full_charge(_day_ahead(now, prices))
    assert found is not None
    # 2,880 Wh take 2.3 hours at 1,250 W; what is cheapest comes first, and some time is to spare.
    assert found.start == paris("2026-01-14 02:00")
    assert (found.end, found.until) == (found.start + 3 * HOUR, found.start + 4 * HOUR)


def test_hours_that_have_begun_are_gone_on_with() -> None:
    """Their end hardly moves while batteries fill, and when they are over nothing follows at once."""
    began = paris("2026-01-14 02:00")
    ends = list[datetime]()
    for minutes in range(0, 180, 17):
        now = began + minutes * MINUTE
        context = replace(
            _day_ahead(now, [0.3, 0.2, 0.1] * 10),
            batteries=due(*bank(min(100.0, 40 + 0.36 * minutes)), since=began),
            filling_since=began,
        )
        found = full_charge(context)
        assert found is not None
        assert found.end <= began + 4 * HOUR
        ends.append(found.end)
    assert len(set(ends)) <= 2
    over = replace(_day_ahead(began + 14 * HOUR, [0.1] * 30), filling_since=began)
    assert full_charge(over) is None


@st.composite
def due_contexts(draw: st.DrawFn) -> Context:
    """Return any home of which some batteries are due at any moment around now."""
    context = draw(contexts())
    moments = st.none() | st.timedeltas(-10 * DAY, 3 * DAY).map(context.moment.__add__)
    batteries = tuple(replace(each, full_due=draw(moments)) for each in context.batteries)
    filling = draw(st.none() | st.timedeltas(-DAY, timedelta()).map(context.moment.__add__))
    return replace(context, batteries=batteries, filling_since=filling)


@brief
@given(due_contexts(), st.booleans())
def test_what_holds_everywhere(context: Context, is_simple: bool) -> None:
    """No charge in peak hours or before red days, no lower target than without; guards hold."""
    strategy = plan_simple if is_simple else plan_optimised
    without = replace(
        context, batteries=tuple(replace(each, full_due=None) for each in context.batteries)
    )
    plan, before = strategy(context), strategy(without)
    assert (plan.steps[0].start, plan.steps[-1].end) == (context.moment, context.periods[-1].end)
    due_ones = [each for each in context.batteries if each.full_due]
    known = [each for each in due_ones if each.soc is not None]
    mine = {each.id for each in (known if known or not context.filling_since else due_ones)}
    for step in plan.steps:
        if step.reason is not Reason.FULL_CHARGE:
            continue
        period = next(p for p in context.periods if p.start <= step.start < p.end)
        assert period.is_off_peak
        following = next(p for p in context.periods if p.start >= step.end and not p.is_off_peak)
        assert not following.may_be_red
        other = before.at(step.start)
        assert other is not None
        if step.action is Action.CHARGE:
            assert step.due is not None
            assert step.due.batteries <= mine
            # One that was full lately is left out: so there is one charge in each interval.
            moments = [each.full_due for each in context.batteries if each.id in step.due.batteries]
            assert all(at is not None and at <= following.start + 6 * HOUR for at in moments)
            assert step.end <= following.start - max(context.options.end_guard, HOUR)
            if is_simple and other.action is Action.CHARGE:
                targets = {each.id: step.target_of(each.id) for each in context.batteries}
                assert all(target is not None for target in targets.values())
                assert all((target or 0) >= (other.target or 0) for target in targets.values())


@brief
@given(due_contexts())
def test_a_red_eve_is_unaffected(context: Context) -> None:
    """Whatever is due, the simple strategy prepares a day that may be red as without it."""
    without = replace(
        context, batteries=tuple(replace(each, full_due=None) for each in context.batteries)
    )
    plan, before = plan_simple(context), plan_simple(without)
    red = (Reason.RED_TOMORROW, Reason.RED_POSSIBLE)
    for step in before.steps:
        if step.reason in red and step.action is Action.CHARGE:
            other = plan.at(step.start)
            assert other is not None
            assert (other.reason, other.target, other.battery_power, other.end) == (
                step.reason,
                step.target,
                step.battery_power,
                step.end,
            )


def test_the_zone_of_paris() -> None:
    """The night is one by its clock, also when clocks change."""
    now = datetime(2026, 3, 28, 21, 50, tzinfo=PARIS)
    context = Context(now, fixed(now, [("22:00", "06:00")]), due(*bank(20), since=now))
    found = full_charge(context)
    assert found is not None
    assert found.end == datetime(2026, 3, 29, 5, 0, tzinfo=PARIS)
