"""Replay of one strategy under one contract, plan after plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from statistics import fmean
from typing import Final

from ..planner import (
    Action,
    Allocation,
    BatteryState,
    Context,
    House,
    Options,
    Step,
    Timeline,
    plan_optimised,
    plan_simple,
    share,
)
from ..planner.habits import HISTORY, Habits, Hour
from .batteries import QUARTER_HOURS, PackLimits, SimulatedBatteries
from .bounded_plan import BoundedPlan
from .contracts import Contract
from .quarters import QUARTER, Quarters

_EVENING: Final = 17.0
_FULL: Final = 0.9
_AHEAD: Final = timedelta(days=4)
_HOUR: Final = timedelta(hours=1)
# W that are taken for an error of a meter.
_MOST_LOAD: Final = 20_000


class ReplayStrategy(StrEnum):
    """Strategy of a replay."""

    NO_BATTERY = "no_battery"
    AUTO = "auto"
    """Always Auto."""
    SIMPLE = "simple"
    OPTIMISED = "optimised"


@dataclass(frozen=True, slots=True)
class ReplayHome:
    """Batteries, connection and options of a home."""

    packs: tuple[PackLimits, ...]
    zone: tzinfo
    daily_load: float
    """Wh that are expected of a day until three days have been learnt from."""
    subscribed: int = 6000
    """VA."""
    options: Options = field(default_factory=Options)
    end_value: float | None = None
    """Money for a kWh left in the cells; None: what it would save at the contract's mean price."""

    @property
    def usable(self) -> float:
        """Return the kWh of all batteries that are used."""
        return sum(pack.usable for pack in self.packs)


type SunForecasts = Callable[[int], Mapping[datetime, float]]
"""Forecast in a quarter: W by the start of their hour, in UTC."""


