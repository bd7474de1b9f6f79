"""What goes wrong in a season with faults: drawn by lot for each day, the same in each run."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from random import Random
from typing import Final


class Mishap(StrEnum):
    """What happens to a home in one day or the night after it."""

    NONE = "none"
    REBOOT = "a battery restarts"
    OUTAGE = "a battery is dark all night"
    ALL_DARK = "all batteries are dark for some hours"
    RESTART = "Home Assistant restarts"
    HAND = "a person chooses a mode"
    LATE_COLOUR = "the colour is known at 23:30 only"


_CHANCES: Final = {
    Mishap.NONE: 5,
    Mishap.REBOOT: 2,
    Mishap.OUTAGE: 1,
    Mishap.ALL_DARK: 1,
    Mishap.RESTART: 2,
    Mishap.HAND: 1,
    Mishap.LATE_COLOUR: 1,
}
_MOST_CRITICAL: Final = (time(21, 59), time(22, 4), time(22, 6), time(5, 44), time(5, 59))


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens, when, and to which battery."""

    mishap: Mishap
    at: time
    battery: int

    @property
    def changes_energy(self) -> bool:
        """Tell whether a charge then draws something else than was expected at its start."""
        return self.mishap not in (Mishap.NONE, Mishap.RESTART)


def fate_of(day: date, batteries: int) -> Fate:
    """Return what happens between 21:50 of a day and 06:00."""
    lot = Random(day.isoformat())
    mishap = lot.choices([*_CHANCES], [*_CHANCES.values()])[0]
    battery = lot.randrange(batteries)
    if mishap in (Mishap.OUTAGE, Mishap.ALL_DARK):
        return Fate(mishap, time(21, 50), battery)
    if mishap is Mishap.LATE_COLOUR:
        return Fate(mishap, time(23, 30), battery)
    if lot.random() < 0.5:
        return Fate(mishap, lot.choice(_MOST_CRITICAL), battery)
    return Fate(mishap, time((22 + lot.randrange(8)) % 24, lot.randrange(60)), battery)
