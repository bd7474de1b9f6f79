"""Days in a home to which anything happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import datetime as dt
from random import Random
from typing import Any, Final

from custom_components.marstek.const import CONF_AUTOMATIC, Tariff
from simulator.household import clear_sky, daily_load, net_load
from tests.support.plan_home import PlanHome, history, plan_home

from . import mishaps, people
from .checks import Checks
from .world import World

type Event = Callable[[World], Awaitable[str]]

_EVENTS: Final[Mapping[Event, int]] = {
    mishaps.fault: 8,
    mishaps.battery_clock: 2,
    mishaps.cells: 3,
    mishaps.darken: 4,
    mishaps.reboot: 3,
    mishaps.use_the_app: 4,
    mishaps.stranger: 4,
    mishaps.impostor: 1,
    mishaps.restart: 4,
    mishaps.reload: 4,
    mishaps.jump: 3,
    mishaps.rename: 2,
    mishaps.remove: 1,
    mishaps.meter: 3,
    people.choose: 5,
    people.choose_and_cancel: 4,
    people.flap: 2,
    people.setpoint: 3,
    people.power_action: 4,
    people.schedule: 2,
    people.pause: 2,
    people.resume: 2,
    people.override: 2,
    people.automatic: 1,
    people.options: 1,
}
EVENTS: Final = tuple(event.__name__ for event in _EVENTS)
_LOOK_EVERY: Final = 20.0
_QUIET: Final = 960.0
"""Seconds: longer than a battery rests after a silence, and two looks of the plan."""
_PAUSES: Final = (2, 30, 200, 900, 2400, 4000)
"""Seconds between two events."""
_NEW_HOUSE_AFTER: Final = 14 * 3600.0
"""Seconds from noon on until a house draws something else: at night, when no sun charges."""
_BEFORE_NOON: Final = dt.timedelta(minutes=5)
"""Days end so much before noon: with day-ahead prices something else is planned each hour."""
_MOST_GROWTH: Final = 16 * 1024
"""kB by which the process may grow after its third day."""
_RESTART_GROWTH: Final = 4 * 1024
"""kB that a restart may leave: the tests' Home Assistants are kept in one process."""
_WARM_AFTER: Final = 3


@dataclass(slots=True)
class Days:
    """What came of the days so far."""

    days: int = 0
    wrong: list[str] = field(default_factory=list)
    trail: list[str] = field(default_factory=list)
    """What happened last, before the first thing that was wrong."""
    events: dict[str, int] = field(default_factory=dict)
    calls: int = 0
    failed_calls: int = 0
    longest_call: float = 0.0
    grown: int = 0
    """kB since the third day."""


async def live(
    first: dt.date,
    days: int,
    batteries: int,
    seed: int,
    *,
    tariff: Tariff = Tariff.TEMPO,
    without: Collection[str] = (),
    on_event: Callable[[str], None] | None = None,
) -> AsyncIterator[Days]:
    """Yield what came of the days, which end at noon, after each of them.

    `without` names events that are left out, to find out which one it takes. `on_event` is called
    with each event as it happens.
    """
    result = Days()
    rng = Random(seed)
    try:
        async with _home(first, batteries, rng.uniform(20, 90), tariff) as home:
            world = World(home, rng, on_event)
            checks = Checks(world)
            async with _watched(checks):
                for number in range(days):
                    day = first + dt.timedelta(days=number)
                    await _Day(world, checks, day, without).live()
                    _sum_up(result, world, checks)
                    yield result
            await checks.leave_nothing()
            _sum_up(result, world, checks, is_day=False)
            yield result
    except AssertionError as error:
        result.wrong += [line for line in str(error).splitlines() if line not in result.wrong]
        yield result


@asynccontextmanager
async def _home(
    first: dt.date, batteries: int, soc: float, tariff: Tariff
) -> AsyncIterator[PlanHome]:
    """Set up a home that knows no colour of a later day; its batteries begin at `soc` in %."""
    options: dict[str, Any] = {
        Tariff.DYNAMIC: {"price_entities": ["sensor.prices"], "assumed_unit": "kwh"}
    }
    unknown = [day for day in history() if day > first]
    async with plan_home(
        count=batteries, soc=soc, tariff=tariff, options=options, unknown=unknown
    ) as home:
        if tariff is Tariff.DYNAMIC:
            # No day has a colour: any hour may be a cheap one.
            home.colours.clear()
        home.guard.may_be_searched_while_asked = True
        yield home


