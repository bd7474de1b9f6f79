"""What becomes of a night when batteries fail, lie, or have been meddled with."""

import asyncio
from dataclasses import replace
import datetime as dt
from typing import Any

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.marstek.battery.issues import CLOCK_WRONG, FOREIGN_CONTROLLER, FOREIGN_SLOTS
from custom_components.marstek.const import CONF_END_GUARD, DOMAIN
from custom_components.marstek.plan.events import Alert, Kind
from custom_components.marstek.repairs import async_create_fix_flow
from custom_components.marstek.tempo import Colour
from simulator import Faults, SimulatedBattery, Slot
from simulator.household import constant
from tests.support.home import specs_of
from tests.support.plan_home import PlanHome, at, paris, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

ALL_DAY = {"start": 0, "end": 1439, "week_set": 127, "enabled": True}


def issue(home: PlanHome, key: str, battery: SimulatedBattery) -> ir.IssueEntry | None:
    """Return a repair about a battery."""
    return ir.async_get(home.hass).async_get_issue(DOMAIN, f"{key}_{battery.spec.ble_mac}")


@at(2026, 3, 12, 21, 40)
async def test_a_battery_dark_all_night_leaves_the_others_right_and_is_told_of() -> None:
    """A battery dark all night leaves the others right and is told of."""
    async with plan_home(soc=50) as home:
        dark = home.batteries[1]
        await home.until(21, 50)
        dark.go_dark()
        await home.until(23)
        with uneventful():
            await home.until(5, 50)
        dark.come_back()
        await home.until(5, 59, 50)
        assert dark.state.mode in ("Manual", "Passive")
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"] * 3
        full = home.guard.mornings[dt.date(2026, 3, 13)]
        assert (full[0], full[2]) == (100, 100)
        await home.until(6, 15)
        assert len(home.kinds(Alert.BATTERY_OFFLINE)) == 1
        told = home.kinds(Alert.RED_UNCHARGED)
        assert [said.battery for said in told] == ["Venus E 3.0 0001"]


@at(2026, 3, 9, 21, 40)
async def test_all_dark_when_the_night_ends_are_in_auto_soon_after_their_return() -> None:
    """All dark when the night ends are in Auto soon after their return."""
    async with plan_home() as home:
        # They are looked for while they are commanded: a search does not wait for a busy battery.
        home.guard.may_be_searched_while_asked = True
        await home.until(23)
        with uneventful():
            await home.until(2)
        for battery in home.batteries:
            battery.go_dark()
        await home.until(6, 40)
        for battery in home.batteries:
            battery.come_back()
        await home.minutes(6)
        assert home.modes() == ["Auto"] * 3
        assert len(home.kinds(Alert.ALL_OFFLINE)) == 1
        assert len(home.kinds(Alert.BATTERY_OFFLINE)) == 3
        await home.until(7)


@at(2026, 3, 12, 21, 40)
async def test_refused_and_lost_writes_delay_a_night_but_do_not_change_it() -> None:
    """Refused and lost writes delay a night but do not change it."""
    async with plan_home(soc=50, faults=Faults(loss=0.2, refused_writes=0.4)) as home:
        await home.until(6, 2)
        assert home.modes() == ["Auto"] * 3
        assert min(home.guard.mornings[dt.date(2026, 3, 13)]) >= 99
        await home.until(6, 15)


@pytest.mark.each_minute
@at(2026, 3, 12, 21, 40)
async def test_a_battery_that_reboots_into_auto_is_put_back_and_not_taken_for_a_person() -> None:
    """A battery that reboots into Auto is put back and not taken for a person."""
    async with plan_home(soc=50, count=1) as home:
        battery = home.batteries[0]
        for hour in (3, 4):
            await home.until(hour)
            battery.reboot()
            battery.set_mode("Auto")
            await home.minutes(5)
            assert battery.state.mode == "Manual"
        await home.until(6, 2)
        assert home.modes() == ["Auto"]
        assert home.kinds(Kind.OVERRIDE_STARTED) == []
        assert len(home.kinds(Kind.PUT_BACK)) == 2


@pytest.mark.each_minute
@at(2026, 3, 9, 21, 40)
async def test_a_countdown_that_ends_is_a_lapse_however_often_it_does() -> None:
    """A countdown that ends is a lapse however often it does."""
    async with plan_home(count=1) as home:
        battery = home.batteries[0]
        await home.until(23)
        for _ in range(4):
            battery.set_mode("Passive", 0, 1)
            await home.minutes(4)
            assert battery.state.mode == "Manual"
        assert home.kinds(Kind.OVERRIDE_STARTED) == []
        await home.until(6, 15)


