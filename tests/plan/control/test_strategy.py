"""The strategy is chosen, shows what it believes, and is carried out."""

import datetime as dt
from typing import Any
from unittest.mock import patch

from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.const import CONF_DAILY_LOAD, CONF_HAS_PV, CONF_STRATEGY, DOMAIN
from custom_components.marstek.plan.events import Alert
from custom_components.marstek.plan.options import Approach
from custom_components.marstek.planner import Action, Basis, Reason
from simulator.household import constant
from tests.season.test_three_weeks_optimised import SUNNY
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

HOURS = "custom_components.marstek.plan.learning.async_hours"
SAVINGS: dict[str, Any] = {CONF_STRATEGY: Approach.SAVINGS, CONF_HAS_PV: True}


async def recorded(_: object, __: object, start: dt.datetime, end: dt.datetime) -> Any:
    """Return the hours of a sunny house."""
    return SUNNY.hours(start, end)


def belief(home: PlanHome, key: str) -> str | None:
    """Return the state of a sensor of the strategy."""
    found = er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, f"plan_{key}")
    state = home.hass.states.get(found) if found else None
    return state.state if state else None


async def preview(home: PlanHome, **data: Any) -> Any:
    """Ask for the plan."""
    return await home.hass.services.async_call(
        DOMAIN, "preview", data, blocking=True, return_response=True
    )


@at(2026, 4, 20, 18)
async def test_it_is_chosen_without_a_reload_and_shows_what_it_goes_by() -> None:
    """Sensors come with the choice, and say so when it is taken back."""
    with patch(HOURS, recorded):
        async with plan_home(count=2, soc=80) as home:
            plan = home.plan
            assert belief(home, "belief_basis") is None
            assert (await preview(home))["beliefs"] is None
            home.set_options(**SAVINGS)
            await home.minutes(2)
            assert home.plan is plan
            assert belief(home, "belief_basis") == Basis.WATER_VALUE
            assert belief(home, "learnt_days") == "34"
            assert float(belief(home, "belief_pv_tomorrow") or 0) > 5
            asked = await preview(home)
            assert asked["beliefs"]["basis"] == "water_value"
            assert asked["beliefs"]["load_tonight"] > 0
            assert {step["reason"] for step in asked["steps"]} >= {"peak_hours", "now_worth_more"}
            home.set_options(**{CONF_STRATEGY: Approach.SIMPLE})
            await home.minutes(2)
            assert belief(home, "belief_basis") == "unavailable"
            await home.restart()
            assert home.shown.plan
            assert home.shown.plan.beliefs is None


@at(2026, 4, 20, 21, 50)
async def test_auto_goes_down_to_a_floor_and_then_holds() -> None:
    """By night the house is served down to what the morning needs, and what is left is kept."""
    with patch(HOURS, recorded):
        async with plan_home(count=1, soc=60, options=SAVINGS) as home:
            battery = home.batteries[0]
            await home.minutes(2)
            await home.until(22, 20)
            step = home.shown.step
            assert step is not None
            assert (step.action, step.reason) == (Action.AUTO, Reason.NOW_WORTH_MORE)
            assert step.floor
            assert battery.state.mode == "Auto"
            battery.set_household(constant(900))
            battery.set_battery(soc=step.floor + 1.0)
            await home.minutes(90)
            assert battery.state.mode == "Manual"
            assert home.powers() == [0]
            kept = home.socs()[0]
            assert kept >= step.floor - 2
            await home.until(5, 50)
            assert home.socs()[0] == kept
            assert (
                home.guard.nights[home.now.date() - dt.timedelta(days=1), battery.spec.ble_mac] <= 6
            )
            await home.until(6, 10)
            assert battery.state.mode == "Auto"


@at(2026, 4, 20, 18)
async def test_until_it_has_learnt_the_owner_s_figure_counts_or_the_simple_strategy() -> None:
    """Without statistics there is a ladder, and the sensor says which rung."""
    async with plan_home(count=1, soc=80, options={CONF_STRATEGY: Approach.SAVINGS}) as home:
        await home.minutes(2)
        assert belief(home, "belief_basis") == Basis.NO_FORECAST
        home.set_options(**{CONF_DAILY_LOAD: 9})
        await home.minutes(2)
        assert belief(home, "belief_basis") == Basis.WATER_VALUE
        assert belief(home, "learnt_days") == "0"


@at(2026, 4, 20, 21, 50)
async def test_what_was_learnt_outlives_a_restart() -> None:
    """In the night after a restart nothing else is decided than before it."""
    with patch(HOURS, recorded):
        async with plan_home(count=1, soc=80, options=SAVINGS) as home:
            await home.minutes(20)
            battery = home.batteries[0]
            assert home.shown.step
            assert home.shown.step.reason is Reason.NOW_WORTH_MORE
            await home.stop()
            writes = len(home.writes(battery))
            with patch(HOURS, return_value=[]):
                await home.start()
                await home.minutes(0.5)
                assert home.shown.plan
                assert home.shown.plan.beliefs
                assert home.shown.plan.beliefs.basis is Basis.WATER_VALUE
                await home.minutes(10)
            assert battery.state.mode == "Auto"
            assert len(home.writes(battery)) == writes


@at(2026, 3, 12, 21, 50)
async def test_a_red_morning_is_measured_by_what_the_night_aimed_at() -> None:
    """A battery that is empty all the same is told, as with simple nights."""
    options = {CONF_STRATEGY: Approach.SAVINGS, CONF_DAILY_LOAD: 12}
    async with plan_home(count=1, soc=40, options=options) as home:
        await home.until(23)
        assert home.shown.step
        assert home.shown.step.action is Action.CHARGE
        await home.until(5, 57)
        assert home.kinds(Alert.RED_UNCHARGED) == []
        home.batteries[0].set_battery(soc=30.0)
        await home.until(6, 5)
        assert len(home.kinds(Alert.RED_UNCHARGED)) == 1
        home.guard.broken.clear()


@at(2026, 3, 12, 21, 50)
async def test_the_plan_goes_by_the_efficiency_that_is_measured() -> None:
    """Cells that lose more are charged earlier or harder for the same red day."""
    async with plan_home(count=1, soc=40) as home:
        maker, now = home.control.plan_maker, dt_util.utcnow()
        assert maker.context(now).options.efficiency == 0.8
        battery = home.place.entry(home.batteries[0]).runtime_data
        battery.parts.context.store.memory.efficiency.value = 0.72
        await home.minutes(2)
        assert maker.context(now).options.efficiency == 0.72
