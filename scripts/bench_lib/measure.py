"""What is measured in a home: polling, age of values, commands, darkness."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
import random

from homeassistant.exceptions import HomeAssistantError

from simulator import SimulatedBattery

from .home import Home

UNTOUCHED_SECONDS = 900
_FIRST_VALUES = ("soc", "battery_power", "energy_charged", "energy_discharged")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def every_second(seconds: int, look: Callable[[], None]) -> None:
    """Look at something once a second for a while."""
    for _ in range(seconds):
        await asyncio.sleep(1)
        look()


async def seconds_until(home: Home, condition: Callable[[], bool], limit: float) -> float:
    """Return how long it takes until something is true, or the limit."""
    started = home.now
    while home.now - started < limit and not condition():
        await asyncio.sleep(0.1)
    return home.now - started


async def first_values(home: Home) -> float:
    """Add the batteries and return the seconds until all show their core values."""
    started = home.now
    await home.add_all()

    def complete() -> bool:
        values = [
            home.state(battery, "sensor", key)
            for battery in home.batteries
            for key in _FIRST_VALUES
        ]
        modes = [home.state(battery, "select", "mode") for battery in home.batteries]
        return not {"unknown", "unavailable", "missing"} & {*values, *modes}

    await seconds_until(home, complete, 120)
    return home.now - started


@dataclass(slots=True)
class _Aging:
    """Finds out how old a shown value is: the truth is made to change every second."""

    seen: dict[str, float] = field(default_factory=dict)
    ages: list[float] = field(default_factory=list)

    def look(self, shown: str, truth: str, now: float) -> None:
        self.seen[truth] = now
        if shown in self.seen:
            self.ages.append(now - self.seen[shown])


@dataclass(frozen=True, slots=True)
class Untouched:
    """Polling and ages while nobody does anything."""

    requests_per_hour: float
    overlaps: int
    smallest_gap: float
    lost_by_pacing: int
    power_age: float
    soc_age: float
    unavailable: int
    warnings_per_hour: float
    forbidden: int


async def untouched(home: Home, seconds: int = UNTOUCHED_SECONDS) -> Untouched:
    """Let the home run and watch."""
    powers = {battery.spec.ble_mac: _Aging() for battery in home.batteries}
    socs = {battery.spec.ble_mac: _Aging() for battery in home.batteries}
    unavailable = 0
    tick = 0

    def look() -> None:
        nonlocal unavailable, tick
        tick += 1
        for battery in home.batteries:
            name = battery.spec.ble_mac
            power = 300 + tick % 1000
            battery.set_household(lambda _, power=power: float(power))  # type: ignore[misc]
            battery.set_battery(soc=20.0 + tick % 70)
            shown = home.state(battery, "sensor", "ac_power"), home.state(battery, "sensor", "soc")
            unavailable += sum(value in ("unknown", "unavailable") for value in shown)
            powers[name].look(shown[0], str(round(battery.state.ac_power)), home.now)
            socs[name].look(shown[1], str(int(battery.state.soc)), home.now)

    logged = len(home.log.lines)
    since = home.now
    await every_second(seconds, look)
    figures = [battery.statistics(since) for battery in home.batteries]
    return Untouched(
        requests_per_hour=max(item.requests_per_hour for item in figures),
        overlaps=sum(item.overlaps for item in figures),
        smallest_gap=min(item.smallest_gap or 99 for item in figures),
        lost_by_pacing=sum(
            item.outcomes.get("busy", 0) + item.outcomes.get("too_soon", 0) for item in figures
        ),
        power_age=percentile([age for aging in powers.values() for age in aging.ages], 0.95),
        soc_age=percentile([age for aging in socs.values() for age in aging.ages], 0.95),
        unavailable=unavailable,
        warnings_per_hour=(len(home.log.lines) - logged) * 3600 / seconds,
        forbidden=sum(len(battery.forbidden) for battery in home.batteries),
    )


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands and what became of them."""

    total: int
    right: int
    wrongly_confirmed: int
    failed: int
    plain: float
    """95th percentile of the seconds to a confirmed call."""
    leaving: float
    """The same when Manual or Passive is left."""
    longest: float
    wrong_mode_shown: float
    """Longest time in s that the select showed another mode than the battery's, after a command."""


@dataclass(slots=True)
class _CommandLog:
    plain: list[float] = field(default_factory=list)
    leaving: list[float] = field(default_factory=list)
    wrong_shown: list[float] = field(default_factory=list)
    right: int = 0
    wrongly_confirmed: int = 0
    failed: int = 0


def _obeys(battery: SimulatedBattery, mode: str, power: int | None) -> bool:
    state = battery.state
    return state.mode.lower() == mode and (power is None or abs(state.ac_power - power) < 60)


