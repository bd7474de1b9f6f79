"""Result of asking the sources of colours, gathered while one after the other is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .book import Announcement, ColourBook, Learnt, Source
from .faults import SourceFault


@dataclass(frozen=True, slots=True)
class PollReport:
    """Result of asking the sources."""

    learnt: Learnt = field(default_factory=Learnt)
    answered: tuple[Source, ...] = ()
    """Sources that gave a sound answer, whether or not it had news."""
    failed: Mapping[Source, SourceFault] = field(default_factory=dict)
    """Sources that were asked and gave none."""


class Asking:
    """What comes of asking, while it goes on."""

    def __init__(self, book: ColourBook) -> None:
        """Enter into this book."""
        self.book = book
        self.answered: list[Source] = []
        self.failed: dict[Source, SourceFault] = {}
        self._learnt: list[Learnt] = []

    def learn(self, said: tuple[Announcement, ...]) -> None:
        """Enter announcements."""
        self._learnt.append(self.book.learn(said))

    def note_answer(self, source: Source) -> None:
        """Note that a source gave a sound answer."""
        self.failed.pop(source, None)
        if source not in self.answered:
            self.answered.append(source)

    def note_failure(self, source: Source, fault: SourceFault) -> None:
        """Note that a source gave none, unless it has given one."""
        if source not in self.answered:
            self.failed[source] = fault

    def report(self) -> PollReport:
        """Return all of it."""
        learnt = Learnt(
            frozenset().union(*(item.changed for item in self._learnt)),
            tuple(found for item in self._learnt for found in item.disagreements),
            tuple(said for item in self._learnt for said in item.refused),
        )
        return PollReport(learnt, tuple(self.answered), self.failed)
