"""What goes wrong in real homes: never a wrong value, never an exception, recovery without help."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.marstek.venus.wire import MAX_ID
from simulator import SimulatedBattery
from simulator.forgery import forged_reply, send_from
from simulator.garbage import GARBAGE
from tests.support.home import PORT, Home, home
from tests.support.loopback import names
from tests.support.truth import NOTHING, Watch, virtual

pytestmark = pytest.mark.usefixtures("socket_enabled")

# Until a method that failed is tried again, in s, and the time for trying.
LONGEST_REST = 330


@asynccontextmanager
async def watched(
    *,
    device: str = "VenusE 3.0",
    firmware: int = 150,
    count: int = 2,
    outages: int = 0,
    integrated: bool = False,
) -> AsyncIterator[Watch]:
    """Start batteries and Home Assistant; afterwards nothing may have been wrong.

    `outages` is how many times a battery becomes unavailable: each is logged once. Totals that are
    `integrated` begin at zero, as the battery's counters then do.
    """
    async with home(device=device, firmware=firmware, count=count) as place:
        for battery in place.batteries if integrated else ():
            battery.reset_counters()
        watch = Watch(place)
        await place.add_all()
        await watch.seconds(20)
        yield watch
        watch.assert_right()
        watch.assert_present()
        assert len(place.log.lines) <= outages, place.log.lines
        assert all(map(_is_expected, place.log.lines)), place.log.lines


def _is_expected(line: str) -> bool:
    """Tell whether a line is about an outage, or a battery that answers at two addresses."""
    is_outage = line.startswith("ERROR custom_components.marstek: Error fetching ")
    return is_outage or line.endswith("in its name")


def is_shown(place: Home, battery: SimulatedBattery) -> bool:
    """Tell whether Home Assistant shows a battery's values."""
    return place.state(battery, "sensor", "soc") not in NOTHING


@virtual
async def test_a_third_is_lost() -> None:
    """A battery that loses 30 % stays available all the time."""
    async with watched() as watch:
        for battery in watch.home.batteries:
            battery.faults.loss = 0.3
        await watch.seconds(3600)
        assert watch.dark_seconds == 0


@virtual
async def test_everything_comes_twice() -> None:
    """Duplicates change nothing."""
    async with watched() as watch:
        for battery in watch.home.batteries:
            battery.faults.duplicates = 1.0
        await watch.seconds(1200)
        assert watch.dark_seconds == 0


@virtual
@pytest.mark.parametrize("rate", [0.2, 1.0])
async def test_answers_come_five_seconds_late(rate: float) -> None:
    """Late answers are used, and no request is sent into one."""
    async with watched() as watch:
        for battery in watch.home.batteries:
            battery.faults.late = rate
        await watch.seconds(1200)
        assert watch.dark_seconds == 0
        assert all(battery.statistics().overlaps == 0 for battery in watch.home.batteries)


@virtual
async def test_dark_for_an_hour() -> None:
    """A dark battery is probed gently, and is back within a probe's interval."""
    async with watched(outages=1) as watch:
        battery = watch.home.batteries[0]
        battery.go_dark()
        since = watch.home.now
        await watch.seconds(3600)
        assert not is_shown(watch.home, battery)
        assert watch.home.state(battery, "binary_sensor", "connectivity") == "off"
        assert is_shown(watch.home, watch.home.batteries[1])
        assert battery.statistics(since).requests_per_hour < 150
        battery.come_back()
        assert await watch.until(lambda: is_shown(watch.home, battery), 600) < 70
        assert watch.home.state(battery, "binary_sensor", "connectivity") == "on"
        await watch.seconds(180)


@virtual
async def test_dark_for_five_minutes() -> None:
    """A short darkness shows after two to four minutes, and ends within half a minute."""
    async with watched(outages=3) as watch:
        place, battery = watch.home, watch.home.batteries[0]
        for pause in (0, 17, 41):
            await watch.seconds(120 + pause)
            battery.go_dark(300)
            started = place.now
            assert 120 <= await watch.until(lambda: not is_shown(place, battery), 300) <= 240
            await watch.seconds(started + 300 - place.now)
            assert await watch.until(lambda: is_shown(place, battery), 300) <= 30


