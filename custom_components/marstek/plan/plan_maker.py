"""Plan maker: asks the planner, and keeps its answer for as long as the input holds."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
import datetime as dt
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..battery.runtime import Battery
from ..const import Tariff
from ..planner import (
    BatteryState,
    Context,
    Departed,
    House,
    Strategy,
    Timeline,
    bounded,
    in_force,
    kept_back,
    plan_optimised,
    plan_simple,
    serving_only,
)
from .control_memory import ControlMemory
from .do_not_feed import DoNotFeed
from .learning import Learner
from .measured_efficiency import efficiency_of
from .meter import Meter
from .options import Approach
from .peaks import PeakWatch
from .plan_options import PlanOptions
from .planner_context import battery_state, economy, periods
from .rules import active_rules
from .tariff.coordinator import TariffCoordinator

# What batteries hold, and how long they have to wait for the next computation, moves in steps of so
# much: an answer that is minutes old is as good, and takes no time.
_SOC_STEP: Final = 5.0
_TIME_STEP: Final = dt.timedelta(minutes=30)
# A plan is computed so often within so many s, whatever keeps changing.
_MOST_PLANS: Final = 10
_MOST_PLANS_WITHIN: Final = 600.0
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def strategy_of(approach: Approach) -> Strategy:
    """Return the strategy that an owner's approach stands for."""
    return plan_simple if approach is Approach.SIMPLE else plan_optimised


@dataclass(frozen=True, slots=True)
class _Answer:
    key: object
    asked: object
    """What of it a person decides, which is planned for at once."""
    plan: Timeline


