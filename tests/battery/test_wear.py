"""Writes to a battery's flash: counted, limited for automations and the plan, never for people."""

import asyncio
from contextlib import suppress
import datetime as dt
from types import SimpleNamespace
from typing import cast

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.battery.memory import Memory, MemoryStore
from custom_components.marstek.battery.mode_requests import AUTO, BatteryCommand, SlotWindow
from custom_components.marstek.battery.thrift import LAST_ORDERS, Thrift
from custom_components.marstek.battery.wear import DAILY_WRITES, PLAN_WRITES, Giver, Wear
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.errors import WornError
from custom_components.marstek.stored import StoredPart
from custom_components.marstek.venus import Clock, Mode
from tests.battery.test_hand_commands import Owner, owner
from tests.support.truth import virtual

DAY = dt.date(2026, 1, 5)


def slot_writes(me: Owner) -> int:
    """Return how many slots were sent, enabled or not."""
    return sum("manual_cfg" in each.config for each in me.writes())


def is_told(me: Owner) -> bool:
    """Return whether the owner has been told that the writes are used up."""
    issue_id = f"writes_used_up_{me.battery.spec.ble_mac}"
    return ir.async_get(me.home.hass).async_get_issue(DOMAIN, issue_id) is not None


async def automate(me: Owner, option: str) -> str | None:
    """Choose a mode as an automation; return the key of the error, if there is one."""
    try:
        await me.home.call(me.battery, "select", "mode", option=option, by_automation=True)
    except HomeAssistantError as err:
        return err.translation_key
    return None


@virtual
@pytest.mark.usefixtures("socket_enabled")
async def test_a_select_that_flaps_for_an_hour() -> None:
    """The writes of a day are bounded, the battery ends in Auto, and a person goes first."""
    async with owner() as me:
        errors = set[str | None]()
        for number in range(3600):
            errors.add(await automate(me, ("manual", "auto")[number % 2]))
            await asyncio.sleep(1)
        assert errors == {None, "too_soon", "writes_used_up"}
        assert slot_writes(me) <= DAILY_WRITES - PLAN_WRITES + 2
        assert me.battery.state.mode == "Auto"
        assert is_told(me)
        await me.choose("manual")
        assert me.battery.state.mode == "Manual"
        assert await automate(me, "auto") is None
        await me.home.restart()
        await asyncio.sleep(20)
        assert await automate(me, "manual") == "writes_used_up"
        await asyncio.sleep(24 * 3600)
        assert not is_told(me)
        assert await automate(me, "manual") is None


@virtual
@pytest.mark.usefixtures("socket_enabled")
async def test_a_setpoint_that_flaps_in_manual() -> None:
    """One write a minute, until those of the day are used up; less charging is always written."""
    async with owner() as me:
        await me.set_power(-1000)
        await me.choose("manual")
        for number in range(2 * 3600):
            with suppress(HomeAssistantError):
                value = -1000 - number % 7
                await me.home.call(
                    me.battery, "number", "setpoint", value=value, by_automation=True
                )
            await asyncio.sleep(1)
        assert slot_writes(me) <= DAILY_WRITES - PLAN_WRITES + 2
        assert is_told(me)
        await asyncio.sleep(70)
        await me.home.call(me.battery, "number", "setpoint", value=-200, by_automation=True)
        assert me.battery.state.ac_power == -200


@virtual
@pytest.mark.usefixtures("socket_enabled")
async def test_power_in_passive_is_free() -> None:
    """It is not written to flash, and what follows the house's meter sets it every few seconds."""
    async with owner() as me:
        assert await automate(me, "passive") is None
        for number in range(200):
            value = 100 + number
            await me.home.call(me.battery, "number", "setpoint", value=value, by_automation=True)
            await asyncio.sleep(5)
        assert me.battery.state.ac_power == 299
        assert await automate(me, "auto") is None


@given(st.lists(st.tuples(st.sampled_from(Giver), st.floats(0, 4000), st.integers(0, 4))))
def test_limits(steps: list[tuple[Giver, float, int]]) -> None:
    """Whatever is asked when, automations leave the plan its part, and a person is never refused."""
    wear, now = Wear(), 0.0
    asked = dict.fromkeys(Giver, 0)
    last = float("-inf")
    for giver, pause, writes in steps:
        now += pause
        refusal = wear.refusal(giver, now, DAY)
        if giver is Giver.PERSON:
            assert refusal is None
            continue
        if refusal is not None:
            continue
        assert now - last >= 30
        last = now
        wear.ordered(now)
        for _ in range(writes):
            wear.count(DAY)
        asked[giver] += writes
        assert asked[Giver.AUTOMATION] < DAILY_WRITES - PLAN_WRITES + 4
        assert sum(asked.values()) < DAILY_WRITES + 4
        assert Wear.restore(StoredPart(wear.store())).writes_on(DAY) == wear.writes_on(DAY)
    assert wear.writes_on(DAY + dt.timedelta(days=1)) == 0


def _thrift(told: list[bool]) -> Thrift:
    """Return the thrift of a battery whose writes of today are used up."""
    memory = Memory()
    for _ in range(DAILY_WRITES):
        memory.wear.count(dt_util.now().date())
    store = cast("MemoryStore", SimpleNamespace(memory=memory))
    clock = cast("Clock", SimpleNamespace(time=lambda: 0.0))
    return Thrift(store, clock, lambda: Mode.AUTO, told.append)


def _may(thrift: Thrift, order: BatteryCommand) -> bool:
    try:
        thrift.check_order(order)
    except WornError:
        return False
    return True


def _hold(minute: int, power: int = 0) -> BatteryCommand:
    """Return an order in slots of a quarter of an hour, as prices by the quarter ask for."""
    start = dt.datetime(2026, 1, 5, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    return BatteryCommand(power, SlotWindow(start, start + dt.timedelta(minutes=15)))


@given(st.lists(st.sampled_from(["hold", "charge", "passive", "auto"]), min_size=40, max_size=90))
def test_a_worn_battery_leaves_auto_a_few_times_only(kinds: list[str]) -> None:
    """Each window has another end, and yet not each is one of which the first order is given."""
    thrift = _thrift([])
    given_orders = 0
    for number, kind in enumerate(kinds):
        order = {
            "hold": _hold(15 * number),
            "charge": _hold(15 * number, -1000 - number),
            "passive": BatteryCommand(-1000 - number),
            "auto": AUTO,
        }[kind]
        may = _may(thrift, order)
        assert may or kind != "auto"
        given_orders += may and kind != "auto"
    # A hold may follow each charge: less charging is always given.
    assert given_orders <= 2 * LAST_ORDERS


def test_the_night_of_a_worn_battery() -> None:
    """Its charge begins all the same, is tried again, and may be stopped."""
    told: list[bool] = []
    thrift = _thrift(told)
    charge = _hold(0, -2500)
    assert all(_may(thrift, charge) for _ in range(3 * LAST_ORDERS))
    assert told == []
    # The first of them ends the charge, which is always given.
    for number in range(LAST_ORDERS):
        assert _may(thrift, _hold(15 * number + 15))
    assert not _may(thrift, _hold(1000, -500))
    assert told == [True]
    assert _may(thrift, AUTO)


@pytest.mark.parametrize(
    "stored", [None, {}, {"day": "x", "writes": 3}, {"day": "2026-01-05", "writes": -1}, 7]
)
def test_unreadable_counts_are_none(stored: object) -> None:
    """A file of before, or a damaged one, starts at nothing."""
    assert Wear.restore(StoredPart(stored)).writes_on(DAY) == 0
