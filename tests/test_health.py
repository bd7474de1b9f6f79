"""Repairs about batteries: when they are raised, mended and taken back."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.marstek.battery.issues import NOISY, PORT_IN_USE, RESETTING_FIRMWARE, SILENT
from custom_components.marstek.const import DOMAIN
from custom_components.marstek.repairs import async_create_fix_flow
from simulator.forgery import forged_reply, send_from
from tests.battery.test_failures_network import add
from tests.support.home import PORT, Home, home
from tests.support.loopback import taken
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

OTHER_PORT = 30011


def issues(place: Home) -> set[str]:
    """Return the kinds of the open repairs."""
    return {
        str((issue.data or {})["kind"])
        for issue in ir.async_get(place.hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


async def mend(place: Home, kind: str) -> dict[str, Any]:
    """Confirm the repair of an open issue; return what the flow answers."""
    registry = ir.async_get(place.hass)
    issue = next(each for each in registry.issues.values() if (each.data or {})["kind"] == kind)
    flow = await async_create_fix_flow(place.hass, issue.issue_id, dict(issue.data or {}))
    flow.hass, flow.handler, flow.issue_id = place.hass, DOMAIN, issue.issue_id
    shown = await flow.async_step_init()  # type: ignore[attr-defined]
    assert shown["type"] == "form"
    assert shown["description_placeholders"]["name"]
    return dict(await flow.async_step_confirm({}))  # type: ignore[attr-defined]


@virtual
async def test_silence_is_told_after_an_hour_and_over_with_the_first_answer() -> None:
    """An hour of silence is told once, and no longer when the battery is back."""
    async with home(count=1) as place:
        await place.add_all()
        await asyncio.sleep(30)
        place.batteries[0].go_dark(3 * 3600)
        await asyncio.sleep(3400)
        assert issues(place) == set()
        await asyncio.sleep(900)
        assert issues(place) == {SILENT}
        assert (await mend(place, SILENT))["errors"] == {"base": "nobody_found"}
        place.batteries[0].come_back()
        await asyncio.sleep(700)
        assert issues(place) == set()


@virtual
async def test_a_battery_whose_port_was_changed_is_found_by_its_identity() -> None:
    """Another port in the app: the repair finds it, and never takes the neighbour for it."""
    async with home(count=2) as place:
        # Left alone, the search of every half hour would find it too.
        place.batteries[0].go_dark(6000)
        entry = add(place, **{CONF_PORT: OTHER_PORT})
        assert not await place.hass.config_entries.async_setup(entry.entry_id)
        await asyncio.sleep(4300)
        assert issues(place) == {SILENT}
        assert (await mend(place, SILENT))["errors"] == {"base": "others_found"}
        place.batteries[0].come_back()
        assert (await mend(place, SILENT))["type"] == "create_entry"
        assert [entry.state] == [ConfigEntryState.LOADED]
        assert entry.data[CONF_PORT] == PORT


@virtual
async def test_a_port_that_another_program_holds_is_named() -> None:
    """A taken port is told at once, and not as silence."""
    async with home(device="VenusE", firmware=156, count=1) as place:
        with taken(PORT):
            entry = add(place)
            assert not await place.hass.config_entries.async_setup(entry.entry_id)
            await asyncio.sleep(3600)
            assert issues(place) == {PORT_IN_USE}
        await asyncio.sleep(1200)
        assert issues(place) == set()


@virtual
async def test_firmware_that_resets_is_named_until_it_is_updated_or_removed() -> None:
    """Firmware that loses its settings is told, and forgotten with its battery."""
    async with home(firmware=147, count=1) as place:
        await place.add_all()
        await asyncio.sleep(400)
        assert issues(place) == {RESETTING_FIRMWARE}
        await place.hass.config_entries.async_remove(place.entry(place.batteries[0]).entry_id)
        assert issues(place) == set()


@virtual
async def test_another_program_that_asks_a_battery_is_told_until_it_stops() -> None:
    """Its battery goes on being read and commanded meanwhile."""
    async with home(count=1) as place:
        await place.add_all()
        battery = place.batteries[0]
        unasked = forged_reply(battery, 40000, {})
        for _ in range(20):
            await asyncio.sleep(60)
            await send_from((battery.spec.address, 40001), unasked, ("127.0.0.1", PORT))
        assert issues(place) == {NOISY}
        assert place.state(battery, "binary_sensor", "connectivity") == "on"
        await place.call(battery, "select", "mode", option="ai")
        await asyncio.sleep(2400)
        assert issues(place) == set()
