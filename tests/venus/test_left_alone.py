"""A battery that is left alone gets no datagram: no read, command, probe, search or broadcast."""

import asyncio

import pytest

from custom_components.marstek.venus import (
    Hub,
    LeftAloneError,
    LoopClock,
    Method,
    Mode,
    ModeRequest,
    VenusError,
    probe,
    search,
)
from simulator import BatterySpec
from tests.support.loopback import free_port
from tests.support.pair import ADDRESS, MAC, connected, fleet, time, virtual

_OTHER = "02aabbcc0202"


@virtual
async def test_nothing_reaches_it_until_its_time_is_over() -> None:
    """Another battery of the same port goes on as before, a search waits."""
    port, hub = free_port(), Hub()
    specs = (
        BatterySpec(address=ADDRESS, ble_mac=MAC, port=port),
        BatterySpec(address="127.0.0.12", ble_mac=_OTHER, port=port),
    )
    async with (
        fleet(*specs) as batteries,
        connected(batteries[MAC], hub=hub) as client,
        connected(batteries[_OTHER], hub=hub) as other,
    ):
        waiting = asyncio.create_task(client.read(Method.MODE))
        await client.read(Method.ENERGY)
        await waiting
        hub.gates.left_alone.begin(ADDRESS, port, 1800, LoopClock())
        asked, since = len(batteries[MAC].exchanges), time()
        while time() - since < 1790:
            for method in (Method.ENERGY, Method.DEVICE):
                with pytest.raises(LeftAloneError):
                    await client.read(method)
            with pytest.raises(LeftAloneError):
                await client.write(ModeRequest(Mode.AUTO).configs()[0])
            with pytest.raises(LeftAloneError) as caught:
                await probe(hub, ADDRESS, port)
            assert 0 < caught.value.seconds <= 1800
            targets = (ADDRESS, "127.255.255.255")
            assert (await search(hub, targets, ports=(port,))).devices == ()
            await other.read(Method.ENERGY)
            await asyncio.sleep(200)
        assert len(batteries[MAC].exchanges) == asked
        await asyncio.sleep(max(0, since + 1800 - time()))
        await client.read(Method.ENERGY)
        assert (await search(hub, (ADDRESS,), ports=(port,))).devices != ()


@virtual
async def test_it_ends_early_and_belongs_to_one_place() -> None:
    """The same address on another port is another battery."""
    port, hub = free_port(), Hub()
    async with (
        fleet(BatterySpec(address=ADDRESS, ble_mac=MAC, port=port)) as batteries,
        connected(batteries[MAC], hub=hub) as client,
    ):
        left_alone = hub.gates.left_alone
        left_alone.begin(ADDRESS, port + 1, 60, LoopClock())
        await client.read(Method.ENERGY)
        left_alone.begin(ADDRESS, port, 60, LoopClock())
        assert left_alone.is_any(port)
        left_alone.end(ADDRESS, port)
        assert not left_alone.is_any(port)
        await client.read(Method.ENERGY)


@virtual
async def test_a_request_that_waits_for_its_turn_is_not_sent() -> None:
    """Its turn comes after the battery is to be left alone."""
    port, hub = free_port(), Hub()
    async with (
        fleet(BatterySpec(address=ADDRESS, ble_mac=MAC, port=port)) as batteries,
        connected(batteries[MAC], hub=hub) as client,
    ):
        await client.read(Method.ENERGY)
        calls = [asyncio.create_task(client.read(Method.MODE)) for _ in range(3)]
        await asyncio.sleep(0.5)
        hub.gates.left_alone.begin(ADDRESS, port, 600, LoopClock())
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(result, VenusError) for result in results)
        assert len(batteries[MAC].exchanges) == 1
