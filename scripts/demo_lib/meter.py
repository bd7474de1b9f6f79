"""A house with a grid sensor in the demo, which the simulated batteries follow by the emulated meter.

The sensor is renewed each second from what the batteries really do. Its load is `sensor.demo_load`, and
the developer tools can change that state while the demo runs.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import socket

import aiohttp

from . import flow, home
from .home_assistant import HomeAssistant, Json, wait_until
from .process import DemoError

type Report = Callable[[str], None]

GRID = "sensor.demo_grid"
LOAD = "sensor.demo_load"
_CT_MAC = "02b2500000ff"
_CT_PORT = 12345
_FLOWS = "config/config_entries/subentries/flow"
_CLOSE_W = 60.0
_FOLLOWS_S = 40.0
_PARKED_S = 60.0
_LATEST_MS = 20.0


class DemoHouse:
    """The grid sensor of the demo."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; nothing is measured yet."""
        self._hass = hass
        self.is_frozen = False

    async def run(self) -> None:
        """Renew the sensor each second; one that Home Assistant refuses is tried again."""
        await self.set_load(400.0)
        while True:
            if not self.is_frozen:
                with suppress(DemoError, aiohttp.ClientError, OSError):
                    await self._show(GRID, await self.grid())
            await asyncio.sleep(1)

    async def grid(self) -> float:
        """Return the power at the grid connection in W, + = import."""
        batteries = (await home.ask("state")).values()
        return await self.load() - sum(float(battery["ac_power"]) for battery in batteries)

    async def load(self) -> float:
        """Return the load of the house in W."""
        return float((await self._hass.rest("GET", f"states/{LOAD}"))["state"])

    async def set_load(self, power: float) -> None:
        """Set the load of the house in W."""
        await self._show(LOAD, power)

    async def _show(self, entity_id: str, power: float) -> None:
        attributes = {"unit_of_measurement": "W", "device_class": "power"}
        value = {"state": f"{power:.1f}", "attributes": attributes}
        await self._hass.rest("POST", f"states/{entity_id}", value)


async def add(hass: HomeAssistant, report: Report) -> None:
    """Let the batteries ask for a CT, and add the meter to the plan as its owner does.

    The plan is paused, so that batteries are in Auto and follow their meter at night too.
    """
    await home.ask("follow", kind="ct", profile="lock", ct=_CT_MAC)
    entries = await hass.command("config_entries/get", domain=flow.DOMAIN)
    plan = next(entry for entry in entries if entry["title"] not in _names(entries))
    begun = await hass.rest("POST", _FLOWS, {"handler": [plan["entry_id"], "meter"]})
    path = f"{_FLOWS}/{begun['flow_id']}"
    result: Json = begun
    answers: tuple[Json, ...] = (
        {"way": "ct", "source_kind": "signed"},
        {
            "source": GRID,
            "aim": 10,
            "ct_mac": _CT_MAC,
            "ct_type": "HME-4",
            "export_cap": 0,
            "low_load": 0,
        },
        {"inverted": False},
    )
    for answer in answers:
        result = await hass.rest("POST", path, answer)
        if result.get("errors"):
            raise DemoError(f"the meter's form says {result['errors']}")
    await hass.rest("POST", "services/marstek/pause", {})
    report(f"meter: {result['type']}; the plan is paused")


def _names(entries: list[Json]) -> set[str]:
    """Return the titles of batteries, which end with a part of their MAC."""
    ends = tuple(battery.ble_mac[-4:].upper() for battery in home.BATTERIES)
    return {entry["title"] for entry in entries if entry["title"].endswith(ends)}


async def check(hass: HomeAssistant, house: DemoHouse, report: Report) -> None:
    """Check a step of load, a frozen sensor and a second emulator; raise DemoError."""
    loop = asyncio.get_running_loop()

    async def held() -> bool:
        return abs(await house.grid() - 10) <= _CLOSE_W

    async def verdict(wanted: str) -> bool:
        entities = await hass.entity_ids(flow.DOMAIN)
        state = (await hass.states()).get(entities.get("plan_meter_verdict", ""), {})
        return bool(state.get("state") == wanted)

    for load in (1500.0, -700.0, 600.0):
        await house.set_load(load)
        begun = loop.time()
        await wait_until(f"the grid is held at a load of {load:.0f} W", held, seconds=_FOLLOWS_S)
        report(f"load {load:.0f} W: held after {loop.time() - begun:.1f} s")
        await asyncio.sleep(8)
        if not await held():
            raise DemoError(f"the grid is at {await house.grid():.0f} W again")
    house.is_frozen = True
    begun = loop.time()

    async def parked() -> bool:
        batteries = await home.ask("state")
        return all(abs(battery["ac_power"]) < 20 for battery in batteries.values())

    await wait_until("the batteries are at 0 W", parked, seconds=_PARKED_S)
    report(f"sensor frozen: batteries at 0 W after {loop.time() - begun:.1f} s")
    await wait_until("the meter says so", lambda: verdict("no_meter"), seconds=20)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second:
        try:
            second.bind(("0.0.0.0", _CT_PORT))  # noqa: S104 - as an emulator does
        except OSError as err:
            report(f"a second emulator: {err.strerror}")
        else:
            raise DemoError("a second emulator got the port")
    house.is_frozen = False
    await wait_until("the grid is held again", held, seconds=_FOLLOWS_S)
    report("sensor back: held again")
    for mac, figures in (await home.ask("meter")).items():
        report(f"{mac}: {figures}")
        if figures["unreadable"] or figures["latency_ms"] > _LATEST_MS:
            raise DemoError(f"{mac} could not read an answer, or got it late")