class PlanMaker:
    """Has plans made by the strategy that the owner has chosen."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        tariff: TariffCoordinator,
        options: Callable[[], PlanOptions],
        members: Callable[[], Mapping[str, Battery]],
        on_learnt: Callable[[], None],
        departed: Callable[[dt.datetime], Departed],
    ) -> None:
        """Plan for the batteries that take part; `on_learnt` is called when more is known.

        `departed` returns the departures from Auto that were made on the day of a moment.
        """
        self._hass = hass
        self._entry = entry
        self._tariff = tariff
        self._options = options
        self._members = members
        self._departed = departed
        self.meter = Meter(hass)
        self.learner = Learner(
            hass,
            entry,
            lambda: tariff.settings.off_peak.zone,
            options,
            on_learnt,
        )
        self._do_not_feed = DoNotFeed(hass, entry, options, on_learnt)
        self.peak_watch = PeakWatch(
            hass,
            entry,
            options,
            lambda: self._memory.peaks,
            lambda: tariff.settings.off_peak.zone,
        )
        self._answer: _Answer | None = None
        self._followed: Timeline | None = None
        """The plan that was returned last."""
        self._planned_at = deque[float](maxlen=_MOST_PLANS)

    @property
    def _memory(self) -> ControlMemory:
        return self._tariff.store.memory.control

    async def async_plan(self, now: dt.datetime) -> Timeline:
        """Return the steps from now on."""
        context, approach = self.context(now), self._options().approach
        if context.keeps_until is not None:
            self.learner.async_leave_out(now)
        self._followed = await self._async_made(context, approach, now)
        return self._followed

    async def _async_made(self, context: Context, approach: Approach, now: dt.datetime) -> Timeline:
        """Return the plan for a context, the one of before where nothing of note is different."""
        if approach is Approach.SIMPLE:
            return self._adapted(plan_simple(context), context)
        key = approach, self.learner.revision, _essence(context, now)
        answer, asked = self._answer, (approach, context.options, context.overrides)
        if answer is None or (answer.key != key and (answer.asked != asked or self._may_plan())):
            self._planned_at.append(self._hass.loop.time())
            answer = self._answer = _Answer(key, asked, await self.async_compute(context))
        return self._adapted(answer.plan, context)

    def _adapted(self, plan: Timeline, context: Context) -> Timeline:
        """Return a plan that minds what is on in the house now, and the departures of the day."""
        kept = kept_back(self.peak_watch.async_serve(plan, context), context)
        return bounded(kept, context, self._departed(context.now))

    def _may_plan(self) -> bool:
        """Tell whether there were few plans lately, for whatever keeps changing."""
        oldest = self._planned_at[0] if len(self._planned_at) == _MOST_PLANS else float("-inf")
        return self._hass.loop.time() - oldest >= _MOST_PLANS_WITHIN

    async def async_compute(self, context: Context) -> Timeline:
        """Return the plan for a context, computed outside the event loop."""
        strategy = strategy_of(self._options().approach)
        return await self._hass.async_add_executor_job(strategy, context)

    async def async_preview(self, context: Context) -> Timeline:
        """Return the plan for a context that is tried, with the departures that are left today."""
        made = await self.async_compute(context)
        return bounded(made, context, self._departed(context.now))

    def context(self, now: dt.datetime) -> Context:
        """Return the input of the planner."""
        memory, options, settings = self._memory, self._options(), self._tariff.settings
        horizon = periods(
            settings,
            self._tariff.store.memory,
            now,
            is_long=options.approach is not Approach.SIMPLE,
        )
        zone = settings.off_peak.zone
        colours = self._tariff.colours if settings.tariff is Tariff.TEMPO else {}
        rules = in_force(active_rules(self._entry), now, horizon[-1].end, zone, colours.get)
        overrides = (*rules, *memory.overrides)
        if options.never_feed_in:
            overrides = tuple(map(serving_only, overrides))
        running = None if self._followed is None else self._followed.at(now)
        return Context(
            now=now.astimezone(zone),
            periods=horizon,
            batteries=self.batteries(),
            options=replace(
                options.strategy,
                efficiency=self._efficiency(options),
                sale_power=self._sale_power(options),
            ),
            was_full=memory.was_full if memory.full_day == self._tariff.day_of(now) else None,
            overrides=overrides,
            house=self.house(now),
            forecast=self.learner.forecast(now, horizon[-1].end),
            economy=economy(settings),
            keeps_until=self._do_not_feed.async_look(),
            current=None if running is None else running.action,
            filling_since=memory.filling_since,
        )

    def _sale_power(self, options: PlanOptions) -> int:
        """Return the W that may be sold: 0 beside a battery that a person commands.

        It would store what the others sell, or feed in beside them.
        """
        is_shared = not self._memory.standing_back.keys().isdisjoint(self._members())
        return 0 if is_shared else options.strategy.sale_power

    def _efficiency(self, options: PlanOptions) -> float:
        measured = (
            (battery.data.rated_capacity or 0.0, battery.data.efficiency)
            for battery in self._members().values()
        )
        return efficiency_of(measured, options.strategy.efficiency)

    def batteries(self) -> tuple[BatteryState, ...]:
        """Return the batteries that take part as they are now."""
        memory, options = self._memory, self._options()
        return tuple(
            battery_state(
                battery,
                is_complete=key in memory.complete,
                full_due=self._full_due(key, options),
                phase=options.phase_of(key),
            )
            for key, battery in self._members().items()
        )

    def _full_due(self, key: str, options: PlanOptions) -> dt.datetime | None:
        """Return from when on a battery ought to be charged to the full; None for one long silent."""
        known = self._memory.fullness.get(key)
        if known is None or not known.is_awaited(dt_util.utcnow()):
            return None
        return known.due(options.full_every)

    def house(self, now: dt.datetime) -> House:
        """Return subscribed power and load; batteries that others command count as load."""
        options = self._options()
        batteries = {
            key: battery
            for key, battery in self._members().items()
            if key not in self._memory.standing_back
        }
        power = self.meter.house_power(options.grid_sensor, batteries.values())
        given = sum(
            self._given(key, battery)
            for key, battery in batteries.items()
            if options.phase_of(key) is None
        )
        phases = {
            phase.name: self.meter.phase_power(
                phase.sensor,
                [each for key, each in batteries.items() if options.phase_of(key) == phase.name],
                given,
            )
            for phase in options.phases
        }
        peaks = self.peak_watch.async_look(now, power)
        if peaks is None:
            return House(options.subscribed, power, phases)
        return House(options.subscribed, power, phases, peaks.most, peaks.room, peaks.near)

    def _given(self, key: str, battery: Battery) -> float:
        """Return the W that a battery on an unknown phase gives, negative where it is to charge.

        The planner keeps room for such a charge on each phase. What a battery takes by itself, such as
        the sun in Auto, leaves no more room on the phases that it is not on.
        """
        order = self._memory.orders.get(key)
        ordered = 0 if order is None else min(0, order.power or 0)
        return max(battery.data.ac_power or 0, ordered)


def _essence(context: Context, now: dt.datetime) -> object:
    """Return what of a context makes another plan of it.

    Power that is drawn now limits who gets how much, but not what is planned.
    """
    coarse = tuple(
        replace(battery, soc=None if battery.soc is None else battery.soc // _SOC_STEP)
        for battery in context.batteries
    )
    return (
        (now - _EPOCH) // _TIME_STEP,
        context.periods,
        coarse,
        context.options,
        context.was_full,
        context.overrides,
        context.economy,
        context.filling_since,
        (
            context.house.subscribed,
            tuple(context.house.phases),
            context.house.peak_limit,
            context.house.peak_near,
        )
        if context.house
        else None,
    )
