"""Guards of the plan's control that no other test needs."""

import asyncio
import datetime as dt
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
import pytest

from custom_components.marstek.const import CONF_ALL_BATTERIES, CONF_BATTERIES, DOMAIN
from custom_components.marstek.plan.events import Kind
from custom_components.marstek.plan.plan_data import ControlState
from simulator import BatterySpec
from tests.support.plan_home import at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

NO_PASSIVE = BatterySpec(
    device="VNSEM-0", firmware=300, ble_mac="02aabbcc0000", address="127.0.1.1", soc=30.0
)


@at(2026, 3, 12, 21, 40)
async def test_an_order_that_is_impossible_is_not_tried_each_minute() -> None:
    """Firmware without Passive whose clock is wrong can't be charged: said once, few requests."""
    async with plan_home(specs=[NO_PASSIVE]) as home:
        (battery,) = home.batteries
        battery.faults.clock_offset = -3 * 3600.0
        await home.until(23, 0)
        assert len(home.kinds(Kind.FAILED)) == 1
        written = len(home.writes(battery))
        await home.until(5, 0)
        assert len(home.writes(battery)) - written <= 2
        assert len(home.kinds(Kind.FAILED)) == 1
        home.guard.broken.clear()


@pytest.mark.each_minute
@at(2026, 3, 9, 21, 40)
async def test_auto_of_a_person_is_no_lapse_after_one_that_was() -> None:
    """A reset is put back; who sets Auto afterwards, and again, is a person."""
    async with plan_home(count=1, soc=80) as home:
        (battery,) = home.batteries
        await home.until(22, 30)
        battery.reboot()
        await home.minutes(20)
        assert battery.state.mode == "Manual"
        assert home.kinds(Kind.OVERRIDE_STARTED) == []
        battery.set_mode("Auto")
        await home.minutes(5)
        assert battery.state.mode == "Manual"
        battery.set_mode("Auto")
        await home.minutes(10)
        assert battery.state.mode == "Auto"
        assert len(home.kinds(Kind.OVERRIDE_STARTED)) == 1
        home.excused.add(battery.spec.ble_mac)


@at(2026, 3, 12, 21, 40)
async def test_no_turn_is_given_away_while_a_battery_is_being_set_up() -> None:
    """The others keep their orders until it is known what it can do."""
    async with plan_home(soc=68) as home:
        await home.until(22, 40)
        charging = home.powers()
        assert {power < -500 for power in charging} == {False, True}
        written = [len(home.writes(battery)) for battery in home.batteries]
        busy = next(number for number, power in enumerate(charging) if power < -500)
        entry = home.place.entry(home.batteries[busy])
        home.batteries[busy].go_dark()
        reload = asyncio.create_task(home.hass.config_entries.async_reload(entry.entry_id))
        await asyncio.sleep(3)
        assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
        home.control.async_reconsider()
        await asyncio.sleep(6)
        assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
        home.batteries[busy].come_back()
        await reload
        await home.minutes(3)
        assert [len(home.writes(battery)) for battery in home.batteries] == written
        assert home.powers() == charging


@at(2026, 3, 12, 21, 40)
@pytest.mark.parametrize("how", ["disabled", "not of the plan"])
async def test_a_battery_that_takes_no_part_is_not_waited_for(how: str) -> None:
    """The others charge on a red eve, though it is not loaded."""
    async with plan_home(soc=68) as home:
        left_out, *others = home.batteries
        entry, entries = home.place.entry(left_out), home.hass.config_entries
        if how == "disabled":
            await entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        else:
            home.set_options(
                **{
                    CONF_ALL_BATTERIES: False,
                    CONF_BATTERIES: [each.spec.ble_mac for each in others],
                }
            )
            await home.minutes(2)
            await entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
        home.excused.add(left_out.spec.ble_mac)
        await home.until(22, 30)
        assert [each.state.mode for each in others] == ["Manual", "Manual"]
        home.guard.broken.clear()


@at(2026, 3, 10, 1, 0)
async def test_the_look_at_five_in_the_afternoon_is_not_made_up_for_at_night() -> None:
    """After midnight the Tempo day is yesterday's: what batteries hold then says nothing of its sun."""
    async with plan_home(count=1, soc=99) as home:
        await home.until(2, 0)
        assert home.control.memory.full_day is None
        await home.until(16, 55)
        assert home.control.memory.full_day is None
        home.batteries[0].set_battery(soc=99.0)
        await home.until(17, 5)
        assert home.control.memory.full_day == home.now.date()


