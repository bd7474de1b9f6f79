"""The meter that is followed: one signed power, an import and export pair, or three phases.

Parts that were measured at different moments give values that never were, so that they count together
only within a second. A sign that is the wrong way round makes each correction worse, and is found by
what the batteries do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .sample import GridSample, plausible

_TOGETHER: Final = 1.0
_ENOUGH: Final = 3
_CLEAR_WATTS: Final = 100.0
_LARGE_WATTS: Final = 500.0


class SourceKind(StrEnum):
    """What the parts of a source are."""

    SIGNED = "signed"
    """One power, + = import."""
    PAIR = "pair"
    """Import and export, both >= 0."""
    PHASES = "phases"
    """Powers of three phases, + = import."""


PARTS: Final[Mapping[SourceKind, int]] = {
    SourceKind.SIGNED: 1,
    SourceKind.PAIR: 2,
    SourceKind.PHASES: 3,
}


@dataclass(slots=True)
class SourceParts:
    """Newest value of each part, put together to samples."""

    kind: SourceKind = SourceKind.SIGNED
    is_inverted: bool = False
    """Whether the source counts import as negative."""
    _values: dict[int, GridSample] = field(default_factory=dict)

    def take(self, part: int, power: float, measured_at: float) -> GridSample | None:
        """Take the power of a part in W; return the sample that it completes, or None."""
        if not plausible(power):
            self._values.pop(part, None)
            return None
        self._values[part] = GridSample(power, measured_at)
        values = [self._values.get(number) for number in range(PARTS[self.kind])]
        found = [value for value in values if value is not None]
        moments = [value.measured_at for value in found]
        if len(found) < len(values) or max(moments) - min(moments) > _TOGETHER:
            return None
        powers = [value.power for value in found]
        total = powers[0] - powers[1] if self.kind is SourceKind.PAIR else sum(powers)
        return GridSample(-total if self.is_inverted else total, max(moments))

    def drop(self, part: int) -> None:
        """Forget a part that has no value any more."""
        self._values.pop(part, None)


@dataclass(slots=True)
class SignCheck:
    """Notices a grid that moves with the batteries instead of against them."""

    _evidence: int = 0
    _last: tuple[float, float] | None = None

    def note(self, grid: float, batteries: float, *, is_settled: bool = False) -> bool:
        """Take in grid power and power of all batteries in W while they stand still.

        Returns whether the sign is wrong. Only moves of 100 W or more say anything; one of the same
        size counts twice, since a load that changes at the same time seldom matches. `is_settled`
        says that both have stood for a minute: then one large move is enough.
        """
        last, self._last = self._last, (grid, batteries)
        if last is None:
            return False
        moved, by = grid - last[0], batteries - last[1]
        if abs(by) < _CLEAR_WATTS or abs(moved) < 0.5 * abs(by):
            return False
        if (moved > 0) is not (by > 0):
            self._evidence = 0
            return False
        matches = 0.8 <= moved / by <= 1.25
        is_large = is_settled and matches and abs(by) >= _LARGE_WATTS
        self._evidence += _ENOUGH if is_large else 1 + matches
        return self._evidence >= _ENOUGH
