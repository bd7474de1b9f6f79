"""The file of an entry: soon is soon, and closed is closed."""

import datetime as dt
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.marstek.keeping import EntryStore

KEY = "marstek.one"


@pytest.mark.parametrize("delays", [(5, 1800), (1800, 5), (5, 1800, 5), (1800, 5, 1800)])
async def test_soon_is_soon(
    hass: HomeAssistant, hass_storage: dict[str, Any], delays: tuple[float, ...]
) -> None:
    """Write what was decided within seconds, whatever else is to be saved later."""
    store = EntryStore(hass, "one", lambda: {"value": 1})
    for delay in delays:
        store.save_within(delay)
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=6))
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"] == {"value": 1}


async def test_closed_is_closed(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """Leave the file to the successor."""
    value = 1
    store = EntryStore(hass, "one", lambda: {"value": value})
    store.save_within(5)
    await store.async_close()
    value = 2
    store.save_within(0)
    async_fire_time_changed(hass, dt_util.utcnow() + dt.timedelta(seconds=10))
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"] == {"value": 1}
