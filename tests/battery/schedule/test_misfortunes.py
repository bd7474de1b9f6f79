"""Slot writes that something goes wrong with, and what makes the schedule uncertain."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.marstek.battery.slot_mirror import OWNER_SLOTS, Doubt
from custom_components.marstek.const import DOMAIN
from simulator.household import constant
from tests.support.schedule_home import NIGHT, ScheduleHome, refused, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


def _nothing(_: ScheduleHome) -> None:
    pass


FAULTS: dict[str, Callable[[ScheduleHome], None]] = {
    "none": _nothing,
    "lost requests": lambda me: me.battery.faults.set("loss", 0.4),
    "duplicates": lambda me: me.battery.faults.set("duplicates", 0.5),
    "parse errors": lambda me: me.battery.faults.set("parse_errors", 0.2),
    "refused now and then": lambda me: me.battery.faults.set("refused_writes", 0.4),
}


@virtual
@pytest.mark.parametrize("fault", FAULTS)
async def test_under_faults(fault: str) -> None:
    """In the end the slots are there, or it is told which are not, and the mode is as before."""
    async with schedule_home(mode="AI") as me:
        FAULTS[fault](me)
        try:
            await me.set_schedule({"start": "22:00", "end": "06:00", "power": -800})
            assert me.enabled().keys() == {0, 1}
        except HomeAssistantError as err:
            assert err.translation_key in ("slots_not_written", "mode_not_put_back")  # noqa: PT017
        await me.assert_mirror_is_true()
        me.battery.faults.clear()
        await asyncio.sleep(600)
        assert me.battery.state.mode == "AI"


@virtual
async def test_refused() -> None:
    """Each slot is named, none is remembered as written, and the mode is as before."""
    async with schedule_home() as me:
        me.battery.faults.refused_writes = 1.0
        with pytest.raises(HomeAssistantError) as caught:
            await me.set_schedule(NIGHT)
        assert caught.value.translation_key == "slots_not_written"
        assert (caught.value.translation_placeholders or {})["failures"].startswith("0: ")
        mirror = await me.schedule()
        assert (mirror[0]["accepted"], mirror[0]["certain"]) == (False, False)
        me.battery.faults.clear()
        await asyncio.sleep(600)
        assert me.battery.state.mode == "Auto"


async def _after_first_slot(me: ScheduleHome) -> None:
    async with asyncio.timeout(60):
        while not me.enabled():
            await asyncio.sleep(0.1)


TWO = {"start": "22:00", "end": "06:00", "power": -800}


@virtual
@pytest.mark.parametrize("seconds", [30.0, 1800.0])
async def test_falls_silent_in_between(seconds: float) -> None:
    """What was accepted is remembered; the battery is put back once it answers again."""
    async with schedule_home(mode="AI") as me:
        writing = asyncio.create_task(me.set_schedule(TWO))
        await _after_first_slot(me)
        me.battery.go_dark(seconds)
        if seconds > 60:
            # A call ends within a minute, whatever there is still to write.
            with refused("not_in_time"):
                await writing
            assert (await me.schedule())[0]["accepted"]
            await asyncio.sleep(seconds)
        else:
            await writing
        await asyncio.sleep(600)
        assert me.battery.state.mode == "AI"
        assert me.shown("select", "mode") == "ai"
        await me.assert_mirror_is_true()


@virtual
async def test_reboot_in_between() -> None:
    """A battery that restarts comes back in Manual; it is put back all the same."""
    async with schedule_home() as me:
        writing = asyncio.create_task(me.set_schedule(TWO))
        await _after_first_slot(me)
        me.battery.reboot()
        await writing
        assert me.enabled().keys() == {0, 1}
        assert me.battery.state.mode == "Auto"
        await me.assert_mirror_is_true()


@virtual
async def test_home_assistant_restarts_in_between() -> None:
    """The battery is put back after the restart, and what was written is known."""
    async with schedule_home(mode="AI") as me:
        writing = asyncio.create_task(me.set_schedule(TWO))
        await _after_first_slot(me)
        writing.cancel()
        await me.restart()
        await asyncio.sleep(120)
        assert me.battery.state.mode == "AI"
        await me.assert_mirror_is_true()
        assert 0 in await me.schedule()


@virtual
async def test_what_to_go_back_to_is_stored_before_anything_is_written() -> None:
    """A process that is killed can't store anything any more."""
    async with schedule_home(mode="AI") as me:
        writing = asyncio.create_task(me.set_schedule(TWO))
        await _after_first_slot(me)
        entry = me.place.entry(me.battery)
        path = Path(me.place.hass.config.config_dir) / ".storage" / f"{DOMAIN}.{entry.entry_id}"
        stored = json.loads(await asyncio.to_thread(path.read_text))
        assert stored["data"]["schedule"]["unfinished"] == ["AI", 0]
        await writing