@at(2026, 3, 9, 21, 40)
@pytest.mark.parametrize("hours", [-3, pytest.param(4, marks=pytest.mark.long)])
async def test_a_battery_whose_clock_is_wrong_is_charged_by_passive(hours: int) -> None:
    """A battery whose clock is wrong is charged by Passive."""
    red = {dt.date(2026, 3, day): Colour.RED for day in (10, 12)}
    async with plan_home(soc=14, count=1, days=red) as home:
        battery = home.batteries[0]
        battery.faults.clock_offset = 3600.0 * hours
        # Slots that end early look like full cells, until a countdown is tried: only with a clock
        # of our own that is proven, since else it could be ours that is wrong.
        home.plan.tariff.own_clock.compare(home.now, home.now)
        await home.until(22, 20) if hours < 0 else await home.until(3, 0)
        assert battery.state.mode == "Passive"
        assert home.powers()[0] <= -900
        assert issue(home, CLOCK_WRONG, battery) is not None
        with uneventful():
            await home.until(5, 40)
        await home.until(6, 0, 20)
        assert home.modes() == ["Auto"]
        assert home.guard.mornings[dt.date(2026, 3, 10)] == [100]
        # By the next red eve somebody has set it right.
        battery.faults.clock_offset = 0.0
        with uneventful():
            for _ in range(2):
                await home.until(12)
        battery.set_battery(soc=40.0)
        await home.until(22, 20)
        assert battery.state.mode == "Manual"
        assert issue(home, CLOCK_WRONG, battery) is None


@at(2026, 3, 12, 21, 40)
async def test_a_wrong_clock_finds_no_slot_after_a_restart_of_the_battery() -> None:
    """Slots that are not used any more are disabled: a restart into Manual would let them act."""
    async with plan_home(soc=14, count=1) as home:
        battery = home.batteries[0]
        battery.faults.clock_offset = -3 * 3600.0
        await home.until(22, 20)
        assert battery.state.mode == "Passive"
        assert not any(slot is not None and slot.enabled for slot in battery.state.slots)
        writes = len(home.slot_writes(battery))
        configs: list[Any] = [each.params["config"] for each in home.slot_writes(battery)]
        # Two orders of three slots: what has just been found out is not tried by another slot.
        assert sum(config["manual_cfg"]["enable"] for config in configs) == 6
        await home.until(5, 59, 50)
        battery.reboot(20)
        await home.until(6, 3)
        assert home.modes() == ["Auto"]
        assert len(home.slot_writes(battery)) == writes


@at(2026, 3, 12, 21, 40)
async def test_a_charge_by_passive_ends_before_the_end_guard_even_without_home_assistant() -> None:
    """A charge by Passive ends before the end guard even without Home Assistant."""
    spec = replace(specs_of("VenusE 3.0", 150, 1)[0], soc=12.0, rated_wh=25600)
    async with plan_home(specs=[spec], options={CONF_END_GUARD: 1}) as home:
        home.batteries[0].faults.clock_offset = -3600.0 * 3
        await home.until(5, 57, 30)
        assert home.powers()[0] < -500
        assert home.modes() == ["Passive"]
        await home.stop()
        await asyncio.sleep(91)
        assert home.powers() == [0]
        await home.start()
        await home.minutes(20)
        assert home.modes() == ["Auto"]


@pytest.mark.each_minute
@at(2026, 3, 9, 21, 40)
async def test_a_slot_of_the_app_is_found_held_against_and_cleared_on_demand() -> None:
    """A slot of the app is found held against and cleared on demand."""
    async with plan_home(count=1, soc=60) as home:
        battery = home.batteries[0]
        battery.state.slots[0] = Slot(power=-700, **ALL_DAY)  # type: ignore[arg-type]
        await home.until(22, 20)
        assert (battery.state.mode, home.powers()) == ("Passive", [0])
        assert issue(home, FOREIGN_SLOTS, battery) is not None
        assert len(home.kinds(Kind.FOREIGN_SLOTS)) == 1
        entry = home.place.entry(battery)
        flow = await async_create_fix_flow(home.hass, "x", {"entry_id": entry.entry_id})
        flow.hass, flow.handler, flow.issue_id = home.hass, DOMAIN, "x"
        result = await flow.async_step_confirm({})  # type: ignore[attr-defined]
        assert result["type"] == "create_entry"
        await home.minutes(3)
        assert (battery.state.mode, home.powers()) == ("Manual", [0])
        slots = [slot for slot in battery.state.slots if slot and slot.enabled]
        assert len(slots) == 2
        await home.until(6, 15)


