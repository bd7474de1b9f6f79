"""Life of a config entry: set up, unloaded, reloaded, removed; and entries of other integrations."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
import socket
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import format_mac
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.discovery import _async_discover
from custom_components.marstek.runtime import async_is_heard
from simulator import SimulatedBattery
from tests.support.home import PORT, Home, home
from tests.support.truth import NOTHING, Watch, virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def two_batteries() -> AsyncIterator[tuple[Home, SimulatedBattery, SimulatedBattery]]:
    """Set two batteries up that share a socket; nothing may be logged that worries anyone."""
    async with home(count=2) as place:
        await place.add_all()
        await asyncio.sleep(60)
        first, second = place.batteries
        yield place, first, second
        assert place.log.lines == []
        assert [battery.forbidden for battery in place.batteries] == [[], []]


def port_is_free() -> bool:
    """Tell whether nobody listens on the port of the batteries on every interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("127.0.0.1", PORT))
        except OSError:
            return False
    return True


def entities_of(place: Home, battery: SimulatedBattery) -> list[er.RegistryEntry]:
    """Return what the registry knows of a battery's entities."""
    registry = er.async_get(place.hass)
    return er.async_entries_for_config_entry(registry, place.entry(battery).entry_id)


async def reason(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return what the user reads on an entry that could not be set up."""
    texts = await async_get_translations(hass, "en", "exceptions", {DOMAIN})
    key = f"component.{DOMAIN}.exceptions.{entry.error_reason_translation_key}.message"
    return texts[key].format(**(entry.error_reason_translation_placeholders or {}))


def memory_file(place: Home, entry_id: str) -> Path:
    """Return the file in which a battery is remembered."""
    return Path(place.hass.config.path(".storage", f"{DOMAIN}.{entry_id}"))


@virtual
async def test_unload() -> None:
    """An unloaded battery is asked nothing and told nothing; the other goes on."""
    async with two_batteries() as (place, first, second):
        await place.call(first, "number", "setpoint", value=300)
        await place.call(first, "select", "mode", option="passive")
        await asyncio.sleep(30)
        entry = place.entry(first)
        assert await place.hass.config_entries.async_unload(entry.entry_id)
        assert entry.state is ConfigEntryState.NOT_LOADED
        first.clear_exchanges()
        second.clear_exchanges()
        await asyncio.sleep(200)
        assert first.exchanges == []
        assert len(second.exchanges) > 5
        assert place.state(second, "sensor", "soc") not in NOTHING
        assert place.state(first, "sensor", "soc") == STATE_UNAVAILABLE
        # What was chosen is not taken back, and not kept up either.
        assert first.state.mode == "Passive"
        assert not port_is_free()


@virtual
async def test_unload_the_last_one() -> None:
    """No socket, no task and no timer is left behind."""
    async with two_batteries() as (place, first, second):
        for battery in (first, second):
            entry = place.entry(battery)
            assert await place.hass.config_entries.async_unload(entry.entry_id)
        await asyncio.sleep(1)
        assert port_is_free()
        assert not [task for task in asyncio.all_tasks() if DOMAIN in task.get_name()]
        for battery in (first, second):
            battery.clear_exchanges()
        await asyncio.sleep(240)
        assert [battery.exchanges for battery in (first, second)] == [[], []]


@virtual
async def test_reload() -> None:
    """A reload keeps the totals, the setpoint and the quiet time of the battery."""
    async with home(count=2) as place:
        watch = Watch(place)
        await place.add_all()
        await watch.seconds(60)
        battery = place.batteries[0]
        await place.call(battery, "number", "setpoint", value=450)
        for _ in range(3):
            before = float(place.state(battery, "sensor", "energy_discharged"))
            await place.hass.config_entries.async_reload(place.entry(battery).entry_id)
            await watch.seconds(37)
            assert float(place.state(battery, "sensor", "energy_discharged")) >= before
            assert float(place.state(battery, "number", "setpoint")) == 450
        statistics = battery.statistics()
        assert statistics.overlaps == 0
        assert statistics.smallest_gap is not None
        assert statistics.smallest_gap >= 2.5
        watch.assert_right()
        watch.assert_present()
        assert place.log.lines == []


@virtual
async def test_remove() -> None:
    """A removed battery leaves neither entities nor a device nor a file."""
    async with two_batteries() as (place, first, second):
        entry = place.entry(first)
        assert len(entities_of(place, first)) > 10
        await place.call(first, "number", "setpoint", value=450)
        await asyncio.sleep(400)
        assert memory_file(place, entry.entry_id).exists()
        await place.hass.config_entries.async_remove(entry.entry_id)
        first.clear_exchanges()
        await asyncio.sleep(400)
        assert first.exchanges == []
        assert not memory_file(place, entry.entry_id).exists()
        registry = er.async_get(place.hass)
        assert er.async_entries_for_config_entry(registry, entry.entry_id) == []
        devices = dr.async_get(place.hass)
        assert dr.async_entries_for_config_entry(devices, entry.entry_id) == []
        assert not [state for state in place.hass.states.async_all() if "0000" in state.entity_id]
        assert place.state(second, "sensor", "soc") not in NOTHING


@virtual
async def test_dark_at_the_start() -> None:
    """A battery that is off at the start is said to be, and set up once it is there."""
    async with home(count=1) as place:
        battery = place.batteries[0]
        battery.go_dark()
        await place.add_all()
        await asyncio.sleep(60)
        entry = place.entry(battery)
        assert [entry.state] == [ConfigEntryState.SETUP_RETRY]
        assert entry.error_reason_translation_key == "no_answer"
        battery.come_back()
        await asyncio.sleep(120)
        assert entry.state is ConfigEntryState.LOADED
        assert place.state(battery, "sensor", "soc") not in NOTHING


@virtual
async def test_another_battery_at_the_start() -> None:
    """Another battery at the address is never shown as this one."""
    async with home(count=2) as place:
        first, second = place.batteries
        await place.fleet.swap_addresses(first.spec.ble_mac, second.spec.ble_mac)
        for battery, host in ((first, "127.0.1.1"), (second, "127.0.1.2")):
            MockConfigEntry(
                domain=DOMAIN,
                unique_id=format_mac(battery.spec.ble_mac),
                title="Garage",
                data={
                    "kind": "battery",
                    "host": host,
                    "port": PORT,
                    "ble_mac": battery.spec.ble_mac,
                    "model": "VenusE 3.0",
                    "firmware": 150,
                },
            ).add_to_hass(place.hass)
        entries = place.hass.config_entries.async_entries(DOMAIN)
        for entry in entries:
            place.hass.async_create_task(place.hass.config_entries.async_setup(entry.entry_id))
        await asyncio.sleep(300)
        assert [entry.state for entry in entries] == [ConfigEntryState.LOADED] * 2
        assert [entry.data["host"] for entry in entries] == ["127.0.1.2", "127.0.1.1"]
        watch = Watch(place)
        # Until both have been read again.
        await watch.seconds(60)
        watch.wrong.clear()
        await watch.seconds(120)
        watch.assert_right()
        watch.assert_present()


FOREIGN: Mapping[str, dict[str, Any]] = {
    "cloud": {"username": "somebody@example.com", "password": "secret"},
    "several": {"devices": [{"ip": "127.0.1.1", "ble_mac": "02aabbcc0000"}]},
    "kind of its own": {"kind": "hub", "host": "127.0.1.1"},
}


@virtual
@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("version", [(1, 1), (1, 7)])
async def test_entry_of_another_integration(name: str, version: tuple[int, int]) -> None:
    """It is refused with a message that says what to do, and nothing of it is changed."""
    data = FOREIGN[name]
    async with home(count=1) as place:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Mine",
            unique_id="02:aa:bb:cc:00:00",
            data=data,
            options={"poll_interval": 30},
            version=version[0],
            minor_version=version[1],
        )
        entry.add_to_hass(place.hass)
        device = dr.async_get(place.hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={(DOMAIN, "02aabbcc0000")}, name="Theirs"
        )
        entity = er.async_get(place.hass).async_get_or_create(
            "sensor", DOMAIN, "theirs_soc", config_entry=entry, device_id=device.id
        )
        assert not await place.hass.config_entries.async_setup(entry.entry_id)
        await asyncio.sleep(600)
        # A search that finds its battery changes nothing either, and does not fail on its data.
        await _async_discover(place.hass, async_is_heard)
        assert entry.state is ConfigEntryState.SETUP_ERROR
        assert "made by another Marstek integration" in await reason(place.hass, entry)
        assert (dict(entry.data), dict(entry.options)) == (data, {"poll_interval": 30})
        assert (entry.version, entry.minor_version) == version
        assert (entry.title, entry.unique_id) == ("Mine", "02:aa:bb:cc:00:00")
        assert dr.async_get(place.hass).async_get(device.id) is not None
        assert er.async_get(place.hass).async_get(entity.entity_id) is not None
        # It can be got rid of, too.
        await place.hass.config_entries.async_remove(entry.entry_id)
        assert place.hass.config_entries.async_entries(DOMAIN) == []
        # Home Assistant itself logs why the entry was not set up; nothing else is raised.
        raised = {line for line in place.log.lines if "TRACEBACK" in line}
        assert raised == {"TRACEBACK ConfigEntryError('foreign_entry')"}


@virtual
async def test_entry_of_a_later_version_of_another_integration() -> None:
    """Home Assistant itself refuses what it takes for a downgrade; nothing of it is changed."""
    async with home(count=1) as place:
        entry = MockConfigEntry(domain=DOMAIN, data=FOREIGN["cloud"], version=3, minor_version=2)
        entry.add_to_hass(place.hass)
        assert not await place.hass.config_entries.async_setup(entry.entry_id)
        await asyncio.sleep(600)
        assert entry.state is ConfigEntryState.MIGRATION_ERROR
        assert dict(entry.data) == FOREIGN["cloud"]
        assert (entry.version, entry.minor_version) == (3, 2)