@virtual
async def test_command_by_hand_after_failure_wins() -> None:
    """What a person chooses meanwhile is not undone by putting back the earlier mode."""
    async with schedule_home(mode="AI") as me:
        writing = asyncio.create_task(me.set_schedule(TWO))
        await _after_first_slot(me)
        me.battery.go_dark()
        with pytest.raises(HomeAssistantError):
            await writing
        me.battery.come_back()
        await me.place.call(me.battery, "select", "mode", option="auto")
        await asyncio.sleep(900)
        assert me.battery.state.mode == "Auto"


@virtual
@pytest.mark.parametrize(("silent", "key"), [("", "nameless_mode"), ("ES.GetMode", "no_answer")])
async def test_without_a_way_back_nothing_is_written(silent: str, key: str) -> None:
    """A mode of the app's own can't be set again, nor can one that nobody knows."""
    async with schedule_home(mode="") as me:
        me.battery.faults.silent = silent
        with refused(key):
            await me.set_schedule(NIGHT)
        assert me.battery.state.mode == ""
        assert await me.schedule() == {}


@virtual
async def test_restart_keeps_the_mirror() -> None:
    """It is in the file, as certain as before."""
    async with schedule_home() as me:
        await me.set_schedule(NIGHT)
        before = await me.schedule()
        await me.restart()
        assert await me.schedule() == before


DOUBTS: dict[Doubt, Callable[[ScheduleHome], None]] = {
    Doubt.RESTARTED: lambda me: me.battery.go_dark(600),
    Doubt.MODE_LOST: lambda me: me.battery.set_mode("Auto"),
    Doubt.BACKUP: lambda me: me.battery.set_mode("UPS"),
    Doubt.FIRMWARE: lambda me: me.battery.update_firmware(151),
    Doubt.CONTRADICTED: lambda me: me.battery.set_battery(slots=[None] * 10),
}


@virtual
@pytest.mark.parametrize("doubt", DOUBTS)
async def test_doubts(doubt: Doubt) -> None:
    """What may have cost the schedule makes it uncertain, until it is written anew."""
    async with schedule_home() as me:
        await me.set_schedule({"start": "00:00", "end": "00:00", "power": -500}, activate=True)
        await asyncio.sleep(600)
        assert (await me.schedule())[0]["certain"]
        DOUBTS[doubt](me)
        await asyncio.sleep(3600)
        slot = (await me.schedule())[0]
        assert (slot["certain"], slot["doubt"]) == (False, doubt)
        if doubt is Doubt.BACKUP:
            me.battery.set_mode("Auto")
            await asyncio.sleep(600)
        await me.set_schedule(NIGHT, replace=True)
        assert (await me.schedule())[0]["certain"]


@virtual
async def test_the_power_of_another_mode_contradicts_nothing() -> None:
    """Firmware that is seldom asked for its mode may have left Manual long ago."""
    async with schedule_home(firmware=147) as me:
        await me.set_schedule({"start": "00:00", "end": "00:00", "power": -500}, activate=True)
        await asyncio.sleep(600)
        me.battery.set_mode("Auto")
        me.battery.set_household(constant(300))
        await asyncio.sleep(3600)
        assert (await me.schedule())[0]["doubt"] == Doubt.MODE_LOST


@virtual
async def test_no_doubt_without_reason() -> None:
    """Modes by hand, and a few lost answers, leave the schedule certain."""
    async with schedule_home() as me:
        await me.set_schedule(NIGHT)
        for mode in ("manual", "auto", "passive", "ai", "manual", "auto"):
            await me.place.call(me.battery, "select", "mode", option=mode)
            me.battery.go_dark(40)
            await asyncio.sleep(900)
        assert (await me.schedule())[0]["certain"]
        await me.assert_mirror_is_true()


@virtual
async def test_the_mini_has_no_schedule() -> None:
    """Its firmware ignores the power of a slot."""
    async with schedule_home(device="VNSEM-0", firmware=300) as me:
        with pytest.raises(ServiceValidationError) as caught:
            await me.set_schedule(NIGHT | {"power": 100})
        assert caught.value.translation_key == "unsupported"


@virtual
@pytest.mark.parametrize("loss", [0.35, 0.5, 0.7])
@pytest.mark.parametrize("activate", [False, True])
async def test_all_slots_under_heavy_loss_end_in_time(loss: float, *, activate: bool) -> None:
    """Within a minute the slots are there, or the error says what is not; then all goes back."""
    periods = [
        {"start": f"{8 + number:02d}:00", "end": f"{8 + number:02d}:30", "power": -500}
        for number in OWNER_SLOTS
    ]
    async with schedule_home(mode="AI") as me:
        me.battery.faults.loss = loss
        begun = me.place.now
        try:
            await me.set_schedule(*periods, activate=activate)
            assert len(me.enabled()) == len(periods)
        except HomeAssistantError as err:
            assert err.translation_key in (  # noqa: PT017
                "not_in_time",
                "no_answer",
                "slots_not_written",
                "mode_not_put_back",
            )
        assert me.place.now - begun <= 60
        await me.assert_mirror_is_true()
        me.battery.faults.clear()
        await asyncio.sleep(900)
        await me.assert_mirror_is_true()
        assert me.battery.state.mode in (("Manual", "AI") if activate else ("AI",))
