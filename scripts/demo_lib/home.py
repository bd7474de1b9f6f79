"""The home of the demo: which batteries it has, and how they are simulated."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import json
import sys
from typing import Any, Final

from .process import Child, DemoError

CONTROL_HOST: Final = "127.0.0.1"
CONTROL_PORT: Final = 30999


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """One simulated battery."""

    model: str
    firmware: int
    address: str


BATTERIES: Final = (
    Battery(model="VenusE 3.0", firmware=150, address="127.0.0.11"),
    Battery(model="VenusE", firmware=156, address="127.0.0.12"),
    Battery(model="Venus A", firmware=149, address="127.0.0.13"),
)

SIMULATOR: Final = (sys.executable, "-m", "simulator")


class Control:
    """The control socket of the simulator: one JSON request and one answer a line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take over a connection."""
        self._reader = reader
        self._writer = writer


async def require_no_other() -> None:
    """Raise when the simulator of another demo is running."""
    try:
        _, writer = await asyncio.open_connection(CONTROL_HOST, CONTROL_PORT)
    except OSError:
        return
    writer.close()
    raise DemoError("another demo is running on this machine: stop it first")


async def answers(simulator: Child) -> bool:
    """Tell whether the simulator answers on its control socket."""
    simulator.require()
    return False