@pytest.mark.each_minute
@at(2026, 3, 9, 21, 40)
async def test_no_slot_is_written_anew_once_the_night_is_tidied_up() -> None:
    """A mode of the app in the last minutes is left: Auto ends it at 06:00 anyway."""
    async with plan_home(count=1, soc=80) as home:
        (battery,) = home.batteries
        await home.until(5, 57, 40)
        assert not any(slot is not None and slot.enabled for slot in battery.state.slots)
        written = len(home.slot_writes(battery))
        battery.set_mode("AI")
        await home.until(5, 59, 55)
        assert len(home.slot_writes(battery)) == written
        await home.until(6, 1)
        assert home.modes() == ["Auto"]


@pytest.mark.each_minute
@at(2026, 3, 12, 21, 40)
async def test_meters_are_asked_for_a_charge_only_while_the_plan_commands() -> None:
    """Looking on, the plan costs batteries no request of its own."""
    async with plan_home(count=1, soc=20) as home:
        (battery,) = home.batteries

        def asked() -> int:
            return sum(each.method == "EM.GetStatus" for each in battery.exchanges)

        await home.until(22, 30)
        before = asked()
        await home.minutes(30)
        assert asked() - before >= 20
        await home.hass.services.async_call("marstek", "pause", {}, blocking=True)
        home.excused.add(battery.spec.ble_mac)
        await home.minutes(5)
        before = asked()
        await home.minutes(30)
        assert asked() == before
        home.guard.broken.clear()


@at(2026, 3, 12, 22, 30)
async def test_what_a_person_decided_is_on_disk_within_ten_seconds() -> None:
    """A process that is killed then has forgotten nothing."""
    async with plan_home(soc=40) as home:
        await home.minutes(10)
        battery = home.batteries[0]
        path = Path(home.hass.config.config_dir) / ".storage" / f"{DOMAIN}.{home.entry.entry_id}"

        async def stored() -> dict[str, Any]:
            await asyncio.sleep(10)
            content = await asyncio.to_thread(path.read_text)
            control: dict[str, Any] = json.loads(content)["data"]["control"]
            return control

        await home.place.call(battery, "select", "mode", option="auto")
        home.excused.add(battery.spec.ble_mac)
        assert battery.spec.ble_mac in (await stored())["standing_back"]
        await home.hass.services.async_call(DOMAIN, "pause", {}, blocking=True)
        home.excused |= {each.spec.ble_mac for each in home.batteries}
        assert (await stored())["paused_until"]


@at(2026, 3, 9, 12, 0)
async def test_a_pause_outlives_a_day_that_was_never_there() -> None:
    """A clock that is a day ahead ends no pause, whoever is the first to look at it."""
    async with plan_home(count=1) as home:
        until = home.now + dt.timedelta(hours=12)
        await home.hass.services.async_call(DOMAIN, "pause", {"until": until}, blocking=True)
        await home.minutes(2)
        home.place.clock.offset = dt.timedelta(days=1)
        await home.control.async_refresh()
        await home.minutes(5)
        home.place.clock.offset = dt.timedelta()
        await home.minutes(5)
        assert home.control.memory.paused_until == until
        home.excused.add(home.batteries[0].spec.ble_mac)


@at(2026, 3, 9, 12, 0)
async def test_an_override_is_told_with_the_batteries_it_is_for() -> None:
    """Also where several are overridden by one call."""
    async with plan_home(count=2) as home:
        await home.hass.services.async_call(DOMAIN, "override", {"mode": "hold"}, blocking=True)
        await asyncio.sleep(1)
        (said,) = home.kinds(Kind.OVERRIDE_STARTED)
        assert "Venus E 3.0 0000, Venus E 3.0 0001" in said.message
        home.excused |= {each.spec.ble_mac for each in home.batteries}


@at(2026, 3, 9, 22, 30)
async def test_changed_options_are_gone_by_at_once() -> None:
    """Not with the next look, up to a minute later."""
    async with plan_home(count=1, soc=80) as home:
        await home.minutes(10)
        await asyncio.sleep(5)
        seen = [home.shown.state]
        home.set_options(automatic=False)
        await asyncio.sleep(2)
        seen.append(home.shown.state)
        assert seen == [ControlState.HOLD, ControlState.OFF]


@at(2026, 3, 12, 22, 10)
async def test_what_is_counted_is_on_disk_within_half_an_hour() -> None:
    """Nobody decides anything meanwhile, and a process that is killed loses no more than that."""
    async with plan_home(count=1, soc=40) as home:
        await home.minutes(2)
        path = Path(home.hass.config.config_dir) / ".storage" / f"{DOMAIN}.{home.entry.entry_id}"
        await home.minutes(75)
        stored = json.loads(await asyncio.to_thread(path.read_text))["data"]["control"]["energy"]
        assert stored["charged"] > 400
