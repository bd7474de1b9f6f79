"""Full charges that are due, carried out by batteries, and the gentle end of charges."""

import datetime as dt
from typing import Any

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.const import CONF_FULL_EVERY, CONF_GENTLE_TOP, CONF_MOST_SOC, DOMAIN
from custom_components.marstek.planner import Action, Reason
from custom_components.marstek.tempo import Colour
from tests.support.plan_home import PARIS, PlanHome, at, paris, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

WEEKLY: dict[str, Any] = {CONF_FULL_EVERY: 7, CONF_MOST_SOC: 90}


def next_full(home: PlanHome) -> tuple[str, dict[str, Any]] | None:
    """Return the state of the sensor and when batteries were last full."""
    found = er.async_get(home.hass).async_get_entity_id("sensor", DOMAIN, "plan_next_full_charge")
    state = home.hass.states.get(found) if found else None
    return (state.state, state.attributes.get("last_full", {})) if state else None


def reason(home: PlanHome) -> Reason | None:
    """Return why the batteries do what they do."""
    return home.shown.reason


def make_due(home: PlanHome) -> None:
    """Have the batteries wait for a week already."""
    for known in home.control.memory.fullness.values():
        known.counted_from = home.now - dt.timedelta(days=7)


@pytest.mark.each_minute
@at(2026, 4, 20, 21, 50)
async def test_a_night_of_a_full_charge() -> None:
    """Both are full for an hour above the maximum, the sensor shows it, and a restart keeps it."""
    async with plan_home(count=2, soc=60) as home:
        assert next_full(home) is None
        home.set_options(**WEEKLY)
        await home.minutes(2)
        found = next_full(home)
        assert found is not None
        assert dt.datetime.fromisoformat(found[0]) >= paris(2026, 4, 27, 21, 50)
        make_due(home)
        await home.minutes(1)
        found = next_full(home)
        assert found is not None
        assert dt.datetime.fromisoformat(found[0]) == paris(2026, 4, 20, 22, 5)
        await home.until(22, 30)
        step = home.shown.step
        assert step is not None
        assert (step.action, step.reason) == (Action.CHARGE, Reason.FULL_CHARGE)
        with uneventful():
            await home.until(5, 59)
        assert home.socs() == [100, 100]
        found = next_full(home)
        assert found is not None
        lasts = [at.astimezone(PARIS) for at in found[1].values()]
        assert all(paris(2026, 4, 21, 0) < last < paris(2026, 4, 21, 6) for last in lasts)
        assert dt.datetime.fromisoformat(found[0]) == min(lasts).replace(
            microsecond=0
        ) + dt.timedelta(days=7)
        await home.until(6, 1)
        assert home.modes() == ["Auto", "Auto"]
        await home.restart()
        await home.minutes(2)
        assert next_full(home) == found


@at(2026, 4, 20, 21, 50)
async def test_only_the_battery_that_is_due() -> None:
    """The other stands still meanwhile."""
    async with plan_home(count=2, soc=80, options=WEEKLY) as home:
        await home.minutes(2)
        key = home.batteries[0].spec.ble_mac
        known = home.control.memory.fullness[key]
        known.counted_from = home.now - dt.timedelta(days=7)
        with uneventful():
            await home.until(4, 0)
        assert home.socs()[0] == 100
        assert home.socs()[1] <= 80
        assert home.powers()[1] == 0
        writes = home.slot_writes(home.batteries[0])
        assert len(writes) <= 4


@at(2026, 3, 12, 21, 40)
async def test_a_red_eve_with_less_power_at_the_top() -> None:
    """It keeps its own reason, gets as full as ever, and slows down with one more write."""
    async with plan_home(count=1, soc=70, options={**WEEKLY, CONF_GENTLE_TOP: True}) as home:
        assert home.colours[dt.date(2026, 3, 13)] is Colour.RED
        home.set_options(**{CONF_MOST_SOC: 100})
        await home.minutes(2)
        make_due(home)
        powers = set[int]()
        while home.now < paris(2026, 3, 13, 5, 0):
            with uneventful():
                await home.minutes(15)
            step = home.shown.step
            assert step is not None
            assert step.reason is not Reason.FULL_CHARGE
            if home.socs()[0] > 92 and home.powers()[0] < 0:
                powers.add(home.powers()[0])
        assert powers == {-800}
        assert home.socs() == [100]
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]
        last = home.control.memory.fullness[home.batteries[0].spec.ble_mac].last
        assert last is not None


@at(2026, 4, 20, 21, 50)
async def test_cells_that_take_no_more() -> None:
    """They are full by observation: held for an hour, and not tried again in the same night."""
    async with plan_home(count=1, soc=80, options=WEEKLY) as home:
        (battery,) = home.batteries
        battery.faults.full_at = 92.0
        await home.minutes(2)
        make_due(home)
        with uneventful():
            await home.until(5, 50)
        assert home.socs() == [92]
        assert len(home.slot_writes(battery)) <= 7
        known = home.control.memory.fullness[battery.spec.ble_mac]
        assert known.last is not None
        assert known.failures == 0
        step = home.shown.step
        assert step is not None
        assert step.reason is not Reason.FULL_CHARGE


@at(2026, 4, 20, 21, 50)
async def test_a_night_with_interruptions() -> None:
    """After a restart, a silence and a choice of a person a battery is charged on."""
    async with plan_home(count=1, soc=60, options=WEEKLY) as home:
        (battery,) = home.batteries
        await home.minutes(2)
        make_due(home)
        await home.until(22, 30)
        await home.restart()
        await home.minutes(5)
        battery.go_dark(2400)
        await home.minutes(30)
        assert reason(home) is Reason.FULL_CHARGE
        await home.until(23, 30)
        held = {"mode": "hold", "duration": "00:10:00"}
        await home.hass.services.async_call(DOMAIN, "override", held, blocking=True)
        await home.minutes(2)
        assert reason(home) is Reason.OVERRIDE
        await home.until(23, 50)
        assert reason(home) is Reason.FULL_CHARGE
        assert home.powers()[0] < 0
        assert home.control.memory.fullness[battery.spec.ble_mac].failures == 0