@pytest.mark.each_minute
@at(2026, 3, 9, 21, 40)
async def test_who_insists_in_the_app_is_the_boss_until_the_next_boundary() -> None:
    """Who insists in the app is the boss until the next boundary."""
    async with plan_home(count=1, soc=80) as home:
        battery = home.batteries[0]
        await home.until(23)
        battery.set_mode("AI")
        await home.minutes(4)
        assert battery.state.mode == "Manual"
        assert home.kinds(Kind.OVERRIDE_STARTED) == []
        battery.set_mode("AI")
        await home.minutes(10)
        assert battery.state.mode == "AI"
        assert len(home.kinds(Kind.OVERRIDE_STARTED)) == 1
        assert home.shown.standing_back == {battery.spec.ble_mac}
        await home.until(5, 59, 50)
        assert battery.state.mode == "AI"
        await home.until(6, 0, 30)
        assert battery.state.mode == "Auto"
        await home.until(6, 15)


@at(2026, 3, 9, 21, 40)
async def test_a_second_controller_is_reported_in_the_same_night() -> None:
    """A program that insists on its own mode is reported at once, until a day has gone well."""
    async with plan_home(count=1, soc=80) as home:
        battery = home.batteries[0]
        await home.until(23)
        for _ in range(2):
            assert issue(home, FOREIGN_CONTROLLER, battery) is None
            battery.set_mode("AI")
            await home.minutes(6)
        assert issue(home, FOREIGN_CONTROLLER, battery) is not None
        assert len(home.kinds(Alert.FOREIGN_CONTROLLER)) == 1
        with uneventful():
            await home.minutes(25 * 60)
        assert issue(home, FOREIGN_CONTROLLER, battery) is None
        assert len(home.kinds(Alert.FOREIGN_CONTROLLER)) == 1


@pytest.mark.each_minute
@at(2026, 3, 12, 21, 40)
async def test_slots_that_are_taken_away_are_no_wrong_clock_and_no_full_cells() -> None:
    """A program that disables the plan's slots is reported; the battery is charged all the same."""
    async with plan_home(count=1, soc=50) as home:
        battery = home.batteries[0]
        for minute in (0, 40):
            await home.until(23, minute)
            battery.state.slots = [None] * len(battery.state.slots)
            assert issue(home, FOREIGN_CONTROLLER, battery) is None
            await home.minutes(25)
            assert home.powers()[0] < -50
        assert issue(home, FOREIGN_CONTROLLER, battery) is not None
        assert len(home.kinds(Alert.FOREIGN_CONTROLLER)) == 1
        assert home.kinds(Kind.CLOCK_WRONG) == home.kinds(Kind.TAKES_NO_MORE) == []
        await home.until(6, 0, 30)
        assert home.guard.mornings[dt.date(2026, 3, 13)] == [100]
        await home.until(6, 15)


@pytest.mark.each_minute
@at(2026, 3, 9, 21, 40)
async def test_a_change_that_comes_back_an_hour_later_is_put_back_again() -> None:
    """A change that comes back an hour later is put back again."""
    async with plan_home(count=1, soc=80) as home:
        battery = home.batteries[0]
        for hour in (23, 0, 1):
            await home.until(hour)
            battery.set_mode("AI")
            await home.minutes(4)
            assert battery.state.mode == "Manual"
        assert home.kinds(Kind.OVERRIDE_STARTED) == []


@at(2026, 3, 12, 21, 40)
async def test_a_battery_that_takes_no_more_at_97_percent_is_complete() -> None:
    """A battery that takes no more at 97 % is complete."""
    async with plan_home(soc=90, count=1) as home:
        battery = home.batteries[0]
        await home.until(22, 6)
        while battery.state.soc < 97.5:
            await home.minutes(1)

        async def stay() -> None:
            while True:
                battery.set_battery(soc=97.6, ac_power=0.0)
                await asyncio.sleep(1)

        battery.set_household(constant(0))
        battery.state.slots[0] = Slot(power=0, **ALL_DAY)  # type: ignore[arg-type]
        task = asyncio.get_running_loop().create_task(stay())
        await home.minutes(25)
        assert len(home.kinds(Kind.CHARGE_COMPLETE)) == 1
        assert home.kinds(Kind.CLOCK_WRONG) == []
        task.cancel()
        await home.until(6, 15)
        assert home.kinds(Alert.RED_UNCHARGED) == []


