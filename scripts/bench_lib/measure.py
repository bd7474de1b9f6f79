"""What is measured in a home: polling, age of values, commands, darkness."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
import random

from homeassistant.exceptions import HomeAssistantError

from simulator import SimulatedBattery
from simulator.household import constant
from tests.support.home import Home

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
    await seconds_until(home, lambda: shows_values(home), 120)
    return home.now - started


def shows_values(home: Home) -> bool:
    """Tell whether all batteries show their core values; they may not be set up yet."""
    try:
        shown = {
            home.state(battery, platform, key)
            for battery in home.batteries
            for platform, key in (*(("sensor", key) for key in _FIRST_VALUES), ("select", "mode"))
        }
    except LookupError:
        return False
    return not {"unknown", "unavailable", "missing"} & shown


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
            battery.set_household(constant(power))
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
    all: float
    """95th percentile of the seconds to a confirmed call."""
    plain: float
    """The same when neither Manual nor Passive is left."""
    leaving: float
    """The same when one of them is."""
    longest: float
    wrong_while_running: float
    """95th percentile, over commands, of the time in s that another mode than the battery's showed."""
    wrong_afterwards: int
    """How often a call returned while another mode than the battery's showed."""


@dataclass(slots=True)
class _CommandLog:
    plain: list[float] = field(default_factory=list)
    leaving: list[float] = field(default_factory=list)
    wrong_shown: list[float] = field(default_factory=list)
    wrong_afterwards: int = 0
    right: int = 0
    wrongly_confirmed: int = 0
    failed: int = 0


async def commands(home: Home, rounds: int = 12) -> Commands:
    """Command every battery: all modes, setpoints in Passive, and back."""
    log = _CommandLog()
    await asyncio.gather(*(_command(home, battery, rounds, log) for battery in home.batteries))
    total = len(log.plain) + len(log.leaving) + log.failed
    return Commands(
        total=total,
        right=log.right,
        wrongly_confirmed=log.wrongly_confirmed,
        failed=log.failed,
        all=percentile(log.plain + log.leaving, 0.95),
        plain=percentile(log.plain, 0.95),
        leaving=percentile(log.leaving, 0.95),
        longest=max(log.plain + log.leaving),
        wrong_while_running=percentile(log.wrong_shown, 0.95),
        wrong_afterwards=log.wrong_afterwards,
    )


# What is asked for in turn: a mode, and the setpoint before it.
_ROUND = (("manual", -700), ("auto", None), ("passive", 800), ("passive", None), ("ai", None))


async def _command(home: Home, battery: SimulatedBattery, rounds: int, log: _CommandLog) -> None:
    dice = random.Random(battery.spec.ble_mac)
    for option, power in _ROUND * rounds:
        shown = home.state(battery, "select", "mode")
        if shown == option == "passive":
            watts = dice.choice((-500, 300, 1200))
            await _timed(home, battery, log.plain, log, _Command("number", watts, option, watts))
            continue
        if power is not None:
            await home.call(battery, "number", "setpoint", value=power)
        durations = log.leaving if shown in ("manual", "passive") else log.plain
        await _timed(home, battery, durations, log, _Command("select", option, option, power))


@dataclass(frozen=True, slots=True)
class _Command:
    """What is sent, and what the battery should do then."""

    platform: str
    value: str | int
    mode: str
    power: int | None

    async def send(self, home: Home, battery: SimulatedBattery) -> None:
        if self.platform == "number":
            await home.call(battery, "number", "setpoint", value=self.value)
        else:
            await home.call(battery, "select", "mode", option=self.value)

    def is_obeyed(self, battery: SimulatedBattery) -> bool:
        state = battery.state
        followed = self.power is None or abs(state.ac_power - self.power) < 60
        return state.mode.lower() == self.mode and followed


async def _timed(
    home: Home,
    battery: SimulatedBattery,
    durations: list[float],
    log: _CommandLog,
    command: _Command,
) -> None:
    """Command at an arbitrary moment, and hold the outcome against the battery itself."""
    await asyncio.sleep(20 + random.random() * 20)
    watcher = asyncio.ensure_future(_watch_shown_mode(home, battery, log))
    started = home.now
    try:
        await command.send(home, battery)
    except HomeAssistantError:
        log.failed += 1
    else:
        durations.append(home.now - started)
        log.wrongly_confirmed += not command.is_obeyed(battery)
    log.right += command.is_obeyed(battery)
    log.wrong_afterwards += not _shows_truth(home, battery)
    watcher.cancel()


def _shows_truth(home: Home, battery: SimulatedBattery) -> bool:
    return home.state(battery, "select", "mode") == battery.state.mode.lower()


async def _watch_shown_mode(home: Home, battery: SimulatedBattery, log: _CommandLog) -> None:
    """Add up how long another mode than the battery's is shown while a command runs."""
    log.wrong_shown.append(0.0)
    mine = len(log.wrong_shown) - 1
    while True:
        await asyncio.sleep(0.1)
        if not _shows_truth(home, battery):
            log.wrong_shown[mine] += 0.1


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
            waited = await seconds_until(home, partial(_shows_truth, home, battery), 3600)
            longest = max(longest, waited)
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
