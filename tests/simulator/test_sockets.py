"""Real datagrams on loopback: ports, broadcasts, moves, and what cannot be bound."""

import asyncio
from collections.abc import AsyncIterator
import json
import socket
from typing import Any

import pytest

from simulator import BatterySpec, Fleet, SimulatedBattery, SimulatorError
from simulator.exchanges import Address
from simulator.forgery import forged_reply, send_from

PORT = 30471
QUICK = (0.0, 0.0)
VNSX = BatterySpec(ble_mac="02aabbcc0101", address="127.0.1.11", port=PORT)
HMG = BatterySpec(
    device="VenusE", firmware=156, ble_mac="02aabbcc0102", address="127.0.1.12", port=PORT
)

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Client:
    """A bare UDP socket."""

    def __init__(self, port: int) -> None:
        """Bind to all addresses, as Home Assistant does."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._socket.setblocking(False)
        self._socket.bind(("0.0.0.0", port))  # noqa: S104

    def send(self, address: str, method: str = "ES.GetMode", request_id: int = 5) -> None:
        """Send a request to a battery of the tests' port."""
        params = {"id": 0, "ble_mac": "0"}
        request = {"id": request_id, "method": method, "params": params}
        self._socket.sendto(json.dumps(request).encode(), (address, PORT))

    async def hear(self, seconds: float = 0.3) -> list[tuple[Any, Address]]:
        """Return all replies of some seconds with their sources; own broadcasts left out."""
        heard = []
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                while True:
                    payload, source = await loop.sock_recvfrom(self._socket, 65535)
                    heard.append((json.loads(payload), source))
        except TimeoutError:
            return [item for item in heard if "method" not in item[0]]

    async def sources(self, seconds: float = 0.3) -> list[str]:
        """Return the addresses that replied."""
        return sorted(source[0] for _, source in await self.hear(seconds))

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """Two batteries of both families on one port."""
    async with Fleet([VNSX, HMG], latency=QUICK) as batteries:
        yield batteries


@pytest.fixture
async def same_port() -> AsyncIterator[Client]:
    """Give a client on the port of the batteries."""
    client = Client(PORT)
    yield client
    client.close()


@pytest.fixture
async def other_port() -> AsyncIterator[Client]:
    """Give a client on a port of its own."""
    client = Client(PORT + 1)
    yield client
    client.close()


async def test_unicast(fleet: Fleet, same_port: Client) -> None:
    """A request reaches one battery only; the reply comes from its address and port."""
    same_port.send("127.0.1.12", request_id=77)
    ((answer, source),) = await same_port.hear()
    assert source == ("127.0.1.12", PORT)
    assert answer["id"] == 77
    assert answer["src"] == "VenusE-02aabbcc0102"
    assert fleet["02aabbcc0101"].exchanges == []
    assert fleet["02aabbcc0102"].exchanges[0].source == ("127.0.0.1", PORT)


async def test_reply_port_per_family(fleet: Fleet, same_port: Client, other_port: Client) -> None:
    """From another port only VNSx answers back there; HMG-50 answers to its own port."""
    other_port.send("127.0.1.11")
    other_port.send("127.0.1.12")
    replies = tuple(await asyncio.gather(other_port.sources(), same_port.sources()))
    assert replies == (["127.0.1.11"], ["127.0.1.12"])


async def test_broadcast_reaches_all(fleet: Fleet, same_port: Client) -> None:
    """Each battery answers a broadcast from its own address."""
    same_port.send("127.255.255.255", "Marstek.GetDevice")
    heard = await same_port.hear()
    assert {answer["result"]["ip"]: source for answer, source in heard} == {
        "127.0.1.11": ("127.0.1.11", PORT),
        "127.0.1.12": ("127.0.1.12", PORT),
    }


async def test_in_memory_routing_is_the_same(fleet: Fleet) -> None:
    """Without sockets a fleet routes unicast and broadcast in the same way."""
    request = b'{"id":1,"method":"ES.GetMode","params":{"id":0}}'
    client = ("127.0.0.1", 5)
    unicast = fleet.receive(request, client, ("127.0.1.11", PORT))
    assert [(delivery[2], source) for delivery, source in unicast] == [
        (client, ("127.0.1.11", PORT))
    ]
    assert len(fleet.receive(request, client, ("127.255.255.255", PORT))) == 2
    assert fleet.receive(request, client, ("127.255.255.255", PORT + 1)) == []


