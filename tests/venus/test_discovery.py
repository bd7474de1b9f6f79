"""Searching: what is found, and that those who are known already are not disturbed."""

import asyncio
from collections.abc import Iterable
from typing import Any, override

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.venus import (
    DISCOVERY_PORTS,
    DeviceError,
    FoundDevice,
    Hub,
    InvalidReplyError,
    Method,
    NoAnswerError,
    NotMarstekError,
    Pacing,
    PortInUseError,
    SearchResult,
    probe,
    search,
)
from custom_components.marstek.venus.clock import LoopClock
from custom_components.marstek.venus.discovery import _MOST_BATTERIES, _MOST_CLAIMS, _Collector
from custom_components.marstek.venus.transport import Inbound
from custom_components.marstek.venus.wire import decode_reply
from simulator import BatterySpec, Faults
from simulator.garbage import GARBAGE
from simulator.sockets import open_socket
from tests.support.loopback import free_port, taken
from tests.support.pair import (
    ADDRESS,
    MAC,
    MINIMUM_GAP,
    ScriptedDevice,
    assert_polite,
    connected,
    fleet,
    found,
    loop,
    reply,
    scripted,
    soc,
    switched_on,
    time,
    virtual,
)

BROADCAST = "127.255.255.255"
KINDS = (("VenusE 3.0", 150), ("VenusE", 156), ("Venus A", 149), ("VenusC", 153))


def _specs(ports: Iterable[int]) -> list[BatterySpec]:
    """Return a battery of each kind, on these ports in turn."""
    return [
        BatterySpec(
            device=device,
            firmware=firmware,
            ble_mac=f"02aabbcc010{number}",
            address=f"127.0.0.1{number}",
            port=port,
        )
        for number, ((device, firmware), port) in enumerate(zip(KINDS, ports, strict=True), 1)
    ]


def _macs(result: SearchResult) -> list[str]:
    return [item.device.ble_mac for item in result.devices]


@virtual
async def test_a_broadcast_finds_all() -> None:
    """Each once, although it is asked in several rounds, each with where it answers."""
    port = free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        result = await search(Hub(), [BROADCAST], ports=[port])
        assert _macs(result) == [battery.spec.ble_mac for battery in batteries]
        assert result.ports_in_use == ()
        for item, battery in zip(result.devices, batteries, strict=True):
            spec = battery.spec
            assert (item.address, item.port) == (spec.address, port)
            assert (item.device.model, item.device.firmware) == (spec.device, spec.firmware)
            assert len(battery.exchanges) == 3
            assert_polite(battery)


@virtual
async def test_several_ports_at_once() -> None:
    """The search takes no longer for them; each battery's own port is found."""
    ports = [free_port() for _ in KINDS]
    async with fleet(*_specs(ports)) as batteries:
        begun = time()
        result = await search(Hub(), [BROADCAST], ports=[*ports, ports[0], free_port()])
        assert time() - begun < 10
        assert [item.port for item in result.devices] == ports
        for battery in batteries:
            assert len(battery.exchanges) == 3
            assert_polite(battery)


@virtual
async def test_single_addresses() -> None:
    """What a broadcast does not reach can be asked by itself."""
    port = free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        addresses = ["127.0.0.11", "127.0.0.13", "127.0.0.99"]
        result = await search(Hub(), addresses, ports=[port])
        assert _macs(result) == ["02aabbcc0101", "02aabbcc0103"]
        assert batteries["02aabbcc0102"].exchanges == []


@virtual
async def test_a_battery_on_two_addresses_is_found_once() -> None:
    """As one that is on Ethernet and on Wi-Fi, say two networks of the host."""
    port = free_port()
    async with switched_on(port=port) as battery:

        class Second(asyncio.DatagramProtocol):
            """Hands on what comes to the other address."""

            @override
            def datagram_received(self, data: bytes, addr: Any) -> None:
                battery.deliver(data, addr)

        second = await open_socket(Second(), "127.0.0.77", port, allow_lan=False)
        result = await search(Hub(), [ADDRESS, "127.0.0.77"], ports=[port])
        second.close()
        assert _macs(result) == [MAC]


