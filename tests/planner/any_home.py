"""Any home at any moment, for properties."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from custom_components.marstek.planner import (
    Action,
    Aim,
    BatteryState,
    Certainty,
    Context,
    Forecast,
    House,
    Night,
    Options,
    Override,
    Period,
    Timeline,
)
from custom_components.marstek.tempo import PARIS, Colour
from tests.planner.home import DAY, HOUR, MINUTE, fixed, forecast, priced, sun, tempo

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
    periods = tempo(now, colours, days=days, provisional=frozenset(provisional))
    return priced(periods, colours) if draw(st.booleans()) else periods


def _forecasts(now: datetime) -> st.SearchStrategy[Forecast | None]:
    """Return forecasts that may end before the prices do."""
    return st.none() | st.builds(
        forecast,
        st.just(now),
        st.floats(0, 3000),
        st.floats(0, 6000).map(sun),
        days=st.integers(1, 5),
    )


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
        efficiency=draw(st.floats(0.5, 1)),
        aim=draw(st.sampled_from(Aim)),
        gentle_top=draw(st.booleans()),
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
        draw(_forecasts(now)),
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


def without_colour(period: Period, day: date) -> Period:
    """Return a period of a day of which nothing is known."""
    if period.day != day:
        return period
    return replace(period, price=None, colour=None, certainty=Certainty.UNKNOWN, expected_price=0.2)


def as_red(period: Period, day: date) -> Period:
    """Return a period of a day that is known to be red."""
    if period.day != day:
        return period
    return replace(period, price=period.red_price, colour=Colour.RED, certainty=Certainty.BINDING)


def outline(plan: Timeline) -> list[tuple[datetime, Action, float | None, int]]:
    """Return what batteries do from when on, whatever the reason."""
    return [(step.start, step.action, step.target, step.power) for step in plan.steps]
