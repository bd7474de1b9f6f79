"""Prices that change both ways: batteries stand still while the sun earns more fed in."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import datetime as dt
from typing import Any, Final
from unittest.mock import patch

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.planner import Reason
from custom_components.marstek.planner.habits import Hour
from simulator import SimulatedBattery
from simulator.household import clear_sky, constant, net_load
from tests.support.plan_home import PARIS, PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

_SPOT: Final = "sensor.spot"
_EXPORT: Final = "sensor.export"
_HOUR: Final = dt.timedelta(hours=1)
_SUN = clear_sky(4000)
_LOAD: Final = 350.0


def _rows(day: dt.date, price: Callable[[int], float]) -> list[dict[str, object]]:
    first = dt.datetime.combine(day, dt.time(), PARIS)
    return [
        {
            "start": (first + n * _HOUR).isoformat(),
            "end": (first + (n + 1) * _HOUR).isoformat(),
            "value": price(n),
        }
        for n in range(24)
    ]


def _tell(home: PlanHome, entity_id: str, price: Callable[[int], float]) -> None:
    """Let a sensor tell the prices of today and tomorrow."""
    today = home.now.date()
    rows = [row for day in range(2) for row in _rows(today + dt.timedelta(days=day), price)]
    attributes = {"unit_of_measurement": "EUR/kWh", "raw_today": rows}
    home.hass.states.async_set(entity_id, "0.1", attributes)


def _export(hour: int) -> float:
    """Return what feeding in earns: from eleven on it costs."""
    return -0.06 if 11 <= hour < 16 else 0.10


async def _history(_: object, __: object, start: dt.datetime, end: dt.datetime) -> list[Hour]:
    first = start.replace(minute=0, second=0, microsecond=0)
    count = int((end - first) / _HOUR)
    moments = [first + n * _HOUR for n in range(count)]
    return [Hour(each, _LOAD, _SUN(each.astimezone(PARIS))) for each in moments]


@asynccontextmanager
async def _home(*, soc: float = 25.0) -> AsyncIterator[PlanHome]:
    source = {"price_entities": [_EXPORT], "assumed_unit": "kwh", "surcharge": -0.01}
    options: dict[str, Any] = {
        Tariff.DYNAMIC: {"price_entities": [_SPOT], "assumed_unit": "kwh"},
        "export_kind": "source",
        "export_source": source,
    }
    with patch("custom_components.marstek.plan.learning.async_hours", _history):
        async with plan_home(soc=soc, count=1, tariff=Tariff.DYNAMIC, options=options) as home:
            for battery in home.batteries:
                battery.set_household(net_load(constant(_LOAD), _SUN))
            _tell(home, _SPOT, lambda hour: 0.3 + 0.002 * (hour % 2))
            _tell(home, _EXPORT, _export)
            await home.minutes(3)
            yield home


def _slots(battery: SimulatedBattery) -> list[tuple[int, int, int]]:
    slots = (slot for slot in battery.state.slots if slot is not None and slot.enabled)
    return [(slot.start, slot.end, slot.power) for slot in slots]


def _shown(home: PlanHome, platform: str, key: str) -> str:
    entity_id = er.async_get(home.hass).async_get_entity_id(platform, DOMAIN, f"plan_{key}")
    state = home.hass.states.get(entity_id or "")
    assert state is not None, key
    return state.state


@pytest.mark.each_minute
@at(2026, 6, 10, 7, 40)
async def test_the_morning_is_sold_and_the_noon_is_stored() -> None:
    """One slot of 0 W, which ends by itself after the hours, then Auto; and few writes."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(9, 20)
        assert home.shown.reason is Reason.EXPORT_WORTH_MORE
        assert home.modes() == ["Manual"]
        assert home.powers() == [0]
        ((start, end, power),) = _slots(battery)
        assert start <= 9 * 60 + 20 < end <= 13 * 60
        assert power == 0
        before = home.socs()
        with uneventful():
            await home.until(10, 50)
        assert home.socs() == before
        assert len(home.slot_writes(battery)) <= 4
        await home.until(11, 4)
        assert home.modes() == ["Auto"]
        # In Auto it does nothing; to disable it would be a write, and take the battery out of Auto.
        assert [power for _, _, power in _slots(battery)] == [0]
        with uneventful():
            await home.until(12)
        assert home.powers()[0] < -1000
        with uneventful():
            await home.until(13, 30)
        assert home.socs()[0] > 98
        assert len(home.slot_writes(battery)) <= 6


@at(2026, 6, 10, 9, 10)
async def test_a_restart_keeps_the_slot_of_a_hold() -> None:
    """What was written is not written again."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(9, 30)
        assert home.powers() == [0]
        slots, writes = _slots(battery), len(home.slot_writes(battery))
        await home.restart()
        _tell(home, _SPOT, lambda hour: 0.3 + 0.002 * (hour % 2))
        _tell(home, _EXPORT, _export)
        await home.until(9, 50)
        assert home.powers() == [0]
        assert _slots(battery) == slots
        assert len(home.slot_writes(battery)) == writes


@at(2026, 6, 10, 9, 10)
async def test_a_home_assistant_that_is_gone_leaves_the_battery_at_rest() -> None:
    """It stands at 0 W until it is back, and charges from nothing."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(9, 40)
        before = home.socs()
        await home.stop()
        await home.until(14)
        assert battery.state.mode == "Manual"
        assert home.socs() == before
        await home.start()
        _tell(home, _SPOT, lambda hour: 0.3 + 0.002 * (hour % 2))
        _tell(home, _EXPORT, _export)
        await home.until(14, 10)
        assert home.modes() == ["Auto"]


@at(2026, 6, 10, 7, 40)
async def test_what_feeding_in_earns_is_shown_and_counted() -> None:
    """With its own surcharge, its sign, and after the source was renamed; unknown while it is gone."""
    async with _home() as home:
        assert float(_shown(home, "sensor", "export_price")) == pytest.approx(0.09)
        assert _shown(home, "binary_sensor", "feeding_in_costs") == "off"
        assert not home.kinds("feeding_in_costs")
        await home.until(11, 2)
        (alert,) = home.kinds("feeding_in_costs")
        assert "0.0700 EUR/kWh" in alert.message
        assert float(_shown(home, "sensor", "export_price")) == pytest.approx(-0.07)
        assert _shown(home, "binary_sensor", "feeding_in_costs") == "on"
        asked = await home.hass.services.async_call(
            DOMAIN, "preview", {}, blocking=True, return_response=True
        )
        prices: Any = (asked or {})["prices"]
        assert prices[0]["export_price"] == pytest.approx(-0.07)
        assert prices[0]["off_peak"] is None
        evening = next(each for each in prices if each["start"] == "2026-06-10T14:00:00+00:00")
        assert evening["export_price"] == pytest.approx(0.09)
        home.set_options(net_metering_until="2026-06-10")
        await home.minutes(2)
        assert len(home.kinds("feeding_in_costs")) == 1
        assert float(_shown(home, "sensor", "export_price")) == pytest.approx(0.302)
        assert _shown(home, "binary_sensor", "feeding_in_costs") == "off"
