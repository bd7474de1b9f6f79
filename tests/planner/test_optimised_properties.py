"""What holds of the optimised strategy in every home."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, assume, given, settings, strategies as st

from custom_components.marstek.planner import (
    HOURLY_ECONOMY,
    OTHER_ECONOMY,
    Action,
    Basis,
    Context,
    Expected,
    Forecast,
    Period,
    Timeline,
    plan_optimised,
)
from custom_components.marstek.planner.outlook import Outlook, look_out
from tests.planner.any_home import as_red, contexts, outline, without_colour
from tests.planner.home import DAY, HOUR, bank
from tests.planner.meter import idle, play
from tests.support.examples import examples
from tests.support.restless import restless

brief = settings(
    max_examples=examples(60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

_START = datetime(2026, 5, 4, 22, tzinfo=UTC)
_NIGHT = 8 * HOUR
END_VALUE = 0.1
# EUR in two days that a coarse grid of levels may lose.
_TRIFLE = 0.05


@st.composite
def homes(draw: st.DrawFn) -> Context:
    """Return a home with empty batteries and two prices, or one for each hour."""
    if draw(st.booleans()):
        low = draw(st.floats(0.05, 0.2))
        periods = two_prices(low, low + draw(st.floats(0, 0.4)))
    else:
        prices = draw(st.lists(st.floats(0.02, 0.5), min_size=48, max_size=48))
        periods = tuple(
            Period(_START + n * HOUR, _START + (n + 1) * HOUR, is_off_peak=True, price=price)
            for n, price in enumerate(prices)
        )
    loads = draw(st.lists(st.floats(100, 3000), min_size=48, max_size=48))
    peak = draw(st.floats(0, 5000))
    return Context(
        _START,
        periods,
        bank(*[12.0] * draw(st.integers(1, 3))),
        forecast=Forecast(
            tuple(Expected(_START + n * HOUR, w, _sun(peak, n)) for n, w in enumerate(loads)),
            _START + 2 * DAY,
        ),
        economy=replace(OTHER_ECONOMY, end_value=END_VALUE),
    )


def with_hourly_margins(context: Context) -> Context:
    """Return a home with the margins of a price for each hour."""
    return replace(context, economy=replace(HOURLY_ECONOMY, end_value=END_VALUE))


def two_prices(low: float, high: float) -> tuple[Period, ...]:
    """Return two nights and two days."""
    return tuple(
        Period(start, start + length, is_off_peak=is_off_peak, price=price)
        for day in range(2)
        for start, length, is_off_peak, price in (
            (_START + day * DAY, _NIGHT, True, low),
            (_START + day * DAY + _NIGHT, DAY - _NIGHT, False, high),
        )
    )


def _sun(peak: float, hours: int) -> float:
    hour = (hours + 22) % 24
    return max(0.0, peak * (1 - ((hour - 12) / 6) ** 2))


def decisions(plan: Timeline, shift: timedelta = timedelta()) -> list[tuple[object, ...]]:
    """Return what batteries do, without powers."""
    return [
        (step.start + shift, step.end + shift, step.action, step.reason, step.target, step.floor)
        for step in plan.steps
    ]


@brief
@given(contexts(is_winter_of_tempo=True))
def test_unknown_is_planned_like_red(context: Context) -> None:
    """Until the day after it at least, whose own odds may depend on it."""
    today = context.periods[0].day
    assert today is not None
    day = today + DAY
    own = [p for p in context.periods if p.day == day]
    assume(own and own[0].can_be_red and own[0].red_price is not None)
    unknown = tuple(without_colour(period, day) for period in context.periods)
    red = tuple(as_red(period, day) for period in context.periods)
    blind = plan_optimised(replace(context, periods=unknown))
    seeing = plan_optimised(replace(context, periods=red))
    assert outline(blind) == outline(seeing)


@brief
@given(contexts(is_winter_of_tempo=True) | homes() | homes().map(with_hourly_margins))
def test_no_charge_pays_less_than_it_costs(context: Context) -> None:
    """What it will save is above the price with its losses and the least gain."""
    economy = context.economy.with_aim(context.options.aim)
    plan = plan_optimised(context)
    assert plan.beliefs is not None
    assume(plan.beliefs.basis is Basis.WATER_VALUE)
    for step in plan.steps:
        if step.action is not Action.CHARGE or "value" not in step.figures:
            continue
        value, cost = float(step.figures["value"]), float(step.figures["cost"])
        assert value > cost + economy.least_gain - 1e-4


def _saving(context: Context) -> float:
    """Return the EUR that a plan made once saves, what it leaves included."""
    bill = play(context, plan_optimised(context))
    return idle(context) - bill.paid + END_VALUE * bill.stored


@brief
@given(homes())
def test_a_forecast_that_comes_true_pays(context: Context) -> None:
    """Empty batteries never make the bill higher, but for the trifles of a coarse grid."""
    assert _saving(context) >= -0.02


@brief
@given(homes(), st.floats(0, 0.3))
def test_more_spread_never_earns_less(context: Context, more: float) -> None:
    """Dearer days make batteries worth more."""
    dearer = tuple(
        period
        if period.is_off_peak or period.price is None
        else replace(period, price=period.price + more)
        for period in context.periods
    )
    assert _saving(replace(context, periods=dearer)) >= _saving(context) - _TRIFLE


@brief
@given(homes())
def test_a_bigger_battery_never_costs_more(context: Context) -> None:
    """Two save at least what one does."""
    one, two = (replace(context, batteries=bank(*[12.0] * count)) for count in (1, 2))
    # Steadier plans are made for what follows to be planned anew, which this play does not do.
    with restless():
        assert _saving(two) >= _saving(one) - _TRIFLE


@brief
@given(homes() | homes().map(with_hourly_margins), st.sampled_from([2, 4, 8]))
def test_size_does_not_matter(context: Context, factor: int) -> None:
    """A house that is so many times larger, with as many more batteries, does the same."""
    assert context.forecast is not None
    larger = replace(
        context,
        batteries=bank(*[12.0] * factor * len(context.batteries)),
        forecast=replace(
            context.forecast,
            values=tuple(
                replace(each, load=each.load * factor, pv=each.pv * factor)
                for each in context.forecast.values
            ),
        ),
    )
    assert decisions(plan_optimised(larger)) == decisions(plan_optimised(context))


@brief
@given(homes() | homes().map(with_hourly_margins), st.sampled_from([0.25, 0.5, 2.0, 8.0]))
def test_currency_does_not_matter(context: Context, factor: float) -> None:
    """Prices and margins in another one make the same plan."""
    own = context.economy
    economy = replace(
        own,
        wear=own.wear * factor,
        least_gain=own.least_gain * factor,
        dead_band=own.dead_band * factor,
        feed_in=own.feed_in * factor,
        export_gain=0.02 * factor,
        end_value=END_VALUE * factor,
    )
    periods = tuple(
        replace(period, price=(period.price or 0.0) * factor) for period in context.periods
    )
    other = replace(context, periods=periods, economy=economy)
    assert decisions(plan_optimised(other)) == decisions(plan_optimised(context))


@brief
@given(homes() | homes().map(with_hourly_margins), st.integers(-400, 400))
def test_the_date_does_not_matter(context: Context, days: int) -> None:
    """The same prices, load and sun on another day make the same plan."""
    assert context.forecast is not None
    shift = days * DAY
    other = replace(
        context,
        now=context.now + shift,
        periods=tuple(
            replace(period, start=period.start + shift, end=period.end + shift)
            for period in context.periods
        ),
        forecast=Forecast(
            tuple(replace(v, start=v.start + shift) for v in context.forecast.values),
            context.forecast.end + shift,
        ),
    )
    assert decisions(plan_optimised(other)) == decisions(plan_optimised(context), shift)


def _outlook(context: Context, *cases: float) -> Outlook:
    """Return the outlook of a home with so much of the expected sun in each case."""
    outlook = look_out(
        replace(context, economy=replace(context.economy, sun_cases=cases or (1.0,)))
    )
    assert isinstance(outlook, Outlook)
    return outlook


@brief
@given(homes(), st.lists(st.floats(0, 2), min_size=2, max_size=3))
def test_cases_of_the_sun_are_averaged(context: Context, cases: list[float]) -> None:
    """The bill of several cases is the mean of theirs; what is shown of the sun is the forecast."""
    together = _outlook(context, *cases)
    alone = [_outlook(context, case) for case in cases]
    for run, *own in zip(together.runs, *(each.runs for each in alone), strict=True):
        for level, bill in enumerate(run.bill):
            assert abs(bill - sum(each.bill[level] for each in own) / len(own)) < 1e-9
        assert {each.pv for each in own} == {run.pv}


@brief
@given(homes(), st.floats(0, 2))
def test_a_case_of_the_sun_is_a_forecast_of_it(context: Context, case: float) -> None:
    """A single case costs what the same forecast with so much sun does."""
    assert context.forecast is not None
    values = tuple(replace(each, pv=case * each.pv) for each in context.forecast.values)
    scaled = replace(context, forecast=replace(context.forecast, values=values))
    for one, other in zip(_outlook(context, case).runs, _outlook(scaled).runs, strict=True):
        assert all(abs(a - b) < 1e-9 for a, b in zip(one.bill, other.bill, strict=True))