@pytest.mark.each_minute
@at(2026, 3, 12, 21, 40)
async def test_slots_are_disabled_at_the_end_and_never_touched_in_auto() -> None:
    """Slots are disabled at the end and never touched in Auto."""
    async with plan_home(soc=90) as home:
        await home.until(23)
        with uneventful():
            await home.until(5, 30)
        await home.until(5, 59, 50)
        for battery in home.batteries:
            assert not any(slot and slot.enabled for slot in battery.state.slots)
        await home.until(6, 1)
        counts = [len(home.slot_writes(battery)) for battery in home.batteries]
        with uneventful():
            await home.until(21, 59)
        assert counts == [len(home.slot_writes(battery)) for battery in home.batteries]


@at(2026, 3, 12, 21, 40)
async def test_no_meter_on_a_red_morning_is_told_once() -> None:
    """No meter on a red morning is told once."""
    async with plan_home(soc=90) as home:
        home.batteries[2].faults.ct_lost = True
        await home.until(23)
        with uneventful():
            await home.until(5, 30)
        await home.until(7)
        told = home.kinds(Alert.NO_METER)
        assert [said.battery for said in told] == ["Venus E 3.0 0002"]
        assert dt.timedelta(minutes=9) < told[0].when - paris(2026, 3, 13, 6)
        assert told[0].when < paris(2026, 3, 13, 6, 20)


@at(2026, 3, 12, 21, 40)
async def test_all_that_an_owner_is_called_for_is_told_once_per_occurrence() -> None:
    """All that an owner is called for is told once per occurrence."""
    async with plan_home(soc=21, count=1) as home:
        battery = home.batteries[0]
        battery.set_battery(temperature=46.0)
        await home.until(22, 20)
        assert len(home.kinds(Alert.LOW_SOC)) == 1
        assert len(home.kinds(Alert.HIGH_TEMPERATURE)) == 1
        assert len(home.kinds(Alert.RED_TOMORROW)) == 1
        await home.restart()
        await home.until(6, 30)
        assert len(home.kinds(Alert.HIGH_TEMPERATURE)) == 1
        assert len(home.kinds(Alert.LOW_SOC)) == 1
        assert len(home.kinds(Alert.RED_TOMORROW)) == 1
        assert len(home.kinds(Alert.BATTERY_FULL)) == 1
        assert home.kinds(Alert.RED_UNCHARGED) == []


@at(2026, 3, 12, 21, 40)
async def test_slots_that_refuse_to_be_disabled_before_passive_are_tried_again() -> None:
    """They are disabled once the battery accepts it, with few writes, while Passive goes on."""
    async with plan_home(soc=14, count=1) as home:
        battery = home.batteries[0]
        battery.faults.clock_offset = -3 * 3600.0
        battery.faults.refused_disabling = 1.0
        await home.until(23, 0)
        assert battery.state.mode == "Passive"
        assert any(slot is not None and slot.enabled for slot in battery.state.slots)
        refused = len(home.slot_writes(battery))
        battery.faults.refused_disabling = 0.0
        await home.until(23, 59)
        assert battery.state.mode == "Passive"
        assert home.powers()[0] <= -900
        assert not any(slot is not None and slot.enabled for slot in battery.state.slots)
        assert refused <= 30
        assert len(home.slot_writes(battery)) <= refused + 3
        assert home.kinds(Kind.OVERRIDE_STARTED) == []
        await home.until(6, 0, 30)
        assert home.modes() == ["Auto"]


@pytest.mark.each_minute
@at(2026, 3, 12, 21, 40)
async def test_a_restart_in_passive_is_put_back_and_not_taken_for_a_person() -> None:
    """A battery that restarts in Passive goes on in Manual; the red night is not given away."""
    async with plan_home(soc=14, count=1) as home:
        battery = home.batteries[0]
        battery.faults.clock_offset = -3 * 3600.0
        await home.until(23, 0)
        assert battery.state.mode == "Passive"
        battery.reboot(20)
        await home.minutes(1)
        assert battery.state.mode == "Manual"
        await home.until(23, 10)
        assert (battery.state.mode, home.kinds(Kind.OVERRIDE_STARTED)) == ("Passive", [])
        battery.set_mode("Auto")
        # The old countdown parks it once more, and that is undone.
        await home.until(23, 30)
        assert (battery.state.mode, len(home.kinds(Kind.OVERRIDE_STARTED))) == ("Auto", 1)
        home.excused.add(battery.spec.ble_mac)
