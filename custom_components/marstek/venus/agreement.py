"""Whether a measured power is the one that was asked for: one table of tolerances, by purpose.

Powers are in W, + leaves the battery. Whoever compares powers does it here, so that no two parts
disagree on what a battery does. Cells that are full or empty, cold or out of balance take or give
less than was asked: the state of charge from which that may be so is here, too.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

IDLE_POWER: Final = 50
"""Up to here nothing flows: a battery measures so much in its own electronics."""
LEAST_TELLING: Final = 200
"""Below this power, asked for, a measured one can't be distinguished from 0 W."""
FULL_FROM: Final = 95
"""From this state of charge in % on, cells may take less than they are asked to, or nothing."""
EMPTY_BELOW: Final = 71
"""Up to this state of charge in %, cells may give nothing: the depth of discharge is set anywhere
from 30 to 88 % and can't be read."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a measured power may be from the one that was asked for."""

    watts: int
    """At least so many W."""
    share: float
    """Of the power that was asked for, where that is more."""
    hold: int
    """In W, where 0 W was asked for."""
    allows_derating: bool
    """True where less power in the same direction agrees as well."""

    def around(self, asked: int) -> float:
        """Return the tolerance in W around a power."""
        return self.hold if asked == 0 else max(self.watts, self.share * abs(asked))


class Purpose(Enum):
    """Purpose of a comparison of powers."""

    PROOF = Tolerance(100, 0.2, hold=100, allows_derating=False)
    """Seconds after a command, and while Passive is renewed: narrow, as acceptance is no proof and
    a power that happens to flow must not pass for one."""
    WATCH = Tolerance(150, 0.3, hold=100, allows_derating=True)
    """For as long as a power stands, commanded or in a slot: wide, as temperature, balance and a
    limit of the battery's own change what flows, and a false alarm costs writes to its flash."""


def may_be_full(soc: float | None) -> bool:
    """Tell whether cells at a state of charge in % may take nothing; True where it is unknown."""
    return soc is None or soc >= FULL_FROM


def may_be_empty(soc: float | None) -> bool:
    """Tell whether cells at a state of charge in % may give nothing; True where it is unknown."""
    return soc is None or soc <= EMPTY_BELOW


def may_stand_still(asked: float, soc: float | None) -> bool:
    """Tell whether cells that are asked for a power may do nothing at a state of charge in %."""
    return may_be_full(soc) if asked < 0 else may_be_empty(soc)


def is_idle(power: float) -> bool:
    """Tell whether nothing flows."""
    return abs(power) <= IDLE_POWER


def is_less(asked: float, power: float) -> bool:
    """Tell whether power flows in the direction that was asked for, and no more than that."""
    return power * asked > 0 and not is_idle(power) and abs(power) <= abs(asked)


def agrees(asked: int, power: float, soc: float | None, purpose: Purpose) -> bool:
    """Tell whether a measured power in W agrees with the commanded one, at a state of charge in %.

    An unknown state of charge excuses a standstill in a watch, and never in a proof. A proof takes
    full cells into account and no empty ones, whose state of charge tells little.
    """
    tolerance = purpose.value.around(asked)
    if purpose is Purpose.PROOF:
        may_stop = asked < 0 and soc is not None and may_be_full(soc)
    else:
        may_stop = asked != 0 and may_stand_still(asked, soc)
    is_derated = purpose.value.allows_derating and is_less(asked, power)
    low, high = sorted((asked, 0 if may_stop or is_derated else asked))
    return low - tolerance <= power <= high + tolerance