@virtual
async def test_losses_need_several_rounds() -> None:
    """Of four batteries that lose half of all requests nearly all are found."""
    port = free_port()
    async with fleet(*_specs([port] * 4), faults=Faults(loss=0.5, duplicates=0.3)) as batteries:
        result = await search(Hub(), [BROADCAST], ports=[port], rounds=6)
        assert _macs(result) == [battery.spec.ble_mac for battery in batteries]


@virtual
async def test_known_batteries_are_not_disturbed_by_a_search() -> None:
    """A broadcast is a request to each: none overlaps it, and the quiet gap is kept."""
    hub, port = Hub(), free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        one, other = (batteries[mac] for mac in ("02aabbcc0101", "02aabbcc0102"))
        async with connected(one, hub=hub) as client, connected(other, hub=hub) as second:

            async def poll(which: Any) -> None:
                while True:
                    assert soc(await which.read(Method.ENERGY)) == 55

            polls = [asyncio.create_task(poll(which)) for which in (client, client, second)]
            await asyncio.sleep(7)
            result = await search(hub, [BROADCAST], ports=[port])
            assert len(result.devices) == 4
            await asyncio.sleep(20)
            for task in polls:
                assert not task.done()
                task.cancel()
            await asyncio.gather(*polls, return_exceptions=True)
        for battery in batteries:
            assert_polite(battery)
        outcomes = one.statistics().outcomes
        assert outcomes == {"answered": len(one.exchanges)}
        searches = [item for item in one.exchanges if item.method == Method.DEVICE]
        assert len(searches) == 3


@virtual
async def test_a_battery_that_is_added_during_a_search() -> None:
    """Its first request waits for the answer to the broadcast too."""
    hub, port = Hub(), free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        battery = batteries["02aabbcc0101"]
        for wait in (0.01, 0.5, 2.9):
            searching = asyncio.create_task(search(hub, [BROADCAST], ports=[port]))
            await asyncio.sleep(wait)
            async with connected(battery, hub=hub) as client:
                assert soc(await client.read(Method.ENERGY)) == 55
            await searching
            await asyncio.sleep(10)
        assert_polite(battery)


@virtual
async def test_an_address_that_is_probed_during_a_search() -> None:
    """Whoever types it in at that moment waits for the round, and is answered."""
    hub, port = Hub(), free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        searching = asyncio.create_task(search(hub, [BROADCAST], ports=[port]))
        await asyncio.sleep(0.01)
        item = await probe(hub, "127.0.0.12", port)
        assert item.device.ble_mac == "02aabbcc0102"
        await searching
        for battery in batteries:
            assert_polite(battery)


@virtual
async def test_a_command_in_the_middle_of_a_search() -> None:
    """It waits for the round, not for the whole search."""
    hub, port = Hub(), free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        battery = batteries["02aabbcc0101"]
        async with connected(battery, hub=hub) as client:
            searching = asyncio.create_task(search(hub, [BROADCAST], ports=[port]))
            await asyncio.sleep(1)
            begun = time()
            await client.write({"mode": "AI", "ai_cfg": {"enable": 1}})
            assert time() - begun < 2 * (MINIMUM_GAP + 0.5)
            await searching
        assert_polite(battery)


@virtual
async def test_two_searches_at_once() -> None:
    """They take turns, so that no battery is asked twice at once."""
    hub, port = Hub(), free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        results = await asyncio.gather(
            search(hub, [BROADCAST], ports=[port]), search(hub, [BROADCAST], ports=[port])
        )
        assert [len(result.devices) for result in results] == [4, 4]
        for battery in batteries:
            assert_polite(battery)


@virtual
async def test_a_port_that_is_taken_is_searched_as_well_as_can_be() -> None:
    """The families that answer to any port are found, and the port is told."""
    port, free = free_port(), free_port()
    async with fleet(*_specs([port, port, port, free])) as batteries:
        with taken(port):
            result = await search(Hub(), [BROADCAST], ports=[port, free])
        assert result.ports_in_use == (port,)
        assert _macs(result) == ["02aabbcc0101", "02aabbcc0103", "02aabbcc0104"]
        assert len(batteries) == 4


