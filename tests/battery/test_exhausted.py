"""Charges and discharges by hand with cells that are full, empty or derated anywhere."""

import asyncio
from collections.abc import Awaitable, Callable

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.marstek.texts import async_load_texts
from simulator.household import constant
from tests.battery.test_runs import Person, person
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

_FAR = {"VenusE 3.0": 150, "Venus A": 149, "VenusE": 156}


type _Ask = Callable[[Person, int], Awaitable[object]]


async def _hold(me: Person, power: int) -> None:
    await me.do("set_passive", power=power)


async def _ends_honestly(me: Person, *, within: float) -> None:
    """Wait for the early end: said as such, the mode before is back, and nobody is alarmed."""
    since = me.home.now
    while me.shown("last_command") != "exhausted":
        assert me.home.now - since < within
        assert me.shown("last_command") != "failed"
        await asyncio.sleep(10)
    await asyncio.sleep(60)
    assert me.mode == "Auto"
    assert me.shown("passive_power") == "unknown"
    assert me.shown("last_command") == "exhausted"
    assert me.issues() == []


@virtual
@pytest.mark.parametrize(("device", "firmware"), _FAR.items())
async def test_a_charge_that_ends_at_62_percent(device: str, firmware: int) -> None:
    """Cells out of balance take no more: the charge ends, is not called failed, nor the battery left."""
    async with person(soc=60, device=device, firmware=firmware) as me:
        me.battery.set_household(constant(0))
        me.battery.faults.full_at = 62.0
        await me.do("charge", power=1000)
        await asyncio.sleep(30)
        assert me.power < -900
        writes = len(me.writes())
        await _ends_honestly(me, within=2400)
        assert len(me.writes()) - writes <= 16
        assert round(me.battery.state.soc) == 62


@virtual
@pytest.mark.parametrize("action", ["charge", "discharge"])
async def test_nothing_from_the_start(action: str) -> None:
    """The command is accepted rather than failed, and ends as soon as that is certain."""
    async with person(soc=60) as me:
        me.battery.set_household(constant(0))
        me.battery.set_battery(soc=60.0)
        me.battery.faults.full_at = me.battery.faults.empty_at = 60.0
        told = await me.do(action, power=1000)
        assert told["ok"] is True
        assert told["is_proven"] is False
        verb = "takes" if action == "charge" else "gives"
        assert f"is at 60 % and {verb} nothing so far" in told["message"]
        await _ends_honestly(me, within=1500)


@virtual
@pytest.mark.parametrize(("device", "firmware"), _FAR.items())
@pytest.mark.parametrize("held", [0, -500, 500])
@pytest.mark.parametrize("soc", [60, 80])
async def test_nothing_more_beside_a_power_that_is_held(
    device: str, firmware: int, held: int, soc: int
) -> None:
    """Who asks for a charge in Passive, where no mode changes, is told what is seen and what to do."""
    async with person(soc=soc, device=device, firmware=firmware) as me:
        me.battery.set_household(constant(0))
        me.battery.set_battery(soc=float(soc))
        me.battery.faults.full_at = me.battery.faults.empty_at = float(soc)
        await me.do("set_passive", power=held)
        await asyncio.sleep(30)
        for language, takes in (("en", "takes no more at"), ("fr", "ne prend plus rien à")):
            me.home.hass.config.language = language
            with pytest.raises(HomeAssistantError) as caught:
                await me.do("charge", power=1000)
            assert caught.value.translation_key == "takes_no_more"
            texts = await async_load_texts(me.home.hass)
            said = texts.of_error(caught.value).replace("\N{NO-BREAK SPACE}", " ")
            assert f"{takes} {soc} %" in said


@virtual
@pytest.mark.parametrize("ask", [Person.set_power, _hold])
@pytest.mark.parametrize(("power", "key"), [(-1000, "takes_no_more"), (1000, "gives_no_more")])
async def test_nothing_more_for_a_new_power(ask: _Ask, power: int, key: str) -> None:
    """The same is said to whoever sets another power."""
    async with person(soc=80) as me:
        me.battery.set_household(constant(0))
        me.battery.set_battery(soc=80.0)
        me.battery.faults.full_at = me.battery.faults.empty_at = 80.0
        await me.do("set_passive", power=0)
        await asyncio.sleep(30)
        with pytest.raises(HomeAssistantError) as caught:
            await ask(me, power)
        assert caught.value.translation_key == key
        assert "80 %" in str(caught.value)


@virtual
@pytest.mark.parametrize("action", ["charge", "discharge"])
async def test_a_small_power_says_nothing_of_the_cells(action: str) -> None:
    """Of what can't be told from 0 W nothing is claimed."""
    async with person(soc=80) as me:
        me.battery.set_household(constant(0))
        told = await me.do(action, power=100 if action == "discharge" else 200)
        assert "nothing" not in str(told.get("message"))


@virtual
async def test_a_discharge_that_ends_at_58_percent() -> None:
    """Cells that give no more end it as well."""
    async with person(soc=60) as me:
        me.battery.set_household(constant(0))
        me.battery.faults.empty_at = 58.0
        await me.do("discharge", power=1000)
        await _ends_honestly(me, within=2400)


@virtual
async def test_a_rest_between_two_packs_ends_nothing() -> None:
    """Ten minutes without power, then it goes on to its target."""
    async with person(soc=60) as me:
        me.battery.set_household(constant(0))
        me.battery.faults.full_at = 61.0
        await me.do("charge", power=2000, target=64)
        await asyncio.sleep(600)
        assert me.mode == "Passive"
        assert me.power == 0
        me.battery.faults.full_at = 0.0
        await asyncio.sleep(1200)
        assert me.mode == "Auto"
        assert round(me.battery.state.soc) >= 63
        assert me.shown("last_command") == "confirmed"
        assert me.issues() == []


@virtual
async def test_derated_cells_charge_on() -> None:
    """Less than asked is no failure, neither at the start nor later."""
    async with person(soc=60) as me:
        me.battery.faults.derated_to = 350.0
        told = await me.do("charge", power=1000, target=64)
        assert told["is_proven"] is False
        await asyncio.sleep(1500)
        assert me.mode == "Passive"
        assert me.power == -350
        await asyncio.sleep(2000)
        assert me.mode == "Auto"
        assert me.issues() == []


@virtual
async def test_a_power_that_is_held_without_target_is_held_on() -> None:
    """It may flow again; no repair blames the battery."""
    async with person(soc=60) as me:
        me.battery.faults.full_at = 60.0
        await me.do("set_passive", power=-500)
        await asyncio.sleep(3600)
        assert me.mode == "Passive"
        assert me.issues() == []
        me.battery.faults.full_at = 0.0
        await asyncio.sleep(200)
        assert me.power == -500
