"""Turns of the commands to one battery: one is carried out at a time, and the newest wins.

A command that waits changes nothing until its turn, so that one that is cancelled meanwhile leaves
no trace. Every command ends as done, failed, superseded or cancelled.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

from ..errors import SupersededError
from ..venus import Mode, Proof, VenusError
from .data import STATES, CommandProgress, CommandState


class Rank(IntEnum):
    """Rank of a command, which none of a lower rank supersedes."""

    BACKGROUND = 0
    """Upkeep of what was chosen before; nobody waits for it."""
    PLAN = 1
    CALLER = 2
    """A person or an automation."""


@dataclass(eq=False, frozen=True, slots=True)
class Turn:
    """A command that is waiting or being carried out."""

    rank: Rank = Rank.CALLER
    is_setpoint: bool = False
    """True for a new setpoint, which supersedes no change of the mode."""

    @property
    def is_quiet(self) -> bool:
        """Tell whether nobody commanded this just now."""
        return self.rank is Rank.BACKGROUND

    def is_superseded_by(self, newer: Turn) -> bool:
        """Tell whether a command that was given later makes this one pointless."""
        return newer.rank >= self.rank and newer.is_setpoint is self.is_setpoint


type Job = Callable[[], Awaitable[tuple[Mode, Proof] | None]]


class Turns:
    """The queue in front of one battery, in the order in which commands were given."""

    def __init__(self, on_progress: Callable[[CommandProgress], None], lock: asyncio.Lock) -> None:
        """Start with an empty queue; `on_progress` hears how each command fares."""
        self.lock = lock
        """Held while something is carried out; its holder has the battery for itself."""
        self._on_progress = on_progress
        self._waiting: list[Turn] = []
        self._running: Turn | None = None

    @property
    def is_mode_waiting(self) -> bool:
        """Tell whether a change of the mode waits for its turn."""
        return any(not turn.is_setpoint and not turn.is_quiet for turn in self._waiting)

    def pending(self, *, is_quiet: bool = False) -> None:
        """Publish that a command is being carried out, or will be."""
        self._on_progress(CommandProgress(CommandState.PENDING, is_quiet=is_quiet))

    async def async_take(self, turn: Turn, job: Job) -> Proof | None:
        """Carry out `job` when its turn comes; return None when it had nothing to do.

        SupersededError when a newer command waits behind it; VenusError as `job` raises.
        """
        self._waiting.append(turn)
        if not turn.is_setpoint:
            self.pending(is_quiet=turn.is_quiet)
        try:
            async with self.lock:
                self._waiting.remove(turn)
                self._check(turn)
                done = await self._async_run(turn, job)
        except SupersededError:
            self._ended(turn, CommandState.SUPERSEDED)
            raise
        except VenusError:
            self._ended(turn, CommandState.FAILED)
            raise
        except asyncio.CancelledError:
            self._ended(turn, CommandState.CANCELLED)
            raise
        return done

    def _forget(self, turn: Turn) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)

    def _check(self, turn: Turn) -> None:
        if any(turn.is_superseded_by(newer) for newer in self._waiting):
            raise SupersededError

    async def _async_run(self, turn: Turn, job: Job) -> Proof | None:
        self._running = turn
        try:
            done = await job()
        finally:
            self._running = None
        if done is None:
            if not turn.is_setpoint:
                self._on_progress(CommandProgress(CommandState.CONFIRMED, is_quiet=turn.is_quiet))
            return None
        mode, proof = done
        self._on_progress(CommandProgress(STATES[proof], mode, turn.is_quiet))
        return proof

    def _ended(self, turn: Turn, state: CommandState) -> None:
        """Publish an end, and again that others are pending."""
        self._forget(turn)
        self._on_progress(CommandProgress(state, is_quiet=turn.is_quiet))
        running = self._running is not None and not self._running.is_quiet
        if running or self.is_mode_waiting:
            self.pending()
