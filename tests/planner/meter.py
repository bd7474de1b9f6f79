"""What a plan costs when everything comes as forecast: batteries that lose the same at any power."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from custom_components.marstek.planner import Action, Context, Forecast, Reason, Step, Timeline
from tests.planner.home import MINUTE

_STEP = 5 * MINUTE
_HOURS = _STEP / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bill:
    """What was paid, and what is left."""

    paid: float
    """EUR."""
    stored: float
    """kWh above empty."""
    charged: float
    """kWh drawn from the grid to be stored."""
    sold: float
    """kWh that batteries gave in sales, the house's own part of it included."""


def play(context: Context, plan: Timeline) -> Bill:
    """Return the bill of a plan that is never made anew."""
    assert context.forecast is not None
    options = context.options
    usable = sum(each.depth * each.capacity for each in context.batteries) / 1000
    rated = sum(each.capacity for each in context.batteries) / 1000
    power = sum(each.max_charge for each in context.batteries) / 1000
    empty = 100 * (1 - usable / rated)

    def kwh(soc: float) -> float:
        return (soc - empty) / 100 * rated

    level = kwh(context.batteries[0].soc_or_empty)
    paid = charged = sold = 0.0
    for step in plan.steps:
        moment = step.start
        period = next(p for p in context.periods if p.start <= step.start < p.end)
        price = period.price if period.price is not None else period.expected_price
        assert price is not None
        feed_in = period.export_price
        feed_in = context.economy.feed_in if feed_in is None else feed_in
        while moment < step.end:
            net = _net(context.forecast, moment)
            drawn = 0.0
            if step.action is Action.AUTO:
                drawn = min(power, max(0.0, -net)) * _HOURS
                room = (usable - level) / options.charge_efficiency
                drawn = min(drawn, room)
                served = min(power, max(0.0, net)) * _HOURS
                left = max(0.0, level - kwh(step.floor or empty)) * options.discharge_efficiency
                served = min(served, left)
                level -= served / options.discharge_efficiency
                drawn -= served
            elif step.action is Action.CHARGE and step.target is not None:
                room = max(0.0, kwh(step.target) - level) / options.charge_efficiency
                drawn = min(step.power / 1000 * _HOURS, room)
                charged += drawn
            elif step.action is Action.DISCHARGE:
                left = max(0.0, level - kwh(step.floor or empty)) * options.discharge_efficiency
                given = min(step.power / 1000 * _HOURS, left)
                level -= given / options.discharge_efficiency
                drawn, sold = -given, sold + given
            if drawn > 0:
                level += drawn * options.charge_efficiency
            grid = net * _HOURS + drawn
            paid += grid * (price if grid > 0 else feed_in)
            moment += _STEP
    return Bill(paid, level, charged, sold)


def _net(forecast: Forecast, moment: datetime) -> float:
    """Return the kW that the house draws beyond what the sun gives."""
    number = bisect_right(forecast.values, moment, key=lambda value: value.start) - 1
    value = forecast.values[number]
    return (value.load - value.pv) / 1000


def auto(context: Context) -> Bill:
    """Return the bill of batteries that are always in Auto."""
    steps = (
        Step(period.start, period.end, Action.AUTO, Reason.PEAK_HOURS) for period in context.periods
    )
    return play(context, Timeline(tuple(steps)))


def idle(context: Context) -> float:
    """Return the EUR to be paid when batteries never do anything."""
    steps = (
        Step(period.start, period.end, Action.HOLD, Reason.CHEAP_NIGHT)
        for period in context.periods
    )
    return play(context, Timeline(tuple(steps))).paid
