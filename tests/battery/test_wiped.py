"""Batteries that forget what they were given, and get it back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.marstek.battery.issues import SETTINGS_WIPED
from tests.support.plan_home import at, plan_home
from tests.support.schedule_home import DAY, NIGHT, ScheduleHome, schedule_home
from tests.support.truth import virtual
from tests.test_health import issues, mend

pytestmark = pytest.mark.usefixtures("socket_enabled")

NIGHT_SLOT = (DAY, 60, 300, -800)


async def choose(me: ScheduleHome, option: str) -> None:
    """Choose a mode by hand."""
    await me.call("select", "select_option", "mode", option=option)


async def give_settings(me: ScheduleHome) -> None:
    """Give the battery settings and a slot."""
    await me.call("number", "set_value", "depth_of_discharge", value=70)
    await me.call("switch", "turn_off", "led")
    await me.set_schedule(NIGHT)


async def by_setpoint(me: ScheduleHome) -> None:
    """Put the battery into Manual at a setpoint."""
    await me.call("number", "set_value", "setpoint", value=-500)
    await choose(me, "manual")


async def by_slots(me: ScheduleHome) -> None:
    """Put the battery into Manual with the owner's slots."""
    await me.set_schedule(NIGHT | {"slot": 0}, activate=True)


async def wipe(me: ScheduleHome, *, restart: bool = False) -> None:
    """Let the battery forget all, and have its API switched on again half an hour later."""
    await asyncio.sleep(60)
    me.battery.wipe_settings()
    await asyncio.sleep(900)
    if restart:
        await me.restart()
    await asyncio.sleep(900)
    me.battery.come_back()
    await asyncio.sleep(900)


def is_told(me: ScheduleHome) -> bool:
    """Tell whether the repair is open."""
    return SETTINGS_WIPED in issues(me.place)


@asynccontextmanager
async def in_manual(**spec: Any) -> AsyncIterator[ScheduleHome]:
    """Set a battery up that stands in Manual at -500 W, with settings and a slot."""
    async with schedule_home(**spec) as me:
        await give_settings(me)
        await by_setpoint(me)
        yield me


@virtual
@pytest.mark.parametrize("restart", [False, True])
async def test_wiped_and_restored(restart: bool) -> None:
    """All that was set from here comes back: settings, slots, mode and setpoint."""
    async with in_manual() as me:
        before = me.battery.state
        await wipe(me, restart=restart)
        assert me.battery.state.mode == "Auto"
        assert is_told(me)
        assert me.shown("switch", "led") == "unknown"
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        after = me.battery.state
        assert (after.mode, round(after.ac_power)) == ("Manual", -500)
        assert (after.depth_of_discharge, after.led) == (before.depth_of_discharge, before.led)
        assert me.enabled()[0] == NIGHT_SLOT
        assert not is_told(me)
        await me.assert_mirror_is_true()
        await asyncio.sleep(3600)
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Manual", -500)
        assert not is_told(me)


@virtual
@pytest.mark.parametrize("way", ["slots", "ai", "ups"])
async def test_other_lasting_modes(way: str) -> None:
    """Manual by slots, AI and UPS are lost and restored alike."""
    async with schedule_home() as me:
        await me.set_schedule(NIGHT)
        match way:
            case "slots":
                await by_slots(me)
            case "ai":
                await choose(me, "ai")
            case "ups":
                await me.act("set_backup_mode", enabled=True, overwrite_schedule=True)
        mode = me.battery.state.mode
        assert mode != "Auto"
        enabled = me.enabled()
        await wipe(me)
        assert is_told(me)
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        assert (me.battery.state.mode, me.enabled()) == (mode, enabled)


@virtual
async def test_firmware_whose_mode_is_read_rarely() -> None:
    """The firmware that is known for it is found out as soon as it answers again."""
    async with schedule_home(firmware=147) as me:
        await by_setpoint(me)
        await wipe(me)
        assert is_told(me)
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Manual", -500)


@virtual
@pytest.mark.parametrize("silence", [0, 30])
async def test_auto_in_the_app_is_no_wipe(silence: int) -> None:
    """A person who chooses Auto in the app, or a moment of silence, is not taken for a wipe."""
    async with in_manual() as me:
        await asyncio.sleep(60)
        if silence:
            me.battery.go_dark(silence)
        me.battery.set_mode("Auto")
        await asyncio.sleep(900)
        assert me.shown("select", "mode") == "auto"
        assert not is_told(me)
        assert me.shown("switch", "led") == "off"


@virtual
@pytest.mark.parametrize("mode", ["manual", "passive"])
async def test_an_hour_without_power_is_no_wipe(mode: str) -> None:
    """Manual outlives a restart; Passive does not, so that Auto after it proves nothing."""
    async with schedule_home() as me:
        await me.call("number", "set_value", "setpoint", value=-500)
        await choose(me, mode)
        await asyncio.sleep(60)
        me.battery.reboot(1800)
        await asyncio.sleep(2400)
        assert not is_told(me)
        assert round(me.battery.state.ac_power) == -500


