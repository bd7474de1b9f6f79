"""This machine's side of the network: its broadcast addresses, its ports, names of batteries."""

import asyncio
from contextlib import suppress
import fcntl
from ipaddress import IPv4Address, IPv4Interface
import socket
import struct
from typing import Final

EVERYWHERE: Final = "255.255.255.255"
_GET_ADDRESS: Final = 0x8915
_GET_NETMASK: Final = 0x891B
# An interface's name, then a socket address whose IPv4 address lies at 20 to 24 (Linux).
_REQUEST: Final = "16s24x"
_ADDRESS: Final = slice(20, 24)


class NetworkError(Exception):
    """Something about this machine or its network that the owner has to change."""


def _ask(sock: socket.socket, question: int, name: str) -> IPv4Address:
    answer = fcntl.ioctl(sock, question, struct.pack(_REQUEST, name.encode()))
    return IPv4Address(answer[_ADDRESS])


def broadcast_addresses() -> tuple[str, ...]:
    """Return the broadcast address of each IPv4 network this machine is in.

    Where the system does not tell, as outside Linux, it is the one that means all of them.
    """
    found: dict[str, None] = {}
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            with suppress(OSError, ValueError):
                address, mask = _ask(sock, _GET_ADDRESS, name), _ask(sock, _GET_NETMASK, name)
                network = IPv4Interface(f"{address}/{mask}").network
                if network.prefixlen < 31:
                    found[str(network.broadcast_address)] = None
    return tuple(found) or (EVERYWHERE,)


async def resolve(host: str) -> str:
    """Return the IPv4 address of a host name or address; NetworkError when there is none."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as err:
        raise NetworkError(
            f"{host!r} is neither an IPv4 address nor a name that leads to one. "
            "The batteries speak IPv4 only."
        ) from err
    return str(found[0][4][0])


def is_held(port: int) -> bool:
    """Tell whether a program listens on a UDP port of every interface, as Home Assistant does.

    The library shares a port with whoever shares it too (SO_REUSEADDR), and would then take the
    other program's answers away. So the question is asked with a socket that shares nothing; on
    one loopback address, because simulated batteries may listen on others.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