@virtual
async def test_a_search_leaves_nothing_open() -> None:
    """Not even when it is cancelled."""
    hub, port = Hub(), free_port()
    await search(hub, [BROADCAST], ports=[port], rounds=1)
    open_ports = [hub.ports]
    searching = asyncio.create_task(search(hub, [BROADCAST], ports=[port]))
    await asyncio.sleep(1)
    open_ports.append(hub.ports)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    open_ports.append(hub.ports)
    assert open_ports == [(), (port,), ()]
    assert not hub.searching.locked()


def _device(**values: Any) -> dict[str, Any]:
    return {"device": "VenusE 3.0", "ver": 150, "ble_mac": MAC, "ip": ADDRESS} | values


@pytest.mark.parametrize("mac", ["", None, "none"])
@virtual
async def test_a_battery_that_leaves_its_mac_out(mac: str | None) -> None:
    """Its name in `src` tells who it is (docs/protocol.md 2.1 and 6.9)."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        return [(0.1, reply(request, _device(device="VenusC", ver=153, ble_mac=mac)))]

    async with scripted(script) as (_, target):
        result = await search(Hub(), [ADDRESS], ports=[target.port])
        assert _macs(result) == [MAC]
        assert (await probe(Hub(), ADDRESS, target.port)).device.ble_mac == MAC


_STRANGERS: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "another maker": (_device(device="Jupiter"), NotMarstekError),
    "no model": (_device(device=""), InvalidReplyError),
    "no firmware": (_device(ver=None), InvalidReplyError),
    "text for a firmware": (_device(ver="150"), InvalidReplyError),
    "something else": ({"hello": "world"}, InvalidReplyError),
}


@pytest.mark.parametrize(("result", "error"), _STRANGERS.values(), ids=_STRANGERS)
@virtual
async def test_strangers(result: dict[str, Any], error: type[Exception]) -> None:
    """What is no battery of this maker is not found, and probing it says why."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        return [(0.1, reply(request, result))]

    async with scripted(script) as (_, target):
        assert _macs(await search(Hub(), [ADDRESS], ports=[target.port])) == []
        with pytest.raises(error):
            await probe(Hub(), ADDRESS, target.port)


@pytest.mark.parametrize("name", sorted(set(GARBAGE) - {"wrong_encoding"}))
@virtual
async def test_garbage(name: str) -> None:
    """It is never found, nor does it keep others from being found."""
    port = free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        batteries["02aabbcc0102"].faults.garbage = name
        result = await search(Hub(), [BROADCAST], ports=[port])
        assert _macs(result) == ["02aabbcc0101", "02aabbcc0103", "02aabbcc0104"]
        with pytest.raises((InvalidReplyError, NoAnswerError)) as caught:
            await probe(Hub(), "127.0.0.12", port)
        assert isinstance(caught.value, NoAnswerError) == (name == "wrong_id")


@virtual
async def test_a_device_that_answers_errors_only() -> None:
    """It is there, but of no use."""
    async with switched_on(faults=Faults(error=411)) as battery:
        result = await search(Hub(), [ADDRESS], ports=[battery.spec.port])
        assert result.devices == ()
        with pytest.raises(DeviceError) as caught:
            await probe(Hub(), ADDRESS, battery.spec.port)
        assert caught.value.data == 411


@pytest.mark.parametrize(("device", "firmware"), KINDS)
@virtual
async def test_probe(device: str, firmware: int) -> None:
    """One address, one battery, found at the first answer."""
    async with switched_on(device=device, firmware=firmware) as battery:
        begun = time()
        item = await probe(Hub(), ADDRESS, battery.spec.port)
        assert time() - begun < 0.5
        assert isinstance(item, FoundDevice)
        expected = found(battery)
        assert (item.address, item.port) == (expected.address, expected.port)
        assert item.device.ble_mac == expected.device.ble_mac
        assert (item.device.model, item.device.firmware) == (device, firmware)


