"""Selling: batteries discharge into the grid in the hours that earn most, where the owner wants it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import datetime as dt
from typing import Any, Final
from unittest.mock import patch

import pytest

from custom_components.marstek.const import CONF_NEVER_FEED_IN, Tariff
from custom_components.marstek.flows.control_forms import read_form
from custom_components.marstek.plan.options import Form
from custom_components.marstek.planner import Action, Override, Reason
from custom_components.marstek.planner.habits import Hour
from simulator.household import constant
from tests.plan.control.test_both_ways import _EXPORT, _HOUR, _SPOT, _tell
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.restless import restless
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

_LOAD: Final = 150.0
_SELLING: Final = {"sell": True, "sale_power": 800}


def _export(hour: int) -> float:
    """Return what feeding in earns: in the evening more than drawing costs, less than storing it does."""
    return 0.36 if hour in (18, 19) else 0.02


async def _history(_: object, __: object, start: dt.datetime, end: dt.datetime) -> list[Hour]:
    first = start.replace(minute=0, second=0, microsecond=0)
    return [Hour(first + n * _HOUR, _LOAD, 0.0) for n in range(int((end - first) / _HOUR))]


@asynccontextmanager
async def _home(
    *, count: int = 1, soc: float = 80.0, selling: dict[str, Any] | None = None
) -> AsyncIterator[PlanHome]:
    source = {"price_entities": [_EXPORT], "assumed_unit": "kwh"}
    options: dict[str, Any] = {
        Tariff.DYNAMIC: {"price_entities": [_SPOT], "assumed_unit": "kwh"},
        "export_kind": "source",
        "export_source": source,
        **(_SELLING if selling is None else selling),
    }
    with patch("custom_components.marstek.plan.learning.async_hours", _history):
        async with plan_home(soc=soc, count=count, tariff=Tariff.DYNAMIC, options=options) as home:
            for battery in home.batteries:
                battery.set_household(constant(_LOAD / count))
            _prices(home)
            await home.minutes(3)
            yield home


def _prices(home: PlanHome) -> None:
    _tell(home, _SPOT, lambda hour: 0.4 if 18 <= hour < 23 else 0.3)
    _tell(home, _EXPORT, _export)


def _tell_quarters(home: PlanHome, entity_id: str, price: Callable[[int], float]) -> None:
    midnight = home.now.replace(hour=0, minute=0, second=0, microsecond=0)
    length = dt.timedelta(minutes=15)
    rows = [
        {
            "start": (midnight + n * length).isoformat(),
            "end": (midnight + (n + 1) * length).isoformat(),
            "value": price(n),
        }
        for n in range(96)
    ]
    attributes = {"unit_of_measurement": "EUR/kWh", "raw_today": rows}
    home.hass.states.async_set(entity_id, "0.1", attributes)


@at(2026, 11, 10, 17, 40)
async def test_the_evening_is_sold_to() -> None:
    """At the power of the owner, said why and for what, in Auto afterwards."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(18, 10)
        assert home.powers() == [800]
        assert home.shown.reason is Reason.SALE
        step = home.shown.step
        assert step is not None
        assert float(step.figures["worth_now"]) > float(step.figures["value"])
        with uneventful():
            await home.until(18, 17)
        assert home.powers() == [800]
        assert not [slot for slot in battery.state.slots if slot is not None and slot.power]
        await home.until(18, 40)
        assert home.modes() == ["Auto"]
        assert home.powers()[0] == pytest.approx(_LOAD, abs=30)
        with uneventful():
            await home.until(20, 10)
        assert home.modes() == ["Auto"]


