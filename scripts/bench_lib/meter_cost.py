"""Processor time of the meter for batteries: three that poll it twice a second, for an hour."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
import time
from typing import Any
from unittest.mock import patch

from custom_components.marstek.meter.server import MeterServer
from custom_components.marstek.plan.metering.emulation import MeterEmulation
from custom_components.marstek.plan.metering.entity_feed import EntityFeed
from tests.support.metered_house import House, add_meter, give_slopes
from tests.support.plan_home import plan_home
from tests.support.virtual_time import run

_START = datetime(2026, 4, 9, 12, tzinfo=UTC)
_BATTERIES = 3
_HOUR = 3600.0
_PARTS: tuple[tuple[type[Any], str], ...] = (
    (MeterServer, "datagram_received"),
    (MeterEmulation, "_tick"),
    (EntityFeed, "_read"),
)

type Row = Callable[[str, object, str], None]


class _Spent:
    """Seconds of the thread in methods that run one after the other."""

    def __init__(self) -> None:
        """Nothing is spent yet."""
        self.seconds, self.calls = 0.0, 0

    def timed(self, owner: type[Any], name: str) -> Any:
        """Return a patch of a method that adds what its calls take."""
        original = getattr(owner, name)

        # A callback of Home Assistant stays one.
        @wraps(original)
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.thread_time()
            try:
                return original(*args, **kwargs)
            finally:
                self.seconds += time.thread_time() - started
                self.calls += 1

        return patch.object(owner, name, timed)


async def _hour() -> dict[str, _Spent]:
    """Return what an hour takes, by method."""
    spent = {name: _Spent() for _, name in _PARTS}
    patches = [spent[name].timed(owner, name) for owner, name in _PARTS]
    for each in patches:
        each.start()
    try:
        async with plan_home(count=_BATTERIES) as home, House(home) as house:
            give_slopes(home)
            for battery in home.batteries:
                await battery.follow("ct")
            await add_meter(home, "ct")
            for each in spent.values():
                each.seconds, each.calls = 0.0, 0
            for minute in range(round(_HOUR / 60)):
                house.load = 300.0 + 37.0 * (minute % 20)
                await asyncio.sleep(60)
            for battery in home.batteries:
                await battery.unfollow()
    finally:
        for each in patches:
            each.stop()
    return spent


def meter_cost(row: Row) -> None:
    """Print the table."""
    spent = run(_START, _hour())
    total = sum(each.seconds for each in spent.values())
    row(f"processor time of an hour of {_BATTERIES} batteries, s", f"{total:.1f}", "< 15")
    row("  polls", spent["datagram_received"].calls, "")
    row(
        "  a poll, ms",
        f"{1000 * spent['datagram_received'].seconds / spent['datagram_received'].calls:.2f}",
        "",
    )