@virtual
async def test_probe_is_repeated() -> None:
    """Until the battery hears it, or four times."""
    async with switched_on(faults=Faults(loss=1)) as battery:
        probing = asyncio.create_task(probe(Hub(), ADDRESS, battery.spec.port))
        await asyncio.sleep(4)
        battery.faults.clear()
        assert (await probing).device.ble_mac == MAC
        battery.faults.dark = True
        battery.clear_exchanges()
        with pytest.raises(NoAnswerError):
            await probe(Hub(), ADDRESS, battery.spec.port)
        assert len(battery.exchanges) == 4


@virtual
async def test_probe_of_a_taken_port() -> None:
    """What answers to its own port only can't be told from silence, so that the port is named."""
    for (device, firmware), works in zip(KINDS, (True, False, True, False), strict=True):
        async with switched_on(device=device, firmware=firmware) as battery:
            with taken(battery.spec.port):
                if works:
                    await probe(Hub(), ADDRESS, battery.spec.port)
                    continue
                with pytest.raises(PortInUseError):
                    await probe(Hub(), ADDRESS, battery.spec.port)


@virtual
async def test_probe_of_a_battery_that_is_being_polled() -> None:
    """Its link and the probe take turns; others go on meanwhile."""
    hub, port = Hub(), free_port()
    async with fleet(*_specs([port] * 4)) as batteries:
        one, other = batteries["02aabbcc0101"], batteries["02aabbcc0102"]
        async with connected(one, hub=hub) as client, connected(other, hub=hub) as second:
            reads = [client.read(Method.ENERGY), client.read(Method.MODE)]
            begun = time()
            await asyncio.gather(probe(hub, "127.0.0.11", port), *reads)
            await second.read(Method.ENERGY)
            assert time() - begun < 15
        for battery in batteries:
            assert_polite(battery)


@virtual
async def test_answers_of_others_are_not_those_of_the_probed() -> None:
    """A stranger that knows the port, but not the question, answers nothing."""

    def script(request: dict[str, Any]) -> list[tuple[float, bytes]]:
        return [(0.1, reply(request | {"id": request["id"] % 65535 + 1}, _device()))]

    async with scripted(script) as (device, target):
        assert isinstance(device, ScriptedDevice)
        with pytest.raises(NoAnswerError):
            await probe(Hub(), ADDRESS, target.port)
        assert _macs(await search(Hub(), [ADDRESS], ports=[target.port])) == []


def test_ports_that_are_searched() -> None:
    """The ports that other clients search as well."""
    assert DISCOVERY_PORTS == (30000, 30001, 30002, 30003, 30004, 30030)


@virtual
async def test_the_newest_answer_counts() -> None:
    """A battery whose firmware is updated in mid-search is found as it is now."""
    async with switched_on(firmware=149) as battery:
        loop().call_later(4, battery.update_firmware, 150)
        result = await search(Hub(), [ADDRESS], ports=[battery.spec.port])
        assert result.devices[0].device.firmware == 150


@given(
    st.lists(
        st.tuples(
            st.integers(0, 400).map(lambda number: f"02ffff{number:06x}") | st.just(MAC),
            st.integers(1, 250).map(lambda number: f"127.0.8.{number}"),
        ),
        max_size=3000,
    )
)
@settings(max_examples=20, deadline=None)
@virtual
async def test_any_flood_is_bounded(claims: list[tuple[str, str]]) -> None:
    """Forged answers fill a bounded list, in which a known battery keeps its place."""
    hub = Hub()
    endpoint = await hub.acquire(free_port())
    collector = _Collector(endpoint, 7, LoopClock(), Pacing(), known=(MAC,))
    payload = {"device": "VenusE 3.0", "ver": 150}
    for mac, address in [*claims, (MAC, ADDRESS)]:
        answer = reply({"id": 7}, payload | {"ble_mac": mac}, mac)
        collector.received(Inbound(address, decode_reply(answer), answer))
    hub.release(endpoint)
    found = [claim.device.ble_mac for claim in collector.found.values()]
    assert len(set(found)) <= _MOST_BATTERIES + 1
    assert all(found.count(mac) <= _MOST_CLAIMS for mac in set(found))
    assert MAC in found
