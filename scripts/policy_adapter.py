"""The planner's strategies as the external scorer of policies asks for them.

The scorer counts in quarter hours and kWh of the usable capacity, and calls once a season hour
after hour, at 06:00, 17:00 and 22:00.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path
import sys
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))

from custom_components.marstek.planner import (
    TEMPO_ECONOMY,
    Action,
    BatteryState,
    Certainty,
    Context,
    Expected,
    Forecast,
    House,
    Options,
    Period,
    Step,
    Timeline,
    plan_optimised,
    plan_simple as simple_strategy,
)
from custom_components.marstek.tempo import Colour

_SLOT: Final = timedelta(minutes=15)
_COLOURS: Final = (Colour.BLUE, Colour.WHITE, Colour.RED)
_DEPTH: Final = 0.88
_EMPTY: Final = 100 * (1 - _DEPTH)
_NIGHT: Final = (6, 22)
_EVENING: Final = 17
_FULL: Final = 0.9
# kW of a battery that charges.
_PREFERRED: Final = 1.25


class _Evenings:
    """Whether the batteries were full at 17:00, between one call and the next."""

    def __init__(self) -> None:
        """Know nothing."""
        self.was_full: bool | None = None

    def look(self, asked: Any) -> None:
        """Remember how an evening was."""
        if asked.now.hour == _EVENING:
            self.was_full = asked.soc >= _FULL * asked.capacity


_evenings: Final = _Evenings()


def plan_simple(asked: Any) -> list[Any]:
    """Return the scorer's decisions for its context."""
    _evenings.look(asked)
    options = Options(has_pv=max(asked.pv, default=0.0) > 0, efficiency=asked.eta)
    plan = simple_strategy(_context(asked, options))
    return _decisions(plan, asked)


def plan(asked: Any) -> list[Any]:
    """Return the scorer's decisions for its context, by the optimised strategy.

    The scorer shares every power among all batteries; here they take turns, each at an efficient
    power, which loses as little as all at once with that power.
    """
    options = Options(has_pv=max(asked.pv, default=0.0) > 0, efficiency=asked.eta)
    context = replace(
        _context(asked, options),
        was_full=None,
        house=House(round(asked.cap_kva * 1000)),
        forecast=_forecast(asked),
        economy=replace(TEMPO_ECONOMY, wear=asked.wear, feed_in=asked.feed_in),
    )
    most = min(asked.p_charge, _PREFERRED * asked.n)
    return [
        replace(decision, power=max(decision.power, most)) if decision.power else decision
        for decision in _decisions(plan_optimised(context), asked)
    ]


def _forecast(asked: Any) -> Forecast:
    start = asked.now.replace(tzinfo=UTC)
    values = tuple(
        Expected(start + number * _SLOT, 1000 * float(load), 1000 * float(pv))
        for number, (load, pv) in enumerate(zip(asked.load, asked.pv, strict=True))
    )
    return Forecast(values, start + len(values) * _SLOT)


def _context(asked: Any, options: Options) -> Context:
    """Return the planner's context; the hours of the clock count as UTC."""
    now = asked.now.replace(tzinfo=UTC)
    rated = asked.capacity / _DEPTH / asked.n * 1000
    battery_power = round(asked.p_charge / asked.n * 1000)
    batteries = tuple(
        BatteryState(
            id=str(number),
            soc=_EMPTY + (100 - _EMPTY) * asked.soc / asked.capacity,
            capacity=rated,
            depth=_DEPTH,
            max_charge=battery_power,
        )
        for number in range(asked.n)
    )
    return Context(
        now=now,
        periods=tuple(_periods(asked, now)),
        batteries=batteries,
        options=options,
        was_full=_evenings.was_full,
    )


def _periods(asked: Any, now: datetime) -> list[Period]:
    """Return the periods that the scorer's quarter hours make."""
    kinds = [
        (int(day), not _NIGHT[0] <= hour < _NIGHT[1])
        for day, hour in zip(asked.day, asked.hour, strict=True)
    ]
    bounds = [0, *(i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]), len(kinds)]
    return [
        _period(asked, kinds[first], first, now + first * _SLOT, now + last * _SLOT)
        for first, last in pairwise(bounds)
    ]


def _period(
    asked: Any, kind: tuple[int, bool], first: int, start: datetime, end: datetime
) -> Period:
    day, is_off_peak = kind
    price = float(asked.price[first])
    number = (asked.colour_today, asked.colour_tomorrow, None)[day]
    known = Certainty.PROVISIONAL if day and asked.provisional else Certainty.BINDING
    return Period(
        start,
        end,
        is_off_peak,
        price if number is not None else None,
        day=(start.date() if start.hour >= _NIGHT[0] else start.date() - timedelta(days=1)),
        colour=None if number is None else _COLOURS[number],
        certainty=Certainty.UNKNOWN if number is None else known,
        can_be_red=day == 1 and asked.eligible_tomorrow,
        expected_price=price,
        red_price=float(asked.prices[2][not is_off_peak]),
    )


def _decisions(plan: Timeline, asked: Any) -> list[Any]:
    """Return a decision for each stretch of quarter hours, by what holds for most of it."""
    engine: Any = import_module("engine")  # the scorer's own, only there when it asks
    total = len(asked.hour)
    start = asked.now.replace(tzinfo=UTC)
    steps = [step for i in range(total) if (step := plan.at(start + i * _SLOT + _SLOT / 2))]
    runs: list[list[Step]] = []
    for step in steps:
        if runs and runs[-1][0] is step:
            runs[-1].append(step)
        else:
            runs.append([step])
    return [_decision(engine, run, asked) for run in runs]


def _decision(engine: Any, run: Sequence[Step], asked: Any) -> Any:
    step = run[0]
    return engine.Decision(
        slots=len(run),
        mode=engine.MODES[step.action.name],
        power=step.power / 1000 if step.action is Action.CHARGE else 0.0,
        target=1e9 if step.target is None else _stored(step.target, asked),
        floor=0.0 if step.floor is None else _stored(step.floor, asked),
        reason=step.reason.value,
    )


def _stored(soc: float, asked: Any) -> float:
    """Return kWh of the usable capacity."""
    return float(max(0.0, (soc - _EMPTY) / (100 - _EMPTY)) * asked.capacity)
