"""Calls of people and automations, each of which ends in time and in one of the known ways."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

LONGEST: Final = 60.0
"""Seconds after which every call has ended."""


@dataclass(slots=True)
class _Call:
    """A call that runs."""

    name: str
    begun: float
    on_success: Callable[[], None] | None
    is_call: bool


class Calls:
    """The calls that run. Times are those of the loop, in s."""

    def __init__(self, note: Callable[[str], None]) -> None:
        """Note what is wrong."""
        self._note = note
        self._running: dict[asyncio.Task[None], _Call] = {}
        self.made = 0
        self.failed = 0
        """Ended by a translated error."""
        self.cancelled = 0
        self.longest = 0.0

    def start(
        self,
        name: str,
        work: Coroutine[Any, Any, None],
        on_success: Callable[[], None] | None = None,
        *,
        is_call: bool = True,
    ) -> asyncio.Task[None]:
        """Make a call, and go on without waiting for it.

        With `is_call` false it is something else that runs beside, as long as it takes.
        """
        loop = asyncio.get_running_loop()
        task = loop.create_task(work, name=f"chaos {name}")
        self.made += is_call
        self._running[task] = _Call(name, loop.time(), on_success, is_call)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        call = self._running.pop(task)
        took = asyncio.get_running_loop().time() - call.begun
        if call.is_call:
            self.longest = max(self.longest, took)
        if call.is_call and took > LONGEST:
            self._note(f"{call.name} took {took:.1f} s")
        if task.cancelled():
            self.cancelled += 1
        elif (error := task.exception()) is None:
            if call.on_success is not None:
                call.on_success()
        elif isinstance(error, HomeAssistantError) and error.translation_key:
            self.failed += 1
        elif not isinstance(error, vol.Invalid):
            self._note(f"{call.name} ended in {error!r}")

    def look(self) -> None:
        """Note calls that have not ended in time."""
        now = asyncio.get_running_loop().time()
        for call in self._running.values():
            if call.is_call and now - call.begun > LONGEST + 1:
                self._note(f"{call.name} has not ended for {now - call.begun:.0f} s")

    async def cancel_all(self) -> None:
        """Cancel what runs, as the end of a process does."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
