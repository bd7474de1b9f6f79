"""An owner with simulated batteries and a plan whose colours are known, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
import csv
from datetime import date, datetime, time, timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from simulator import BatterySpec
from tests.support.home import PORT, Home, home
from tests.support.virtual_time import from_moment

PARIS = ZoneInfo("Europe/Paris")
_HISTORY = Path(__file__).parents[1] / "data" / "tempo_history.csv"
# How long everything that a command starts takes, in virtual seconds.
_SETTLED_AFTER = 90


def at[**P](
    moment: str,
) -> Callable[[Callable[P, Coroutine[Any, Any, None]]], Callable[P, None]]:
    """Run a test in virtual time from a moment by the clock of Paris on."""
    return from_moment(datetime.fromisoformat(moment).replace(tzinfo=PARIS))


class Owner:
    """Somebody at home who looks at the plan's entities and calls its actions."""

    def __init__(self, place: Home, entry: MockConfigEntry) -> None:
        """Stand in front of the dashboard."""
        self.home = place
        self.entry = entry

    @property
    def modes(self) -> list[str]:
        """What the batteries themselves are in."""
        return [battery.state.mode for battery in self.home.batteries]

    @property
    def powers(self) -> list[int]:
        """What the batteries really do in W: + discharges."""
        return [round(battery.state.ac_power) for battery in self.home.batteries]

    def entity_id(self, platform: str, key: str) -> str:
        """Return an entity id of the plan."""
        found = er.async_get(self.home.hass).async_get_entity_id(platform, DOMAIN, f"plan_{key}")
        if found is None:
            raise LookupError(key)
        return found

    def find(self, platform: str, key: str) -> State:
        """Return an entity of the plan as it is shown."""
        state = self.home.hass.states.get(self.entity_id(platform, key))
        if state is None:
            raise LookupError(key)
        return state

    def see(self, platform: str, key: str) -> str:
        """Return the state of an entity of the plan."""
        return self.find(platform, key).state

    async def use(self, platform: str, action: str, key: str, **data: object) -> None:
        """Call an action of an entity of the plan, and wait for what it starts."""
        await self.home.hass.services.async_call(
            platform, action, {"entity_id": self.entity_id(platform, key), **data}, blocking=True
        )
        await self.wait()

    async def call(self, action: str, **data: object) -> None:
        """Call an action of the integration, and wait for what it starts."""
        await self.home.hass.services.async_call(DOMAIN, action, data, blocking=True)
        await self.wait()

    async def ask(self, action: str, **data: object) -> dict[str, Any]:
        """Call an action for its answer, and wait for what it starts."""
        answer = await self.home.hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=True
        )
        await self.wait()
        return dict(answer or {})

    async def wait(self, seconds: float = _SETTLED_AFTER) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def until(self, clock: str) -> None:
        """Wait until a clock on the wall shows this."""
        now = self.home.clock.now(PARIS)
        wanted = datetime.combine(now.date(), time.fromisoformat(clock), PARIS)
        if wanted <= now:
            wanted += timedelta(days=1)
        await asyncio.sleep((wanted - now).total_seconds())


def _days(known_until: date) -> dict[str, str]:
    """Return a stored calendar: the real colours, binding, from the day before on."""
    days: dict[str, str] = {}
    with _HISTORY.open() as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"])
            if date(2025, 9, 1) <= day <= known_until:
                asked = f"{(day - timedelta(days=1)).isoformat()}T10:00:00Z"
                days[row["date"]] = f"{row['colour'].lower()} rte {asked}"
    return days


@asynccontextmanager
async def owner(
    *, count: int = 2, soc: float = 50.0, tariff: str = "tempo", **options: object
) -> AsyncIterator[Owner]:
    """Set up batteries and then a plan; tomorrow's colour is known."""
    specs = [
        BatterySpec(
            device="VenusE 3.0",
            firmware=150,
            ble_mac=f"02aabbcc{index:04x}",
            address=f"127.0.1.{index + 1}",
            port=PORT,
            soc=soc,
        )
        for index in range(max(count, 1))
    ]
    async with home(specs=specs) as place:
        entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id="plan",
            title="Plan",
            data={"kind": "plan", "tariff": tariff},
            options={"automatic": True, **options},
        )
        tomorrow = place.clock.now(PARIS).date() + timedelta(days=1)
        key = f"{DOMAIN}.{entry.entry_id}"
        stored = {"version": 1, "minor_version": 1, "key": key}
        folder = Path(place.hass.config.config_dir) / ".storage"
        folder.mkdir(exist_ok=True)
        contents = {**stored, "data": {"book": {"days": _days(tomorrow)}}}
        (folder / key).write_text(json.dumps(contents))
        if count:
            await place.add_all()
        entry.add_to_hass(place.hass)
        await place.hass.config_entries.async_setup(entry.entry_id)
        if entry.state is not ConfigEntryState.LOADED:
            raise RuntimeError(entry.reason)
        someone = Owner(place, entry)
        await someone.wait()
        yield someone
        if entry.state is ConfigEntryState.LOADED:
            await entry.runtime_data.async_stop()
