"""The schedule as last written: slots can't be read back (docs/protocol.md 2.9)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
import datetime as dt
from enum import StrEnum
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..stored import StoredPart, fields, flag, moment, one_of, optional, power, text, whole
from ..venus import Mode, Slot

SLOTS: Final = 10
# Slot numbers are shared by all parts of the project: 6 is for manual commands.
OWNER_SLOT: Final = 6
# Slots of the plan: the part of a night before midnight, the part after it; and the safety net.
EVENING_SLOT: Final = 7
MORNING_SLOT: Final = 8
SAFETY_SLOT: Final = 5
OWNER_SLOTS: Final = (0, 1, 2, 3, 4, 9)
"""What the integration leaves to the owner."""
BACKUP_SLOT: Final = 9
"""What UPS overwrites, while it disables all others."""


def cleared(number: int) -> Slot:
    """Return a disabled slot, whose other fields do not matter."""
    return Slot(number, "00:00", "23:59", 0, 0, enabled=False)


def is_cleared(slot: Slot) -> bool:
    """Tell whether a slot holds nothing that could be switched on again."""
    return not slot.enabled and not slot.days


_ALL_DAYS: Final = 0b1111111


class SlotPurpose(StrEnum):
    """Whose a slot is."""

    OWNER = "owner"
    HAND = "hand"
    PLAN = "plan"
    SAFETY = "safety"


_PURPOSES: Final = {
    OWNER_SLOT: SlotPurpose.HAND,
    EVENING_SLOT: SlotPurpose.PLAN,
    MORNING_SLOT: SlotPurpose.PLAN,
    SAFETY_SLOT: SlotPurpose.SAFETY,
}


class Doubt(StrEnum):
    """Reason why a slot may differ from what was last written."""

    UNANSWERED = "unanswered"
    """The write was not answered, so that it may or may not have arrived."""
    RESTARTED = "restarted"
    """The battery was silent for minutes: it may have been restarted, or reset."""
    MODE_LOST = "mode_lost"
    """The battery was found in Auto although nobody here had chosen that."""
    FIRMWARE = "firmware"
    """The firmware has changed."""
    BACKUP = "backup"
    """UPS was on, which overwrites slot 9 and disables the others."""
    CONTRADICTED = "contradicted"
    """In Manual the battery did something else for ten minutes."""


@dataclass(frozen=True, slots=True)
class MirrorEntry:
    """One slot as last written, and the doubt about it."""

    slot: Slot
    written_at: dt.datetime
    accepted: bool
    doubt: Doubt | None = None
    doubted_at: dt.datetime | None = None

    @property
    def purpose(self) -> SlotPurpose:
        """Whose the slot is."""
        return _PURPOSES.get(self.slot.number, SlotPurpose.OWNER)

    @property
    def is_certain(self) -> bool:
        """Tell whether the battery holds this, as far as is known here."""
        return self.accepted and self.doubt is None

    @property
    def may_be_held(self) -> bool:
        """Tell whether the battery may hold this: it was not refused."""
        return self.accepted or self.doubt is not None

    @property
    def is_occupied(self) -> bool:
        """Tell whether the slot may hold something that is worth keeping."""
        return self.may_be_held and not is_cleared(self.slot)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The mode to go back to, which a slot write has left."""

    mode: Mode
    power: int = 0
    """Setpoint of Passive in W, + discharges."""