class Replay:
    """A strategy under a contract; batteries begin half full."""

    def __init__(
        self,
        home: ReplayHome,
        quarters: Quarters,
        contract: Contract,
        strategy: ReplayStrategy,
        sun: SunForecasts | None = None,
    ) -> None:
        """Begin before the first quarter."""
        self._home = home
        self._quarters = quarters
        self._contract = contract
        self._strategy = strategy
        self._sun = sun
        self._packs = () if strategy is ReplayStrategy.NO_BATTERY else home.packs
        self.batteries = SimulatedBatteries(self._packs, [pack.usable / 2 for pack in self._packs])
        self._at_first = self.batteries.total
        self.imported = 0.0
        """kWh drawn from the grid in quarters that count."""
        self.exported = 0.0
        """kWh fed in in quarters that count."""
        self._paid = 0.0
        self._was_full: bool | None = None
        self._bounded = BoundedPlan([str(number) for number in range(len(self._packs))], home.zone)
        self._orders: dict[str, Allocation] = {}
        self._current: Action | None = None
        """Of the step that was carried out last."""
        self._habits = Habits.assume(home.daily_load, home.zone)
        self._lived = self._hours_lived() if strategy is ReplayStrategy.OPTIMISED else list[Hour]()

    def _hours_lived(self) -> list[Hour]:
        quarters = self._quarters
        return [
            Hour(
                quarters.moment(n),
                250 * sum(quarters.load[n : n + 4]),
                250 * sum(quarters.pv[n : n + 4]),
            )
            for n in range(0, len(quarters) - 3, 4)
        ]

    @property
    def cost(self) -> float:
        """Return the money paid so far, less the worth of what is stored beyond the beginning."""
        value = self._home.end_value
        if value is None:
            value = fmean(self._contract.prices) * self._home.options.discharge_efficiency
        return self._paid - value * (self.batteries.total - self._at_first)

    def advance(self, within: range, *, is_counted: bool = True) -> None:
        """Play some quarters; those that don't count move batteries only."""
        for number in within:
            net = self._quarters.load[number] - self._quarters.pv[number]
            drawn = net * QUARTER_HOURS + self._play(number, net)
            if is_counted:
                self._paid += self._contract.bill(number, drawn)
                self.imported += max(0.0, drawn)
                self.exported += max(0.0, -drawn)

    def _play(self, number: int, net: float) -> float:
        """Return the kWh that batteries draw in a quarter."""
        everywhere = [0.0] * len(self._packs)
        if self._strategy in (ReplayStrategy.NO_BATTERY, ReplayStrategy.AUTO):
            return self.batteries.auto(net, everywhere)
        hour = self._quarters.hours[number]
        if hour == _EVENING:
            self._was_full = self.batteries.total >= _FULL * self._home.usable
        if not self._bounded.is_made or hour in self._contract.asked_at:
            context = self._context(number)
            self._bounded.follow(self._plan(context), context)
        middle = self._quarters.moment(number) + QUARTER / 2
        step = self._bounded.step(middle)
        self._current = step.action
        if step.action is Action.AUTO and step.floor is None:
            self._orders = {}
            drawn = self.batteries.auto(net, everywhere)
        else:
            drawn = self._obey(step, number, net)
        self._bounded.carried_out(step, self._orders, middle)
        return drawn

    def _obey(self, step: Step, number: int, net: float) -> float:
        """Return the kWh that batteries draw by the orders that they get for a step."""
        before = max(0, number - 1)
        power = 1000 * (self._quarters.load[before] - self._quarters.pv[before])
        states = self._states()
        orders = share(
            step,
            states,
            House(self._home.subscribed, power),
            max(step.start, self._quarters.moment(number)),
            step.end,
            self._orders,
            {},
            efficiency=self._home.options.efficiency,
        )
        self._orders = dict(orders)
        own = list(zip(self._packs, (orders[state.id] for state in states), strict=True))
        if step.action is Action.CHARGE:
            powers = [o.power / 1000 if o.action is Action.CHARGE else 0.0 for _, o in own]
            return self.batteries.charge(powers, [pack.stored(o.target) for pack, o in own])
        if step.action is Action.DISCHARGE:
            powers = [o.power / 1000 if o.action is Action.DISCHARGE else 0.0 for _, o in own]
            return self.batteries.discharge(powers, [pack.stored(o.floor or 0) for pack, o in own])
        if step.action is Action.HOLD:
            return self.batteries.hold()
        floors = [
            pack.stored(o.floor or 0.0) if o.action is Action.AUTO else None for pack, o in own
        ]
        return self.batteries.auto(net, floors)

    def _context(self, number: int) -> Context:
        """Return what a strategy knows by now."""
        now = self._quarters.moment(number).astimezone(self._home.zone)
        context = Context(
            now,
            self._contract.periods(number),
            self._states(),
            self._home.options,
            self._was_full,
            house=House(self._home.subscribed),
            economy=self._contract.economy,
            current=self._current,
        )
        if self._strategy is ReplayStrategy.SIMPLE:
            return context
        self._learn(now, number)
        sun = self._sun(number) if self._sun else None
        return replace(context, forecast=self._habits.forecast(now, now + _AHEAD, sun))

    def _plan(self, context: Context) -> Timeline:
        """Return the plan of the strategy."""
        if self._strategy is ReplayStrategy.SIMPLE:
            # For prices that change by the hour it has no rule but that of the cheaper half.
            is_hourly = all(period.is_off_peak for period in context.periods)
            return plan_optimised(context) if is_hourly else plan_simple(context)
        return plan_optimised(context)

    def _learn(self, now: datetime, number: int) -> None:
        """Learn from the hours that have passed."""
        passed = number // 4
        hours = self._lived[max(0, passed - HISTORY // _HOUR) : passed]
        learnt = Habits.learn(hours, now.date(), self._home.zone, most_load=_MOST_LOAD)
        self._habits = learnt or self._habits

    def _states(self) -> tuple[BatteryState, ...]:
        return tuple(
            BatteryState(
                str(number),
                pack.soc(stored),
                1000 * pack.capacity,
                depth=pack.depth,
                max_charge=round(1000 * pack.max_charge),
                max_discharge=round(1000 * pack.max_discharge),
            )
            for number, (pack, stored) in enumerate(
                zip(self._packs, self.batteries.stored, strict=True)
            )
        )
