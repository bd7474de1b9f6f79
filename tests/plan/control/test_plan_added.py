"""What the plan added over plain Auto, in a running home whose grid is metered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import datetime as dt
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.savings import DayMoney, Ledger
from simulator import Faults
from simulator.household import constant
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

GRID = "sensor.grid"
RED = dt.date(2026, 3, 16)


@asynccontextmanager
async def metered(load: float, *, count: int = 2, **more: Any) -> AsyncIterator[PlanHome]:
    """Start a home that always draws `load` W, with a sensor of its exchange with the grid."""
    async with plan_home(count=count, options={"grid_sensor": GRID}, **more) as home:
        for battery in home.batteries:
            battery.set_household(constant(load / count))

        async def measure() -> None:
            while True:
                served = sum(battery.state.ac_power for battery in home.batteries)
                attributes = {"unit_of_measurement": "W"}
                home.hass.states.async_set(GRID, str(round(load - served)), attributes)
                await asyncio.sleep(10)

        task = asyncio.create_task(measure())
        yield home
        task.cancel()


def ledger(home: PlanHome) -> Ledger:
    """Return what is noted."""
    return home.plan.savings.store.ledger


def shown(home: PlanHome) -> str:
    """Return the state of the sensor."""
    entity_id = er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, "plan_plan_added")
    state = home.hass.states.get(entity_id or "")
    assert state is not None
    return state.state


def added(home: PlanHome) -> float:
    """Return what the sensor shows."""
    return float(shown(home))


@at(2026, 3, 9, 8)
async def test_plain_auto_adds_nothing() -> None:
    """A day in Auto, the evening in which batteries run empty included."""
    async with metered(700, soc=90) as home:
        with uneventful():
            await home.until(21)
        assert min(home.socs()) < 15
        assert added(home) == pytest.approx(0, abs=0.02)
        assert ledger(home).day(dt.date(2026, 3, 9)).saved > 1


@at(2026, 3, 15, 20)
async def test_a_red_eve_is_what_the_plan_adds() -> None:
    """The night adds about nothing, the red day what its hours would have cost; a restart neither."""
    async with metered(500, soc=12) as home:
        await home.until(23)
        with uneventful():
            await home.until(5, 50)
        assert min(home.socs()) >= 97
        night = added(home)
        before = sum(battery.state.energy_discharged_wh for battery in home.batteries) / 1000
        assert night == pytest.approx(0, abs=0.15)
        await home.restart()
        await home.until(7)
        assert added(home) > night - 0.05
        with uneventful():
            await home.until(21, 30)
        given = sum(battery.state.energy_discharged_wh for battery in home.batteries) / 1000
        given -= before
        assert given > 6
        assert added(home) - night == pytest.approx(given * (0.7295 - 0.1356 / 0.889), rel=0.2)
        assert ledger(home).day(RED).saved > 3
        assert ledger(home).day(RED).plan_seconds > 10 * 3600


@at(2026, 3, 9, 12)
async def test_it_is_unknown_without_a_meter() -> None:
    """Not 0: neither without a sensor of the grid, nor while Auto has no meter to go by."""
    async with plan_home(count=1, soc=90) as home:
        await home.minutes(30)
        assert shown(home) == STATE_UNKNOWN
    async with metered(500, count=1, soc=90, faults=Faults(ct_lost=True)) as home:
        await home.minutes(60)
        assert shown(home) == STATE_UNKNOWN
        home.batteries[0].faults.ct_lost = False
        await home.minutes(60)
        assert shown(home) != STATE_UNKNOWN


@at(2026, 3, 10, 5, 30)
async def test_a_colour_that_comes_late_prices_the_plan_too() -> None:
    """Until then its part waits with the rest."""
    today = dt.date(2026, 3, 10)
    async with metered(500, count=1, soc=90, unknown=[today]) as home:
        await home.until(6, 30)
        await home.place.call(home.batteries[0], "select", "mode", option="manual")
        await home.until(9)
        before = ledger(home).day(today)
        (waiting,) = before.plan_unpriced.values()
        assert waiting.avoided < -600
        home.announce(today, home.colours[today])
        await home.minutes(6)
        line = ledger(home).day(today)
        assert not line.plan_unpriced
        assert line.plan == pytest.approx(before.plan + waiting.money(0.1921, 0.0), abs=0.02)


@at(2026, 3, 9, 12)
async def test_a_plan_that_loses_is_told() -> None:
    """Once a day, by the days before; it is taken back once they are better."""
    async with metered(500, count=1, soc=90) as home:
        issues = ir.async_get(home.hass)
        issue_id = f"plan_loses_{home.entry.entry_id}"
        await home.minutes(11)
        assert issues.async_get_issue(DOMAIN, issue_id) is None
        bad = DayMoney(saved=1.0, plan=-0.3, plan_seconds=80_000)
        days = {dt.date(2026, 3, 10) - dt.timedelta(days=number): bad for number in range(1, 15)}
        home.plan.savings.store.ledger = Ledger(days)
        await home.minutes(30)
        assert issues.async_get_issue(DOMAIN, issue_id) is None
        with uneventful():
            await home.until(0, 30)
        issue = issues.async_get_issue(DOMAIN, issue_id)
        assert issue is not None
        placeholders = issue.translation_placeholders
        assert placeholders is not None
        assert placeholders["saved"].endswith(" EUR")
        assert float(placeholders["lost"].removesuffix(" EUR")) == pytest.approx(4.2, abs=0.3)
        home.plan.savings.store.ledger = Ledger()
        with uneventful():
            await home.until(0, 20)
        assert issues.async_get_issue(DOMAIN, issue_id) is None
