"""Lives through the days of a season, and notes all that must not be."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from random import Random
from typing import Any, Final
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError

from custom_components.marstek.battery.poll_schedule import Intervals
from custom_components.marstek.const import CONF_FULL_EVERY, CONF_SUBSCRIBED_KVA
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.planner import Action, Options, energy_to
from custom_components.marstek.tempo import Colour
from custom_components.marstek.venus import Profile
from simulator import Faults, SimulatedBattery
from simulator.household import PowerProfile, daily_load
from tests.support.home import lossy, specs_of
from tests.support.plan_home import PARIS, PlanHome, history, plan_home
from tests.support.virtual_time import VirtualTimeLoop

from .charges import Charge
from .fulls import FullWatch, watched
from .mishaps import Fate, Mishap, fate_of
from .money import OPTIONS as MONEY_OPTIONS, book_of

# Polling is a large part of the work, and by day there is little to be seen.
_SELDOM: Final = Intervals(
    power=600, mode=600, cells=7200, meter=1800, wifi=86400, bluetooth=86400, device=86400
)
_BY_NIGHT: Final = replace(_SELDOM, power=120, mode=300, cells=3600, meter=600)
_SELDOM_FROM: Final = time(6, 30)
_SELDOM_UNTIL: Final = time(21, 40)
_SAVED_WITHIN: Final = 3600.0
"""Seconds until what can wait is written to disk, at a stop of Home Assistant at the latest."""
_QUIET: Final = Fate(Mishap.NONE, time(12), 0)
_CHARGE_STARTS_AT: Final = (22, 5, 15)
"""The charge is due at 22:05; the plan first reads the meters, which takes some seconds."""
_CHARGE_IS_OVER_AT: Final = (5, 57)
_CHARGED: Final = 97
"""% from which on a battery counts as charged (see `planner.is_complete`)."""
_ALMOST: Final = 3
_SUBSCRIBED_KVA: Final = (6, 9, 12, 15, 18, 24, 30, 36)
_KVA_PER_BATTERY: Final = 2
_LOAD: Final = (60, 360)
"""W that a battery's part of the house draws on average of a day."""


@dataclass(slots=True)
class Season:
    """What came of the days so far."""

    days: int = 0
    wrong: list[str] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    red_mornings: int = 0
    uncharged: int = 0
    """Batteries that were not charged on a red morning, of which the owner was told."""
    fates: dict[Mishap, int] = field(default_factory=dict)
    writes: int = 0
    """Slot writes of one battery in one night, at most."""
    requests: int = 0
    fulls: int = 0
    """How often a battery was full for an hour, where that is an option."""
    longest_without: timedelta = timedelta()
    """The longest time that a battery was not."""
    saved: float = 0.0
    """EUR by the book."""
    noted: float = 0.0
    """EUR by the ledger of the integration."""


def usual(lot: Random) -> PowerProfile:
    """Return what a battery's part of the house draws on a day."""
    return daily_load(lot.uniform(*_LOAD))


async def live(
    first: date,
    days: int,
    batteries: int,
    *,
    faulty: bool,
    options: Mapping[str, Any] | None = None,
    household: Callable[[Random], PowerProfile] = usual,
    has_fixed_targets: bool = True,
    has_money: bool = False,
) -> AsyncIterator[Season]:
    """Yield what came of a season after each of its days, which end at noon.

    `options` are those of the plan; `household` returns each battery's part of the house for a day.
    Only where targets are fixed is it known in the evening what a night will draw. With money, the
    ledger is compared with a book, for which batteries are polled as often by day as by night.
    """
    season = Season()
    given = {**(MONEY_OPTIONS if has_money else {}), **(options or {})}
    try:
        async with (
            _home(first, batteries, given, faulty=faulty, is_polled_by_day=has_money) as home,
            book_of(home) if has_money else nullcontext() as book,
            _watched(home, given) as watch,
        ):
            for number in range(days):
                day = first + timedelta(days=number)
                fate = fate_of(day, batteries) if faulty else _QUIET
                await _Day(home, season, day, household, fate).live(
                    judges_charges=has_fixed_targets
                )
                season.days += 1
                if watch is not None:
                    season.wrong += watch.wrong()
                    season.fulls, season.longest_without = watch.times, watch.longest
                if book is not None:
                    book.settle()
                    season.saved, season.noted = book.saved, book.noted
                yield season
    except AssertionError as error:
        season.wrong += str(error).splitlines()
        yield season


