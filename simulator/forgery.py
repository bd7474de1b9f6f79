"""Datagrams that pretend to come from a battery, for tests of a client's caution."""

import asyncio
from collections.abc import Mapping

from .battery import SimulatedBattery
from .exchanges import Address
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