@virtual
async def test_restoring_that_fails_half_way() -> None:
    """What failed is named, the repair stays, and another attempt does only the rest."""
    async with in_manual() as me:
        await wipe(me)
        me.battery.faults.set("silent", "Led.Ctrl")
        answer = await mend(me.place, SETTINGS_WIPED)
        assert answer["errors"] == {"base": "not_restored"}
        failures = answer["description_placeholders"]["failures"]
        assert failures.startswith("LED: ")
        assert "Depth" not in failures
        assert is_told(me)
        assert me.battery.state.mode == "Manual"
        me.battery.faults.clear()
        await me.act("charge", power=900, duration={"hours": 4})
        since = len(me.battery.exchanges)
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        writes = [each.method for each in me.battery.exchanges[since:] if "Get" not in each.method]
        assert writes == ["Led.Ctrl"]
        assert not me.battery.state.led
        assert not is_told(me)
        # A charge that was begun since goes back to what is restored.
        assert me.battery.state.mode == "Passive"
        await me.act("stop")
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Manual", -500)


@virtual
async def test_restoring_that_is_refused_altogether() -> None:
    """Each step is tried and told; Home Assistant may restart before the next attempt."""
    async with in_manual() as me:
        await wipe(me)
        me.battery.faults.refused_writes = 1.0
        answer = await mend(me.place, SETTINGS_WIPED)
        failures = answer["description_placeholders"]["failures"]
        assert answer["errors"] == {"base": "not_restored"}
        assert all(word in failures for word in ("Depth of discharge: ", "LED: ", "0: "))
        await me.restart()
        await asyncio.sleep(60)
        assert is_told(me)
        me.battery.faults.clear()
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Manual", -500)
        assert me.battery.state.depth_of_discharge == 70
        assert me.enabled()[0] == NIGHT_SLOT


@virtual
@pytest.mark.parametrize("way", ["auto", "manual", "activate"])
async def test_a_choice_by_hand_takes_it_back(way: str) -> None:
    """Who chooses a mode wants no other one restored; a slot that is written is no such choice."""
    async with in_manual() as me:
        await wipe(me)
        period = {"slot": 1, "start": "13:00", "end": "14:00", "power": 300}
        await me.set_schedule(period)
        assert is_told(me)
        if way == "activate":
            await me.set_schedule(period, activate=True)
        else:
            await choose(me, way)
        assert not is_told(me)


@virtual
async def test_what_was_set_since_stays() -> None:
    """A setting that was given anew is not overwritten; the setpoint is part of the mode."""
    async with in_manual() as me:
        await wipe(me)
        await me.call("number", "set_value", "setpoint", value=300)
        await me.call("number", "set_value", "depth_of_discharge", value=50)
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        assert (me.battery.state.depth_of_discharge, me.battery.state.led) == (50, False)
        assert round(me.battery.state.ac_power) == -500


@virtual
async def test_slots_that_were_written_since_stay() -> None:
    """Manual comes back also where all its slots have been written again by then."""
    async with schedule_home() as me:
        await by_slots(me)
        await wipe(me)
        await me.set_schedule(NIGHT | {"slot": 0, "power": -300})
        assert me.battery.state.mode == "Auto"
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        assert me.battery.state.mode == "Manual"
        assert me.enabled() == {0: (DAY, 60, 300, -300)}


@virtual
async def test_a_charge_on_top_of_manual_heals_itself() -> None:
    """Passive is put back before anything can be noticed, and what was before it afterwards."""
    async with in_manual() as me:
        await me.act("charge", power=900, duration={"hours": 4})
        await wipe(me)
        assert not is_told(me)
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Passive", -900)
        assert (await me.schedule())[0]["doubt"] == "restarted"
        await me.act("stop")
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Manual", -500)


@virtual
async def test_restoring_ends_a_charge_that_was_begun_since() -> None:
    """Who asks for the mode of before gets it, and not when a charge is over."""
    async with in_manual() as me:
        await wipe(me)
        await me.act("charge", power=900, duration={"hours": 4})
        assert is_told(me)
        assert (await mend(me.place, SETTINGS_WIPED))["type"] == "create_entry"
        assert (me.battery.state.mode, round(me.battery.state.ac_power)) == ("Manual", -500)


@at(2026, 3, 9, 22, 30)
async def test_the_plan_needs_no_repair() -> None:
    """The plan puts right by itself what has become of its own modes."""
    async with plan_home(soc=60, count=1) as home:
        await home.minutes(5)
        assert home.modes() == ["Manual"]
        home.batteries[0].wipe_settings()
        await home.minutes(20)
        home.batteries[0].come_back()
        await home.minutes(10)
        assert home.modes() == ["Manual"]
        assert SETTINGS_WIPED not in issues(home.place)


@virtual
async def test_a_silent_battery_can_not_be_restored() -> None:
    """A battery that has fallen silent again keeps its repair."""
    async with in_manual() as me:
        await wipe(me)
        me.battery.go_dark()
        with pytest.raises(HomeAssistantError):
            await choose(me, "manual")
        assert (await mend(me.place, SETTINGS_WIPED))["errors"] == {"base": "not_restored"}
        assert is_told(me)