def _watched(
    home: PlanHome, options: Mapping[str, Any]
) -> AbstractAsyncContextManager[FullWatch | None]:
    """Return a watch over full batteries, where they are an option."""
    every = timedelta(days=options.get(CONF_FULL_EVERY, 0))
    return watched(home, every) if every else nullcontext()


def _intervals_for(_: Profile) -> Intervals:
    """Return how often batteries are polled at this time of day."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError("A season needs virtual time")
    moment = loop.now().astimezone(PARIS).time()
    return _SELDOM if _SELDOM_FROM <= moment < _SELDOM_UNTIL else _BY_NIGHT


@asynccontextmanager
async def _home(
    first: date,
    batteries: int,
    options: Mapping[str, Any],
    *,
    faulty: bool,
    is_polled_by_day: bool,
) -> AsyncIterator[PlanHome]:
    """Start a home whose batteries lose what the planner expects them to lose."""
    specs = [
        replace(spec, soc=60.0, efficiency=Options().charge_efficiency)
        for spec in specs_of("VenusE 3.0", 150, batteries)
    ]
    needed = batteries * _KVA_PER_BATTERY
    subscribed = next((kva for kva in _SUBSCRIBED_KVA if kva >= needed), _SUBSCRIBED_KVA[-1])
    faults: Faults | None = lossy() if faulty else None
    intervals = (lambda _: _BY_NIGHT) if is_polled_by_day else _intervals_for
    with (
        patch("custom_components.marstek.battery.poll_schedule.intervals_for", intervals),
        patch("custom_components.marstek.battery.memory._SAVE_DELAY", _SAVED_WITHIN),
        patch("custom_components.marstek.plan.memory._LONG_DELAY", _SAVED_WITHIN),
    ):
        async with plan_home(
            specs=specs,
            options={CONF_SUBSCRIBED_KVA: subscribed, **options},
            unknown=[day for day in history() if day > first],
            faults=faults,
        ) as home:
            yield home


class _Day:
    """A day of a home from noon to noon."""

    def __init__(
        self,
        home: PlanHome,
        season: Season,
        day: date,
        household: Callable[[Random], PowerProfile],
        fate: Fate,
    ) -> None:
        self._home = home
        self._household = household
        self._season = season
        self._day = day
        self._tomorrow = day + timedelta(days=1)
        self._fate = fate
        self._charge: Charge | None = None
        self._target = float(_CHARGED)

    async def live(self, *, judges_charges: bool) -> None:
        """Live until the next noon, and judge."""
        lot = Random(self._day.toordinal())
        for battery in self._home.batteries:
            battery.set_household(self._household(lot))
        if self._fate.mishap is not Mishap.LATE_COLOUR:
            self._announce()
        fates = self._season.fates
        fates[self._fate.mishap] = fates.get(self._fate.mishap, 0) + 1
        is_due = self._fate.mishap is not Mishap.NONE
        for moment in (_CHARGE_STARTS_AT, _CHARGE_IS_OVER_AT):
            if is_due and _since_noon(self._fate.at) < _since_noon(time(*moment)):
                await self._suffer()
                is_due = False
            await self._home.until(*moment)
            self._look_at_charge(judges=judges_charges)
        if is_due:
            await self._suffer()
        await self._home.until(12)
        self._judge(has_fixed_targets=judges_charges)

    def _announce(self) -> None:
        if self._tomorrow in self._home.colours and self._home.is_running:
            self._home.announce(self._tomorrow, self._home.colours[self._tomorrow])

    async def _suffer(self) -> None:
        """Wait for what happens, and let it."""
        home, battery = self._home, self._home.batteries[self._fate.battery]
        await home.until(self._fate.at.hour, self._fate.at.minute, 30)
        match self._fate.mishap:
            case Mishap.REBOOT:
                battery.reboot()
            case Mishap.OUTAGE:
                battery.go_dark((_since_noon(time(5, 50)) - _since_noon(self._fate.at)) * 60.0)
            case Mishap.ALL_DARK:
                for each in home.batteries:
                    each.go_dark(3 * 3600.0)
            case Mishap.RESTART:
                await home.restart()
            case Mishap.HAND:
                await self._choose_auto(battery)
            case Mishap.LATE_COLOUR:
                self._announce()

    async def _choose_auto(self, battery: SimulatedBattery) -> None:
        """Choose Auto; where a lossy network let no confirmation through, look again and try once more."""
        place = self._home.place
        try:
            await place.call(battery, "select", "mode", option="auto")
        except HomeAssistantError:
            await self._home.minutes(5)
            if battery.state.mode != "Auto":
                await place.call(battery, "select", "mode", option="auto")

    def _look_at_charge(self, *, judges: bool) -> None:
        """Note what a charge that starts should draw, and at its end what it has drawn."""
        home = self._home
        charged = sum(battery.state.energy_charged_wh for battery in home.batteries)
        if self._charge is not None:
            done = replace(self._charge, drawn=charged - self._charge.drawn)
            self._season.charges.append(done)
            if judges and not done.is_as_expected:
                self._season.wrong.append(
                    f"{self._day}: {done.drawn:.0f} Wh drawn, {done.expected:.0f} Wh expected"
                )
            return
        if not home.is_running or self._fate.changes_energy or (step := home.shown.step) is None:
            return
        if step.action is not Action.CHARGE or step.target is None or step.due is not None:
            return
        if judges:
            # A small house with many batteries needs less than all of them hold.
            self._target = min(self._target, step.target - _ALMOST)
        context = home.control.plan_maker.context(home.now)
        expected = sum(
            energy_to(each, step.target, context.options.efficiency) for each in context.batteries
        )
        capacity = sum(each.capacity for each in context.batteries)
        if expected:
            self._charge = Charge(self._day, expected, charged, capacity)

    def _judge(self, *, has_fixed_targets: bool) -> None:
        """Note what was wrong, and make room."""
        home, season = self._home, self._season
        if home.colours.get(self._tomorrow) is Colour.RED:
            self._judge_morning(has_fixed_targets=has_fixed_targets)
        season.requests += sum(len(battery.exchanges) for battery in home.batteries)
        home.guard.forget_exchanges()
        season.writes = max(season.writes, *home.guard.nights.values(), 0)
        season.wrong += home.guard.broken
        home.guard.broken.clear()
        home.guard.nights.clear()
        home.said.clear()

    def _judge_morning(self, *, has_fixed_targets: bool) -> None:
        """Each battery is charged on a red morning, or the owner is told that it is not.

        Where targets are what the night has made of them, only the plan itself knows.
        """
        home, season = self._home, self._season
        season.red_mornings += 1
        told = {said.battery for said in home.kinds(Alert.RED_UNCHARGED)}
        if not has_fixed_targets:
            season.uncharged += len(told)
            return
        socs: Mapping[date, list[int]] = home.guard.mornings
        for battery, soc in zip(home.batteries, socs.get(self._tomorrow, []), strict=True):
            if soc >= self._target:
                continue
            season.uncharged += 1
            if home.place.entry(battery).title not in told:
                key = battery.spec.ble_mac
                season.wrong.append(f"{self._tomorrow} 06:00: {key} at {soc} %, and nothing said")


def _since_noon(moment: time) -> int:
    """Return the minutes since noon."""
    return (moment.hour * 60 + moment.minute - 12 * 60) % (24 * 60)
