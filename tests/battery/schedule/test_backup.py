"""UPS: its price is told first, it is proven, and what it has cost is written again."""

import asyncio

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulator import Outcome, Slot
from tests.support.schedule_home import DAY, NIGHT, ScheduleHome, refused, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")
OWN = {0: (DAY, 60, 300, -800), 9: (DAY, 1080, 1200, 600)}


async def with_slots(me: ScheduleHome) -> None:
    """Write two slots, one of which UPS overwrites."""
    evening = {"start": "18:00", "end": "20:00", "power": 600, "slot": 9}
    await me.set_schedule(NIGHT, evening)
    assert me.enabled() == OWN


async def switch_on(me: ScheduleHome) -> None:
    """Switch UPS on as a person does who has read what it costs."""
    await me.act("set_backup_mode", enabled=True, overwrite_schedule=True)


@virtual
async def test_its_price_is_told_first() -> None:
    """Without a word that the schedule may go, nothing is sent."""
    async with schedule_home() as me:
        await with_slots(me)
        before = len(me.battery.exchanges)
        with pytest.raises(ServiceValidationError) as caught:
            await me.act("set_backup_mode", enabled=True)
        assert caught.value.translation_key == "backup_overwrites"
        assert (caught.value.translation_placeholders or {})["slots"] == "0, 9"
        writes = [each for each in me.battery.exchanges[before:] if each.method == "ES.SetMode"]
        assert writes == []
        assert me.enabled() == OWN


@virtual
@pytest.mark.parametrize("mode", ["Auto", "AI"])
async def test_there_and_back(mode: str) -> None:
    """Slots are uncertain meanwhile, and are there again afterwards, as is the mode."""
    async with schedule_home(mode=mode) as me:
        await with_slots(me)
        await switch_on(me)
        assert me.battery.state.mode == "UPS"
        assert me.shown("select", "mode") == "ups"
        assert {slot["doubt"] for slot in (await me.schedule()).values()} == {"backup"}
        assert (await me.act("get_schedule"))["backup_mode"]
        await asyncio.sleep(3600)
        assert me.battery.state.mode == "UPS"
        assert (await me.act("set_backup_mode", enabled=False))["restored"] == [0, 9]
        assert me.enabled() == OWN
        assert me.battery.state.mode == mode
        await me.assert_mirror_is_true()
        assert all(slot["certain"] for slot in (await me.schedule()).values())


@virtual
async def test_its_own_slot_goes_first() -> None:
    """Each write leaves the battery in Manual, where that slot charges with full power."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        sent = len(me.battery.exchanges)
        await me.act("set_backup_mode", enabled=False)
        configs = [each.config for each in me.battery.exchanges[sent:]]
        written = [each["manual_cfg"]["time_num"] for each in configs if "manual_cfg" in each]
        assert written == [9, 0]


@virtual
async def test_what_it_leaves_in_slot_nine_is_cleared() -> None:
    """It would charge with full power around the clock as soon as Manual is on."""
    async with schedule_home() as me:
        await switch_on(me)
        assert me.enabled().keys() == {9}
        await me.act("set_backup_mode", enabled=False)
        assert me.enabled() == {}
        assert me.battery.state.mode == "Auto"


@virtual
@pytest.mark.parametrize("option", ["auto", "ai", "manual", "passive"])
async def test_another_mode_leaves_it_cleanly(option: str) -> None:
    """The mode select switches it off, and writes what it has cost."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        await me.place.call(me.battery, "select", "mode", option=option)
        assert me.battery.state.mode.lower() == option
        assert {number: me.enabled()[number] for number in OWN} == OWN
        await asyncio.sleep(900)
        assert me.battery.state.mode.lower() == option


@virtual
async def test_the_select_does_not_switch_it_on() -> None:
    """Also where it is still shown although it has just been left."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        me.battery.set_mode("Auto")
        await me.place.call(me.battery, "select", "mode", option="ups")
        await asyncio.sleep(60)
        assert me.battery.state.mode == "Auto"


@virtual
async def test_switched_on_in_the_app() -> None:
    """It is noticed, and what was written from here is restored from here."""
    async with schedule_home() as me:
        await with_slots(me)
        me.battery.set_mode("UPS")
        await asyncio.sleep(900)
        assert {slot["doubt"] for slot in (await me.schedule()).values()} == {"backup"}
        with refused("backup_is_on"):
            await me.set_schedule({"start": "06:00", "end": "07:00", "power": 0})
        await me.act("set_backup_mode", enabled=False)
        assert me.enabled() == OWN
        assert me.battery.state.mode == "Auto"


@virtual
async def test_switched_off_in_the_app() -> None:
    """The slots stay uncertain until they are restored."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        me.battery.set_mode("Auto")
        await asyncio.sleep(900)
        assert not (await me.act("get_schedule"))["backup_mode"]
        assert not any(slot["certain"] for slot in (await me.schedule()).values())
        await me.act("set_backup_mode", enabled=False)
        assert me.enabled() == OWN
        assert me.battery.state.mode == "Auto"


@virtual
async def test_a_run_ends_with_it() -> None:
    """Passive is neither kept up nor gone back to."""
    async with schedule_home() as me:
        await me.place.call(me.battery, "number", "setpoint", value=-700)
        await me.place.call(me.battery, "select", "mode", option="passive")
        await switch_on(me)
        await asyncio.sleep(1800)
        assert me.battery.state.mode == "UPS"
        await me.act("set_backup_mode", enabled=False)
        await asyncio.sleep(1800)
        assert me.battery.state.mode == "Auto"


