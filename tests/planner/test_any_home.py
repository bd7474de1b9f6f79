"""What holds for every home and every moment, whatever is known."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, strategies as st

from custom_components.marstek.planner import (
    Action,
    BatteryState,
    Certainty,
    Context,
    House,
    Night,
    Options,
    Override,
    Period,
    Plan,
    Reason,
    Step,
    plan_simple,
)
from custom_components.marstek.tempo import PARIS, Colour
from tests.venus.bench import thorough

from .home import DAY, HOUR, MINUTE, fixed, tempo

_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
# Any moment of a year, and those around the nights when clocks change.
_MOMENTS = st.one_of(
    st.timedeltas(timedelta(), 365 * DAY).map(_NEW_YEAR.__add__),
    st.timedeltas(timedelta(), DAY).map(datetime(2026, 3, 28, 12, tzinfo=UTC).__add__),
    st.timedeltas(timedelta(), DAY).map(datetime(2026, 10, 24, 12, tzinfo=UTC).__add__),
).map(lambda moment: moment.astimezone(PARIS))
_WINTER = st.timedeltas(timedelta(), 55 * DAY).map(_NEW_YEAR.astimezone(PARIS).__add__)
_GUARDS = st.sampled_from([0, 5, 15, 60, 240]).map(lambda minutes: minutes * MINUTE)


@st.composite
def tempo_periods(draw: st.DrawFn, now: datetime) -> tuple[Period, ...]:
    """Return Tempo with any colours known, provisional or unknown."""
    first = now.astimezone(PARIS).date() - DAY
    colours: dict[date, Colour] = {}
    provisional: set[date] = set()
    for number in range(5):
        colour = draw(st.none() | st.sampled_from(Colour))
        if colour is not None:
            colours[first + number * DAY] = colour
            if draw(st.booleans()):
                provisional.add(first + number * DAY)
    days = draw(st.integers(1, 4))
    return tempo(now, colours, days=days, provisional=frozenset(provisional))


_WINDOWS = st.sampled_from(
    [
        [("22:00", "06:00")],
        [("12:30", "14:30")],
        [("02:00", "07:00"), ("12:30", "14:30")],
        [("01:10", "03:00"), ("03:20", "07:20"), ("16:00", "16:10")],
        [("02:10", "02:50")],
        [("23:30", "05:30"), ("12:00", "14:00")],
    ]
)
_SOCS = st.floats(0, 100) | st.none()


@st.composite
def contexts(
    draw: st.DrawFn, *, with_overrides: bool = False, is_winter_of_tempo: bool = False
) -> Context:
    """Return any context, or one of January or February with Tempo."""
    now = draw(_WINTER if is_winter_of_tempo else _MOMENTS)
    is_tempo = is_winter_of_tempo or draw(st.booleans())
    periods = draw(tempo_periods(now)) if is_tempo else fixed(now, draw(_WINDOWS))
    batteries = tuple(
        BatteryState(
            str(number),
            draw(_SOCS),
            draw(st.sampled_from([2080.0, 5120.0])),
            max_charge=draw(st.sampled_from([800, 2500])),
            is_reachable=draw(st.booleans()),
            is_complete=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 6)))
    )
    least, most = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    options = Options(
        start_guard=draw(_GUARDS),
        end_guard=draw(_GUARDS),
        night=draw(st.sampled_from(Night)),
        red_power=draw(st.none() | st.integers(100, 2500)),
        red_target=draw(st.integers(0, 100)),
        white_eve=draw(st.booleans()),
        least_soc=least,
        most_soc=most,
        reserve=draw(st.integers(0, 100)),
        has_pv=draw(st.booleans()),
    )
    overrides = draw(st.lists(_overrides(now), max_size=3)) if with_overrides else []
    return Context(
        now,
        periods,
        batteries,
        options,
        draw(st.none() | st.booleans()),
        tuple(overrides),
        draw(st.none() | st.builds(House, st.just(6000), st.none() | st.floats(-3000, 9000))),
    )


def _overrides(now: datetime) -> st.SearchStrategy[Override]:
    return st.builds(
        Override,
        st.sampled_from(Action),
        st.timedeltas(-HOUR, 30 * HOUR).map(lambda span: now.astimezone(UTC) + span),
        st.integers(0, 2500),
        st.none() | st.integers(0, 100),
        st.none() | st.integers(0, 100),
        st.none() | st.frozensets(st.sampled_from("012345")),
    )


def _period(context: Context, step: Step) -> Period:
    """Return the period in which a whole step lies."""
    (found,) = [p for p in context.periods if p.start <= step.start and step.end <= p.end]
    return found


@thorough
@given(contexts(with_overrides=True))
def test_steps_cover_all_time(context: Context) -> None:
    """From now to the end, in order, without gap or overlap, each within one period."""
    plan = plan_simple(context)
    assert plan.steps[0].start == context.moment
    assert plan.steps[-1].end == context.periods[-1].end
    assert all(before.end == after.start for before, after in pairwise(plan.steps))
    for step in plan.steps:
        assert step.start < step.end
        _period(context, step)
        assert plan.at(step.start) is step
        assert plan.at(step.end - timedelta.resolution) is step


@thorough
@given(contexts())
def test_peak_hours_are_auto(context: Context) -> None:
    """From their first moment on; nothing but a person charges in them."""
    for step in plan_simple(context).steps:
        if not _period(context, step).is_off_peak:
            assert (step.action, step.reason) == (Action.AUTO, Reason.PEAK_HOURS)


@thorough
@given(contexts())
def test_guards_are_kept(context: Context) -> None:
    """No charge in the first and last minutes of a window, no HOLD in the first."""
    options = context.options
    for step in plan_simple(context).steps:
        if step.action is Action.AUTO or step.reason is Reason.SHORT_WINDOW:
            continue
        start, end = _window(context, step)
        assert step.start >= start + options.start_guard
        if step.action is Action.CHARGE:
            assert step.end <= end - options.end_guard


def _window(context: Context, step: Step) -> tuple[datetime, datetime]:
    """Return the bounds of the off-peak hours around a step."""
    start, end = (own := _period(context, step)).start, own.end
    for period in context.periods:
        if period.is_off_peak and period.start == end:
            end = period.end
    for period in reversed(context.periods):
        if period.is_off_peak and period.end == start:
            start = period.start
    return start, end


@thorough
@given(contexts(with_overrides=True))
def test_limits_are_kept(context: Context) -> None:
    """Targets, floors, powers and expectations are what batteries and owners allow."""
    options = context.options
    most_power = sum(battery.max_charge for battery in context.batteries)
    for step in plan_simple(context).steps:
        if step.target is not None:
            assert 0 <= step.target <= options.most_soc
        if step.floor is not None:
            assert options.least_soc <= step.floor <= 100
        assert (step.target is not None) >= (step.action is Action.CHARGE)
        if step.action is Action.CHARGE:
            assert 0 <= step.power <= most_power
        if step.action in (Action.AUTO, Action.HOLD):
            assert step.power == 0
        assert step.expected_soc is None or 0 <= step.expected_soc <= 100.001


def _without_colour(period: Period, day: date) -> Period:
    """Return a period of a day of which nothing is known."""
    if period.day != day:
        return period
    return Period(
        period.start, period.end, period.is_off_peak, day=day, can_be_red=period.can_be_red
    )


def _as_red(period: Period, day: date) -> Period:
    if period.day != day:
        return period
    return Period(
        period.start,
        period.end,
        period.is_off_peak,
        day=day,
        colour=Colour.RED,
        certainty=Certainty.BINDING,
    )


def _outline(plan: Plan) -> list[tuple[datetime, Action, float | None, int]]:
    return [(step.start, step.action, step.target, step.power) for step in plan.steps]


@thorough
@given(contexts(is_winter_of_tempo=True))
def test_unknown_is_no_worse_than_red(context: Context) -> None:
    """Where tomorrow can be red, not to know its colour changes nothing but the reason."""
    day = next((p.day for p in context.periods if not p.is_off_peak and p.can_be_red), None)
    assume(day is not None)
    assert day is not None
    unknown = tuple(_without_colour(period, day) for period in context.periods)
    red = tuple(_as_red(period, day) for period in context.periods)
    # The night after it is one of that day, too, and matters only to the eve of a white day.
    options = Options(white_eve=False)
    blind = plan_simple(Context(context.now, unknown, context.batteries, options))
    seeing = plan_simple(Context(context.now, red, context.batteries, options))
    assert _outline(blind) == _outline(seeing)


@thorough
@given(contexts(), st.integers(0, 100), st.integers(0, 100))
def test_a_higher_target_never_charges_less(context: Context, one: int, other: int) -> None:
    """Neither power nor energy."""
    low, high = (_energies(context, target) for target in sorted((one, other)))
    assert all(low.get(start, 0) <= energy + 1 for start, energy in high.items())
    assert low.keys() <= high.keys()


def _energies(context: Context, target: int) -> dict[datetime, float]:
    """Return the Wh of each charge of the first night, by its start."""
    options = Options(red_target=target)
    plan = plan_simple(
        Context(context.now, context.periods, context.batteries, options, house=context.house)
    )
    return {
        step.start: float(step.figures["energy"])
        for step in plan.steps
        if step.action is Action.CHARGE and step.start < context.moment + DAY
    }
