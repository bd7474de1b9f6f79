"""Conversion of periods to slots: across midnight, on free numbers, without overlap (pure)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from ...venus import Slot
from ..slot_mirror import OWNER_SLOTS, SLOTS, Mirror, cleared

_MIDNIGHT: Final = "00:00"
# The last minute of a day can't be in a slot (docs/protocol.md 2.9).
_LAST: Final = "23:59"
EVERY_DAY: Final = 0b1111111


class TimetableError(Exception):
    """A timetable does not fit into slots; nothing was sent."""

    def __init__(self, key: str, placeholders: Mapping[str, str] | None = None) -> None:
        """Take the translation key of the reason, and its placeholders."""
        super().__init__(key)
        self.key = key
        self.placeholders = dict(placeholders or {})


@dataclass(frozen=True, slots=True)
class ScheduledPeriod:
    """A part of the week with one power."""

    days: int
    """Days it starts on: bit 0 for Monday to bit 6 for Sunday."""
    start: str
    """"HH:MM"."""
    end: str
    """"HH:MM", of the next day if it is not later than `start`."""
    power: int
    """In W, + discharges, 0 holds."""
    number: int | None = None
    """The slot to use for its begin; None for any that is free."""
    enabled: bool = True

    @property
    def parts(self) -> tuple[tuple[int, str, str], ...]:
        """Days, start and end of each slot of it: a slot can't span midnight."""
        if self.start < self.end:
            return ((self.days, self.start, self.end),)
        next_days = (self.days << 1 | self.days >> 6) & EVERY_DAY
        parts = ((self.days, self.start, _LAST), (next_days, _MIDNIGHT, self.end))
        return tuple(part for part in parts if part[1] < part[2])


def arrange(
    periods: Iterable[ScheduledPeriod],
    mirror: Mirror,
    *,
    replace: bool = False,
    emptied: Collection[int] = (),
) -> tuple[Slot, ...]:
    """Return the slots to write for periods, by number.

    Slots of the `emptied` numbers are cleared, with `replace` all other slots of the owner.
    TimetableError when that can't be: a number that the integration needs, more slots than there
    are, or two of the owner's that overlap.
    """
    periods = tuple(periods)
    _check_numbers(periods)
    check_owned(emptied)
    owned = mirror.of_owner()
    leaving = owned.keys() if replace else set(emptied)
    kept = {number: entry for number, entry in owned.items() if number not in leaving}
    named = {period.number for period in periods if period.number is not None}
    free = [number for number in OWNER_SLOTS if number not in named and number not in kept]
    needed = sum(len(period.parts) - (period.number is not None) for period in periods)
    if needed > len(free):
        raise TimetableError("too_many_slots", {"needed": str(needed), "free": str(len(free))})
    slots: dict[int, Slot] = {}
    for period in periods:
        number = period.number
        for days, start, end in period.parts:
            number = free.pop(0) if number is None else number
            slots[number] = Slot(number, start, end, days, period.power, period.enabled)
            number = None
    others = (entry.slot for number, entry in kept.items() if number not in slots)
    _check_overlaps((*slots.values(), *others), slots.keys())
    slots |= {number: cleared(number) for number in leaving - slots.keys()}
    return tuple(slot for _, slot in sorted(slots.items()))


def _check_numbers(periods: tuple[ScheduledPeriod, ...]) -> None:
    numbers = [period.number for period in periods if period.number is not None]
    check_owned(numbers)
    if twice := {number for number in numbers if numbers.count(number) > 1}:
        raise TimetableError("slot_twice", {"slots": _listed(twice)})
    if any(not period.days for period in periods):
        raise TimetableError("no_days")
    if any(not period.parts for period in periods):
        raise TimetableError("last_minute")


def check_owned(numbers: Iterable[int]) -> None:
    """Raise TimetableError for numbers of slots that the owner can't have."""
    if bad := {number for number in numbers if number not in OWNER_SLOTS}:
        key = "slot_reserved" if all(0 <= number < SLOTS for number in bad) else "no_such_slot"
        raise TimetableError(key, {"slots": _listed(bad), "free": _listed(OWNER_SLOTS)})


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in sorted(numbers))


def _check_overlaps(slots: Iterable[Slot], new: Iterable[int]) -> None:
    written = set(new)
    for first, second in combinations(sorted(slots, key=lambda slot: slot.number), 2):
        if written & {first.number, second.number} and overlap(first, second):
            raise TimetableError(
                "slots_overlap", {"first": _named(first), "second": _named(second)}
            )


def overlap(first: Slot, second: Slot) -> bool:
    """Tell whether two slots would act at the same time."""
    both = first.enabled and second.enabled and first.days & second.days
    return bool(both) and first.start < second.end and second.start < first.end


def _named(slot: Slot) -> str:
    return f"{slot.number} ({slot.start}-{slot.end}, {slot.power} W)"


def to_clear(
    mirror: Mirror, active: Iterable[int], numbers: Iterable[int] | None, *, foreign: bool
) -> tuple[Slot, ...]:
    """Return the slots to write so that chosen ones, or all of the owner's, are cleared.

    `foreign` includes what others may have set, on every number but the `active` ones of the
    integration's own. TimetableError for numbers that can't be cleared.
    """
    allowed = set(range(SLOTS)) - set(active) if foreign else set(OWNER_SLOTS)
    if numbers is None:
        chosen = allowed if foreign else set(mirror.of_owner())
    else:
        chosen = set(numbers)
        if not chosen <= allowed:
            raise TimetableError(
                "slot_reserved", {"slots": _listed(chosen - allowed), "free": _listed(allowed)}
            )
    return tuple(cleared(number) for number in sorted(chosen))
