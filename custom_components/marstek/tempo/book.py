"""Book of known Tempo colours, each with its source and whether it is binding."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from .calendar import PARIS, Colour, Season, is_lawful

# RTE's data begin on the first of these days (docs/tempo-facts.md 1.2); after the last, a date is a
# mistake.
_FIRST_DAY: Final = date(2014, 9, 1)
_LAST_DAY: Final = date(2099, 12, 31)
_TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"


class Source(StrEnum):
    """A source that announces colours."""

    RTE = "rte"
    """RTE's public JSON (docs/tempo-facts.md 1.1)."""
    COMMUNITY = "api_couleur_tempo"
    """api-couleur-tempo.fr, which itself asks RTE (docs/tempo-facts.md 1.3)."""
    RTE_API = "rte_api"
    """RTE's official API (docs/tempo-facts.md 1.2)."""
    OPEN_DPE = "open_dpe"
    """open-dpe.fr, which forecasts colours and announces none (docs/tempo-facts.md 1.5)."""

    @property
    def is_original(self) -> bool:
        """Whether the source is RTE, which chooses the colours."""
        return self in (Source.RTE, Source.RTE_API)


ANNOUNCERS: Final = (Source.RTE, Source.COMMUNITY, Source.RTE_API)
"""Sources whose colours the book takes; a forecast never gets there."""


# From when on the eve a source's word holds, by the clock of Paris. RTE publishes at 10:30; what it
# shows before is informative. The community's server may follow until noon (docs/tempo-facts.md
# 1.3, 2).
_BINDING_FROM: Final = {
    Source.RTE: time(10, 40),
    Source.RTE_API: time(10, 40),
    Source.COMMUNITY: time(12),
}


def binding_from(source: Source, day: date) -> datetime:
    """Return the moment from which a source's colour of a day is binding.

    10:40 (RTE) or 12:00 (api-couleur-tempo.fr) of the day before, in Paris (docs/tempo-facts.md 2).
    """
    return datetime.combine(day - timedelta(days=1), _BINDING_FROM[source], PARIS)


@dataclass(frozen=True, slots=True)
class Announcement:
    """A colour of a day, as a source gave it. Raises ValueError when `seen_at` has no time zone."""

    day: date
    colour: Colour
    source: Source
    seen_at: datetime
    is_fallback: bool = False
    """True for the default that RTE shows while its own choice is missing."""

    def __post_init__(self) -> None:
        """Refuse a time without a zone."""
        if self.seen_at.utcoffset() is None:
            raise ValueError("An announcement is seen at a time in a zone")

    @property
    def is_binding(self) -> bool:
        """Whether the colour is binding rather than provisional."""
        if self.is_fallback or self.source not in ANNOUNCERS:
            return False
        return self.seen_at >= binding_from(self.source, self.day)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Order of trust among announcements of the same day; the greater one wins."""
        return (not self.is_fallback, self.is_binding, self.source.is_original)


type StoredColour = Announcement
"""The announcement that the book holds for a day."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sources that give a day different colours; `ours` is the one in the book."""

    day: date
    ours: StoredColour
    other: Announcement


@dataclass(frozen=True, slots=True)
class Learnt:
    """Result of taking in announcements."""

    changed: frozenset[date] = frozenset()
    """Days whose colour is new or another, or whose announcement has a higher rank than before."""
    disagreements: tuple[Disagreement, ...] = ()
    refused: tuple[Announcement, ...] = ()
    """Announcements of a colour that the contract does not allow on that day."""


