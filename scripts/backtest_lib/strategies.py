"""A season with each strategy, played as the integration plays it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from custom_components.marstek.planner import (
    Action,
    Allocation,
    BatteryState,
    Context,
    House,
    Options,
    Period,
    Step,
    Timeline,
    plan_optimised,
    plan_simple,
    share,
)
from custom_components.marstek.planner.habits import HISTORY, Habits, Hour
from custom_components.marstek.tempo import PARIS

from .forecast import SunForecast
from .home import CAPACITY, DEPTH, USABLE, Home
from .optimum import END_VALUE, least_bill
from .physics import HOURS, Units
from .tariffs import Tariff
from .world import SLOT, Slots

_EMPTY: Final = 100 * (1 - DEPTH)
_EVENING: Final = 17.0
_FULL: Final = 0.9
_HORIZON: Final = timedelta(days=4)
_HOUR: Final = timedelta(hours=1)


class Name(StrEnum):
    """What may decide."""

    AUTO = "auto"
    """Always AUTO."""
    SIMPLE = "simple"
    OPTIMISED = "optimised"
    OPTIMUM = "optimum"
    """Everything known beforehand."""


@dataclass(frozen=True, slots=True)
class Result:
    """EUR of a season, what is left in the batteries deducted, and how often they turned."""

    bill: float
    cycles: float = 0.0
    bought: float = 0.0
    """kWh charged from the grid."""


@dataclass(frozen=True, slots=True)
class Season:
    """What all strategies did in a season."""

    without: float
    """EUR without batteries."""
    idle: float
    """EUR with batteries that never do anything."""
    results: dict[Name, Result]

    def saved(self, name: Name) -> float:
        """Return the EUR that a strategy saved."""
        return self.without - self.results[name].bill

    def share(self, name: Name) -> float:
        """Return how far a strategy came from idle batteries to the optimum, 1 being all the way."""
        most = self.idle - self.results[Name.OPTIMUM].bill
        return (self.idle - self.results[name].bill) / most if most > 0 else 1.0


def compare(
    home: Home,
    slots: Slots,
    tariff: Tariff,
    names: Sequence[Name],
    within: range | None = None,
) -> Season:
    """Return what strategies did in the same season, or within slots of it.

    What the house drew before those slots is known to whoever learns from it.
    """
    half = home.capacity / 2
    credit = END_VALUE * half
    span = within or range(len(slots))
    drawn = [(tariff.prices[n], (slots.load[n] - slots.pv[n]) * HOURS) for n in span]
    standby = Units([half / home.batteries] * home.batteries).hold()
    without = sum(home.bill(price, own) for price, own in drawn)
    idle = sum(home.bill(price, own + standby) for price, own in drawn)
    results: dict[Name, Result] = {}
    for name in names:
        if name is Name.OPTIMUM:
            results[name] = Result(least_bill(home, slots, tariff, span, half) + credit)
        else:
            results[name] = _Life(home, slots, tariff, name).live(span)
    return Season(without, idle, results)


class _Life:
    """A season with one strategy, plan after plan."""

    def __init__(self, home: Home, slots: Slots, tariff: Tariff, name: Name) -> None:
        """Begin with batteries half full."""
        self._home = home
        self._slots = slots
        self._tariff = tariff
        self._name = name
        self._units = Units([USABLE / 2] * home.batteries)
        self._was_full: bool | None = None
        self._steps: list[Step] = []
        self._orders: dict[str, Allocation] = {}
        self._habits = Habits.assume(1000 * home.yearly_load / 365, PARIS)
        self._sun = SunForecast(slots) if home.has_sun_forecast else None
        self._lived = [
            Hour(
                slots.moment(n),
                250 * sum(slots.load[n : n + 4]),
                250 * sum(slots.pv[n : n + 4]),
            )
            for n in range(0, len(slots) - 3, 4)
        ]

    def live(self, within: range) -> Result:
        """Return how slots of the season ended."""
        paid = 0.0
        for number in within:
            net = self._slots.load[number] - self._slots.pv[number]
            drawn = self._play(number, net)
            paid += self._home.bill(self._tariff.prices[number], net * HOURS + drawn)
        left = self._units.total - self._home.capacity / 2
        return Result(
            paid - END_VALUE * left,
            self._units.served / self._home.capacity,
            self._units.bought,
        )

    def _play(self, number: int, net: float) -> float:
        """Return the kWh that batteries draw in a slot."""
        everywhere = [0.0] * self._home.batteries
        if self._name is Name.AUTO:
            return self._units.auto(net, everywhere)
        hour = self._slots.hours[number]
        if hour == _EVENING:
            self._was_full = self._units.total >= _FULL * self._home.capacity
        if not self._steps or hour in self._tariff.asked_at:
            self._steps = list(self._plan(number).steps)
            self._steps.reverse()
        middle = self._slots.moment(number) + SLOT / 2
        while len(self._steps) > 1 and self._steps[-1].end <= middle:
            self._steps.pop()
        step = self._steps[-1]
        if step.action is Action.AUTO and step.floor is None:
            self._orders = {}
            return self._units.auto(net, everywhere)
        return self._obey(step, number, net)

    def _obey(self, step: Step, number: int, net: float) -> float:
        """Return the kWh that batteries draw by the orders that they get for a step."""
        before = max(0, number - 1)
        power = 1000 * (self._slots.load[before] - self._slots.pv[before])
        batteries = self._batteries()
        orders = share(
            step,
            batteries,
            House(self._home.subscribed, power),
            max(step.start, self._slots.moment(number)),
            step.end,
            self._orders,
            {},
            efficiency=self._home.efficiency,
        )
        self._orders = dict(orders)
        own = [orders[battery.id] for battery in batteries]
        if step.action is Action.CHARGE:
            powers = [o.power / 1000 if o.action is Action.CHARGE else 0.0 for o in own]
            return self._units.charge(powers, [_stored(o.target) for o in own])
        if step.action is Action.HOLD:
            return self._units.hold()
        floors = [_stored(o.floor or 0.0) if o.action is Action.AUTO else None for o in own]
        return self._units.auto(net, floors)

    def _plan(self, number: int) -> Timeline:
        """Return the plan of the strategy, made of what is known by now."""
        now = self._slots.moment(number).astimezone(PARIS)
        context = Context(
            now,
            tuple(map(self._with_feed_in, self._tariff.periods(number))),
            self._batteries(),
            Options(has_pv=self._home.pv_peak > 0, efficiency=self._home.efficiency),
            self._was_full,
            house=House(self._home.subscribed),
            economy=replace(self._tariff.economy, feed_in=self._home.feed_in),
        )
        if self._name is Name.SIMPLE:
            # For prices that change by the hour it has no rule but that of the cheaper half.
            is_hourly = all(period.is_off_peak for period in context.periods)
            return plan_optimised(context) if is_hourly else plan_simple(context)
        self._learn(now, number)
        sun = self._sun.by_hour(number) if self._sun else None
        forecast = self._habits.forecast(now, now + _HORIZON, sun)
        return plan_optimised(replace(context, forecast=forecast))

    def _with_feed_in(self, period: Period) -> Period:
        """Return a period with what feeding in pays, where that follows the market."""
        price = period.expected_price if period.price is None else period.price
        if not self._home.feed_in_share or price is None:
            return period
        return replace(period, export_price=self._home.earned(price))

    def _learn(self, now: datetime, number: int) -> None:
        """Learn from the hours that have passed."""
        passed = number // 4
        hours = self._lived[max(0, passed - HISTORY // _HOUR) : passed]
        learnt = Habits.learn(hours, now.date(), PARIS, most_load=20_000)
        self._habits = learnt or self._habits

    def _batteries(self) -> tuple[BatteryState, ...]:
        return tuple(
            BatteryState(
                str(number),
                _EMPTY + 100 * stored / CAPACITY,
                1000 * CAPACITY,
                depth=DEPTH,
            )
            for number, stored in enumerate(self._units.stored)
        )


def _stored(soc: float | None) -> float:
    """Return the kWh above empty at a state of charge in %; None is full."""
    return USABLE if soc is None else max(0.0, (soc - _EMPTY) / 100 * CAPACITY)
