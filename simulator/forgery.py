"""Datagrams that pretend to come from a battery, for tests of a client's caution."""

import asyncio
from collections.abc import Iterable, Mapping
import json
from typing import Self, override

from .battery import SimulatedBattery
from .exchanges import Address
from .fleet import Fleet
from .sockets import open_socket
from .wire import RequestId, render


def forged_reply(
    battery: SimulatedBattery, request_id: RequestId, result: Mapping[str, object]
) -> bytes:
    """Return a reply that looks like the battery's own, with any result."""
    envelope = {"id": request_id, "src": battery.src, "result": dict(result)}
    return render(envelope).encode()


async def send_from(source: Address, payload: bytes, destination: Address) -> None:
    """Send one datagram from a loopback address that is not the battery's."""
    transport = await open_socket(asyncio.DatagramProtocol(), *source, allow_lan=False)
    transport.sendto(payload, destination)
    transport.close()
    await asyncio.sleep(0)


class Impostor(asyncio.DatagramProtocol):
    """A stranger that answers Marstek.GetDevice with the identity of a battery.

    It hears the broadcasts to a fleet, as every device of a network does, and what is sent to its
    own address. Each of its claims is sent as one reply.
    """

    def __init__(
        self,
        fleet: Fleet,
        address: str,
        port: int,
        claims: Iterable[Mapping[str, object]],
        *,
        delay: float = 0.0,
        answers_alone: bool = True,
    ) -> None:
        """Prepare to answer from a loopback address.

        `delay` in s is kept before each reply. `answers_alone` tells whether a request to its own
        address is answered too: a forger of sender addresses never gets to see one.
        """
        self.address = address
        self.port = port
        self.asked = 0
        """Requests heard so far."""
        self._fleet = fleet
        self._claims = tuple(claims)
        self._delay = delay
        self._answers_alone = answers_alone
        self._own: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Self:
        """Bind its own address and listen to broadcasts."""
        self._fleet.eavesdroppers.append(self.datagram_received)
        self._own = await open_socket(
            self if self._answers_alone else asyncio.DatagramProtocol(),
            self.address,
            self.port,
            allow_lan=False,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the socket and hear nothing more."""
        self._fleet.eavesdroppers.remove(self.datagram_received)
        if self._own is not None:
            self._own.close()
        await asyncio.sleep(0)

    @override
    def datagram_received(self, data: bytes, addr: tuple[object, ...]) -> None:
        """Answer a request for the identity."""
        request = json.loads(data)
        if request.get("method") != "Marstek.GetDevice":
            return
        self.asked += 1
        for claim in self._claims:
            answer = {"id": request["id"], "src": f"Venus-{claim['ble_mac']}", "result": claim}
            payload = json.dumps(answer).encode()
            asyncio.get_running_loop().call_later(self._delay, self._send, payload, addr)

    def _send(self, payload: bytes, addr: tuple[object, ...]) -> None:
        if self._own is not None and not self._own.is_closing():
            self._own.sendto(payload, (str(addr[0]), int(str(addr[1]))))


def claim(ble_mac: str, **values: object) -> dict[str, object]:
    """Return the result of Marstek.GetDevice of an invented Venus E 3.0."""
    return {"device": "VenusE 3.0", "ver": 150, "ble_mac": ble_mac, "ip": "127.0.0.1", **values}
