"""How soon after a boundary of the night batteries do what is planned, and what planning costs."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from statistics import median
import time

from custom_components.marstek.planner import Action, plan_simple
from simulator import Faults, SimulatedBattery
from tests.support.home import lossy
from tests.support.plan_home import PlanHome, paris, plan_home
from tests.support.virtual_time import run

from .cost import Row
from .measure import percentile, seconds_until

# The days before reds, with the night in which the clocks change.
_FIRST = date(2026, 3, 21)
_NIGHTS = 9
_BOUNDARIES = ((22, 5), (6, 0))
_LIMIT = 600.0
_LOOKS_EACH = timedelta(minutes=15)


@dataclass(slots=True)
class Boundaries:
    """Seconds from a boundary until it is proven that a battery does what is planned then."""

    each: list[float] = field(default_factory=list)
    """Of each battery."""
    all: list[float] = field(default_factory=list)
    """Of the last battery of a boundary."""
    wrong: int = 0
    """How often a battery did something else although it was taken for proven."""


def boundaries(faults: Faults | None, nights: int = _NIGHTS) -> Boundaries:
    """Live through nights, and measure each change between AUTO and MANUAL."""
    start = paris(_FIRST.year, _FIRST.month, _FIRST.day, 21, 40)
    return run(start, _boundaries(faults, nights))


async def _boundaries(faults: Faults | None, nights: int) -> Boundaries:
    figures = Boundaries()
    async with plan_home(soc=40.0, faults=faults) as home:
        for _ in range(nights):
            for hour, minute in _BOUNDARIES:
                await home.until(hour, minute)
                looks = (_proven_after(home, battery, figures) for battery in home.batteries)
                seconds = await asyncio.gather(*looks)
                figures.each += seconds
                figures.all.append(max(seconds))
            home.guard.forget_exchanges()
    return figures


async def _proven_after(home: PlanHome, battery: SimulatedBattery, figures: Boundaries) -> float:
    """Return the seconds until a battery is proven to do what is planned from now on."""
    seconds = await seconds_until(home.place, partial(_is_proven, home, battery), _LIMIT)
    figures.wrong += battery.state.mode not in _modes(home)
    return seconds


def _is_proven(home: PlanHome, battery: SimulatedBattery) -> bool:
    """Tell whether the plan has carried out, and proven by a read, what the running step asks."""
    executor = home.control.participants.executors[battery.spec.ble_mac]
    step, standing = home.shown.step, executor.standing
    if step is None or standing is None or step.end <= home.now:
        return False
    is_auto = standing.power is None
    return (
        is_auto == (step.action is Action.AUTO) and executor.is_settled and not executor.is_assumed
    )


def _modes(home: PlanHome) -> tuple[str, ...]:
    step = home.shown.step
    is_auto = step is not None and step.action is Action.AUTO
    return ("Auto",) if is_auto else ("Manual", "Passive")


def planner_calls() -> list[float]:
    """Return the processor ms of the planner's calls through two days, one of them red."""
    return run(paris(2026, 3, 12, 12), _planner_calls())


async def _planner_calls() -> list[float]:
    milliseconds: list[float] = []
    async with plan_home(soc=40.0) as home:
        end = home.now + timedelta(days=2)
        while home.now < end:
            context = home.control.plan_maker.context(home.now)
            started = time.thread_time()
            plan_simple(context)
            milliseconds.append((time.thread_time() - started) * 1000)
            await asyncio.sleep(_LOOKS_EACH.total_seconds())
    return milliseconds


def plan(row: Row) -> None:
    """Print the table."""
    networks = {"calm": None, "15 % loss": Faults(loss=0.15), "lossy": lossy()}
    for name, faults in networks.items():
        figures = boundaries(faults)
        row(f"{name}: boundaries, with three batteries each", len(figures.all), "")
        row("  seconds to proven, one battery, median", median(figures.each), "< 15")
        row("    95th percentile", percentile(figures.each, 0.95), "< 60")
        row("    longest", max(figures.each), "")
        row("  seconds to proven, all three, median", median(figures.all), "< 15")
        row("    95th percentile", percentile(figures.all, 0.95), "< 60")
        row("  proven although the battery did something else", figures.wrong, "0")
    calls = planner_calls()
    row(f"planner call, ms, median of {len(calls)}", f"{median(calls):.2f}", "< 5")
    row("  worst", f"{max(calls):.2f}", "< 5")
