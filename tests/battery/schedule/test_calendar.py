"""The calendar of the schedule inside a battery."""

import asyncio
from typing import Any

import pytest

from tests.support.all_entities import enable
from tests.support.schedule_home import ScheduleHome, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def events(me: ScheduleHome, start: str, end: str) -> list[dict[str, Any]]:
    """Return what the calendar has in a span."""
    entity_id = me.place.entity_id(me.battery, "calendar", "schedule")
    told = await me.place.hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "start_date_time": start, "end_date_time": end},
        blocking=True,
        return_response=True,
    )
    found: Any = (told or {})[entity_id]
    return list(found["events"])


@virtual
async def test_slots_as_events() -> None:
    """Enabled slots come on their days, in words, and say so when they are uncertain."""
    async with schedule_home() as me:
        assert me.has("calendar", "schedule")
        assert me.shown("calendar", "schedule") == "missing"
        await enable(me.place, me.battery, frozenset({"schedule"}))
        assert me.shown("calendar", "schedule") == "off"
        await me.set_schedule(
            {"start": "22:00", "end": "06:00", "days": ["fri"], "power": -800},
            {"start": "12:00", "end": "13:00", "days": "weekend", "power": 600},
            {"start": "08:00", "end": "09:00", "power": 0, "enabled": False},
        )
        zone = "+01:00"
        week = ("2026-11-20T00:00:00", "2026-11-27T00:00:00")
        assert [
            (each["start"], each["end"], each["summary"]) for each in await events(me, *week)
        ] == [
            (f"2026-11-20T22:00:00{zone}", f"2026-11-21T00:00:00{zone}", "Charge at 800 W"),
            (f"2026-11-21T00:00:00{zone}", f"2026-11-21T06:00:00{zone}", "Charge at 800 W"),
            (f"2026-11-21T12:00:00{zone}", f"2026-11-21T13:00:00{zone}", "Discharge at 600 W"),
            (f"2026-11-22T12:00:00{zone}", f"2026-11-22T13:00:00{zone}", "Discharge at 600 W"),
        ]
        assert all("description" not in each for each in await events(me, *week))
        me.battery.go_dark(600)
        await asyncio.sleep(900)
        assert all("Uncertain" in each["description"] for each in await events(me, *week))


@virtual
async def test_state_follows_the_clock() -> None:
    """It is on while a slot would act."""
    async with schedule_home() as me:
        await enable(me.place, me.battery, frozenset({"schedule"}))
        # It is 13:00 by the clock on the wall.
        await me.set_schedule({"start": "13:30", "end": "14:00", "power": "hold"})
        assert me.shown("calendar", "schedule") == "off"
        await asyncio.sleep(1800)
        assert me.shown("calendar", "schedule") == "on"
        await asyncio.sleep(1800)
        assert me.shown("calendar", "schedule") == "off"
