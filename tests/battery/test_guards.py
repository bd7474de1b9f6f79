"""Guards of commands and runs that no other test needs."""

import asyncio
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from simulator.household import constant
from tests.battery.test_runs import Person, person
from tests.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


def run_of(me: Person) -> Any:
    """Return the run that the battery's memory holds."""
    return me.home.entry(me.battery).runtime_data.parts.memory.run


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
        store = me.home.entry(me.battery).runtime_data.parts.ground.store
        store.memory.hold = None
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
