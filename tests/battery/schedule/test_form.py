"""The form that edits slots in the options of a battery."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
import pytest

from tests.support.schedule_home import DAY, NIGHT, ScheduleHome, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")
EVENING: dict[str, Any] = {
    "slot_start": "22:00:00",
    "slot_end": "06:00:00",
    "slot_days": ["mon", "tue"],
    "slot_action": "charge",
    "slot_power": 800.0,
    "slot_enabled": True,
    "slot_clear": False,
}


async def open_slot(me: ScheduleHome, number: int) -> ConfigFlowResult:
    """Open the options and choose a slot."""
    options = me.place.hass.config_entries.options
    menu = await options.async_init(me.place.entry(me.battery).entry_id)
    assert menu["type"] is FlowResultType.MENU
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "schedule"})
    assert form["step_id"] == "schedule"
    return await options.async_configure(form["flow_id"], {"slot": str(number)})


async def labels(me: ScheduleHome) -> list[str]:
    """Open the options, and return the slots that can be chosen."""
    options = me.place.hass.config_entries.options
    menu = await options.async_init(me.place.entry(me.battery).entry_id)
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "schedule"})
    assert form["data_schema"] is not None
    selector: Any = form["data_schema"].schema["slot"]
    return [option["label"] for option in selector.config["options"]]


async def finish(me: ScheduleHome, written: ConfigFlowResult) -> bool:
    """Change no other slot; tell whether that ends the dialog."""
    assert written["step_id"] == "slot_written"
    options = me.place.hass.config_entries.options
    done = await options.async_configure(written["flow_id"], {"next_step_id": "schedule_done"})
    return done["type"] is FlowResultType.CREATE_ENTRY


async def fill_in(me: ScheduleHome, form: ConfigFlowResult, **values: Any) -> ConfigFlowResult:
    """Send the form of a slot."""
    return await me.place.hass.config_entries.options.async_configure(
        form["flow_id"], EVENING | values
    )


def suggested(form: ConfigFlowResult) -> dict[str, Any]:
    """Return what the form is filled in with."""
    schema = form["data_schema"]
    assert schema is not None
    return {
        str(key): key.description["suggested_value"] for key in schema.schema if key.description
    }


@virtual
async def test_a_slot_is_written() -> None:
    """It is in the battery, the next form shows it, and the mode is as before."""
    async with schedule_home() as me:
        form = await open_slot(me, 2)
        assert form["step_id"] == "slot"
        assert await finish(me, await fill_in(me, form))
        assert me.enabled() == {0: (0b110, 0, 360, -800), 2: (0b11, 1320, 1439, -800)}
        assert me.battery.state.mode == "Auto"
        shown = suggested(await open_slot(me, 0))
        assert shown["slot_days"] == ["tue", "wed"]
        assert (shown["slot_start"], shown["slot_end"]) == ("00:00:00", "06:00:00")
        assert (shown["slot_action"], shown["slot_power"]) == ("charge", 800)


@virtual
async def test_several_slots_in_one_walk() -> None:
    """After each it goes on to the next; a slot that holds has no power."""
    async with schedule_home() as me:
        written = await fill_in(me, await open_slot(me, 2), slot_end="23:00:00")
        options = me.place.hass.config_entries.options
        form = await options.async_configure(written["flow_id"], {"next_step_id": "schedule"})
        form = await options.async_configure(form["flow_id"], {"slot": "3"})
        held = {"slot_start": "07:00:00", "slot_end": "08:00:00", "slot_action": "hold"}
        assert await finish(me, await fill_in(me, form, **held))
        assert me.enabled() == {2: (0b11, 1320, 1380, -800), 3: (0b11, 420, 480, 0)}


@virtual
async def test_slots_are_told_in_words() -> None:
    """What they do, and on which days."""
    async with schedule_home() as me:
        await me.set_schedule(
            NIGHT, {"start": "12:00", "end": "13:00", "power": 600, "days": "sun", "slot": 9}
        )
        me.battery.faults.refused_writes = 0.0
        assert await labels(me) == [
            "0: 01:00-05:00, Charge at 800 W",
            *(f"{number}: free" for number in range(1, 5)),
            "9: Sunday, 12:00-13:00, Discharge at 600 W",
        ]


@virtual
async def test_slots_that_are_off_or_uncertain_say_so() -> None:
    """A slot may be kept for later, and the battery may have lost it while it was silent."""
    async with schedule_home() as me:
        written = await fill_in(me, await open_slot(me, 2), slot_end="23:00:00", slot_enabled=False)
        assert await finish(me, written)
        label = "2: Monday, Tuesday, 22:00-23:00, Charge at 800 W, off"
        assert label in await labels(me)
        me.battery.go_dark()
        await asyncio.sleep(600)
        me.battery.come_back()
        await asyncio.sleep(120)
        assert f"{label}, uncertain" in await labels(me)


@virtual
async def test_a_slot_is_cleared() -> None:
    """Whatever else the form says."""
    async with schedule_home() as me:
        await me.set_schedule(NIGHT)
        form = await open_slot(me, 0)
        assert await finish(me, await fill_in(me, form, slot_clear=True))
        assert me.enabled() == {}


@virtual
async def test_errors_stay_in_the_form() -> None:
    """What can't be is said with its reason, and can be put right."""
    async with schedule_home() as me:
        await me.set_schedule(NIGHT)
        form = await open_slot(me, 3)
        form = await fill_in(me, form, slot_power=0)
        assert form["errors"] == {"slot_power": "slot_power_missing"}
        for values, text in (
            ({"slot_days": []}, "at least one day"),
            ({"slot_power": 2600.0, "slot_action": "discharge"}, "out of range"),
            ({"slot_days": ["sun", "mon"]}, "at the same time"),
        ):
            form = await fill_in(me, form, **values)
            assert form["errors"] == {"base": "schedule_not_written"}
            assert text in (form["description_placeholders"] or {})["reason"]
        me.battery.faults.refused_writes = 1.0
        form = await fill_in(me, form, slot_start="05:00:00", slot_end="06:00:00")
        assert "refused" in (form["description_placeholders"] or {})["reason"]
        me.battery.faults.clear()
        done = await fill_in(me, form, slot_start="05:00:00", slot_end="06:00:00")
        assert await finish(me, done)
        assert me.enabled() == {0: (DAY, 60, 300, -800), 3: (0b11, 300, 360, -800)}


