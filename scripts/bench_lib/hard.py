"""Bad networks, dark batteries, and the first minute: what an owner waits for at worst."""

import asyncio
from collections.abc import Callable
import gc
import time
from typing import Final
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError

from custom_components.marstek.const import DOMAIN
from simulator import SimulatedBattery
from simulator.household import constant
from tests.support.all_entities import enable, spec_of
from tests.support.home import Home, home

from .measure import commands, every_second, first_values, percentile, shows_values

type Row = Callable[[str, object, str], None]

_SEEDS: Final = (1, 2, 3)
_DARK_AT: Final = (1.0, 30.0, 100.0)
_HOUR: Final = 3600
_COMMANDS_AN_HOUR: Final = 70
_MANY: Final = 100


async def hard(row: Row) -> None:
    """Print the table."""
    row("first values of three batteries from the flow's start, s", await _from_flow(), "< 15")
    for seed in _SEEDS:
        async with home(faulty=True, seed=seed) as place:
            await first_values(place)
            done = await commands(place, rounds=6)
            row(f"lossy, seed {seed}: seconds to confirmed, 95th percentile", done.all, "< 25")
            row("  not obeyed", done.total - done.right, "0")
    for second, taken in (await _into_the_dark()).items():
        row(f"a command {second:g} s after a battery went dark ends after, s", taken, "< 60")
    requests, age = await _meter()
    row("meter entities on: requests per hour", requests, "")
    row("  age of the meter, 95th percentile, s", age, "")
    spent, bare = await _busy(commanded=True), await _busy(commanded=False)
    row("processor time of 70 commands and an hour of polls, s", f"{spent:.2f}", "")
    row("  of the polls alone", f"{bare:.2f}", "")
    row(
        "100 batteries set up at once: longest hold of the event loop, ms", await _hundred(), "< 50"
    )


async def _from_flow() -> float:
    """Search, choose all, and wait until all show their core values."""
    async with home() as place:
        started, flows = place.now, place.hass.config_entries.flow
        step = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        step = await flows.async_configure(step["flow_id"], {"next_step_id": "search"})
        while step["type"] is FlowResultType.SHOW_PROGRESS:
            await asyncio.sleep(0.1)
            step = await flows.async_configure(step["flow_id"])
        await flows.async_configure(
            step["flow_id"], {"devices": [each.spec.ble_mac for each in place.batteries]}
        )
        while not shows_values(place):
            await asyncio.sleep(0.1)
        return place.now - started


async def _into_the_dark() -> dict[float, float]:
    """Command a battery at several times after it went dark; return how long each call took."""
    taken: dict[float, float] = {}
    for second in _DARK_AT:
        async with home(count=1) as place:
            await first_values(place)
            await asyncio.sleep(60)
            place.batteries[0].go_dark()
            await asyncio.sleep(second)
            started = place.now
            try:
                await place.call(place.batteries[0], "select", "mode", option="manual")
            except HomeAssistantError:
                taken[second] = place.now - started
    return taken


async def _meter() -> tuple[float, float]:
    """Enable the meter's entities; return requests per hour, and the age of what they show in s."""
    async with home(specs=[spec_of("VenusE 3.0", 150)], faulty=True) as place:
        await place.add_all()
        (battery,) = place.batteries
        await enable(place, battery)
        await asyncio.sleep(300)
        battery.clear_exchanges()
        ages: list[float] = []

        def look() -> None:
            reads = [
                item.received
                for item in battery.exchanges
                if item.method == "EM.GetStatus" and item.replied
            ]
            if reads:
                ages.append(place.now - reads[-1])

        await every_second(_HOUR, look)
        return float(len(battery.exchanges)), percentile(ages, 0.95)


async def _busy(*, commanded: bool) -> float:
    """Return the processor seconds of an hour with three batteries."""
    async with home() as place:
        await first_values(place)
        await asyncio.sleep(600)
        began = time.process_time()
        if commanded:
            await _command_for_an_hour(place)
        else:
            await asyncio.sleep(_HOUR)
        return time.process_time() - began


async def _command_for_an_hour(place: Home) -> None:
    ends = place.now + _HOUR
    for number in range(_COMMANDS_AN_HOUR):
        battery = place.batteries[number % len(place.batteries)]
        await _command(place, battery, number)
        await asyncio.sleep(max(0.0, (ends - place.now) / (_COMMANDS_AN_HOUR - number)))


async def _command(place: Home, battery: SimulatedBattery, number: int) -> None:
    battery.set_household(constant(300.0))
    option = ("auto", "ai", "passive")[number // len(place.batteries) % 3]
    await place.call(battery, "select", "mode", option=option)


async def _hundred() -> float:
    """Set 100 batteries up at once; return the longest step of a callback or task in ms.

    Collections of garbage are left out: they take as long as all objects of the process are many.
    """
    longest, run = 0.0, asyncio.Handle._run  # noqa: SLF001

    def timed(handle: asyncio.Handle) -> None:
        nonlocal longest
        began = time.thread_time()
        run(handle)
        longest = max(longest, time.thread_time() - began)

    async with home(count=_MANY) as place:
        gc.disable()
        try:
            with patch.object(asyncio.Handle, "_run", timed):
                await first_values(place)
        finally:
            gc.enable()
    return 1000 * longest
