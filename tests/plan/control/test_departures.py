"""Prices that alternate each quarter of an hour: batteries leave Auto six times by day at most."""

from collections.abc import Iterator
import datetime as dt
from itertools import pairwise
from typing import Any, Final
from unittest.mock import patch

import pytest

from custom_components.marstek.const import CONF_DAILY_LOAD, Tariff
from custom_components.marstek.planner import MOST_DEPARTURES, Reason
from simulator.household import constant
from tests.support.plan_home import PARIS, PlanHome, at, plan_home
from tests.support.restless import restless

pytestmark = pytest.mark.usefixtures("socket_enabled")

_SENSOR: Final = "sensor.spot"
_QUARTER: Final = dt.timedelta(minutes=15)


def _rows(day: dt.date) -> Iterator[dict[str, object]]:
    """Yield prices that change each quarter of an hour."""
    midnight = dt.datetime.combine(day, dt.time(), PARIS)
    for number in range(96):
        start = midnight + number * _QUARTER
        price = (0.1 if number % 2 else 0.4) + number / 1e4
        yield {"start": start.isoformat(), "end": (start + _QUARTER).isoformat(), "value": price}


def _departures(home: PlanHome) -> int:
    """Return how often the battery was truly taken out of Auto."""
    (battery,) = home.batteries
    modes = ["Auto", *(str(write.config["mode"]) for write in home.writes(battery))]
    return sum(before == "Auto" != after for before, after in pairwise(modes))


def _disabled_again(home: PlanHome) -> int:
    """Return how often a slot was disabled that was known to be so."""
    (battery,) = home.batteries
    disabled, again = set[int](), 0
    for write in home.slot_writes(battery):
        slot = write.config["manual_cfg"]
        again += not slot["enable"] and slot["time_num"] in disabled
        (disabled.discard if slot["enable"] else disabled.add)(slot["time_num"])
    return again


@at(2026, 11, 17, 6, 30)
async def test_six_departures_and_no_more() -> None:
    """Also through a restart; then Auto goes on, and the plan says why."""
    options: dict[str, Any] = {
        Tariff.DYNAMIC: {"price_entities": [_SENSOR], "assumed_unit": "kwh"},
        CONF_DAILY_LOAD: 24,
    }

    async def nothing(*_: object) -> list[object]:
        return []

    learning = patch("custom_components.marstek.plan.learning.async_hours", nothing)
    with learning, restless():
        async with plan_home(soc=60, count=1, tariff=Tariff.DYNAMIC, options=options) as home:
            (battery,) = home.batteries
            battery.set_household(constant(1000))
            attributes = {
                "unit_of_measurement": "EUR/kWh",
                "raw_today": list(_rows(home.now.date())),
            }
            home.hass.states.async_set(_SENSOR, "0.1", attributes)
            mac, today = battery.spec.ble_mac, home.now.date()
            while _departures(home) < MOST_DEPARTURES - 2:
                await home.minutes(15)
            assert home.control.memory.departures.of(mac, today) == MOST_DEPARTURES - 2
            await home.restart()
            home.hass.states.async_set(_SENSOR, "0.1", attributes)
            reasons = set[Reason | None]()
            while home.now.hour < 22:
                reasons.add(home.shown.reason)
                await home.minutes(5)
            assert _departures(home) == MOST_DEPARTURES
            assert home.control.memory.departures.of(mac, today) == MOST_DEPARTURES
            assert Reason.DEPARTURES_USED in reasons
            before = _departures(home)
            await home.until(23, 50)
            # By night it is as free as ever.
            assert _departures(home) > before + 1
            assert _disabled_again(home) == 0
