"""Dialogs that wait for batteries: what they show meanwhile, and when they end."""

import asyncio
from collections.abc import Callable
import datetime as dt
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import Event
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE,
    EVENT_DATA_ENTRY_FLOW_PROGRESSED,
    FlowResultType,
)
import pytest

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import async_get_hub
from tests.plan.flow import check_texts
from tests.support.home import PORT, Home, home
from tests.support.virtual_time import from_moment

pytestmark = pytest.mark.usefixtures("socket_enabled")

START: Final = dt.datetime(2026, 3, 12, 12, tzinfo=dt.UTC)
NOBODY: Final = "127.0.1.99"


@pytest.fixture(autouse=True)
def _as_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custom_components.marstek.flows.progress.SHOWN_FOR", 2.0)


class Frontend:
    """A dialog in a browser, which asks for the step whenever it is told of news."""

    def __init__(self, place: Home) -> None:
        """Open nothing yet."""
        self._hass = place.hass
        self._flows = place.hass.config_entries.flow
        self._news = asyncio.Event()
        self.shown: list[tuple[float, str, str]] = []
        self.result: Any = None
        place.hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESSED, self._told)

    def _told(self, _: Event[Any]) -> None:
        self._news.set()

    async def open(self, step: str) -> None:
        """Open the dialog up to a step."""
        menu = await self._flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        self.result = await self._flows.async_configure(menu["flow_id"], {"next_step_id": step})

    async def submit(self, **values: Any) -> float:
        """Submit a form, and wait until nothing is in progress; return after how many s."""
        began, loop = self._hass.loop.time(), self._hass.loop
        self.result = await self._flows.async_configure(self.result["flow_id"], values or None)
        while self.result["type"] is FlowResultType.SHOW_PROGRESS:
            check_texts(self.result, "config")
            asked = (self.result["description_placeholders"] or {})["asked"]
            self.shown.append((loop.time() - began, self.result["progress_action"], asked))
            await self._news.wait()
            self._news.clear()
            self.result = await self._flows.async_configure(self.result["flow_id"])
        return loop.time() - began


@from_moment(START)
async def test_nobody_at_an_address() -> None:
    """That no answer came is shown within 6 s, then how often it was asked; it ends within 25 s."""
    async with home(count=1) as place:
        dialog = Frontend(place)
        await dialog.open("manual")
        took = await dialog.submit(host=NOBODY, port=PORT)
        assert dialog.result["errors"] == {"base": "no_answer"}
        assert 6 < took <= 25
        assert dialog.shown[0][1:] == ("asking_address", "1")
        late = [at for at, action, _ in dialog.shown if action == "no_answer_yet"]
        assert late[0] <= 6
        assert [asked for _, _, asked in dialog.shown] == ["1", "2", "4", "5"]


@pytest.mark.parametrize("lost", [1, 3])
def test_a_battery_that_loses_answers(lost: int) -> None:
    """It is not rejected for lost answers."""

    @from_moment(START)
    async def scene() -> None:
        async with home(count=1) as place:
            battery, dialog = place.batteries[0], Frontend(place)
            battery.faults.dark = True
            await dialog.open("manual")
            adding = asyncio.ensure_future(dialog.submit(host=battery.spec.address, port=PORT))
            while len(battery.exchanges) < lost:
                await asyncio.sleep(0.1)
            battery.faults.dark = False
            await adding
            assert dialog.result["type"] is FlowResultType.CREATE_ENTRY

    scene()


@from_moment(START)
async def test_an_answer_at_once() -> None:
    """Nothing but the form is seen of a battery that answers at once."""
    async with home(count=1) as place:
        dialog = Frontend(place)
        await dialog.open("manual")
        await dialog.submit(host=place.batteries[0].spec.address, port=PORT)
        assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
        assert dialog.shown == []


@from_moment(START)
async def test_a_dialog_that_is_closed() -> None:
    """Nobody is asked any more once a dialog is closed, at whatever moment."""

    async def closed(place: Home, wait: Callable[[Frontend], Any]) -> None:
        dialog = Frontend(place)
        await dialog.open("manual")
        flow_id = dialog.result["flow_id"]
        asking = asyncio.ensure_future(dialog.submit(host=NOBODY, port=PORT))
        await wait(dialog)
        asking.cancel()
        place.hass.config_entries.flow.async_abort(flow_id)
        await asyncio.sleep(1)
        assert async_get_hub(place.hass).ports == ()

    async with home(count=1) as place:
        await closed(place, lambda _: asyncio.sleep(4))
        await closed(place, lambda _: asyncio.sleep(0.5))


@from_moment(START)
async def test_how_far_a_search_is() -> None:
    """The share that is done is told in steps, and never more than all."""
    async with home(count=1) as place:
        told: list[float] = []
        place.hass.bus.async_listen(
            EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE, lambda event: told.append(event.data["progress"])
        )
        dialog = Frontend(place)
        await dialog.open("search")
        await asyncio.sleep(30)
        assert told == pytest.approx([0.8 / 3, 1.6 / 3, 0.8])
        place.hass.config_entries.flow.async_abort(dialog.result["flow_id"])
