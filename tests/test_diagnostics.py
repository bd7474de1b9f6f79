"""What the diagnostics tell a helper, and what they keep to themselves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
import json
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.marstek.diagnostics import async_get_config_entry_diagnostics
from simulator import BatterySpec, SimulatedBattery
from simulator.household import constant
from tests.support.home import PORT, Home, home
from tests.support.loopback import names
from tests.support.truth import virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

MAC = "02aabbcc7b9d"
BSSID = "02ddeeff5c3e"
ADDRESS = "127.0.101.77"
SPEC = BatterySpec(
    ble_mac=MAC, bssid=BSSID, address=ADDRESS, port=PORT, wifi_name="Gooseberry", soc=60.0
)


def spellings(mac: str) -> set[str]:
    """Return the ways a MAC is written."""
    pairs = [mac[index : index + 2] for index in range(0, 12, 2)]
    plain = {mac, ":".join(pairs), "-".join(pairs)}
    return plain | {one.upper() for one in plain}


async def diagnostics(place: Home, battery: SimulatedBattery) -> dict[str, Any]:
    """Return what the button downloads, as its reader gets it."""
    entry = place.entry(battery)
    told = await async_get_config_entry_diagnostics(place.hass, entry)
    parsed: dict[str, Any] = json.loads(json.dumps(told))
    return parsed


async def enable(place: Home, battery: SimulatedBattery, key: str) -> None:
    """Switch an entity on that is off by default."""
    registry = er.async_get(place.hass)
    registry.async_update_entity(place.entity_id(battery, "sensor", key), disabled_by=None)
    # Home Assistant sets the entry up anew by itself some time later.
    await asyncio.sleep(45)


@asynccontextmanager
async def one_battery(spec: BatterySpec = SPEC) -> AsyncIterator[tuple[Home, SimulatedBattery]]:
    """Set one battery up, and let it tell everything it can."""
    async with home(specs=[spec]) as place:
        battery = place.batteries[0]
        await place.add_all()
        await asyncio.sleep(20)
        await enable(place, battery, "wifi_signal")
        await asyncio.sleep(30)
        yield place, battery


@virtual
@pytest.mark.parametrize(
    ("device", "firmware", "ethernet"),
    [("VenusE 3.0", 150, False), ("VenusE 3.0", 150, True), ("VenusE", 153, False)],
)
async def test_nothing_private(device: str, firmware: int, ethernet: bool) -> None:
    """Neither MACs nor addresses nor the network's name are in it, however they are written."""
    spec = replace(SPEC, device=device, firmware=firmware, ethernet=ethernet)
    async with one_battery(spec) as (place, battery):
        methods = battery.statistics().methods
        assert {"Wifi.GetStatus", "Marstek.GetDevice"} <= methods.keys()
        told = json.dumps(await diagnostics(place, battery), ensure_ascii=False)
        for mac in (MAC, BSSID, "02dd" + MAC[4:]):
            assert not [one for one in spellings(mac) if one in told]
        for secret in (ADDRESS, "127.00.101.77", "127.0.101.1", "Gooseberry", "255.255"):
            assert secret not in told
        assert told.count("**REDACTED**") > 8
        # The name of an entry ends with the end of the MAC.
        assert place.entry(battery).title not in told


@virtual
@pytest.mark.parametrize(
    "name",
    [
        "Quince & Medlar",
        "Groseille été",
        'the "Quince" net',
        "ends with Quince\\",
        'Quince", "rssi": "Medlar',
        "Quince  Medlar",
    ],
)
async def test_names_of_networks(name: str) -> None:
    """A network's name may hold anything."""
    async with one_battery(replace(SPEC, wifi_name=name)) as (place, battery):
        told = json.dumps(await diagnostics(place, battery), ensure_ascii=False)
        assert "Wifi.GetStatus" in told
        for word in ("Quince", "Medlar", "Groseille"):
            assert word not in told


@virtual
async def test_names_in_broken_datagrams() -> None:
    """What was cut off in the middle of a name or a MAC is no less private."""
    # Half of an answer to Wifi.GetStatus ends within it.
    async with one_battery(replace(SPEC, wifi_name="Gooseberry" * 40)) as (place, battery):
        battery.faults.garbage = "truncated"
        await place.hass.config_entries.async_reload(place.entry(battery).entry_id)
        battery.faults.garbage = ""
        await asyncio.sleep(30)
        battery.faults.garbage = "truncated"
        await asyncio.sleep(1800)
        battery.faults.garbage = ""
        await asyncio.sleep(120)
        told = json.dumps(await diagnostics(place, battery), ensure_ascii=False)
        assert "Gooseberry" not in told
        assert MAC not in told


