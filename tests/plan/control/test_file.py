"""The plan's file: written for what a restart needs, and no more often."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from homeassistant.helpers.storage import STORAGE_DIR
import pytest

from custom_components.marstek.const import DOMAIN
from simulator.household import constant
from tests.support.plan_home import PlanHome, at, plan_home
from tests.support.seldom import uneventful

pytestmark = pytest.mark.usefixtures("socket_enabled")

_HOURS = 4


def _file(home: PlanHome) -> Path:
    return Path(home.hass.config.path(STORAGE_DIR, f"{DOMAIN}.{home.entry.entry_id}"))


def _control(home: PlanHome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_file(home).read_text("utf-8"))["data"]["control"]
    return found


async def _writes(home: PlanHome) -> int:
    """Return how often the file is written in some hours."""
    seen = {_file(home).stat().st_mtime_ns}
    with uneventful():
        for _ in range(_HOURS * 6):
            await home.minutes(10)
            seen.add(_file(home).stat().st_mtime_ns)
    return len(seen) - 1


@at(2026, 3, 9, 9, 30)
async def test_quiet_hours_write_nothing() -> None:
    """A restart still finds when batteries were last heard, and hours with energy are written."""
    async with plan_home(soc=0, count=2) as home:
        mac = home.batteries[0].spec.ble_mac
        await home.minutes(40)
        assert await _writes(home) == 0
        heard, path = home.now, _file(home)
        await home.stop()
        stored = json.loads(path.read_text("utf-8"))["data"]["control"]["fullness"][mac]["seen"]
        assert heard - dt.datetime.fromisoformat(stored) < dt.timedelta(minutes=10)
        await home.start()
        for battery in home.batteries:
            battery.state.soc = 60.0
            battery.set_household(constant(600))
        await home.minutes(40)
        assert 0 < await _writes(home) <= 2 * _HOURS
        assert _control(home)["energy"]["discharged"] > 0
