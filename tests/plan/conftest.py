"""Homes with a plan."""

from collections.abc import AsyncIterator
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.marstek.const import DOMAIN
from simulator.colours import TempoCalendar
from simulator.tempo import TempoServer
from tests.support.frozen_home import HISTORY, START, FrozenHome


@pytest.fixture(name="server")
async def server_fixture(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TempoServer]:
    """Return the sources, which tell the truth until they are told otherwise."""
    async with TempoServer(TempoCalendar(HISTORY, now=dt_util.utcnow)) as server:
        monkeypatch.setenv("MARSTEK_TEMPO_BASE", server.url)
        yield server


@pytest.fixture(name="home")
async def home_fixture(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, server: TempoServer
) -> AsyncIterator[FrozenHome]:
    """Return a home in Paris on a winter morning, without batteries."""
    freezer.move_to(START)
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.currency = "EUR"
    with patch("custom_components.marstek.async_start_discovery"):
        yield FrozenHome(hass, freezer, server)
        # A question to a slow source never ends while the clock stands still.
        await hass.async_block_till_done()
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
