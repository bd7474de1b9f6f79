"""How much of a battery's flash a day of prices by the quarter of an hour costs."""

import datetime as dt
from itertools import pairwise
from math import exp
from random import Random
from statistics import median
from typing import Any, Final
from unittest.mock import patch

import pytest

from custom_components.marstek.const import CONF_DAILY_LOAD, Tariff
from simulator import SimulatedBattery
from simulator.household import daily_load
from tests.support.plan_home import PARIS, PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.long]

_SENSOR: Final = "sensor.spot"
_QUARTER: Final = dt.timedelta(minutes=15)
_DAY: Final = dt.timedelta(days=1)


def _price(local: dt.datetime, sawtooth: float) -> float:
    """Return EUR per kWh: cheap at night and at noon, dear in the evening.

    With a sawtooth the price falls within each hour of the evening, and rises within all others.
    """
    hour = local.hour + local.minute / 60
    hills = ((0.07, 8, 1.5), (0.12, 19, 1.8), (-0.06, 13, 2.5), (-0.05, 3.5, 2))
    usual = 0.22 + sum(high * exp(-(((hour - at) / wide) ** 2)) for high, at, wide in hills)
    by_hour = Random(f"{local:%F %H}").gauss(0, 0.01)
    part = (local.minute / 15 - 1.5) / 1.5
    return usual + by_hour + sawtooth * (-part if hour >= 17 else part)


def _rows(day: dt.date, sawtooth: float) -> list[dict[str, Any]]:
    start = dt.datetime.combine(day, dt.time(), PARIS)
    moments = [start + number * _QUARTER for number in range(96)]
    return [
        {
            "start": moment.isoformat(),
            "end": (moment + _QUARTER).isoformat(),
            "value": round(_price(moment, sawtooth), 5),
        }
        for moment in moments
    ]


def _tell(home: PlanHome, sawtooth: float) -> None:
    """Let the sensor tell today's prices, and from 13:00 on tomorrow's."""
    now = home.now
    rows = _rows(now.date(), sawtooth)
    if now.hour >= 13:
        rows += _rows(now.date() + _DAY, sawtooth)
    attributes = {"unit_of_measurement": "EUR/kWh", "raw_today": rows}
    home.hass.states.async_set(_SENSOR, f"{now:%H:%M}", attributes)


def _writes(home: PlanHome, battery: SimulatedBattery, since: dt.datetime) -> int:
    """Return the slot writes and changes of the mode; renewals of Passive are none."""
    configs = [write.config for write in home.writes(battery, since)]
    modes = ["", *(str(config["mode"]) for config in configs)]
    return sum(
        "manual_cfg" in config or before != after
        for config, (before, after) in zip(configs, pairwise(modes), strict=True)
    )


@pytest.mark.parametrize("sawtooth", [0.0, 0.025])
@pytest.mark.timeout(400)
@at(2026, 5, 17, 6)
async def test_writes_of_a_day(sawtooth: float) -> None:
    """Of two batteries, in three days with one price for an hour and with one for each quarter."""

    async def nothing(*_: object) -> list[object]:
        return []

    source = {"price_entities": [_SENSOR], "assumed_unit": "kwh"}
    options: dict[str, Any] = {Tariff.DYNAMIC: source, CONF_DAILY_LOAD: 12}
    learning = patch("custom_components.marstek.plan.learning.async_hours", nothing)
    with uneventful(), learning:
        async with plan_home(count=2, tariff=Tariff.DYNAMIC, options=options) as home:
            home.guard.may_be_searched_while_asked = True
            for battery in home.batteries:
                battery.set_household(daily_load(250))
            writes: list[int] = []
            for _ in range(3):
                began = home.now
                for _ in range(96):
                    _tell(home, sawtooth)
                    await home.minutes(15)
                writes += [_writes(home, battery, began) for battery in home.batteries]
            assert median(writes) <= 8, writes
            assert max(writes) <= 20, writes
