"""What the integration costs: processor time, memory, and how many batteries one socket bears."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import gc
import json
import time
import tracemalloc
from typing import override

from simulator import SimulatedBattery
from tests.support.home import home

from .measure import first_values

REFRESHES = 1000
_MANY = 50
_CYCLE = 35.0
_POWER_METHODS = ("ES.GetStatus", "ES.GetMode")


class _Asker(asyncio.DatagramProtocol):
    """Asks a battery without any integration."""

    def __init__(self) -> None:
        self.answered = asyncio.Event()

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        json.loads(data)
        self.answered.set()


async def _baseline(battery: SimulatedBattery) -> float:
    """Return the processor seconds of as many requests by a bare socket."""
    loop = asyncio.get_running_loop()
    transport, asker = await loop.create_datagram_endpoint(
        _Asker, remote_addr=(battery.spec.address, battery.spec.port)
    )
    started = time.process_time()
    for number in range(REFRESHES):
        asker.answered.clear()
        request = {"id": number + 1, "method": "ES.GetStatus", "params": {"id": 0}}
        transport.sendto(json.dumps(request).encode())
        await asker.answered.wait()
        await asyncio.sleep(30)
    transport.close()
    return time.process_time() - started


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds of 1,000 refreshes, ours and those of a bare socket."""

    refreshes: float
    baseline: float

    @property
    def milliseconds_per_refresh(self) -> float:
        """What a refresh takes of the event loop beyond the bare request."""
        return 1000 * (self.refreshes - self.baseline) / REFRESHES


async def processor() -> Cost:
    """Let one battery be refreshed a thousand times."""
    async with home(count=1) as place:
        await first_values(place)
        battery = place.batteries[0]
        await asyncio.sleep(600)
        battery.clear_exchanges()
        started = time.process_time()
        while len(battery.exchanges) < REFRESHES:
            await asyncio.sleep(60)
        ours = (time.process_time() - started) * REFRESHES / len(battery.exchanges)
        entry = place.hass.config_entries.async_entries("marstek")[0]
        await place.hass.config_entries.async_unload(entry.entry_id)
        return Cost(ours, await _baseline(battery))


async def memory_per_battery(batteries: int = 10) -> float:
    """Return the kB that each further battery takes in Home Assistant after an hour."""
    async with home(count=batteries + 1) as place:
        first, *others = place.batteries
        place.batteries[:] = [first]
        await first_values(place)
        await asyncio.sleep(3600)
        place.batteries[:] = others
        gc.collect()
        tracemalloc.start()
        await first_values(place)
        await asyncio.sleep(3600)
        for battery in place.batteries:
            battery.clear_exchanges()
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return used / batteries / 1000


def _longest_pause(battery: SimulatedBattery, until: float) -> float:
    times = [item.received for item in battery.exchanges if item.method in _POWER_METHODS]
    return max(later - earlier for earlier, later in zip(times, [*times[1:], until], strict=True))


@dataclass(frozen=True, slots=True)
class Many:
    """Many batteries on one socket."""

    batteries: int
    missed_cycles: int
    longest_pause: float


async def many() -> Many:
    """Poll many batteries for a quarter of an hour."""
    async with home(count=_MANY) as place:
        await first_values(place)
        await asyncio.sleep(900)
        pauses = [_longest_pause(battery, place.now) for battery in place.batteries]
        return Many(_MANY, sum(pause > _CYCLE for pause in pauses), max(pauses))


type Row = Callable[[str, object, str], None]


async def cost(row: Row) -> None:
    """Print the table."""
    spent = await processor()
    row("processor time of 1,000 refreshes, s", f"{spent.refreshes:.2f}", "")
    row("  the same requests by a bare socket, s", f"{spent.baseline:.2f}", "")
    row("  difference, s", f"{spent.refreshes - spent.baseline:.2f}", "< 2")
    row("event loop per refresh, ms", f"{spent.milliseconds_per_refresh:.2f}", "< 2")
    row("memory per battery, kB", round(await memory_per_battery()), "")
    figures = await many()
    row(f"{figures.batteries} batteries on one socket: cycles missed", figures.missed_cycles, "0")
    row("  longest time between two power readings, s", figures.longest_pause, "< 35")
