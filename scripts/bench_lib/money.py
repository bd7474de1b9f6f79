"""Event-loop time of measuring savings, with a ledger that is as full as it gets."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
import time
from typing import Any
from unittest.mock import patch

from custom_components.marstek.plan.entities.money_sensors import LedgerSensor
from custom_components.marstek.plan.exchange_meters import BatteryMeter, GridMeter
from custom_components.marstek.plan.savings_meter import SavingsMeter
from custom_components.marstek.savings import DayMoney, Ledger
from custom_components.marstek.savings.ledger import MOST_DAYS
from tests.support.plan_home import paris, plan_home
from tests.support.virtual_time import run

_GRID = "sensor.grid"
_HOURS = 12
_PARTS: tuple[tuple[type[Any], str], ...] = (
    (BatteryMeter, "read"),
    (GridMeter, "read"),
    (SavingsMeter, "_note"),
    (LedgerSensor, "_figures"),
)

type Row = Callable[[str, object, str], None]


def full_ledger(today: date) -> Ledger:
    """Return a ledger of as many days as are kept."""
    line = DayMoney(
        saved=1.5, seconds=86_400.0, by_colour={"blue": 1.0, "red": 0.5}, plan_seconds=86_400.0
    )
    return Ledger({today - timedelta(days=number): line for number in range(MOST_DAYS)})


def _timed(owner: type[Any], name: str, spent: list[float]) -> Any:
    """Return a patch that notes the ms of the thread in each call of a method.

    What a call makes of the others is part of it, and not counted again.
    """
    original = getattr(owner, name)

    def timed(*args: Any, **kwargs: Any) -> Any:
        started, already = time.thread_time(), sum(spent)
        try:
            return original(*args, **kwargs)
        finally:
            inner = sum(spent) - already
            spent.append((time.thread_time() - started) * 1000 - inner)

    return patch.object(owner, name, timed)


async def _milliseconds() -> tuple[float, float]:
    """Return the ms in a minute without and with a note, three batteries and the sensors together."""
    minutes: list[float] = []
    spent: list[float] = []
    patches = [_timed(owner, name, spent) for owner, name in _PARTS]
    for each in patches:
        each.start()
    try:
        async with plan_home(options={"grid_sensor": _GRID}) as home:
            home.plan.savings.store.ledger = full_ledger(home.now.date())
            for _ in range(_HOURS * 60):
                home.hass.states.async_set(_GRID, "100", {"unit_of_measurement": "W"})
                spent.clear()
                await asyncio.sleep(60)
                minutes.append(sum(spent))
    finally:
        for each in patches:
            each.stop()
    return median(minutes), sorted(minutes)[int(0.95 * len(minutes))]


def money(row: Row) -> None:
    """Print the table."""
    usual, busy = run(paris(2026, 3, 12, 12), _milliseconds())
    row(f"savings of {MOST_DAYS} days, ms in a minute, median", f"{usual:.2f}", "< 1")
    row("  95th percentile: a span is noted and shown", f"{busy:.2f}", "")