async def test_latency_is_real_and_overlap_is_noticed(fleet: Fleet, same_port: Client) -> None:
    """Replies leave after their latency; a second request meanwhile finds it busy."""
    battery = fleet["02aabbcc0101"]
    battery.latency = (0.15, 0.15)
    battery.faults.overlap_answered = 0.0
    same_port.send("127.0.1.11", request_id=1)
    same_port.send("127.0.1.11", request_id=2)
    assert await same_port.hear(0.1) == []
    ((answer, _),) = await same_port.hear(0.2)
    assert answer["id"] == 1
    assert [item.outcome for item in battery.exchanges] == ["answered", "busy"]


async def test_new_address(fleet: Fleet, same_port: Client) -> None:
    """After a new lease the battery answers at its new address only, and tells it."""
    await fleet["02aabbcc0101"].change_address("127.0.1.14")
    same_port.send("127.0.1.11", "Marstek.GetDevice")
    same_port.send("127.0.1.14", "Marstek.GetDevice")
    ((answer, source),) = await same_port.hear()
    assert source[0] == answer["result"]["ip"] == "127.0.1.14"
    assert len(fleet["02aabbcc0101"].exchanges) == 1


async def test_swapped_addresses(fleet: Fleet, same_port: Client) -> None:
    """Two batteries change places."""
    await fleet.swap_addresses("02aabbcc0101", "02aabbcc0102")
    same_port.send("127.0.1.11")
    same_port.send("127.0.1.12")
    assert {source[0]: answer["src"] for answer, source in await same_port.hear()} == {
        "127.0.1.11": "VenusE-02aabbcc0102",
        "127.0.1.12": "VenusE 3.0-02aabbcc0101",
    }


async def test_forged_reply(fleet: Fleet, same_port: Client) -> None:
    """A reply that looks right and comes from elsewhere."""
    payload = forged_reply(fleet["02aabbcc0101"], 5, {"id": 0, "mode": "AI"})
    await send_from(("127.0.1.66", PORT), payload, ("127.0.0.1", PORT))
    ((answer, source),) = await same_port.hear()
    assert source == ("127.0.1.66", PORT)
    assert (answer["src"], answer["result"]["mode"]) == ("VenusE 3.0-02aabbcc0101", "AI")


async def test_stop_and_start_again(same_port: Client) -> None:
    """A stopped battery is silent, and replies under way are dropped."""
    battery = SimulatedBattery(VNSX, latency=(0.1, 0.1))
    await battery.start()
    same_port.send("127.0.1.11")
    await asyncio.sleep(0.02)
    await battery.stop()
    await battery.start()
    assert await same_port.hear() == []
    same_port.send("127.0.1.11")
    assert len(await same_port.hear()) == 1
    with pytest.raises(SimulatorError, match="already started"):
        await battery.start()
    await battery.stop()


@pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0", "localhost"])  # noqa: S104
async def test_only_loopback(address: str) -> None:
    """A simulated battery is never put where a real client could find it."""
    battery = SimulatedBattery(BatterySpec(address=address, port=PORT))
    with pytest.raises(SimulatorError, match=r"loopback|not an IP address"):
        await battery.start()


async def test_what_cannot_be_bound() -> None:
    """The error says what is wrong, and a fleet that cannot start leaves nothing open."""
    with pytest.raises(SimulatorError, match="no such address; only Linux"):
        await SimulatedBattery(BatterySpec(address="192.0.2.1", port=PORT), allow_lan=True).start()

    squatter = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    squatter.bind(("127.0.1.12", PORT))
    fleet = Fleet([VNSX, HMG], latency=QUICK)
    with pytest.raises(SimulatorError, match=r"127\.0\.1\.12:30471: something else is bound"):
        await fleet.start()
    squatter.close()
    await fleet.start()
    await fleet.stop()


async def test_replies_to_a_closed_port_do_no_harm(fleet: Fleet) -> None:
    """A client that has gone away leaves an ICMP error behind; the battery goes on."""
    gone, client = Client(PORT + 2), Client(PORT + 3)
    gone.send("127.0.1.11")
    gone.close()
    await asyncio.sleep(0.05)
    client.send("127.0.1.11")
    assert await client.sources() == ["127.0.1.11"]
    client.close()


async def test_fleet_is_a_collection(fleet: Fleet) -> None:
    """By MAC, in order, and each with faults of its own."""
    assert [battery.spec.ble_mac for battery in fleet] == ["02aabbcc0101", "02aabbcc0102"]
    assert len(fleet) == 2
    with pytest.raises(ValueError, match="the same BLE MAC"):
        Fleet([VNSX, VNSX])
    fleet["02aabbcc0101"].faults.loss = 1.0
    assert fleet["02aabbcc0102"].faults.loss == 0.0
