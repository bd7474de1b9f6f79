"""Commands of the week card: the schedule as last written, and all its changes in one go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
import logging
from types import SimpleNamespace
from typing import Any, Final, cast

from homeassistant.auth.models import Group, RefreshToken, User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.http import WebSocketAdapter
from homeassistant.core import HomeAssistant
import pytest

from custom_components.marstek.dashboard.websocket import async_register_commands
from tests.support.schedule_home import DAY, NIGHT, ScheduleHome, schedule_home
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

EVENING: Final = {
    "slot": 9, "days": 0b0011111, "start": "18:00", "end": "20:00", "power": 600, "enabled": True,
}  # fmt: skip


class Page:
    """An open page of a person: sends commands, and keeps what arrives."""

    def __init__(self, hass: HomeAssistant, entities: Any = True) -> None:
        """Belong to a person with a policy for entities."""
        self.received: list[dict[str, Any]] = []
        group = Group("Group", {"entities": entities})
        user = User("Person", perm_lookup=cast("Any", None), groups=[group], is_active=True)
        token = cast("RefreshToken", SimpleNamespace(id="token"))
        # Home Assistant logs each refusal.
        log = logging.getLogger(__name__)
        log.propagate = False
        adapter = WebSocketAdapter(log, {"connid": 1})
        self._connection = ActiveConnection(adapter, hass, self._receive, user, token, None)
        self._number = 0

    def _receive(self, message: Any) -> None:
        self.received.append(message if isinstance(message, dict) else json.loads(message))

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a command and return its answer."""
        self._number += 1
        self._connection.async_handle({"id": self._number, "type": kind, **fields})
        while not (answers := [each for each in self.received if each["id"] == self._number]):
            await asyncio.sleep(0.1)
        return answers[0]

    async def write(self, **fields: Any) -> str | None:
        """Write slots; return the code of what went wrong."""
        answer = await self.ask("marstek/schedule/write", **fields)
        return None if answer["success"] else answer["error"]["code"]

    @property
    def shown(self) -> dict[str, Any]:
        """What the card shows."""
        event: dict[str, Any] = [each["event"] for each in self.received if "event" in each][-1]
        return event

    def close(self) -> None:
        """Close the page."""
        self._connection.async_handle_close()


@asynccontextmanager
async def page_of(me: ScheduleHome, entities: Any = True) -> AsyncIterator[Page]:
    """Open a page that shows the schedule of the battery."""
    async_register_commands(me.place.hass)
    page = Page(me.place.hass, entities)
    answer = await page.ask("marstek/schedule", device_id=me.device_id(me.battery))
    assert answer["success"], answer
    yield page
    page.close()


@virtual
@pytest.mark.parametrize("mode", ["Auto", "Manual"])
async def test_all_changes_are_written_in_one_go(mode: str) -> None:
    """Slots are changed, new and cleared; then the mode is the earlier one and the page shows them."""
    async with schedule_home(mode=mode) as me, page_of(me) as page:
        await me.set_schedule(NIGHT, NIGHT | {"start": "12:00", "end": "13:00"})
        await asyncio.sleep(1)
        assert [each["slot"] for each in page.shown["slots"]] == [0, 1]
        # The hours that the new slot takes are those of the one that is cleared.
        noon = EVENING | {"slot": 2, "start": "12:00", "end": "13:00", "days": DAY}
        assert await page.write(write=[noon, EVENING], clear=[1]) is None
        assert me.enabled() == {
            0: (DAY, 60, 300, -800),
            2: (DAY, 720, 780, 600),
            9: (0b0011111, 1080, 1200, 600),
        }
        assert me.battery.state.mode == mode
        assert {each["slot"]: each["doubt"] for each in page.shown["slots"]} == dict.fromkeys(
            (0, 2, 9)
        )
        await me.assert_mirror_is_true()


@virtual
async def test_what_can_not_be_written_is_refused_before_anything_is() -> None:
    """Slots of the integration, spans over midnight, overlaps and powers beyond the limits."""
    async with schedule_home() as me, page_of(me) as page:
        await me.set_schedule(NIGHT)
        for wrong in (
            EVENING | {"slot": 7},
            EVENING | {"start": "22:00", "end": "06:00"},
            EVENING | {"start": "24:00"},
            EVENING | {"days": 0},
        ):
            assert await page.write(write=[wrong]) == "invalid_format"
        assert await page.write(clear=[5]) == "invalid_format"
        for wrong in (EVENING | {"start": "04:00"}, EVENING | {"power": 2600}):
            assert await page.write(write=[wrong], language="fr") == "not_written"
        assert page.received[-1]["error"]["message"].startswith("2600\u00a0W est hors limites")
        assert me.enabled() == {0: (DAY, 60, 300, -800)}


@virtual
async def test_slots_that_a_battery_refuses_are_not_shown_as_written() -> None:
    """The page is sent why, and shows what was there before."""
    async with schedule_home() as me, page_of(me) as page:
        await me.set_schedule(NIGHT)
        me.battery.faults.refused_writes = 1.0
        assert await page.write(write=[EVENING], clear=[0]) == "not_written"
        assert "9" in page.received[-1]["error"]["message"]
        assert [each["slot"] for each in page.shown["slots"]] == [0]
        me.battery.faults.clear()
        await asyncio.sleep(600)
        assert me.battery.state.mode == "Auto"


@virtual
async def test_who_may_not_is_refused() -> None:
    """A person who may only read sees the slots; one who may not, nothing."""
    async with schedule_home() as me, page_of(me, {"all": {POLICY_READ: True}}) as page:
        assert page.shown["may_write"] is False
        assert await page.write(write=[EVENING]) == "unauthorized"
        stranger = Page(me.place.hass, entities={})
        assert (await stranger.ask("marstek/schedule"))["error"]["code"] == "unauthorized"
        assert me.enabled() == {}


@virtual
async def test_looking_asks_nothing_and_outlives_a_reload() -> None:
    """No battery, or one that is set up anew, is shown as such; the page polls nothing."""
    async with schedule_home() as me, page_of(me) as page:
        entry_id = me.place.entry(me.battery).entry_id
        assert await me.place.hass.config_entries.async_unload(entry_id)
        assert page.shown == {"battery": False}
        assert await page.write(write=[EVENING]) == "not_written"
        assert await me.place.hass.config_entries.async_setup(entry_id)
        assert page.shown["battery"] is True
        assert await page.write(write=[EVENING]) is None
        assert [each["slot"] for each in page.shown["slots"]] == [9]
        other = await page.ask("marstek/schedule", device_id="nothing")
        assert other["success"]
        assert page.shown == {"battery": False}
