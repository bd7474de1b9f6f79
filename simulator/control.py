"""The control socket: JSON lines over TCP, on loopback only.

A request is {"command": "state", "battery": "02aabbcc0011", ...arguments}; without
"battery" it is for all. The answer is {"ok": true, "result": {"<BLE MAC>": ...}} or
{"ok": false, "error": "..."}. The commands for the Tempo sources begin with "tempo ", as in
{"command": "tempo declare", "day": "tomorrow", "colour": "red"}; they have one result.
"""

import asyncio
from collections.abc import Mapping
import errno
import json
import socket

from .battery import SimulatedBattery
from .fleet import Fleet
from .sockets import SimulatorError, check_address
from .steering import COMMANDS, Arguments
from .tempo import TempoServer
from .tempo_steering import TEMPO_COMMANDS

CONTROL_HOST = "127.0.0.1"
CONTROL_PORT = 30999
TEMPO_PREFIX = "tempo "
_LINE_LIMIT = 1_000_000


class ControlServer:
    """Steers a fleet, and the Tempo sources where there are any, at run time."""

    def __init__(self, fleet: Fleet, tempo: TempoServer | None = None) -> None:
        """Serve one fleet."""
        self.fleet = fleet
        self.tempo = tempo
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that was bound, of use after starting with port 0."""
        if self._server is None:
            raise SimulatorError("the control socket is not open")
        address: tuple[str, int] = self._server.sockets[0].getsockname()
        return address[1]

    async def start(self, port: int = CONTROL_PORT) -> None:
        """Listen on loopback. Raises SimulatorError."""
        check_address(CONTROL_HOST, allow_lan=False)
        try:
            self._server = await asyncio.start_server(
                self._serve, CONTROL_HOST, port, limit=_LINE_LIMIT
            )
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is another simulator running?" if taken else str(error)
            raise SimulatorError(
                f"cannot open the control socket {CONTROL_HOST}:{port}: {reason}"
            ) from error

    async def stop(self) -> None:
        """Close the socket and all connections."""
        if self._server is not None:
            self._server.close()
            self._server.close_clients()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the lines of one connection."""
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self.answer(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError) as error:
            writer.write(json.dumps({"ok": False, "error": str(error)}).encode() + b"\n")
        finally:
            writer.close()

    async def answer(self, line: bytes) -> dict[str, object]:
        """Carry out one line."""
        try:
            return {"ok": True, "result": await self._carry_out(json.loads(line))}
        except (ValueError, TypeError, RecursionError, SimulatorError) as error:
            return {"ok": False, "error": str(error)}

    async def _carry_out(self, request: object) -> object:
        """Run a command for the Tempo sources, or for each battery that it is meant for."""
        if not isinstance(request, Mapping):
            raise TypeError('a request looks like {"command": "state"}')
        rest = dict(request)
        name, wanted = rest.pop("command", None), rest.pop("battery", None)
        if str(name).startswith(TEMPO_PREFIX):
            return self._steer_tempo(str(name).removeprefix(TEMPO_PREFIX), Arguments(rest))
        command = COMMANDS.get(str(name))
        if command is None:
            raise ValueError(f"no command {name!r}; there are: {', '.join(COMMANDS)}")
        arguments = Arguments(rest)
        return {
            battery.spec.ble_mac: await command.run(battery, arguments)
            for battery in self._chosen(wanted)
        }

    def _steer_tempo(self, name: str, arguments: Arguments) -> object:
        """Run a command for the Tempo sources."""
        if self.tempo is None:
            raise ValueError("there are no Tempo sources here")
        command = TEMPO_COMMANDS.get(name)
        if command is None:
            raise ValueError(
                f"no command {name!r} of tempo; there are: {', '.join(TEMPO_COMMANDS)}"
            )
        return command.run(self.tempo, arguments)

    def _chosen(self, wanted: object) -> list[SimulatedBattery]:
        """Return the batteries meant by a MAC or its end, an address or a name."""
        if wanted is None:
            return list(self.fleet)
        chosen = [
            battery
            for battery in self.fleet
            if wanted in (battery.spec.address, battery.spec.name)
            or battery.spec.ble_mac.endswith(str(wanted).lower())
        ]
        if len(chosen) != 1:
            known = ", ".join(battery.spec.ble_mac for battery in self.fleet)
            raise ValueError(f"{wanted!r} is {len(chosen)} batteries; there are: {known}")
        return chosen


def ask(request: Mapping[str, object], port: int = CONTROL_PORT) -> object:
    """Send one request to a running simulator and return its result, blocking.

    Raises SimulatorError when there is none or when it refuses.
    """
    line = json.dumps(request).encode() + b"\n"
    try:
        with socket.create_connection((CONTROL_HOST, port), timeout=10) as connection:
            connection.sendall(line)
            with connection.makefile("rb") as answers:
                answer = json.loads(answers.readline())
    except (OSError, ValueError) as error:
        raise SimulatorError(f"no simulator answers at {CONTROL_HOST}:{port}: {error}") from error
    if not answer.get("ok"):
        raise SimulatorError(str(answer.get("error")))
    return answer.get("result")
