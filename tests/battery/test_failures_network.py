"""Networks that go wrong: names that lead nowhere, ports that others hold, hosts that are off."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import socket
from typing import Any

from homeassistant.config_entries import ConfigEntryState
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.marstek.const import DOMAIN
from custom_components.marstek.entries import entry_data
from custom_components.marstek.venus import DeviceStatus, FoundDevice
from simulator import SimulatedBattery
from tests.support.home import PORT, Home, home
from tests.support.loopback import names, taken
from tests.support.truth import NOTHING, Watch, virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

# Until Home Assistant tries again to set an entry up that failed a few times, in s.
RETRIED_WITHIN = 400


@contextmanager
def shared(port: int) -> Iterator[socket.socket]:
    """Hold a port as a program does that shares it: the newest one gets what comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("0.0.0.0", port))  # noqa: S104 - as other integrations do
        yield sock


async def settled(watch: Watch) -> None:
    """Wait until what was read before the watch began is shown no more."""
    await watch.seconds(60)
    watch.wrong.clear()


def add(place: Home, **changes: Any) -> MockConfigEntry:
    """Add the entry of the first battery, with other data than the flow would give it."""
    spec = place.batteries[0].spec
    device = DeviceStatus(spec.device, spec.firmware, spec.ble_mac)
    data = entry_data(FoundDevice(device, spec.address, spec.port)) | changes
    entry = MockConfigEntry(domain=DOMAIN, unique_id="02:aa:bb:cc:00:00", title="Garage", data=data)
    entry.add_to_hass(place.hass)
    return entry


async def fails(place: Home, entry: MockConfigEntry, reason: str) -> None:
    """Check that an entry can't be set up now, for a reason that the user is told."""
    assert not await place.hass.config_entries.async_setup(entry.entry_id)
    assert [entry.state] == [ConfigEntryState.SETUP_RETRY]
    assert entry.error_reason_translation_key == reason


async def loads(entry: MockConfigEntry) -> None:
    """Wait until an entry has been set up by itself."""
    waited = 0
    while entry.state is not ConfigEntryState.LOADED:
        await asyncio.sleep(5)
        waited += 5
        assert waited < RETRIED_WITHIN, entry.reason


def is_shown(place: Home, battery: SimulatedBattery) -> bool:
    """Tell whether a battery's values are shown."""
    return place.state(battery, "sensor", "soc") not in NOTHING


@asynccontextmanager
async def watched(*, firmware: int = 150, device: str = "VenusE 3.0") -> AsyncIterator[Watch]:
    """Set two batteries up; afterwards nothing may have been wrong, and all must be back."""
    async with home(device=device, firmware=firmware, count=2) as place:
        watch = Watch(place)
        await place.add_all()
        await watch.seconds(30)
        yield watch
        watch.assert_right()
        watch.assert_present()
        assert not [line for line in place.log.lines if "TRACEBACK" in line]


@virtual
async def test_name_that_leads_nowhere_yet() -> None:
    """A name server that starts after Home Assistant does is waited for."""
    async with home(count=1) as place:
        with names({}):
            entry = add(place, host="battery.lan")
            await fails(place, entry, "cannot_resolve")
            await asyncio.sleep(30)
        with names({"battery.lan": "127.0.1.1"}):
            await loads(entry)
            await asyncio.sleep(20)
            assert is_shown(place, place.batteries[0])
            assert entry.data["host"] == "battery.lan"


@virtual
async def test_name_that_leads_nowhere_any_more() -> None:
    """A name is of use when the battery falls silent; until then it need not lead anywhere."""
    async with home(count=1) as place:
        battery = place.batteries[0]
        with names({"battery.lan": "127.0.1.1"}):
            entry = add(place, host="battery.lan")
            assert await place.hass.config_entries.async_setup(entry.entry_id)
        with names({}):
            watch = Watch(place)
            await settled(watch)
            battery.go_dark(400)
            await watch.seconds(560)
            assert is_shown(place, battery)
            assert entry.data["host"] == "battery.lan"
            watch.assert_right()