@virtual
async def test_only_while_it_is_set_up() -> None:
    """An entry that is not loaded has no schedule to show, and no slot that could be written."""
    async with schedule_home() as me:
        entry = me.place.entry(me.battery)
        options = me.place.hass.config_entries.options
        menu = await options.async_init(entry.entry_id)
        form = await open_slot(me, 2)
        await me.place.hass.config_entries.async_unload(entry.entry_id)
        result = await options.async_configure(menu["flow_id"], {"next_step_id": "schedule"})
        assert result["reason"] == "not_loaded"
        assert (await fill_in(me, form))["reason"] == "not_loaded"
        assert me.enabled() == {}


@virtual
async def test_without_manual_only_the_limits() -> None:
    """There is nothing to choose."""
    async with schedule_home(device="VNSEM-0", firmware=300) as me:
        options = me.place.hass.config_entries.options
        form = await options.async_init(me.place.entry(me.battery).entry_id)
        assert form["step_id"] == "limits"


@virtual
async def test_the_form_ends_in_time_under_heavy_loss() -> None:
    """It says that it took too long, or what is not written, within a minute."""
    async with schedule_home(mode="AI") as me:
        form = await open_slot(me, 3)
        me.battery.faults.loss = 0.97
        begun = me.place.now
        result = await fill_in(me, form)
        assert me.place.now - begun <= 60
        assert result["type"] is FlowResultType.FORM
        assert (result["description_placeholders"] or {})["reason"]
