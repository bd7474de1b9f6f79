"""Sockets: whose answers they hear, and what they survive."""

import asyncio
import os
from pathlib import Path
import socket

import pytest

from custom_components.marstek.venus import (
    ClosedError,
    DeviceStatus,
    FoundDevice,
    Hub,
    Method,
    NoAnswerError,
    PortInUseError,
    Priority,
)
from custom_components.marstek.venus.transport import Endpoint, Inbound
from custom_components.marstek.venus.wire import encode_request
from simulator import BatterySpec, SimulatedBattery
from tests.support.loopback import free_port, taken
from tests.support.pair import (
    ADDRESS,
    MAC,
    assert_polite,
    connected,
    fleet,
    opened,
    outcome,
    pair,
    soc,
    switched_on,
    virtual,
)

OTHER = "02aabbcc0202"
BROADCAST = "127.255.255.255"


def _two(first_port: int, second_port: int) -> tuple[BatterySpec, BatterySpec]:
    return (
        BatterySpec(address=ADDRESS, ble_mac=MAC, port=first_port, soc=20),
        BatterySpec(
            address="127.0.0.12",
            ble_mac=OTHER,
            port=second_port,
            soc=80,
            device="VenusE",
            firmware=156,
        ),
    )


def _is_free(port: int) -> bool:
    """Tell whether a program that shares with nobody can bind a port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@virtual
async def test_two_batteries_share_a_socket() -> None:
    """Each hears its own answers, at the same time, and the last one closes the socket."""
    hub, port = Hub(), free_port()
    async with fleet(*_two(port, port)) as batteries:
        async with (
            connected(batteries[MAC], hub=hub) as one,
            connected(batteries[OTHER], hub=hub) as other,
        ):
            open_ports = [hub.ports]
            for _ in range(3):
                answers = await asyncio.gather(one.read(Method.ENERGY), other.read(Method.ENERGY))
                assert [soc(status) for status in answers] == [20, 80]
            one.close()
            open_ports.append(hub.ports)
            assert soc(await other.read(Method.ENERGY)) == 80
        open_ports.append(hub.ports)
        assert open_ports == [(port,), (port,), ()]
        for battery in batteries:
            assert_polite(battery)
            await battery.stop()
        assert _is_free(port)


@virtual
async def test_batteries_with_ports_of_their_own() -> None:
    """One socket each: the older family answers to its own port number only."""
    hub, ports = Hub(), (free_port(), free_port())
    async with (
        fleet(*_two(*ports)) as batteries,
        connected(batteries[MAC], hub=hub) as one,
        connected(batteries[OTHER], hub=hub) as other,
    ):
        assert hub.ports == ports
        answers = await asyncio.gather(one.read(Method.ENERGY), other.read(Method.ENERGY))
        assert [soc(status) for status in answers] == [20, 80]
        assert batteries[OTHER].exchanges[0].source[1] == ports[1]


@pytest.mark.parametrize(
    ("device", "firmware"),
    [("VenusE", 156), ("VenusC", 153), ("VenusE 3.0", 139), ("VNSEM-0", 300), ("VenusE Pro", 1508)],
)
@virtual
async def test_a_port_that_is_taken(device: str, firmware: int) -> None:
    """Answers to that port would not reach us: that is said, and nothing stays open."""
    hub = Hub()
    async with switched_on(device=device, firmware=firmware) as battery:
        with taken(battery.spec.port):
            with pytest.raises(PortInUseError) as caught:
                async with connected(battery, hub=hub):
                    pass
            assert caught.value.port == battery.spec.port
        assert hub.ports == ()
        async with connected(battery, hub=hub) as client:
            await client.read(Method.MODE)


@pytest.mark.parametrize(
    ("device", "firmware"), [("VenusE 3.0", 144), ("Venus A", 149), ("Venus D", 147)]
)
@virtual
async def test_another_port_does_for_those_who_answer_to_it(device: str, firmware: int) -> None:
    """The newer families answer to the port that asked."""
    async with switched_on(device=device, firmware=firmware) as battery:
        with taken(battery.spec.port):
            async with connected(battery) as client:
                assert soc(await client.read(Method.ENERGY)) == 55
        assert battery.exchanges[0].source[1] != battery.spec.port


@virtual
async def test_the_port_is_taken_over_once_it_is_free() -> None:
    """By the first battery that cannot do without; the other goes on."""
    hub, port = Hub(), free_port()
    async with fleet(*_two(port, port)) as batteries:
        with taken(port):
            newer = connected(batteries[MAC], hub=hub)
            one = await newer.__aenter__()
            with pytest.raises(PortInUseError):
                async with connected(batteries[OTHER], hub=hub):
                    pass
            assert soc(await one.read(Method.ENERGY)) == 20
        async with connected(batteries[OTHER], hub=hub) as other:
            answers = await asyncio.gather(one.read(Method.ENERGY), other.read(Method.ENERGY))
            assert [soc(status) for status in answers] == [20, 80]
            assert batteries[MAC].exchanges[-1].source[1] == port
        await newer.__aexit__(None, None, None)
        assert hub.ports == ()


@virtual
async def test_our_own_broadcast_is_ignored() -> None:
    """It comes back to the port it was sent to, and is no answer."""
    hub, port = Hub(), free_port()
    endpoint = await hub.acquire(port)
    heard: list[Inbound] = []
    endpoint.listen(None, heard.append)
    endpoint.send(encode_request(1, Method.DEVICE, {"ble_mac": "0"}), BROADCAST)
    endpoint.send(b"other", BROADCAST)
    await asyncio.sleep(0.1)
    assert [inbound.payload for inbound in heard] == [b"other"]
    assert endpoint.malformed == 1
    hub.release(endpoint)


@virtual
async def test_what_the_network_does_not_carry_is_lost() -> None:
    """And nothing worse: the battery is reached as soon as there is a way."""
    hub = Hub("127.0.0.1")
    async with switched_on() as battery:
        device = DeviceStatus("VenusE 3.0", 150, MAC)
        # Loopback has no way there, so that nothing leaves this machine.
        nowhere = FoundDevice(device, "198.51.100.7", battery.spec.port)
        async with opened(nowhere, hub=hub) as client:
            endpoint = await hub.acquire(battery.spec.port)
            with pytest.raises(NoAnswerError):
                await client.read(Method.ENERGY)
            assert endpoint.send_errors == 3
            client.move(ADDRESS)
            assert soc(await client.read(Method.ENERGY)) == 55
            hub.release(endpoint)


@virtual
async def test_a_closed_port_is_silence() -> None:
    """The network's message that nobody listens is survived."""
    async with pair() as bench:
        await bench.battery.stop()
        assert await outcome(bench) is None
        await bench.battery.start()
        assert soc(await bench.read()) == 55


