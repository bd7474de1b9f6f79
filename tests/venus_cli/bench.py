"""The command line in virtual time, next to a fleet of simulated batteries."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from scripts.venus_lib.__main__ import run as run_command
from scripts.venus_lib.arguments import parse
from simulator import BatterySpec, Faults, Fleet, SimulatedBattery
from simulator.household import constant
from tests.support.virtual_time import VirtualTimeLoop, run

# Noon of today: the program writes schedules by its own calendar.
START = datetime.now().astimezone().replace(hour=12)
# Mean load of the household in W; in Auto it is the power of the battery.
LOAD = 200
PORT = 30000


def spec(number: int = 1, device: str = "VenusE 3.0", firmware: int = 150) -> BatterySpec:
    """Return a battery at 127.0.0.<10 + number>."""
    return BatterySpec(
        device=device,
        firmware=firmware,
        ble_mac=f"02aabbcc{number:04x}",
        address=f"127.0.0.{10 + number}",
        port=PORT,
        # Shown as 55 for as long as the tests take.
        soc=55.9,
    )


def fleet(*specs: BatterySpec, faults: Faults | None = None) -> Fleet:
    """Return batteries that live in the loop's virtual time."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError("The bench needs virtual time")
    batteries = Fleet(specs, faults=faults, clock=loop.time, now=loop.now)
    for battery in batteries:
        battery.set_household(constant(LOAD))
    return batteries


def virtual[**P](test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test in virtual time."""

    @wraps(test)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        run(START, test(*args, **kwargs))

    return wrapper


async def venus(*words: str) -> int:
    """Run `scripts/venus` with these words; return its exit code."""
    code = await run_command(parse(list(words)))
    # The loop closes a socket a moment later; the program itself would have ended.
    await asyncio.sleep(0.1)
    return code


@dataclass(frozen=True, slots=True)
class Manners:
    """What a battery thinks of how it was treated."""

    battery: SimulatedBattery

    def assert_good(self) -> None:
        """Fail when it was asked two things at once, too soon, or something dangerous."""
        statistics = self.battery.statistics()
        assert self.battery.forbidden == []
        assert statistics.overlaps == 0
        assert statistics.smallest_gap is None or statistics.smallest_gap >= 2.5
