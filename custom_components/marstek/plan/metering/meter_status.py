"""Verdict and figures of the emulated meter, as entities show them."""

from dataclasses import dataclass
from enum import StrEnum

from ...meter.quality import GridFigures


class Verdict(StrEnum):
    """How well the grid is held."""

    HELD = "held"
    OFF = "off"
    """The grid is away from its aim, and batteries could do more."""
    AT_LIMIT = "at_limit"
    """Every battery that follows gives or takes all that it can."""
    NO_METER = "no_meter"
    """The source has no value that is young enough: nothing is answered."""
    IDLE = "idle"
    """No battery asks, or none that asks is in a mode that follows."""
    LISTENING = "listening"
    BLOCKED = "blocked"
    """Another meter, a port that is taken or a wrong sign keeps it from answering."""


class HearProof(StrEnum):
    """Whether the battery hears the emulated meter, by its own account."""

    HEARD = "heard"
    NOT_HEARD = "not_heard"
    """The battery says that it has no meter."""
    OTHER = "other"
    """It has a meter whose power is none of the last samples."""
    UNPROVEN = "unproven"
    """Not asked yet, or its firmware does not tell."""


@dataclass(frozen=True, slots=True)
class EmulatedMeterStatus:
    """Figures at one moment. Powers in W from the aim, + = import; None where unknown."""

    verdict: Verdict
    proof: HearProof = HearProof.UNPROVEN
    minute: GridFigures | None = None
    hour: GridFigures | None = None
    exchanged: float = 0.0
    """Wh that batteries gave one another since the start."""
    answered: float | None = None
    """Share of polls of the last minute that were answered, 0..1."""
    age: float | None = None
    """Age of the newest sample in s."""
