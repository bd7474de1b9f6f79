"""What became of the trial of Marstek.GetData on a firmware (PROTOCOL.md 2.11)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ..stored import one_of, whole

_MOST_FIRMWARE: Final = 1_000_000


class Verdict(StrEnum):
    """How a trial ended."""

    PROVEN = "proven"
    """It agreed with what else the battery tells."""
    MISSING = "missing"
    """The firmware has no such method."""
    SILENT = "silent"
    """It was not answered three times in a row."""
    CONTRADICTED = "contradicted"
    """It told something else than the battery tells otherwise."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the firmware that it holds for."""

    firmware: int
    """As sent, see DeviceStatus."""
    verdict: Verdict

    def store(self) -> list[Any]:
        """Return what `restore_judgement` takes."""
        return [self.firmware, self.verdict]


def restore_judgement(stored: object) -> Judgement:
    """Return a judgement as it was stored; ValueError for what can't be one."""
    match stored:
        case [firmware, verdict]:
            return Judgement(whole(0, _MOST_FIRMWARE)(firmware), one_of(Verdict)(verdict))
    raise ValueError("Not a verdict with its firmware")
