"""The slot editor of a battery that a plan commands."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.marstek.battery.schedule.timetable import EVERY_DAY, ScheduledPeriod
from custom_components.marstek.plan.slot_conflict import async_conflict
from tests.plan.flow import check_texts
from tests.support.plan_home import PlanHome, at, plan_home

pytestmark = pytest.mark.usefixtures("socket_enabled")

SLOT: Final[dict[str, Any]] = {
    "slot_start": "23:00:00",
    "slot_end": "01:00:00",
    "slot_days": ["wed", "thu"],
    "slot_action": "discharge",
    "slot_power": 500.0,
    "slot_enabled": True,
    "slot_clear": False,
}


async def answered(home: PlanHome, flow: ConfigFlowResult, **given: Any) -> ConfigFlowResult:
    """Answer a step of the options of the first battery."""
    options = home.hass.config_entries.options
    return check_texts(await options.async_configure(flow["flow_id"], given), "options")


@at(2026, 3, 12, 20)
async def test_a_slot_against_the_plan() -> None:
    """What the plan wants then is named; the slot can be written all the same."""
    async with plan_home(count=1) as home:
        await home.minutes(2)
        entry = home.place.entry(home.batteries[0])
        menu = await home.hass.config_entries.options.async_init(entry.entry_id)
        form = await answered(home, menu, next_step_id="schedule")
        form = await answered(home, form, slot="3")
        form = await answered(home, form, **SLOT)
        assert form["errors"] == {"base": "slot_against_plan"}
        reason = (form["description_placeholders"] or {})["reason"]
        assert reason.startswith("22:0")
        assert ": " in reason
        form = await answered(home, form, **SLOT, slot_despite=False)
        assert form["errors"] == {"base": "slot_against_plan"}
        home.excused.add(home.batteries[0].spec.ble_mac)
        written = await answered(home, form, **SLOT, slot_despite=True)
        assert written["step_id"] == "slot_written"
        done = await answered(home, written, next_step_id="schedule_done")
        assert done["type"] is FlowResultType.CREATE_ENTRY


@at(2026, 3, 12, 20)
async def test_slots_that_do_not_matter() -> None:
    """Those of other hours and days, that are off, that want the same, or without control."""
    async with plan_home(count=1) as home:
        await home.minutes(2)
        mac = home.batteries[0].spec.ble_mac
        action = home.shown.next_action
        assert action is not None
        against = -500 if action == "hold" else 500
        same = 0 if action == "hold" else -500

        def conflict(days: int, start: str, end: str, power: int, **more: Any) -> str | None:
            period = ScheduledPeriod(days, start, end, power, **more)
            return async_conflict(home.hass, mac, period)

        assert conflict(EVERY_DAY, "23:00", "01:00", against)
        assert conflict(EVERY_DAY, "00:30", "01:00", against)
        assert conflict(0b0001000, "23:00", "01:00", against)
        assert conflict(0b0000001, "23:00", "01:00", against) is None
        assert conflict(EVERY_DAY, "12:00", "13:00", against) is None
        assert conflict(EVERY_DAY, "23:00", "01:00", against, enabled=False) is None
        assert conflict(EVERY_DAY, "23:00", "01:00", same) is None
        assert (
            async_conflict(
                home.hass, "02aabbccffff", ScheduledPeriod(EVERY_DAY, "23:00", "01:00", against)
            )
            is None
        )
        home.set_options(automatic=False)
        await home.minutes(2)
        assert conflict(EVERY_DAY, "23:00", "01:00", against) is None
        await home.hass.config_entries.async_unload(home.entry.entry_id)
        assert conflict(EVERY_DAY, "23:00", "01:00", against) is None
        assert await home.hass.config_entries.async_setup(home.entry.entry_id)