@dataclass(slots=True)
class Mirror:
    """Mirror of the slots that were written from here: a battery can't be asked for them."""

    entries: dict[int, MirrorEntry] = field(default_factory=dict)
    is_backup: bool = False
    """True while the battery is, or may be, in UPS."""
    before_backup: Mode | None = None
    unfinished: Unfinished | None = None

    def note(self, slot: Slot, accepted: bool | None, now: dt.datetime) -> None:
        """Note a write; `accepted` is None when it was not answered.

        A slot whose write was refused keeps what it had; one that UPS has cost stays due until a
        write is accepted.
        """
        before = self.entries.get(slot.number)
        doubt = Doubt.UNANSWERED
        if before is not None and before.doubt is Doubt.BACKUP:
            doubt = Doubt.BACKUP
        if accepted is False:
            self.entries.setdefault(slot.number, MirrorEntry(slot, now, accepted=False))
        elif accepted:
            self.entries[slot.number] = MirrorEntry(slot, now, accepted=True)
        else:
            self.entries[slot.number] = MirrorEntry(slot, now, False, doubt, now)

    def doubt(self, why: Doubt, now: dt.datetime, numbers: Iterable[int] | None = None) -> bool:
        """Doubt slots, by default all; return whether any was certain before."""
        chosen = self.entries.keys() if numbers is None else self.entries.keys() & set(numbers)
        certain = [number for number in chosen if self.entries[number].is_certain]
        for number in certain:
            self.entries[number] = replace(self.entries[number], doubt=why, doubted_at=now)
        return bool(certain)

    def note_backup(self, now: dt.datetime) -> None:
        """Note that UPS is, or may be, on: the slots that it overwrites are rewritten later."""
        if self.is_backup:
            return
        self.is_backup = True
        self.entries.setdefault(BACKUP_SLOT, MirrorEntry(cleared(BACKUP_SLOT), now, accepted=True))
        for number, entry in self.entries.items():
            is_lost = number == BACKUP_SLOT or entry.slot.enabled
            if is_lost and entry.may_be_held:
                self.entries[number] = replace(entry, doubt=Doubt.BACKUP, doubted_at=now)

    def lost_to_backup(self) -> tuple[Slot, ...]:
        """Return the owner's slots to write when UPS is left.

        The one that UPS has overwritten comes first: it would charge with full power in Manual.
        """
        lost = (
            entry.slot
            for number in reversed(OWNER_SLOTS)
            if (entry := self.entries.get(number)) is not None and entry.doubt is Doubt.BACKUP
        )
        return tuple(lost)

    def of_owner(self) -> dict[int, MirrorEntry]:
        """Return the owner's slots that may hold something, by number."""
        return {
            number: entry
            for number, entry in sorted(self.entries.items())
            if number in OWNER_SLOTS and entry.is_occupied
        }

    def free_slots(self) -> tuple[int, ...]:
        """Return the numbers that the owner has left, as far as was written from here."""
        taken = self.of_owner()
        return tuple(number for number in OWNER_SLOTS if number not in taken)

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "entries": [_store_entry(entry) for _, entry in sorted(self.entries.items())],
            "is_backup": self.is_backup,
            "before_backup": self.before_backup,
            "unfinished": self.unfinished and [self.unfinished.mode, self.unfinished.power],
        }

    @classmethod
    def restore(cls, stored: StoredPart) -> Mirror:
        """Return the stored mirror, without its unreadable slots."""
        return cls(
            entries={entry.slot.number: entry for entry in stored.each("entries", _restore_entry)},
            is_backup=stored.value("is_backup", flag, default=False),
            before_backup=stored.optional("before_backup", one_of(Mode)),
            unfinished=stored.optional("unfinished", _restore_unfinished),
        )


def _store_entry(entry: MirrorEntry) -> dict[str, Any]:
    slot = entry.slot
    return {
        "slot": [slot.number, slot.start, slot.end, slot.days, slot.power, slot.enabled],
        "written_at": entry.written_at.isoformat(),
        "accepted": entry.accepted,
        "doubt": entry.doubt,
        "doubted_at": entry.doubted_at and entry.doubted_at.isoformat(),
    }


def _restore_entry(stored: object) -> MirrorEntry:
    given = fields(stored)
    match given.get("slot"):
        case [number, start, end, days, watts, enabled]:
            slot = Slot(
                whole(0, SLOTS - 1)(number),
                text(start),
                text(end),
                whole(0, _ALL_DAYS)(days),
                power(watts),
                flag(enabled),
            )
        case _:
            raise ValueError("Not a slot")
    return MirrorEntry(
        slot,
        moment(given.get("written_at")),
        flag(given.get("accepted")),
        optional(one_of(Doubt), given.get("doubt")),
        optional(moment, given.get("doubted_at")),
    )


def _restore_unfinished(stored: object) -> Unfinished:
    match stored:
        case [mode, watts]:
            return Unfinished(one_of(Mode)(mode), power(watts))
    raise ValueError("Not a mode with its power")


def covers(slot: Slot, moment: dt.datetime) -> bool:
    """Tell whether an enabled slot acts at a moment by the battery's clock.

    The end is exclusive, save that 23:59 is the end of the day.
    """
    time = f"{moment:%H:%M}"
    is_day = bool(slot.days >> moment.weekday() & 1)
    is_before_end = time < slot.end or slot.end == "23:59"
    return slot.enabled and is_day and slot.start <= time and is_before_end


def described(entry: MirrorEntry) -> dict[str, Any]:
    """Return a slot as actions return it."""
    slot, doubted_at = entry.slot, entry.doubted_at
    return {
        "slot": slot.number,
        "purpose": entry.purpose.value,
        "days": [name for bit, name in enumerate(DAYS) if slot.days >> bit & 1],
        "start": slot.start,
        "end": slot.end,
        "power": slot.power,
        "enabled": slot.enabled,
        "written_at": dt_util.as_local(entry.written_at).isoformat(),
        "accepted": entry.accepted,
        "certain": entry.is_certain,
        "doubt": entry.doubt and entry.doubt.value,
        "doubted_at": doubted_at and dt_util.as_local(doubted_at).isoformat(),
    }


DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Bit 0 to bit 6 of a slot's days."""