class _watched:  # noqa: N801
    """Context in which everything is looked at again and again."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    async def __aenter__(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._look(), name="chaos watch")

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _look(self) -> None:
        while True:
            self._checks.look()
            await asyncio.sleep(_LOOK_EVERY)


def _sum_up(result: Days, world: World, checks: Checks, *, is_day: bool = True) -> None:
    """Write down what came of a day, and make room."""
    guard = world.home.guard
    result.days += is_day
    world.keep_trail()
    result.trail = world.first_trail
    result.wrong += guard.broken
    guard.broken.clear()
    guard.nights.clear()
    guard.forget_exchanges()
    world.home.said.clear()
    result.events = dict(world.events)
    result.calls, result.failed_calls = world.calls.made, world.calls.failed
    result.longest_call = world.calls.longest
    if result.days >= _WARM_AFTER:
        result.grown = checks.memory_grown()
        restarts = world.events.get(mishaps.restart.__name__, 0)
        if result.grown > _MOST_GROWTH + _RESTART_GROWTH * restarts:
            result.wrong.append(f"the process has grown by {result.grown} kB")


class _Day:
    """A day of a home from noon to noon."""

    def __init__(
        self, world: World, checks: Checks, day: dt.date, without: Collection[str]
    ) -> None:
        self._world = world
        self._checks = checks
        self._day = day
        self._weights = {
            event: weight for event, weight in _EVENTS.items() if event.__name__ not in without
        }

    async def live(self) -> None:
        """Live until the next noon: the last half of an hour is calm, and looked at closely."""
        rng = self._world.rng
        self._world.later(_NEW_HOUSE_AFTER if self._world.trail else 0.0, self._set_households)
        self._set_prices()
        end = asyncio.get_running_loop().time() + self._seconds_to_noon()
        announced_at = asyncio.get_running_loop().time() + rng.choice((0, 3600, 40_000, 90_000))
        while (left := end - _QUIET - asyncio.get_running_loop().time()) > 0:
            await asyncio.sleep(min(left, rng.choice(_PAUSES)))
            if announced_at <= asyncio.get_running_loop().time():
                announced_at = float("inf")
                self._announce()
            await self._happen()
        await self._calm_down()

    def _set_households(self) -> None:
        """Let each battery's part of the house draw, and get from the sun, something else."""
        rng = self._world.rng
        for battery in self._world.home.batteries:
            load, roof = daily_load(rng.uniform(60, 500)), clear_sky(rng.uniform(0, 1200))
            battery.set_household(net_load(load, roof))

    def _seconds_to_noon(self) -> float:
        now = self._world.home.now
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        end = noon - _BEFORE_NOON
        if end <= now + _BEFORE_NOON:
            end += dt.timedelta(days=1)
        return (end - now).total_seconds()

    def _announce(self) -> None:
        """Let tomorrow's colour become known."""
        home = self._world.home
        tomorrow = self._day + dt.timedelta(days=1)
        if home.is_running and tomorrow in home.colours:
            home.announce(tomorrow, home.colours[tomorrow])
            self._world.happened(f"tomorrow is {home.colours[tomorrow]}")

    def _set_prices(self) -> None:
        """Let a price entity tell the prices of two days, or nothing."""
        rng, states = self._world.rng, self._world.home.hass.states
        prices = [round(rng.uniform(-0.05, 0.6), 4) for _ in range(24)]
        attributes: dict[str, Any] = {"today": prices, "tomorrow": prices[::-1]}
        if rng.random() < 0.2:
            states.async_set("sensor.prices", "unavailable")
        else:
            states.async_set("sensor.prices", str(prices[0]), attributes)

    async def _happen(self) -> None:
        """Let something happen."""
        world = self._world
        event = world.rng.choices([*self._weights], [*self._weights.values()])[0]
        name = event.__name__
        world.events[name] = world.events.get(name, 0) + 1
        world.happened(await event(world))

    async def _calm_down(self) -> None:
        """Let all faults end, and look at everything once the home is at rest."""
        world, home = self._world, self._world.home
        mishaps.heal_all(world)
        home.set_options(**{CONF_AUTOMATIC: True})
        world.decisions.is_automatic = True
        if world.rng.random() < 0.7:
            world.happened(await people.resume(world))
        world.happened("calm")
        await asyncio.sleep(_QUIET)
        self._checks.look_when_calm()