class ColourBook:
    """Known colours, one announcement per day.

    A binding announcement beats a provisional one, then RTE beats api-couleur-tempo.fr; of two
    equals the later one wins. A fallback gives way to anything else.
    """

    def __init__(self) -> None:
        """Start without colours."""
        self._entries: dict[date, StoredColour] = {}
        self._colours: dict[date, Colour] = {}
        self._known: dict[date, Colour] = {}
        # Written once: the book is stored several times a day, with all days of two seasons.
        self._texts: dict[date, str] = {}

    @property
    def known(self) -> Mapping[date, Colour]:
        """Colours of all days whose colour is more than a fallback: a view that follows changes.

        RTE shows a fallback while it has not decided, so that none counts as a used red day.
        """
        return MappingProxyType(self._known)

    @property
    def colours(self) -> Mapping[date, Colour]:
        """Colours of all known days, provisional ones included: a view that follows changes."""
        return MappingProxyType(self._colours)

    def get(self, day: date) -> StoredColour | None:
        """Return the announcement that the book holds for a day, None for an unknown day."""
        return self._entries.get(day)

    def colour(self, day: date) -> Colour | None:
        """Return the colour of a day, provisional or binding; None for an unknown day."""
        return self._colours.get(day)

    def known_days(self, season: Season) -> tuple[date, ...]:
        """Return the days of a season that are known, in order."""
        return tuple(day for day in season.dates if day in self._entries)

    def learn(self, announcements: Iterable[Announcement]) -> Learnt:
        """Take in announcements, in the order in which they were made."""
        changed: set[date] = set()
        disagreements: list[Disagreement] = []
        refused: list[Announcement] = []
        for said in announcements:
            if not _is_credible(said):
                refused.append(said)
                continue
            held = self._entries.get(said.day)
            if held is None or _replaces(said, held):
                self._enter(said)
                changed.add(said.day)
            if held is not None and _contradict(said, held):
                ours = self._entries[said.day]
                other = held if ours is said else said
                disagreements.append(Disagreement(said.day, ours, other))
        return Learnt(frozenset(changed), tuple(disagreements), tuple(refused))

    def forget_before(self, day: date) -> None:
        """Drop all days before this one."""
        for old in [known for known in self._entries if known < day]:
            del self._entries[old]
            del self._colours[old]
            self._texts.pop(old, None)
            self._known.pop(old, None)

    def store(self) -> dict[str, dict[str, str]]:
        """Return the book for `restore`, fit for JSON: a string per day, times to the second."""
        for day, entry in self._entries.items():
            if day not in self._texts:
                self._texts[day] = _write(entry)
        return {"days": {day.isoformat(): self._texts[day] for day in sorted(self._entries)}}

    @classmethod
    def restore(cls, stored: object, on_bad: Callable[[str], None] = lambda _: None) -> Self:
        """Return a stored book, without days that are unreadable or not allowed by the contract.

        `on_bad` is called with the path of each value that is left out.
        """
        book = cls()
        match stored:
            case {"days": dict(days)}:
                for day, text in days.items():
                    entry = _read(day, text)
                    if entry is not None and _is_credible(entry):
                        book._enter(entry)
                    else:
                        on_bad(f"days.{day}")
            case None:
                pass
            case _:
                on_bad("days")
        return book

    def _enter(self, entry: StoredColour) -> None:
        """Replace the entry of a day."""
        self._entries[entry.day] = entry
        self._colours[entry.day] = entry.colour
        self._texts.pop(entry.day, None)
        if entry.is_fallback:
            self._known.pop(entry.day, None)
        else:
            self._known[entry.day] = entry.colour


def _is_credible(said: Announcement) -> bool:
    """Tell whether the source announces colours and the contract allows this one on that day."""
    is_dated = _FIRST_DAY <= said.day <= _LAST_DAY
    return is_dated and said.source in ANNOUNCERS and is_lawful(said.colour, said.day)


def _replaces(said: Announcement, held: StoredColour) -> bool:
    """Tell whether a new announcement replaces the held one; a mere repetition does not."""
    if said.colour is held.colour:
        return said.rank > held.rank
    return said.rank >= held.rank


def _contradict(said: Announcement, held: StoredColour) -> bool:
    """Tell whether two sources differ; a fallback does not count as a colour."""
    return (
        said.colour is not held.colour
        and said.source is not held.source
        and not (said.is_fallback or held.is_fallback)
    )


def _write(entry: StoredColour) -> str:
    """Return an entry as a short string: colour, source, time in UTC."""
    parts = [entry.colour, entry.source, entry.seen_at.astimezone(UTC).strftime(_TIME_FORMAT)]
    return " ".join([*parts, "fallback"] if entry.is_fallback else parts)


def _read(day: object, text: object) -> StoredColour | None:
    """Return the entry of a stored string, None for an unreadable one."""
    if not isinstance(day, str) or not isinstance(text, str):
        return None
    match text.split(" "):
        case [colour, source, seen_at]:
            is_fallback = False
        case [colour, source, seen_at, "fallback"]:
            is_fallback = True
        case _:
            return None
    try:
        return Announcement(
            date.fromisoformat(day),
            Colour(colour),
            Source(source),
            datetime.strptime(seen_at, _TIME_FORMAT).replace(tzinfo=UTC),
            is_fallback,
        )
    except ValueError:
        return None
