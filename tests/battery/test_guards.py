"""Guards of commands and runs that no other test needs."""

import asyncio
from dataclasses import replace
import datetime as dt
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from simulator.household import constant
from tests.battery.test_runs import Person, leave, person
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


def run_of(me: Person) -> Any:
    """Return the run that the battery's memory holds."""
    return me.home.entry(me.battery).runtime_data.parts.runs.run


@virtual
async def test_the_run_that_stood_goes_on_after_a_new_one_failed() -> None:
    """A setpoint that the battery does not follow leaves the charge before it in force."""
    async with person() as me:
        await me.do("charge", power=800, duration={"hours": 2})
        stood = run_of(me)
        me.battery.faults.refused_writes = 1.0
        with pytest.raises(HomeAssistantError):
            await me.do("charge", power=1500, duration={"minutes": 30})
        assert run_of(me) == stood
        me.battery.faults.clear()
        await asyncio.sleep(600)
        assert (me.mode, me.power) == ("Passive", -800)
        await asyncio.sleep(3600)
        assert (me.mode, me.power) == ("Passive", -800)
        await asyncio.sleep(3600)
        assert me.mode == "Auto"


@virtual
async def test_a_run_without_a_hold_is_ended_after_a_restart() -> None:
    """Home Assistant stopped while Passive was sent: whether it is on is unknown, so it is left."""
    async with person() as me:
        await me.do("charge", power=800, duration={"hours": 2})
        store = me.home.entry(me.battery).runtime_data.parts.context.store
        store.memory.commanded = replace(store.memory.commanded, kept=None)
        store.save_soon()
        await me.home.restart()
        await asyncio.sleep(120)
        assert run_of(me) is None
        assert me.mode == "Auto"


@virtual
async def test_a_discharge_without_target_waits_at_the_floor() -> None:
    """An empty battery has not left Passive: it is not put back into it again and again."""
    async with person(soc=13.0) as me:
        me.battery.set_household(constant(600.0))
        await me.do("discharge", power=800, duration={"hours": 8}, target=11)
        sent = len(me.writes())
        await asyncio.sleep(4 * 3600)
        assert len(me.writes()) - sent <= 4
        assert "keeps_leaving" not in me.issues()


@virtual
async def test_a_charge_to_a_target_ends_within_a_day() -> None:
    """A target may never be reached; what a person sets without an end has none."""
    async with person() as me:
        runs = me.home.entry(me.battery).runtime_data.parts.runs
        await me.do("set_passive", power=300)
        assert runs.until is None
        await me.do("charge", power=300, target=90)
        assert runs.until == pytest.approx(
            dt_util.utcnow() + dt.timedelta(hours=24), abs=dt.timedelta(minutes=1)
        )


@pytest.mark.parametrize(("soc", "ends"), [(62.0, True), (85.0, False)])
@virtual
async def test_a_discharge_that_keeps_leaving_may_be_empty(soc: float, *, ends: bool) -> None:
    """The depth of discharge is unknown: below 70 % the run ends, above the owner is called."""
    async with person(soc=soc) as me:
        me.battery.set_household(constant(0.0))
        await me.do("discharge", power=800, duration={"hours": 8}, target=20)
        for _ in range(3):
            await asyncio.sleep(200)
            leave(me.battery, "Passive")
            await asyncio.sleep(100)
        assert me.issues() == ([] if ends else ["keeps_leaving_passive"])
        assert me.mode == ("Auto" if ends else "Passive")
        assert (run_of(me) is None) is ends


@virtual
async def test_a_battery_without_a_run_is_disabled_like_any_other() -> None:
    """There is nothing to bring it back from."""
    async with person() as me:
        entry = me.home.entry(me.battery)
        written = len(me.writes())
        await me.home.hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
        assert entry.state is ConfigEntryState.NOT_LOADED
        assert len(me.writes()) == written


@virtual
async def test_a_slot_whose_release_failed_is_not_forgotten() -> None:
    """Auto does not wait for its slot to be disabled, and the next Manual disables it."""
    async with person() as me:
        battery = me.home.entry(me.battery).runtime_data
        await me.home.call(me.battery, "select", "mode", option="manual")
        slots = battery.own_slots
        assert slots
        me.battery.faults.refused_writes = 1.0
        written = len(me.battery.exchanges)
        call = asyncio.create_task(me.home.call(me.battery, "select", "mode", option="auto"))
        while not any(each.method == "ES.SetMode" for each in me.battery.exchanges[written:]):
            await asyncio.sleep(0.1)
        me.battery.faults.clear()
        await call
        assert me.mode == "Auto"
        assert battery.own_slots == slots


@pytest.mark.parametrize("refuses_for", [0, 1800])
@virtual
async def test_a_slot_whose_release_failed_is_disabled_while_passive_goes_on(
    refuses_for: int,
) -> None:
    """A battery that restarts in Passive goes on in Manual, where such a slot would act."""
    async with person() as me:
        battery = me.home.entry(me.battery).runtime_data
        await me.home.call(me.battery, "select", "mode", option="manual")
        me.battery.faults.refused_disabling = 1.0
        await me.home.call(me.battery, "select", "mode", option="auto")
        assert battery.own_slots
        me.battery.faults.refused_disabling = float(refuses_for > 0)
        await me.do("set_passive", power=500)
        written = len(me.battery.exchanges)
        await asyncio.sleep(refuses_for)
        slots = [
            each
            for each in me.battery.exchanges[written:]
            if each.method == "ES.SetMode" and "manual_cfg" in str(each.params)
        ]
        assert len(slots) <= 5
        me.battery.faults.refused_disabling = 0.0
        await asyncio.sleep(2 * refuses_for + 300)
        assert (me.mode, me.power) == ("Passive", 500)
        assert battery.own_slots == frozenset()
        assert not any(slot is not None and slot.enabled for slot in me.battery.state.slots)
