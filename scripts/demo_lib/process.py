"""Child processes that end when the demo ends, whatever ends it."""

import asyncio
from collections.abc import Mapping, Sequence
import os
from pathlib import Path
import signal


class DemoError(Exception):
    """Something that the user should read, without a traceback."""


class Child:
    """A process in a session of its own, so that Ctrl-C reaches only the demo itself."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, output: Path) -> None:
        """Take over a running process; `output` is the file it prints into."""
        self.name = name
        self.output = output
        self._process = process

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        output: Path,
        *,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start a command whose output goes into a file; `environment` is added to this one's."""
        with output.open("ab") as sink:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process, output)

    @property
    def running(self) -> bool:
        """Tell whether the process has not ended."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Wait for the process to end and return its exit code."""
        return await self._process.wait()

    async def stop(self, patience: float = 30.0) -> None:
        """Ask the process to end, and end it when it has not after `patience` seconds."""
        for request, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
            if not self.running:
                return
            try:
                os.killpg(self._process.pid, request)
            except ProcessLookupError:
                return
            try:
                async with asyncio.timeout(seconds):
                    await self._process.wait()
            except TimeoutError:
                continue

    def require(self) -> None:
        """Raise when the process has ended, with the last lines that it printed."""
        if self.running:
            return
        lines = self.output.read_text("utf-8", "replace").splitlines()[-15:]
        ended = f"{self.name} ended with exit code {self._process.returncode}"
        raise DemoError("\n  ".join([f"{ended}; its last lines:", *lines]))


async def run(name: str, command: Sequence[str], output: Path) -> None:
    """Run a command to its end; raise when it fails."""
    child = await Child.start(name, command, output)
    if await child.wait():
        child.require()