@virtual
async def test_host_name_is_private() -> None:
    """A host name is the owner's own word."""
    with names({"grandmas-cellar.lan": ADDRESS}):
        async with one_battery() as (place, battery):
            entry = place.entry(battery)
            place.hass.config_entries.async_update_entry(
                entry, data={**entry.data, "host": "grandmas-cellar.lan", "dhcp_mac": BSSID}
            )
            await place.hass.config_entries.async_reload(entry.entry_id)
            told = json.dumps(await diagnostics(place, battery))
            assert "cellar" not in told
            assert BSSID not in told


@virtual
async def test_what_helps() -> None:
    """Model, values, plan, totals, statistics and the conversation are in it."""
    async with one_battery() as (place, battery):
        battery.set_household(constant(400))
        await asyncio.sleep(300)
        told = await diagnostics(place, battery)
        assert told["entry"]["data"]["model"] == "VenusE 3.0"
        assert told["entry"]["data"]["firmware"] == 150
        assert told["data"]["ac_power"] == 400
        assert told["data"]["mode"] == "Auto"
        assert {"power", "mode", "wifi"} <= set(told["data"]["fresh"])
        assert told["profile"]["family"] == "Venus E 3.0"
        assert told["reading_plan"]["ES.GetStatus"]["interval"] == 30
        assert 0 <= told["reading_plan"]["ES.GetStatus"]["due_in"] <= 30
        discharged = battery.state.energy_discharged_wh
        assert abs(told["memory"]["discharged"]["total"] - discharged) < 20
        assert {"hold", "run", "schedule", "settings"} <= told["memory"].keys()
        statistics = told["statistics"]["ES.GetStatus"]
        assert statistics["sent"] == statistics["answered"] > 8
        assert told["silent_for"] < 60
        assert not told["breaker_open"]
        assert told["resting"] == {}
        frames = told["frames"]
        assert 20 <= len(frames) <= 50
        assert [frame["sent"] for frame in frames[-4:]] == [True, False, True, False]
        assert '"ongrid_power": 400' in " ".join(frame["payload"] for frame in frames)
        ages = [frame["seconds_ago"] for frame in frames]
        assert ages == sorted(ages, reverse=True)


@virtual
async def test_what_helps_with_a_dark_battery() -> None:
    """How long it has been silent, and what was sent in vain."""
    async with one_battery() as (place, battery):
        battery.go_dark()
        await asyncio.sleep(600)
        told = await diagnostics(place, battery)
        assert told["breaker_open"]
        assert 570 <= told["silent_for"] <= 660
        assert place.state(battery, "sensor", "soc") == "unavailable"
        assert all(frame["sent"] for frame in told["frames"][-5:])
        assert sum(one["lost"] for one in told["statistics"].values()) > 5


@virtual
async def test_what_helps_with_a_silent_method() -> None:
    """A method that is not answered is left alone, and named."""
    async with one_battery() as (place, battery):
        battery.faults.silent = "Bat.GetStatus"
        await asyncio.sleep(1200)
        told = await diagnostics(place, battery)
        assert told["resting"].keys() == {"Bat.GetStatus"}
        assert told["resting"]["Bat.GetStatus"] > 0
        assert not told["breaker_open"]


@virtual
async def test_readings_that_stand_still() -> None:
    """A battery that answers always the same although power flows is shown to be frozen."""
    async with one_battery() as (place, battery):
        battery.set_household(constant(400))
        await asyncio.sleep(60)
        battery.faults.frozen = True
        assert not (await diagnostics(place, battery))["data"]["frozen"]
        await asyncio.sleep(1100)
        assert (await diagnostics(place, battery))["data"]["frozen"]
        assert place.state(battery, "binary_sensor", "frozen") == "on"
        battery.faults.frozen = False
        await asyncio.sleep(120)
        assert not (await diagnostics(place, battery))["data"]["frozen"]
        assert place.state(battery, "binary_sensor", "frozen") == "off"


@virtual
@pytest.mark.parametrize("how", ["dark", "disabled", "unloaded"])
async def test_battery_that_is_not_set_up(how: str) -> None:
    """What is stored and why it is not set up are told, when they are needed most."""
    async with one_battery() as (place, battery):
        entries = place.hass.config_entries
        entry_id = place.entry(battery).entry_id
        if how == "dark":
            battery.go_dark()
            await entries.async_reload(entry_id)
            assert place.entry(battery).state is ConfigEntryState.SETUP_RETRY
        elif how == "disabled":
            await entries.async_set_disabled_by(entry_id, ConfigEntryDisabler.USER)
        else:
            await entries.async_unload(entry_id)
        told = await diagnostics(place, battery)
        assert told["state"] == place.entry(battery).state.value
        assert told["entry"]["data"]["model"] == "VenusE 3.0"
        assert told["memory"]["charged"]["total"] > 0
        assert (told["reason"] is not None) is (how == "dark")
        text = json.dumps(told)
        assert not [one for one in spellings(MAC) if one in text]
        assert ADDRESS not in text
        await entries.async_unload(entry_id)