def _break(endpoint: Endpoint) -> None:
    """Pull a socket away from under its endpoint, as a system does that resets its network."""
    transport = endpoint._transport
    assert transport is not None
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), transport.get_extra_info("socket").fileno())


async def _recovers(hub: Hub, battery: SimulatedBattery) -> Endpoint:
    """Break the socket, and check that the battery is heard again without any help."""
    async with connected(battery, hub=hub) as client:
        endpoint = await hub.acquire(battery.spec.port, allow_ephemeral=True)
        assert soc(await client.read(Method.ENERGY)) == 55
        _break(endpoint)
        assert soc(await client.read(Method.ENERGY)) == 55
        assert endpoint.send_errors == 1
        hub.release(endpoint)
    return endpoint


@virtual
async def test_a_broken_socket_is_replaced() -> None:
    """Within the call that finds it broken, on the same port."""
    hub = Hub()
    async with switched_on(device="VenusE", firmware=156) as battery:
        endpoint = await _recovers(hub, battery)
        assert endpoint.local_port is None
        assert hub.ports == ()


@virtual
async def test_a_broken_socket_is_replaced_while_its_port_is_taken() -> None:
    """By one on another port, where that does."""
    async with switched_on() as battery:
        with taken(battery.spec.port):
            await _recovers(Hub(), battery)


@virtual
async def test_a_port_that_is_taken_from_a_broken_socket() -> None:
    """It is asked for again until it is free."""
    hub = Hub()
    async with (
        switched_on(device="VenusE", firmware=156) as battery,
        connected(battery, hub=hub) as client,
    ):
        endpoint = await hub.acquire(battery.spec.port)
        _break(endpoint)
        with taken(battery.spec.port):
            with pytest.raises(NoAnswerError):
                await client.read(Method.ENERGY, attempts=1)
            await asyncio.sleep(100)
        await asyncio.sleep(30)
        assert soc(await client.read(Method.ENERGY)) == 55
        hub.release(endpoint)


@virtual
async def test_the_socket_can_be_replaced_at_any_time() -> None:
    """A conversation goes on over the new one."""
    async with pair() as bench:
        assert soc(await bench.read()) == 55
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(2.56)
        bench.client.reopen_socket()
        await reading
        for _ in range(3):
            bench.client.reopen_socket()
            assert soc(await bench.read()) == 55
        assert bench.link.statistics[Method.ENERGY].lost <= 1
        assert bench.exchanges[-1].source[1] == bench.battery.spec.port


@virtual
async def test_replacing_a_socket_and_closing_it() -> None:
    """Closed is closed, whatever was under way."""
    hub = Hub()
    async with switched_on() as battery:
        async with connected(battery, hub=hub) as client:
            client.reopen_socket()
        await asyncio.sleep(60)
        assert hub.ports == ()
        await battery.stop()
        assert _is_free(battery.spec.port)


@virtual
async def test_a_client_can_be_opened_again() -> None:
    """After close, with a fresh conversation."""
    async with pair() as bench:
        assert soc(await bench.read()) == 55
        bench.client.close()
        await bench.client.open()
        await asyncio.sleep(3)
        assert soc(await bench.read(priority=Priority.COMMAND)) == 55
        bench.client.close()
        with pytest.raises(ClosedError):
            await bench.read()
