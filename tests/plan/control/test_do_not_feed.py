"""A car that batteries must not feed: they stand still while it charges, with few writes."""

import datetime as dt
from typing import Any, Final

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.marstek.const import DOMAIN, Tariff
from custom_components.marstek.planner import Reason
from custom_components.marstek.tempo import Colour
from simulator.household import constant
from tests.plan.control.test_plan_added import ledger, metered
from tests.support.plan_home import PARIS, PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

_CAR: Final = "switch.car"
_POWER: Final = "sensor.wallbox"
_OPTIONS: Final[dict[str, Any]] = {"do_not_feed": [_CAR, _POWER], "do_not_feed_hours": 3}


def _turn(home: PlanHome, state: str) -> None:
    home.hass.states.async_set(_CAR, state)


def _draw(home: PlanHome, watts: float) -> None:
    home.hass.states.async_set(_POWER, str(watts), {"unit_of_measurement": "W"})


@at(2026, 3, 9, 12)
async def test_a_car_by_day() -> None:
    """One slot of 0 W while it charges, Auto as soon as it has ended; nothing else is written."""
    async with plan_home(soc=80, count=1, options=_OPTIONS) as home:
        (battery,) = home.batteries
        battery.set_household(constant(500))
        home.excused.add(battery.spec.ble_mac)
        _turn(home, "off")
        await home.minutes(10)
        assert home.modes() == ["Auto"]
        _turn(home, "on")
        await home.minutes(2)
        assert (home.modes(), home.powers()) == (["Manual"], [0])
        assert home.shown.reason is Reason.DO_NOT_FEED
        written = len(home.slot_writes(battery))
        await home.minutes(40)
        assert home.powers() == [0]
        assert len(home.slot_writes(battery)) == written <= 2
        _turn(home, "off")
        await home.minutes(2)
        assert home.modes() == ["Auto"]
        assert home.powers()[0] > 300


@at(2026, 3, 9, 12)
async def test_what_a_hold_has_cost() -> None:
    """In kWh: what the house drew that they would have given, and the sun that they would have stored.

    While the plan commands nothing it holds nothing.
    """
    async with metered(500, soc=60) as home:
        options = {**home.entry.options, **_OPTIONS}
        home.hass.config_entries.async_update_entry(home.entry, options=options)
        home.excused |= {battery.spec.ble_mac for battery in home.batteries}
        _turn(home, "on")
        with uneventful():
            await home.minutes(90)
        line = ledger(home).day(dt.date(2026, 3, 9))
        assert line.held.not_served == pytest.approx(700, rel=0.2)
        assert line.held.sun_refused == 0
        _turn(home, "off")
        await home.minutes(20)
        assert ledger(home).day(dt.date(2026, 3, 9)).held == line.held
        home.set_options(automatic=False)
        _turn(home, "on")
        await home.minutes(10)
        for battery in home.batteries:
            battery.set_mode("Manual")
        await home.minutes(30)
        assert ledger(home).day(dt.date(2026, 3, 9)).held == line.held


@at(2026, 3, 9, 12)
async def test_a_mode_of_another_program() -> None:
    """Its states that are named count, however they are written; those that are not do not."""
    mode = "select.wallbox"
    options = {"do_not_feed": [mode], "do_not_feed_states": ["Now ", "minpv"]}
    async with plan_home(soc=80, count=1, options=options) as home:
        (battery,) = home.batteries
        home.excused.add(battery.spec.ble_mac)
        for state, expected in (("pv", "Auto"), ("now", "Manual"), ("unavailable", "Auto")):
            home.hass.states.async_set(mode, state)
            await home.minutes(12)
            assert home.modes() == [expected], state
        home.hass.states.async_set(mode, "MinPV")
        await home.minutes(8)
        assert home.modes() == ["Manual"]


@at(2026, 3, 9, 12)
async def test_a_car_that_flaps_costs_few_writes() -> None:
    """Ten times in an hour by its power: at most four holds."""
    async with plan_home(soc=80, count=1, options=_OPTIONS) as home:
        (battery,) = home.batteries
        home.excused.add(battery.spec.ble_mac)
        for _ in range(10):
            _draw(home, 3000)
            await home.minutes(3)
            _draw(home, 20)
            await home.minutes(3)
        await home.minutes(15)
        assert home.modes() == ["Auto"]
        assert 1 <= len(home.slot_writes(battery)) <= 8


@at(2026, 3, 9, 12)
async def test_a_car_that_is_on_for_ever() -> None:
    """After the longest time the house is served, until the car has been off."""
    async with plan_home(soc=80, count=1, options=_OPTIONS) as home:
        home.excused.add(home.batteries[0].spec.ble_mac)
        _turn(home, "on")
        await home.until(14, 50)
        assert home.modes() == ["Manual"]
        await home.until(15, 10)
        assert home.modes() == ["Auto"]
        with uneventful():
            await home.until(17)
        assert home.modes() == ["Auto"]
        _turn(home, "off")
        await home.minutes(6)
        _turn(home, "on")
        await home.minutes(3)
        assert home.modes() == ["Manual"]


@at(2026, 3, 9, 12)
async def test_a_car_whose_entity_dies_or_is_removed() -> None:
    """It counts as off; one that is gone is told of within the hour."""
    async with plan_home(soc=80, count=1, options=_OPTIONS) as home:
        home.excused.add(home.batteries[0].spec.ble_mac)
        _turn(home, "on")
        _draw(home, 0)
        await home.minutes(15)
        assert home.modes() == ["Manual"]
        _turn(home, "unavailable")
        await home.minutes(2)
        assert home.modes() == ["Auto"]
        home.hass.states.async_remove(_CAR)
        await home.minutes(40)
        issue_id = f"option_entity_gone_{home.entry.entry_id}"
        issue = ir.async_get(home.hass).async_get_issue(DOMAIN, issue_id)
        assert issue is not None
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["entities"] == _CAR


@at(2026, 3, 9, 21, 30)
async def test_a_red_eve_is_charged_and_a_red_day_served_all_the_same() -> None:
    """The car costs no charge, and in red peak hours the house comes first."""
    days = {dt.date(2026, 3, 10): Colour.RED}
    options = {"do_not_feed": [_CAR], "do_not_feed_hours": 24}
    async with plan_home(soc=60, count=1, days=days, options=options) as home:
        home.batteries[0].set_household(constant(400))
        _turn(home, "on")
        await home.until(23)
        assert home.powers()[0] < -500
        await home.until(5, 50)
        assert home.socs()[0] >= 99
        await home.until(6, 30)
        assert home.modes() == ["Auto"]
        assert home.powers()[0] > 200


@at(2026, 11, 17, 12, 30)
async def test_its_hours_are_no_habit() -> None:
    """What the house draws meanwhile is not learnt, also after a restart."""
    options = {**_OPTIONS, Tariff.FIXED: {}, "strategy": "savings", "daily_load": 8}
    async with plan_home(soc=60, count=1, tariff=Tariff.FIXED, options=options) as home:
        home.excused.add(home.batteries[0].spec.ble_mac)
        _turn(home, "on")
        await home.until(13, 20)
        _turn(home, "off")
        await home.until(15)
        learner = home.control.plan_maker.learner
        assert [hour.astimezone(PARIS).hour for hour in sorted(learner.left_out)] == [12, 13]
        await home.restart()
        learner = home.control.plan_maker.learner
        assert len(learner.left_out) == 2
