"""What an export costs: a month of three batteries, hour by hour.

A year takes minutes to record; its figure is in docs/figures.md. Collections of garbage are left out:
Python makes them wherever it happens to be.
"""

import asyncio
import datetime as dt
import gc
from time import perf_counter, thread_time
from typing import Any
from unittest.mock import patch

import pytest

from simulator import Fleet
from tests.records.conftest import E3_MAC, RecordedHome
from tests.support import loopback
from tests.support.loopback import VENUS_E, configured, spec

MACS = (E3_MAC, "02aabbcc0303", "02aabbcc0202")
DAYS = 30


class _Steps:
    """Longest processor time of a step of the event loop, in s."""

    def __init__(self) -> None:
        """Start with none."""
        self.longest = 0.0
        self.is_on = True
        self._run: Any = asyncio.Handle._run

    @property
    def run(self) -> Any:
        """Return what runs a step and measures it, as a function of the step."""

        def run(handle: Any) -> None:
            began = thread_time()
            self._run(handle)
            took = thread_time() - began
            # The step that goes on with the test itself is none of an export.
            if self.is_on:
                self.longest = max(self.longest, took)

        return run


@pytest.fixture(name="third")
async def third_fixture(home: RecordedHome) -> Any:
    """Add a third battery."""
    port = loopback.free_port()
    async with Fleet([spec(VENUS_E, "127.0.0.12", port)], latency=loopback.LATENCY) as fleet:
        entry = configured(home.hass, VENUS_E, "127.0.0.12", port)
        assert await home.hass.config_entries.async_setup(entry.entry_id)
        yield fleet
        await loopback.unload_all(home.hass)


async def test_an_export_holds_nothing_up(home: RecordedHome, third: Fleet) -> None:
    """It is there in a second, and no step of the event loop takes 5 ms."""
    first = home.today - dt.timedelta(days=DAYS)
    hours = 24 * DAYS
    for mac in MACS:
        for key in ("soc", "battery_power", "energy_charged", "energy_discharged"):
            home.record(mac, key, first, [0.25] * hours)
    home.record("plan", "price", first, [0.2] * hours)
    home.record("plan", "saved_today", first, [0.01] * hours)
    await home.recorded()
    # What Python imports once in a process: strptime for dates, and the recorder's queries.
    await home.call("export", start_date=first.isoformat(), resolution="day")
    for kind in ("csv", "xlsx"):
        steps = _Steps()
        gc.collect()
        gc.disable()
        began = perf_counter()
        with patch.object(asyncio.Handle, "_run", steps.run):
            await asyncio.create_task(
                home.call("export", start_date=first.isoformat(), format=kind)
            )
            steps.is_on = False
        took = perf_counter() - began
        gc.enable()
        assert steps.longest < 0.005
        assert took < 10 * DAYS / 365
