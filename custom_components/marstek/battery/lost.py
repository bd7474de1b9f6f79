"""What a battery had been given and has lost: its firmware may forget all (PROTOCOL.md 3)."""

from dataclasses import dataclass
from typing import Any

from ..stored import StoredPart, one_of, optional, power
from ..venus import Mode
from .settings import SettingsData


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mode that a person has put the battery into and that outlives its restarts."""

    mode: Mode
    power: int | None = None
    """Of Manual at the setpoint: that, in W, + discharges; None where slots tell the power."""

    def store(self) -> list[Any]:
        """Return what `restore_chosen` takes."""
        return [self.mode, self.power]


@dataclass(frozen=True, slots=True)
class Lost:
    """What can be written again, beside the slots that the mirror has."""

    chosen: Chosen
    settings: SettingsData

    def store(self) -> dict[str, Any]:
        """Return what `restore_lost` takes."""
        return {"chosen": self.chosen.store(), "settings": self.settings.store()}


def restore_chosen(stored: object) -> Chosen:
    """Return a mode as it was stored; ValueError for what can't be one."""
    match stored:
        case [mode, set_power]:
            return Chosen(one_of(Mode)(mode), optional(power, set_power))
    raise ValueError("Not a mode with its power")


def restore_lost(stored: StoredPart) -> Lost | None:
    """Return what was lost as it was stored; nothing without its mode."""
    if (chosen := stored.optional("chosen", restore_chosen)) is None:
        return None
    return Lost(chosen, SettingsData.restore(stored.part("settings")))
