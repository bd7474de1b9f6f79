"""A day with more than two prices: charged in the cheap level, held through the middle one."""

import datetime as dt

import pytest

from custom_components.marstek.const import CONF_DAILY_LOAD, Tariff
from custom_components.marstek.planner import Action, Override, Reason
from simulator.household import constant
from tests.support.plan_home import at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

# A slot lasts two hours longer than planned: Auto ends it at 17:00.
_HELD = (19 * 60, 0)
_EVENING = {"windows": [["17:00", "20:00"]], "days": [], "months": [], "value": 0.45}
_NIGHT = {"windows": [["22:00", "06:00"]], "days": [], "months": [], "value": 0.16}
_DEEP = {"windows": [["02:00", "05:00"]], "days": [], "months": [], "value": 0.11}
_REST = {"windows": [], "days": [], "months": [], "value": 0.27}
_LEVELS = {"price_levels": [_EVENING, _DEEP, _NIGHT, _REST], "prices": {"subscription": 0}}

_NOON = {"windows": [["12:30", "15:00"]], "days": [], "months": [], "value": -0.01}
_FED_IN = {"export_kind": "hours", "export_hours": [_NOON], "feed_in": 0.06}


@at(2026, 3, 11, 21, 50)
async def test_a_day_of_four_levels() -> None:
    """One window of two cheap levels, in which the battery is charged, and Auto until the next.

    What feeding in earns changes within seconds, at a moment at which nothing else does.
    """
    options = {Tariff.FIXED: _LEVELS, "night": "charge", **_FED_IN}
    async with plan_home(soc=40, count=1, tariff=Tariff.FIXED, options=options) as home:
        (battery,) = home.batteries
        battery.set_household(constant(300))
        await home.until(21, 58)
        assert home.modes() == ["Auto"]
        await home.until(22, 10)
        assert home.shown.reason is Reason.OWNER_CHARGE
        assert home.powers()[0] < -100
        with uneventful():
            await home.until(5, 50)
        assert home.socs()[0] > 98
        assert home.powers() == [0]
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]
        with uneventful():
            await home.until(12, 30, 2)
        assert home.plan.tariff.data.export_price == -0.01
        with uneventful():
            await home.until(17, 30)
        assert home.modes() == ["Auto"]
        assert home.powers()[0] > 200
        # What is the same at another price is one event: the price changes at 20:00.
        calendar = next(
            each for each in home.hass.states.async_all("calendar") if "plan" in each.entity_id
        )
        assert calendar.attributes["end_time"] == "2026-03-12 22:00:00"
        assert len(home.slot_writes(battery)) <= 8


@at(2026, 3, 11, 11, 50)
async def test_a_middle_level_is_held_until_the_dear_evening() -> None:
    """By one slot of 0 W that ends when the dearest hours begin, and Auto through these."""
    levels = [_EVENING, _NIGHT, {**_REST, "value": 0.38}]
    options = {
        Tariff.FIXED: {"price_levels": levels, "prices": {"subscription": 0}},
        "strategy": "savings",
        CONF_DAILY_LOAD: 24.0,
    }
    async with plan_home(soc=60, count=1, tariff=Tariff.FIXED, options=options) as home:
        (battery,) = home.batteries
        battery.set_household(constant(1000))
        await home.until(12, 10)
        assert home.shown.reason is Reason.LATER_WORTH_MORE
        assert home.modes() == ["Manual"]
        slots = [slot for slot in battery.state.slots if slot is not None and slot.enabled]
        assert [(slot.end, slot.power) for slot in slots] == [_HELD]
        written = len(home.writes(battery))
        with uneventful():
            await home.until(16, 50)
        assert battery.state.soc > 59
        # Neither Passive that is renewed nor a slot that is written anew.
        assert len(home.writes(battery)) == written
        await home.until(17, 1)
        assert home.modes() == ["Auto"]
        assert home.powers()[0] > 900
        with uneventful():
            await home.until(19, 0)
        assert home.modes() == ["Auto"]


@at(2026, 3, 11, 11, 50)
async def test_a_contract_that_is_changed_while_its_hold_is_written() -> None:
    """A restart goes on with the hold; two prices end it at once, and three begin another."""
    three = [_EVENING, _NIGHT, {**_REST, "value": 0.38}]
    levels = {"price_levels": three, "prices": {"subscription": 0}}
    two = {**levels, "price_levels": [_NIGHT, {**_REST, "value": 0.45}]}
    options = {Tariff.FIXED: levels, "strategy": "savings", CONF_DAILY_LOAD: 24.0}
    async with plan_home(soc=60, count=1, tariff=Tariff.FIXED, options=options) as home:
        (battery,) = home.batteries
        battery.set_household(constant(1000))
        await home.until(12, 10)
        assert home.modes() == ["Manual"]
        written = len(home.slot_writes(battery))
        await home.restart()
        await home.until(12, 30)
        assert home.modes() == ["Manual"]
        assert len(home.slot_writes(battery)) == written
        assert home.control.memory.departures.of(battery.spec.ble_mac, home.now.date()) == 1
        home.set_options(**{Tariff.FIXED: two})
        await home.until(12, 40)
        assert (home.modes(), home.shown.reason) == (["Auto"], Reason.PEAK_HOURS)
        assert not any(slot and slot.enabled and slot.power for slot in battery.state.slots)
        home.set_options(**{Tariff.FIXED: levels})
        await home.until(12, 50)
        assert home.modes() == ["Manual"]
        assert home.control.memory.departures.of(battery.spec.ble_mac, home.now.date()) == 2
        slots = [slot for slot in battery.state.slots if slot is not None and slot.enabled]
        assert [(slot.end, slot.power) for slot in slots] == [_HELD]
        await home.until(17, 1)
        assert home.modes() == ["Auto"]


@at(2026, 3, 11, 11, 50)
async def test_a_person_who_interrupts_a_hold() -> None:
    """The hold that goes on after a command, an override and a pause is no departure from Auto."""
    levels = [_EVENING, _NIGHT, {**_REST, "value": 0.38}]
    options = {
        Tariff.FIXED: {"price_levels": levels, "prices": {"subscription": 0}},
        "strategy": "savings",
        CONF_DAILY_LOAD: 24.0,
    }
    async with plan_home(soc=60, count=1, tariff=Tariff.FIXED, options=options) as home:
        (battery,) = home.batteries
        battery.set_household(constant(1000))
        await home.until(12, 10)
        assert home.modes() == ["Manual"]
        await home.place.call(battery, "select", "mode", option="auto")
        await home.minutes(2)
        assert home.modes() == ["Auto"]
        await home.control.async_resume()
        await home.minutes(2)
        assert home.modes() == ["Manual"]
        await home.control.async_override(Override(Action.AUTO, home.now + dt.timedelta(minutes=3)))
        await home.minutes(2)
        assert home.modes() == ["Auto"]
        await home.minutes(3)
        assert home.modes() == ["Manual"]
        await home.control.async_pause(None)
        await home.minutes(2)
        assert home.modes() == ["Auto"]
        await home.control.async_resume()
        await home.minutes(2)
        assert home.modes() == ["Manual"]
        assert home.control.memory.departures.of(battery.spec.ble_mac, home.now.date()) == 1