@virtual
async def test_manual_by_hand_is_not_gone_back_to() -> None:
    """Its slot is gone, so that the battery would stand at 0 W; a schedule that was on goes on."""
    async with schedule_home() as me:
        await me.place.call(me.battery, "select", "mode", option="manual")
        await switch_on(me)
        await me.act("set_backup_mode", enabled=False)
        assert me.battery.state.mode == "Auto"
        await me.set_schedule(NIGHT, activate=True)
        await switch_on(me)
        await me.act("set_backup_mode", enabled=False)
        assert me.battery.state.mode == "Manual"
        assert me.enabled() == {0: OWN[0]}


@virtual
@pytest.mark.parametrize("firmware", [144, 147])
async def test_only_where_it_exists(firmware: int) -> None:
    """Firmware without it is not asked."""
    async with schedule_home(firmware=firmware) as me:
        if firmware == 144:
            with refused("unsupported"):
                await switch_on(me)
        else:
            await switch_on(me)
            assert me.battery.state.mode == "UPS"
            await me.act("set_backup_mode", enabled=False)
            assert me.battery.state.mode == "Auto"


@virtual
@pytest.mark.parametrize("fault", ["loss", "duplicates", "parse_errors", "refused_writes"])
async def test_under_faults(fault: str) -> None:
    """It gets there and back all the same."""
    async with schedule_home() as me:
        await with_slots(me)
        me.battery.faults.set(fault, 0.25)
        await switch_on(me)
        assert me.battery.state.mode == "UPS"
        await me.act("set_backup_mode", enabled=False)
        assert me.enabled() == OWN
        assert me.battery.state.mode == "Auto"
        await me.assert_mirror_is_true()


@virtual
async def test_refused() -> None:
    """A battery that refuses keeps its slots, and they stay certain."""
    async with schedule_home() as me:
        await with_slots(me)
        me.battery.faults.refused_writes = 1.0
        with refused("refused"):
            await switch_on(me)
        me.battery.faults.clear()
        assert me.enabled() == OWN
        assert all(slot["certain"] for slot in (await me.schedule()).values())
        assert me.shown("sensor", "last_command") == "failed"


@virtual
async def test_lies() -> None:
    """What is accepted and not done is an error; the slots are taken for lost."""
    async with schedule_home() as me:
        await with_slots(me)
        me.battery.faults.lying_writes = 1.0
        with refused("contradicted"):
            await switch_on(me)
        assert not (await me.act("get_schedule"))["backup_mode"]


def _is_read_since(me: ScheduleHome) -> bool:
    """Tell whether the last thing that was asked is the mode."""
    return me.battery.exchanges[-1].method == "ES.GetMode"


async def until_left(me: ScheduleHome) -> None:
    """Wait until UPS has just been switched off."""
    async with asyncio.timeout(60):
        while me.battery.state.mode == "UPS":
            await asyncio.sleep(0.1)


@virtual
async def test_silent_while_it_is_left() -> None:
    """The rest is done when the battery answers again."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        leaving = asyncio.create_task(me.act("set_backup_mode", enabled=False))
        await until_left(me)
        me.battery.go_dark(600)
        with pytest.raises(HomeAssistantError):
            await leaving
        await asyncio.sleep(1200)
        assert me.enabled() == OWN
        assert me.battery.state.mode == "Auto"


@virtual
async def test_its_slot_is_cleared_later_when_it_could_not_be() -> None:
    """The owner is told, and what would charge with full power does not stay."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        leaving = asyncio.create_task(me.act("set_backup_mode", enabled=False))
        await until_left(me)
        async with asyncio.timeout(60):
            while me.battery.state.mode != "Auto" or not _is_read_since(me):
                await asyncio.sleep(0.1)
        me.battery.faults.refused_writes = 1.0
        async with asyncio.timeout(60):
            while sum(each.outcome is Outcome.REFUSED for each in me.battery.exchanges) < 6:
                await asyncio.sleep(0.1)
        # All attempts at the first slot are used up; the other one, and the mode, succeed.
        me.battery.faults.clear()
        with refused("slots_not_written"):
            await leaving
        assert me.enabled().keys() == {0, 9}
        assert me.battery.state.mode == "Auto"
        await asyncio.sleep(180)
        assert me.enabled() == OWN
        assert me.battery.state.mode == "Auto"


@virtual
async def test_home_assistant_restarts_while_it_is_left() -> None:
    """The rest is done after the restart."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        leaving = asyncio.create_task(me.act("set_backup_mode", enabled=False))
        await until_left(me)
        await asyncio.sleep(6)
        leaving.cancel()
        await me.restart()
        await asyncio.sleep(180)
        assert me.enabled() == OWN
        assert me.battery.state.mode == "Auto"


@virtual
async def test_home_assistant_restarts_while_it_is_on() -> None:
    """It stays on, and is known to be on."""
    async with schedule_home() as me:
        await with_slots(me)
        await switch_on(me)
        await me.restart()
        await asyncio.sleep(600)
        assert me.battery.state.mode == "UPS"
        await me.act("set_backup_mode", enabled=False)
        assert me.enabled() == OWN


@virtual
async def test_slots_of_the_app_are_lost() -> None:
    """What was never written from here can't be restored, which was said before."""
    async with schedule_home() as me:
        app = Slot(start=60, end=120, week_set=1, power=100, enabled=True)
        me.battery.set_battery(slots=[None] * 9 + [app])
        await switch_on(me)
        await me.act("set_backup_mode", enabled=False)
        assert me.enabled() == {}
