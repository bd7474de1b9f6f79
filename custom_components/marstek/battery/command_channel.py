"""Channel through which all commands to one battery go, by hand or of the plan.

Both share the queue, the writer and what they know of the battery: each replaces what the other
has begun.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from ..limits import PowerLimits
from ..venus import Mode, ModeControl
from .data import CommandProgress
from .deferred_setpoint import DeferredSetpoint
from .memory import MemoryStore
from .mode_writer import ModeWriter
from .renewal import Renewal
from .turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandChannel:
    """Channel to one battery."""

    control: ModeControl
    store: MemoryStore
    renewal: Renewal
    """When what stands has to be sent anew."""
    turns: Turns
    writer: ModeWriter
    deferred: DeferredSetpoint
    on_progress: Callable[[CommandProgress], None]
    """Hears how each command fares."""
    current_mode: Callable[[], Mode | None]
    """Returns the mode as last known."""

    @classmethod
    def of(
        cls,
        control: ModeControl,
        store: MemoryStore,
        renewal: Renewal,
        on_progress: Callable[[CommandProgress], None],
        current_mode: Callable[[], Mode | None],
        *,
        lock: asyncio.Lock,
        limits: PowerLimits,
    ) -> Self:
        """Return the channel through `control`; `limits` are the owner's.

        `lock` is held while a command is carried out.
        """
        return cls(
            control=control,
            store=store,
            renewal=renewal,
            turns=Turns(on_progress, lock),
            writer=ModeWriter(control, store, renewal.clock, current_mode, limits),
            deferred=DeferredSetpoint(store, on_progress),
            on_progress=on_progress,
            current_mode=current_mode,
        )