@virtual
async def test_dark_for_a_minute() -> None:
    """Nothing becomes unavailable for a battery that restarts."""
    async with watched() as watch:
        for battery in watch.home.batteries:
            battery.go_dark(60)
        await watch.seconds(400)
        assert watch.dark_seconds == 0


@virtual
@pytest.mark.parametrize("error", [403, 406, 410, 424, 425, 426])
async def test_errors_only(error: int) -> None:
    """A battery that answers errors only is unavailable until it comes to its senses."""
    async with watched(outages=1) as watch:
        place, battery = watch.home, watch.home.batteries[0]
        await watch.seconds(60)
        battery.faults.error = error
        await watch.seconds(900)
        assert not is_shown(place, battery)
        assert is_shown(place, place.batteries[1])
        battery.faults.clear()
        assert await watch.until(lambda: is_shown(place, battery), 5000) <= LONGEST_REST
        await watch.seconds(300)


@virtual
@pytest.mark.parametrize("name", sorted(GARBAGE))
async def test_garbage(name: str) -> None:
    """Whatever a battery says, nothing of it is believed that can't be true."""
    async with watched(count=1, outages=2) as watch:
        place, battery = watch.home, watch.home.batteries[0]
        for _ in range(2):
            battery.faults.garbage = name
            await watch.seconds(330)
            battery.faults.garbage = ""
            waited = await watch.until(lambda: is_shown(place, battery), 1000)
            assert waited <= LONGEST_REST
            # The mode may still be resting.
            await watch.seconds(LONGEST_REST)


@virtual
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("missing", marks=pytest.mark.long),
        "truncated",
        pytest.param("wrong_id", marks=pytest.mark.long),
    ],
)
async def test_garbage_for_hours(name: str) -> None:
    """However long a battery talked nonsense, it is understood soon after it stops."""
    async with watched(outages=1) as watch:
        place, battery = watch.home, watch.home.batteries[0]
        battery.faults.garbage = name
        await watch.seconds(7200)
        assert not is_shown(place, battery)
        battery.faults.garbage = ""
        assert await watch.until(lambda: is_shown(place, battery), 7200) <= LONGEST_REST
        await watch.seconds(400)


@virtual
async def test_garbage_now_and_then() -> None:
    """A tenth of garbage does not make a battery unavailable."""
    async with watched() as watch:
        for battery in watch.home.batteries:
            battery.faults.garbage, battery.faults.garbage_rate = "any", 0.1
        await watch.seconds(3600)
        assert watch.dark_seconds == 0


@virtual
async def test_forged_answers() -> None:
    """An answer from another address is nobody's, even with the right number."""
    async with watched(count=1) as watch:
        battery = watch.home.batteries[0]
        battery.faults.delay = 1.0
        forged = 0
        for _ in range(600):
            await watch.seconds(1)
            last = battery.exchanges[-1]
            if last.replied and last.replied[-1] > watch.home.now and isinstance(last.id, int):
                lie = {"bat_soc": 99, "soc": 99, "ongrid_power": 1999, "mode": "UPS"}
                await send_from(
                    ("127.0.0.99", PORT), forged_reply(battery, last.id, lie), ("127.0.0.1", PORT)
                )
                forged += 1
        assert forged > 10


@virtual
async def test_new_address() -> None:
    """A battery with a new lease is found again, and its entry follows."""
    async with watched(outages=1) as watch:
        place, battery = watch.home, watch.home.batteries[0]
        await battery.change_address("127.0.1.77")
        moved = await watch.until(lambda: place.entry(battery).data["host"] == "127.0.1.77", 600)
        assert moved < 200
        assert await watch.until(lambda: is_shown(place, battery), 60) < 30
        await watch.seconds(300)
        await place.restart()
        await watch.seconds(60)


