"""Setpoint of Manual that waits until its slot may be written.

Every slot write goes to flash, so a second setpoint within a minute waits for the end of that
minute. It is published as pending meanwhile, so an end without being carried out is published too.
"""

from collections.abc import Callable

from .data import CommandProgress, CommandState
from .memory import MemoryStore


class DeferredSetpoint:
    """The setpoint of one battery that waits, if there is one: a power in W, + discharges."""

    def __init__(self, store: MemoryStore, on_progress: Callable[[CommandProgress], None]) -> None:
        """Start with none; `on_progress` hears how one that is not carried out ends."""
        self._store = store
        self._on_progress = on_progress
        self._power: int | None = None

    @property
    def power(self) -> int | None:
        """The power that waits in W, + discharges; None for none."""
        return self._power

    @property
    def is_waiting(self) -> bool:
        """Tell whether a setpoint waits."""
        return self._power is not None

    def defer(self, power: int) -> None:
        """Let a setpoint in W wait, + discharges."""
        self._power = power

    def clear(self) -> None:
        """Forget the setpoint that waits: it, or a newer command, is being carried out."""
        self._power = None

    def supersede(self) -> None:
        """Forget a setpoint that waits: there is a newer one."""
        if self._power is not None:
            self._power = None
            self._on_progress(CommandProgress(CommandState.SUPERSEDED))

    def keep(self) -> None:
        """Store a setpoint that waits: what is carried out now replaces what it waits for."""
        if self._power is not None:
            self.store(self._power)
            self._power = None

    def abandon(self) -> None:
        """Keep a setpoint that waits for later: the battery is no longer in Manual."""
        if self._power is not None:
            self.keep()
            self._on_progress(CommandProgress(CommandState.FAILED))

    def store(self, power: int) -> None:
        """Store a setpoint in W for later, also beyond a run, whose end restores an earlier one."""
        memory = self._store.memory
        memory.setpoint = power
        if memory.commanded.is_run:
            memory.commanded = memory.commanded.followed_by(power)