@virtual
@pytest.mark.parametrize("host", ["::1", "fe80::1%eth0"])
async def test_entry_with_an_ipv6_address(host: str) -> None:
    """An address that no battery has is told, however it came into the entry."""
    async with home(count=1) as place:
        await fails(place, add(place, host=host), "ipv6")
        await asyncio.sleep(30)


@virtual
async def test_port_that_is_closed() -> None:
    """Who refuses datagrams is as silent as who loses them, and is back as soon."""
    async with watched() as watch:
        place, battery = watch.home, watch.home.batteries[0]
        await battery.stop()
        await watch.seconds(900)
        assert not is_shown(place, battery)
        assert is_shown(place, place.batteries[1])
        await battery.start()
        assert await watch.until(lambda: is_shown(place, battery), 600) < 70
        await watch.seconds(200)


@virtual
async def test_entry_with_a_port_that_is_closed() -> None:
    """A wrong port is silence, and said to be at the start."""
    async with home(count=1) as place:
        entry = add(place, port=PORT + 1)
        await fails(place, entry, "no_answer")
        place.hass.config_entries.async_update_entry(entry, data={**entry.data, "port": PORT})
        await loads(entry)


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE", 156), ("VenusE", 153)])
async def test_port_taken_at_the_start(device: str, firmware: int) -> None:
    """A model that answers to its own port only has to wait until the port is free."""
    async with home(device=device, firmware=firmware, count=1) as place:
        with taken(PORT):
            entry = add(place)
            await fails(place, entry, "port_in_use")
            # The search for new batteries, which needs no port of its own, is a minute after it.
            await asyncio.sleep(59)
            assert place.batteries[0].exchanges == []
        await loads(entry)
        await asyncio.sleep(20)
        assert is_shown(place, place.batteries[0])


@virtual
async def test_port_taken_where_another_one_does() -> None:
    """A model that answers to any port is reached, and the user is told once."""
    async with home(count=1) as place:
        with taken(PORT):
            entry = add(place)
            assert await place.hass.config_entries.async_setup(entry.entry_id)
            watch = Watch(place)
            await settled(watch)
            await watch.seconds(600)
            watch.assert_right()
            watch.assert_present()
        assert len(place.log.lines) <= 1


@virtual
@pytest.mark.parametrize(("device", "firmware"), [("VenusE 3.0", 150), ("VenusE", 156)])
async def test_port_shared_by_another_program(device: str, firmware: int) -> None:
    """A program that takes our answers away makes nothing wrong; they are back when it ends."""
    async with watched(device=device, firmware=firmware) as watch:
        place = watch.home
        with shared(PORT):
            await watch.seconds(900)
        for battery in place.batteries:
            assert await watch.until(lambda b=battery: is_shown(place, b), 600) < 200  # type: ignore[misc]
        await watch.seconds(400)


@virtual
async def test_everything_at_once() -> None:
    """Loss, duplicates, late answers, errors, garbage and refusals for two hours."""
    async with watched() as watch:
        for battery in watch.home.batteries:
            faults = battery.faults
            faults.loss, faults.duplicates, faults.late = 0.15, 0.1, 0.1
            faults.parse_errors, faults.refused_writes = 0.05, 0.2
            faults.garbage, faults.garbage_rate = "any", 0.05
        await watch.seconds(7200)
        assert watch.dark_seconds == 0
        assert all(battery.statistics().overlaps == 0 for battery in watch.home.batteries)
        for battery in watch.home.batteries:
            battery.faults.clear()
        await watch.seconds(400)


@virtual
async def test_batteries_that_come_and_go() -> None:
    """Darkness of all lengths, new addresses and restarts, one after the other."""
    async with watched() as watch:
        place = watch.home
        first, second = place.batteries
        for number, seconds in enumerate((20, 90, 200, 400)):
            first.go_dark(seconds)
            await watch.seconds(50)
            second.reboot(seconds / 2)
            await watch.seconds(seconds)
            await second.change_address(f"127.0.1.{40 + number}")
            await watch.seconds(400)
            assert is_shown(place, first)
            assert is_shown(place, second)
        await place.restart()
        await watch.seconds(120)
