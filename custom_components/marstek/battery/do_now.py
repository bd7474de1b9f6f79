"""What a person can have a battery do now, until a state of charge is reached (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
import datetime as dt
from enum import StrEnum
from typing import Final

from .commanded import Commanded

# In W: batteries are about as efficient at this power as they get, and few homes are short of it.
_POWER: Final = 1000
LONGEST: Final = dt.timedelta(hours=12)
"""What is not over by then ends: no battery stays parked because its owner forgot it."""


class DoNow(StrEnum):
    """The choices, in the order in which they are offered."""

    AS_PLANNED = "as_planned"
    """Back to the plan, or to Auto where there is none."""
    CHARGE_TO_100 = "charge_to_100"
    CHARGE_TO_80 = "charge_to_80"
    CHARGE_TO_50 = "charge_to_50"
    HOLD = "hold"
    DISCHARGE_TO_50 = "discharge_to_50"
    DISCHARGE_TO_20 = "discharge_to_20"


@dataclass(frozen=True, slots=True)
class Ask:
    """A power of one sense, and where it ends."""

    sense: int
    """-1 charges, +1 discharges, 0 holds."""
    target: int | None = None
    """State of charge in %."""

    def power(self, charge: int, discharge: int) -> int:
        """Return the power in W, + discharges, within the limits of a battery."""
        limit = charge if self.sense < 0 else discharge
        return self.sense * min(_POWER, limit)


ASKS: Final[Mapping[DoNow, Ask]] = {
    DoNow.CHARGE_TO_100: Ask(-1, 100),
    DoNow.CHARGE_TO_80: Ask(-1, 80),
    DoNow.CHARGE_TO_50: Ask(-1, 50),
    DoNow.HOLD: Ask(0),
    DoNow.DISCHARGE_TO_50: Ask(1, 50),
    DoNow.DISCHARGE_TO_20: Ask(1, 20),
}


def done_now(commanded: Commanded) -> DoNow | None:
    """Return the choice that a battery carries out; None for what was commanded in another way."""
    if not commanded.is_held_by_owner:
        return DoNow.AS_PLANNED
    if not commanded.is_running:
        return None
    sense = (commanded.power > 0) - (commanded.power < 0)
    ask = Ask(sense, commanded.target)
    return next((choice for choice, known in ASKS.items() if known == ask), None)
