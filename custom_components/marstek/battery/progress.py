"""How a command fares, for those who show it."""

from dataclasses import dataclass
from typing import Final

from ..venus import Mode, Proof
from .data import CommandState

STATES: Final = {
    Proof.UNCHANGED: CommandState.CONFIRMED,
    Proof.CONFIRMED: CommandState.CONFIRMED,
    Proof.ACCEPTED: CommandState.ACCEPTED,
    Proof.ASSUMED: CommandState.ASSUMED,
}
"""What each proof of a change is called."""


@dataclass(frozen=True, slots=True)
class CommandProgress:
    """How a command fares."""

    state: CommandState
    mode: Mode | None = None
    """The mode that the battery is now known, or assumed, to be in."""
    is_quiet: bool = False
    """True for what nobody commanded just now: how the last command fared stays shown."""