@virtual
async def test_new_address_of_a_host_name() -> None:
    """A host name is looked up again, and stays in the entry."""
    with names({"akku.lan": "127.0.1.1"}):
        async with home(count=1) as place:
            battery = place.batteries[0]
            watch = Watch(place)
            await place.add_all()
            place.hass.config_entries.async_update_entry(
                place.entry(battery), data={**place.entry(battery).data, "host": "akku.lan"}
            )
            await place.hass.config_entries.async_reload(place.entry(battery).entry_id)
            await watch.seconds(60)
            with names({"akku.lan": "127.0.1.88"}):
                # No broadcast reaches it there: only its name leads to it.
                await battery.change_address("127.0.1.88")
                await place.fleet.ignore_broadcasts()
                await watch.seconds(300)
                watch.assert_right()
                watch.assert_present()
                assert place.entry(battery).data["host"] == "akku.lan"


@virtual
async def test_swapped_addresses() -> None:
    """Neither battery ever shows the other's values."""
    async with watched(outages=2) as watch:
        place = watch.home
        first, second = place.batteries
        await place.fleet.swap_addresses(first.spec.ble_mac, second.spec.ble_mac)
        await watch.seconds(400)
        assert place.entry(first).data["host"] == first.spec.address == "127.0.1.2"
        assert place.entry(second).data["host"] == second.spec.address == "127.0.1.1"


@virtual
async def test_moved_while_home_assistant_was_off() -> None:
    """A battery that has moved meanwhile is found by the search after the start."""
    async with home(count=2) as place:
        watch = Watch(place)
        await place.add_all()
        await watch.seconds(60)
        first = place.batteries[0]
        stopped = asyncio.ensure_future(place.restart(pause=60))
        await asyncio.sleep(30)
        await first.change_address("127.0.1.66")
        await stopped
        await asyncio.sleep(180)
        await watch.seconds(30)
        assert place.entry(first).data["host"] == "127.0.1.66"
        watch.assert_right()
        watch.assert_present()


@virtual
@pytest.mark.parametrize(
    ("device", "before", "after", "integrated"),
    [
        ("VenusE 3.0", 147, 150, False),
        ("VenusE 3.0", 150, 151, False),
        ("VenusE 3.0", 139, 150, True),
        ("VenusE", 153, 156, False),
        ("Venus A", 148, 149, True),
    ],
)
async def test_firmware_update(device: str, before: int, after: int, integrated: bool) -> None:
    """The entry follows an update, with the new scales and the same totals."""
    async with watched(device=device, firmware=before, outages=2, integrated=integrated) as watch:
        place, battery = watch.home, watch.home.batteries[0]
        await watch.seconds(400)
        battery.update_firmware(after)
        battery.reboot(150)
        await watch.until(lambda: place.entry(battery).data["firmware"] == after, 300)
        await watch.seconds(900)
        assert place.entry(battery).data["firmware"] == after
        assert device_version(place, battery) == str(after)
        assert place.entry(place.batteries[1]).data["firmware"] == before


@virtual
async def test_numbers_wrap() -> None:
    """Request numbers begin anew after 65535."""
    async with watched(count=1) as watch:
        battery = watch.home.batteries[0]
        watch.home.entry(battery).runtime_data.parts.client.link._next_id = MAX_ID - 5
        await watch.seconds(1200)
        numbers = [each.id for each in battery.exchanges if isinstance(each.id, int)]
        assert len(numbers) == len(battery.exchanges)
        assert MAX_ID in numbers
        assert 0 not in numbers
        assert numbers[-1] < 100
        assert watch.dark_seconds == 0


def device_version(place: Home, battery: SimulatedBattery) -> str | None:
    """Return the firmware that the page of the device shows."""
    entity = er.async_get(place.hass).async_get(place.entity_id(battery, "sensor", "soc"))
    device = dr.async_get(place.hass).async_get(entity.device_id or "") if entity else None
    return device.sw_version if isinstance(device, dr.DeviceEntry) else None


@virtual
async def test_a_poll_that_an_unload_cuts_is_no_error() -> None:
    """Whoever asked for it, outside of the entry's own tasks."""
    async with home(count=1) as place:
        await place.add_all()
        (battery,) = place.batteries
        entry = place.entry(battery)
        battery.go_dark()
        place.log.lines.clear()
        poll = asyncio.create_task(entry.runtime_data.coordinator.async_refresh())
        await asyncio.sleep(1)
        assert not poll.done()
        assert await place.hass.config_entries.async_unload(entry.entry_id)
        await poll
        assert place.log.lines == []
