"""The meter from the command line, without Home Assistant and over real UDP and HTTP."""

import asyncio
from pathlib import Path
import socket
import sys

import pytest

from simulator.meter_wire import ct_request, read_ct

ROOT = Path(__file__).parents[2]
CT = ("HME-4", "02b2500000ff")
pytestmark = pytest.mark.usefixtures("socket_enabled")


async def start(*arguments: str) -> asyncio.subprocess.Process:
    """Start the command line."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.meter_lib", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_answers_from_an_http_source() -> None:
    """The MAC is that of the first poll; the port is free again once it has ended."""

    async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"power": 412.5}')
        await writer.drain()
        writer.close()

    source = await asyncio.start_server(give, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{source.sockets[0].getsockname()[1]}"
    meter = await start("--source", url, "--port", "12346", "--figures", "0")
    assert meter.stdout is not None
    assert await meter.stdout.readline() == b"ct: UDP port 12346\n"
    await asyncio.sleep(0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as battery:
        battery.setblocking(False)
        battery.bind(("127.0.0.1", 0))
        loop = asyncio.get_running_loop()
        poll = ct_request(("VNSE3-0", "02b250000001"), CT, "0", 0)
        await loop.sock_sendto(battery, poll, ("127.0.0.1", 12346))
        answer = await asyncio.wait_for(loop.sock_recv(battery, 512), 2)
    assert read_ct(answer, CT, 512).powers[0] == 412
    meter.terminate()
    assert await meter.wait() == 0
    source.close()


async def test_errors_are_one_line() -> None:
    """A taken port and a missing source end with a message, and no traceback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", 0))  # noqa: S104 - as another emulator does
        port = str(other.getsockname()[1])
        taken = await start("--way", "listen", "--port", port)
        missing = await start()
        for process, code in ((taken, 1), (missing, 2)):
            _, errors = await process.communicate()
            assert process.returncode == code
            assert errors.startswith(b"meter: ")
            assert errors.count(b"\n") == 1
