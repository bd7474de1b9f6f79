"""Savings measured in a running home, against what the simulated batteries really exchanged."""

import datetime as dt
import json

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.plan.diagnostics import plan_diagnostics
from custom_components.marstek.plan.runtime import Plan
from custom_components.marstek.savings import MoneyPeriod
from simulator.household import constant
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")


def plan(home: PlanHome) -> Plan:
    """Return the running plan."""
    running: Plan = home.entry.runtime_data
    return running


def saved(home: PlanHome, key: str) -> float:
    """Return what a sensor shows."""
    entity_id = er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, f"plan_{key}")
    state = home.hass.states.get(entity_id or "")
    assert state is not None
    return float(state.state)


@at(2026, 3, 9, 12)
async def test_self_consumption_displaces_import() -> None:
    """An afternoon in Auto on a blue day is worth what it would have cost."""
    async with plan_home(count=2, soc=90) as home:
        for battery in home.batteries:
            battery.set_household(constant(400))
        await home.minutes(30)
        before = plan(home).savings.store.ledger.saved(MoneyPeriod.TOTAL, dt.date(2026, 3, 9))
        discharged = sum(battery.state.energy_discharged_wh for battery in home.batteries)
        await home.minutes(120)
        given = sum(battery.state.energy_discharged_wh for battery in home.batteries) - discharged
        now = plan(home).savings.store.ledger.saved(MoneyPeriod.TOTAL, dt.date(2026, 3, 9))
        price = plan(home).tariff.data.price
        assert price is not None
        assert given > 1000
        assert now - before == pytest.approx(given / 1000 * price, rel=0.06)
        assert saved(home, "saved_today") == pytest.approx(now, abs=0.001)
        assert saved(home, "saved_season") == pytest.approx(now, abs=0.001)
        for back in range(400):
            plan(home).savings.store.ledger.note_stock(
                dt.date(2026, 3, 8) - dt.timedelta(days=back), 0.1
            )
        told = plan_diagnostics(plan(home))["savings"]
        assert told["saved"]["today"] == pytest.approx(now, abs=0.001)
        assert list(told["days"])[-1] == "2026-03-09"
        assert len(told["days"]) <= 14 < told["kept_days"]
        text = json.dumps(told)
        assert len(text) < 5000
        assert not any(each.spec.ble_mac in text for each in home.batteries)


@at(2026, 3, 15, 21)
async def test_a_red_eve_is_paid_for_and_comes_back() -> None:
    """The night costs money, which stays with the energy; a restart loses nothing."""
    async with plan_home(count=2, soc=30) as home:
        await home.until(23)
        with uneventful():
            await home.until(5)
        ledger = plan(home).savings.store.ledger
        night = ledger.saved(MoneyPeriod.TOTAL, dt.date(2026, 3, 16))
        assert night < -0.5
        stock = sum(line.stock for line in ledger.days.values())
        price = plan(home).tariff.data.price
        assert price is not None
        charged = sum(line.from_grid for line in ledger.days.values())
        assert stock == pytest.approx(charged / 1000 * price, rel=0.05)
        await home.restart()
        ledger = plan(home).savings.store.ledger
        assert ledger.saved(MoneyPeriod.TOTAL, dt.date(2026, 3, 16)) == pytest.approx(
            night, rel=0.05
        )
        for battery in home.batteries:
            battery.set_household(constant(500))
        with uneventful():
            await home.until(20)
        assert ledger.saved(MoneyPeriod.TOTAL, dt.date(2026, 3, 16)) > 2
        assert ledger.by_colour(dt.date(2026, 3, 16), dt.date(2026, 3, 16))["red"] > 2
        assert saved(home, "saved_today") == pytest.approx(
            ledger.saved(MoneyPeriod.TODAY, dt.date(2026, 3, 16)), abs=0.01
        )


@at(2026, 3, 9, 12)
async def test_what_is_not_measured_is_not_counted() -> None:
    """While a battery is silent nothing is made up, and the part of the day that is known says so."""
    async with plan_home(count=2, soc=90) as home:
        await home.minutes(20)
        ledger = plan(home).savings.store.ledger
        home.batteries[0].go_dark(3600)
        await home.minutes(10)
        seconds = ledger.day(dt.date(2026, 3, 9)).seconds
        await home.minutes(45)
        assert ledger.day(dt.date(2026, 3, 9)).seconds <= seconds + 300
        await home.minutes(40)
        assert ledger.day(dt.date(2026, 3, 9)).seconds > seconds + 600


@at(2026, 3, 9, 22, 30)
async def test_a_battery_that_does_nothing_is_measured() -> None:
    """Held at 0 W it publishes no change, and is known all the same, with what it draws at rest."""
    async with plan_home(count=1, soc=90, options={"standby": 50}) as home:
        await home.minutes(30)
        ledger, day = plan(home).savings.store.ledger, dt.date(2026, 3, 9)
        before = ledger.day(day)
        await home.minutes(50)
        assert home.modes() == ["Manual"]
        after = ledger.day(day)
        assert after.seconds - before.seconds == pytest.approx(3000, abs=360)
        drawn = 50 * (after.seconds - before.seconds) / 3600
        assert after.from_grid - before.from_grid == pytest.approx(drawn, rel=0.02)


@at(2026, 3, 10, 5, 30)
async def test_a_day_without_a_colour_is_priced_when_it_is_known() -> None:
    """Until then nothing is shown of it; then all of it is."""
    today = dt.date(2026, 3, 10)
    async with plan_home(count=1, soc=90, unknown=[today]) as home:
        home.batteries[0].set_household(constant(500))
        await home.until(9)
        ledger = plan(home).savings.store.ledger
        known = ledger.day(today)
        assert known.unpriced
        # Of the night before, in which the battery was held, there is what it drew at rest.
        assert known.by_colour.get(home.colours[today], 0.0) == pytest.approx(0, abs=0.001)
        home.announce(today, home.colours[today])
        await home.minutes(15)
        line = ledger.day(today)
        assert not line.unpriced
        assert line.by_colour[home.colours[today]] > 0.05
