"""The simulated batteries of the demo, and the truth about them."""

import asyncio
import json
from pathlib import Path
import sys
from typing import Any, Final

from simulator.control import CONTROL_HOST, CONTROL_PORT
from simulator.demo import DEMO_FLEET
from simulator.tempo import TEMPO_PORT

from .process import Child, DemoError

BATTERIES: Final = DEMO_FLEET
ROOT: Final = Path(__file__).parents[2]
# Colours up to the summer of 2026; later days are blue unless they are declared otherwise.
SIMULATOR: Final = (
    *(sys.executable, "-m", "simulator"),
    *("--tempo-history", str(ROOT / "tests" / "data" / "tempo_history.csv")),
)
TEMPO_ENVIRONMENT: Final = {"MARSTEK_TEMPO_BASE": f"http://127.0.0.1:{TEMPO_PORT}"}


async def ask(command: str, **arguments: Any) -> dict[str, Any]:
    """Send a command to the running simulator; return its answer by BLE MAC."""
    reader, writer = await asyncio.open_connection(CONTROL_HOST, CONTROL_PORT)
    try:
        writer.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
        answer = json.loads(await reader.readline())
    finally:
        writer.close()
    if not answer["ok"]:
        raise DemoError(f"the simulator refused {command}: {answer['error']}")
    result: dict[str, Any] = answer["result"]
    return result


async def truth(mac: str) -> dict[str, Any]:
    """Return what one battery really does."""
    state: dict[str, Any] = (await ask("state", battery=mac))[mac]
    return state


def require_port_free() -> None:
    """Raise when another program uses the batteries' port: each would take the other's replies.

    The sockets share the port willingly, so that only the kernel's list tells.
    """
    port = BATTERIES[0].port
    try:
        lines = Path("/proc/net/udp").read_text("ascii").splitlines()[1:]
    except OSError:
        return
    taken = [line for line in lines if int(line.split()[1].split(":")[1], 16) == port]
    if taken:
        raise DemoError(
            f"UDP port {port} of this machine is in use by {len(taken)} other sockets:"
            " another demo, or a Home Assistant with this integration? Stop it first"
        )


async def answers(simulator: Child) -> bool:
    """Tell whether the simulator has started; raise when it has ended."""
    simulator.require()
    try:
        return len(await ask("list")) == len(BATTERIES)
    except OSError:
        return False