async def commands(home: Home, rounds: int = 6) -> Commands:
    """Command every battery: all modes, setpoints in Passive, and back."""
    log = _CommandLog()
    await asyncio.gather(*(_command(home, battery, rounds, log) for battery in home.batteries))
    total = len(log.plain) + len(log.leaving) + log.failed
    return Commands(
        total=total,
        right=log.right,
        wrongly_confirmed=log.wrongly_confirmed,
        failed=log.failed,
        plain=percentile(log.plain, 0.95),
        leaving=percentile(log.leaving, 0.95),
        longest=max(log.plain + log.leaving),
        wrong_mode_shown=max(log.wrong_shown, default=0.0),
    )


async def _command(home: Home, battery: SimulatedBattery, rounds: int, log: _CommandLog) -> None:
    dice = random.Random(battery.spec.ble_mac)
    for _ in range(rounds):
        for option, power in (("manual", -700), ("auto", 0), ("passive", 800), ("ai", 0)):
            if power:
                await home.call(battery, "number", "setpoint", value=power)
            leaves = home.state(battery, "select", "mode") in ("manual", "passive")
            await _timed(
                home,
                battery,
                log,
                log.leaving if leaves else log.plain,
                lambda option=option: home.call(battery, "select", "mode", option=option),  # type: ignore[misc]
                lambda option=option, power=power: _obeys(battery, option, power or None),  # type: ignore[misc]
            )
            if option == "passive":
                power = dice.choice((-500, 300, 1200))
                await _timed(
                    home,
                    battery,
                    log,
                    log.plain,
                    lambda power=power: home.call(battery, "number", "setpoint", value=power),  # type: ignore[misc]
                    lambda power=power: _obeys(battery, "passive", power),  # type: ignore[misc]
                )


async def _timed(
    home: Home,
    battery: SimulatedBattery,
    log: _CommandLog,
    durations: list[float],
    command: Callable[[], Awaitable[None]],
    obeys: Callable[[], bool],
) -> None:
    """Command at an arbitrary moment, and hold the outcome against the battery itself."""
    await asyncio.sleep(20 + random.random() * 20)
    watcher = asyncio.ensure_future(_watch_shown_mode(home, battery, log))
    started = home.now
    try:
        await command()
    except HomeAssistantError:
        log.failed += 1
    else:
        durations.append(home.now - started)
        log.wrongly_confirmed += not obeys()
    log.right += obeys()
    watcher.cancel()


async def _watch_shown_mode(home: Home, battery: SimulatedBattery, log: _CommandLog) -> None:
    wrong_since: float | None = None
    while True:
        await asyncio.sleep(0.1)
        if home.state(battery, "select", "mode") == battery.state.mode.lower():
            wrong_since = None
        else:
            wrong_since = wrong_since or home.now
            log.wrong_shown.append(home.now - wrong_since)


async def leave_passive(home: Home, tries: int = 11) -> tuple[int, int]:
    """Leave a Passive that somebody else set, and wait past its end: tries and successes."""
    outcomes = await asyncio.gather(
        *(_leave_passive(home, battery, tries) for battery in home.batteries)
    )
    return tries * len(home.batteries), sum(outcomes)


async def _leave_passive(home: Home, battery: SimulatedBattery, tries: int) -> int:
    stayed = 0
    for number in range(tries):
        target = ("auto", "manual", "ai")[number % 3]
        battery.set_mode("Passive", power=400, duration=600)
        await seconds_until(home, lambda: home.state(battery, "select", "mode") == "passive", 400)
        with suppress(HomeAssistantError):
            await home.call(battery, "select", "mode", option=target)
        await asyncio.sleep(700)
        stayed += battery.state.mode.lower() == target
    return stayed


async def own_change(home: Home, changes: int = 8) -> float:
    """Return the longest time in s until the select shows a mode that the battery took itself."""
    longest = 0.0
    for number in range(changes):
        for battery in home.batteries:
            wanted = ("AI", "Auto")[number % 2]
            battery.set_mode(wanted)
        for battery in home.batteries:
            shown = lambda battery=battery: (  # noqa: E731
                home.state(battery, "select", "mode") == battery.state.mode.lower()
            )
            longest = max(longest, await seconds_until(home, shown, 3600))
        await asyncio.sleep(random.random() * 300)
    return longest


@dataclass(frozen=True, slots=True)
class Darkness:
    """A battery that is dark for five minutes."""

    unavailable_after: float
    fresh_after: float


async def darkness(home: Home) -> Darkness:
    """Switch one battery off for five minutes."""
    battery = home.batteries[0]

    def shown() -> str:
        return home.state(battery, "sensor", "soc")

    started = home.now
    battery.go_dark()
    gone = await seconds_until(home, lambda: shown() == "unavailable", 300)
    await asyncio.sleep(max(0.0, started + 300 - home.now))
    battery.come_back()
    back = await seconds_until(home, lambda: shown() != "unavailable", 600)
    return Darkness(gone, back)
