"""Config flow and options, against simulated batteries on real sockets."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.marstek.const import DOMAIN
from simulator import Fleet

from . import loopback
from .loopback import VENUS_A, VENUS_E, VENUS_E3, spec


@pytest.fixture(name="port")
def port_fixture() -> int:
    """Return the port of all batteries."""
    return loopback.free_port()


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None, port: int) -> Iterator[None]:
    with loopback.loopback_only(port):
        yield


@pytest.fixture(name="fleet")
async def fleet_fixture(port: int) -> AsyncIterator[Fleet]:
    """Return three batteries of different models."""
    specs = [
        spec(VENUS_E3, "127.0.0.11", port),
        spec(VENUS_E, "127.0.0.12", port),
        spec(VENUS_A, "127.0.0.13", port),
    ]
    async with Fleet(specs, latency=loopback.LATENCY) as fleet:
        yield fleet


async def search(hass: HomeAssistant) -> ConfigFlowResult:
    """Start a flow and wait for what the search leads to."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    return await search_again(hass, menu)


async def search_again(hass: HomeAssistant, menu: ConfigFlowResult) -> ConfigFlowResult:
    """Choose the search in a menu and wait for what it leads to."""
    result = await hass.config_entries.flow.async_configure(
        menu["flow_id"], {"next_step_id": "search"}
    )
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await hass.async_block_till_done()
    return await hass.config_entries.flow.async_configure(menu["flow_id"])


async def configure(
    hass: HomeAssistant, flow: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Submit a form and wait for all that follows."""
    result = await hass.config_entries.flow.async_configure(flow["flow_id"], user_input)
    await hass.async_block_till_done()
    return result


async def test_several_batteries_at_once(hass: HomeAssistant, fleet: Fleet) -> None:
    """All that answer are offered with their state of charge, and each becomes an entry."""
    pick = await search(hass)
    assert pick["step_id"] == "pick"
    result = await configure(hass, pick, {"devices": [battery.spec.ble_mac for battery in fleet]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entries = hass.config_entries.async_entries(DOMAIN)
    assert {entry.title for entry in entries} == {
        "Venus E 3.0 0101",
        "Venus E 0202",
        "Venus A 0303",
    }
    assert all(entry.state is ConfigEntryState.LOADED for entry in entries)