@at(2026, 11, 10, 17, 40)
async def test_one_battery_sells_while_the_others_stand_still() -> None:
    """In Auto they would store what it feeds in."""
    async with _home(count=3, selling={"sell": True, "sale_power": 2500}) as home:
        sellers = set[int]()
        for minute in range(10, 80, 15):
            with uneventful():
                await home.until(18 + minute // 60, minute % 60)
            assert sorted(home.powers()) == [0, 0, 2500]
            sellers.add(home.powers().index(2500))
        assert len(sellers) > 1
        assert all(len(home.slot_writes(battery)) <= 8 for battery in home.batteries)
        await home.until(20, 10)
        assert home.modes() == ["Auto"] * 3


@at(2026, 11, 10, 17, 40)
async def test_a_sale_goes_on_after_a_restart_on_a_bad_network() -> None:
    """By the battery that sold before, never by two."""
    async with _home(count=2) as home:
        await home.until(18, 10)
        seller = home.powers().index(800)
        for battery in home.batteries:
            battery.faults.loss, battery.faults.duplicates = 0.3, 0.1
        await home.restart()
        _prices(home)
        await home.until(18, 30)
        assert home.powers()[seller] == 800
        assert sum(home.powers()) == 800
        await home.until(20, 15)
        assert home.modes() == ["Auto"] * 2


@at(2026, 11, 10, 17, 40)
async def test_a_silent_seller_is_stopped_and_followed() -> None:
    """It may hear what it does not answer: it sells nothing more, and the other has its turn."""
    async with _home(count=2) as home:
        await home.until(18, 10)
        seller = home.powers().index(800)
        home.guard.may_be_searched_while_asked = True
        home.batteries[seller].faults.silent = "ES.GetStatus,ES.GetMode"
        await home.until(18, 30)
        assert home.powers()[seller] == 0
        assert home.powers()[1 - seller] == 800
        await home.until(19, 55)
        assert home.socs()[seller] > 70
        assert len(home.slot_writes(home.batteries[seller])) <= 4
        home.batteries[seller].faults.silent = ""
        await home.until(20, 15)
        assert home.modes() == ["Auto"] * 2


@at(2026, 11, 10, 5, 40)
async def test_prices_that_zigzag_by_the_quarter_are_sold_to_six_times() -> None:
    """A sale after a hold costs two changes of the mode as well, and a small one is made too."""
    selling = {"sell": True, "sale_power": 400}
    async with _home(soc=95, selling=selling) as home:
        (battery,) = home.batteries
        _tell_quarters(home, _SPOT, lambda quarter: 0.30 if quarter < 88 else 0.45)
        _tell_quarters(home, _EXPORT, lambda quarter: (0.44, 0.05, 0.43, 0.06)[quarter % 4])
        started, sales, sold = home.now, 0, False
        with uneventful(), restless():
            while home.now.hour < 21:
                await home.minutes(5)
                sales += home.powers() == [400] and not sold
                sold = home.powers() == [400]
        assert 1 <= sales <= 6
        assert len(home.slot_writes(battery, started)) <= 20


@at(2026, 11, 10, 17, 40)
async def test_no_two_sell_when_the_turn_is_handed_over_unheard() -> None:
    """The next one waits for the order to stand still, or until it must be over."""
    async with _home(count=2, soc=90, selling={"sell": True, "sale_power": 2500}) as home:
        await home.until(18, 5)
        seller = home.powers().index(2500)
        step = home.shown.step
        assert step is not None
        while home.batteries[seller].state.soc > (step.floor or 0.0) + 0.6:
            await home.minutes(0.25)
            step = home.shown.step or step
        home.guard.may_be_searched_while_asked = True
        home.batteries[seller].faults.refused_writes = 1.0
        most, others = 0, 0
        for _ in range(60):
            await home.minutes(0.25)
            most = max(most, sum(home.powers()))
            others = max(others, home.powers()[1 - seller])
        assert others == most == 2500


@at(2026, 11, 10, 17, 40)
async def test_nothing_is_sold_beside_a_battery_of_a_person() -> None:
    """In Auto it would store what the other sells; by a power both would feed in too much."""
    async with _home(count=2) as home:
        await home.until(18, 10)
        seller = home.powers().index(800)
        await home.place.call(home.batteries[seller], "select", "mode", option="auto")
        await home.minutes(3)
        assert home.modes() == ["Auto"] * 2
        await home.control.async_resume()
        await home.minutes(3)
        assert sum(home.powers()) == 800
        key = home.batteries[seller].spec.ble_mac
        until = home.now + dt.timedelta(minutes=10)
        mine = frozenset([key])
        await home.control.async_override(Override(Action.DISCHARGE, until, 500, batteries=mine))
        await home.minutes(3)
        assert home.powers()[seller] == 500
        assert home.modes()[1 - seller] == "Auto"
        await home.minutes(12)
        assert sum(home.powers()) == 800


@at(2026, 11, 10, 17, 40)
async def test_a_sale_ends_with_what_hangs_on_it() -> None:
    """Without the price of feeding in, by a switch, and where it was never wanted."""
    async with _home() as home:
        await home.until(18, 10)
        assert home.powers() == [800]
        options = {**home.entry.options, CONF_NEVER_FEED_IN: True}
        home.hass.config_entries.async_update_entry(home.entry, options=options)
        await home.minutes(3)
        assert home.modes() == ["Auto"]
        options = {**home.entry.options, CONF_NEVER_FEED_IN: False, "sell": False}
        home.hass.config_entries.async_update_entry(home.entry, options=options)
        await home.minutes(3)
        assert home.modes() == ["Auto"]
        assert home.shown.reason is not Reason.SALE


@at(2026, 11, 10, 17, 40)
async def test_a_home_assistant_that_is_gone_sells_no_further() -> None:
    """The countdown ends by itself; the battery stands at 0 W until it is back."""
    async with _home() as home:
        (battery,) = home.batteries
        await home.until(18, 10)
        await home.stop()
        await home.until(18, 40)
        held = home.socs()
        assert battery.state.ac_power == 0
        await home.until(21)
        assert home.socs() == held
        await home.start()
        _prices(home)
        await home.minutes(5)
        assert home.modes() == ["Auto"]


def test_a_form_refuses_what_contradicts_it() -> None:
    """In either form, with what to do; other tariffs and strategies sell nothing."""
    learns = {"strategy": "savings"}

    def errors(form: Form, given: dict[str, Any], others: dict[str, Any]) -> dict[str, str]:
        return read_form(form, given, Tariff.FIXED, others)[1]

    assert not errors(Form.SELLING, _SELLING, learns)
    assert errors(Form.SELLING, _SELLING, {}) == {"sell": "sale_needs_strategy"}
    never = learns | {CONF_NEVER_FEED_IN: True}
    assert errors(Form.SELLING, _SELLING, never) == {"sell": "sale_never_fed_in"}
    assert not errors(Form.SELLING, {"sell": False}, never)
    assert errors(Form.SELLING, _SELLING | {"sale_power": 100}, learns) == {
        "sale_power": "out_of_bounds"
    }
    house = {"subscribed_kva": "6", CONF_NEVER_FEED_IN: True}
    assert errors(Form.HOUSE, house, learns | _SELLING) == {CONF_NEVER_FEED_IN: "feed_in_sold"}
    assert not errors(Form.HOUSE, house, learns)
