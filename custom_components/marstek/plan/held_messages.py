"""Messages that wait to be sent: during quiet hours, or while Home Assistant starts.

Only the newest of each kind and battery waits, so that a night of changes is a few messages in the
morning and not a flood.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import datetime as dt
from typing import Any, Final

from ..stored import StoredPart, fields, flag, moment
from .events import EventKind
from .notify_options import event_kind

_MOST_HELD: Final = 30
_LONGEST: Final = 1000
# What was held longer, as by a machine that was off, is no news any more.
_OLDEST: Final = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message as it was rendered when its event happened."""

    kind: EventKind
    title: str
    text: str
    battery: str | None
    until: str
    """End of an override as people read it; empty for other kinds."""
    happened: dt.datetime
    is_urgent: bool
    """Whether it is sent in quiet hours too."""

    @property
    def key(self) -> tuple[EventKind, str | None]:
        """Identity; a newer message with the same one takes its place."""
        return self.kind, self.battery

    def store(self) -> dict[str, Any]:
        """Return the message as JSON data."""
        return {
            "kind": self.kind.value,
            "title": self.title[:_LONGEST],
            "text": self.text[:_LONGEST],
            "battery": self.battery,
            "until": self.until,
            "happened": self.happened.isoformat(),
            "is_urgent": self.is_urgent,
        }

    @classmethod
    def restore(cls, stored: object) -> HeldMessage:
        """Read a stored message; ValueError when a value can't be true."""
        part = fields(stored)
        battery = part.get("battery")
        return cls(
            event_kind(part.get("kind")),
            _message_text(part.get("title")),
            _message_text(part.get("text")),
            None if battery is None else _message_text(battery),
            _message_text(part.get("until")),
            moment(part.get("happened")),
            flag(part.get("is_urgent")),
        )


def _message_text(stored: object) -> str:
    """Read a text, which may have lines and no-break spaces."""
    if not isinstance(stored, str) or len(stored) > _LONGEST:
        raise ValueError("Not a text")
    # A lone surrogate would keep Home Assistant from saving anything.
    stored.encode()
    return stored


class HeldMessages:
    """The messages that wait, oldest first; at most 30, of which the oldest is left out."""

    def __init__(self, messages: Iterable[HeldMessage] = ()) -> None:
        """Start with messages that were stored."""
        self._messages: dict[tuple[EventKind, str | None], HeldMessage] = {}
        for message in messages:
            self.add(message)

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._messages)

    def add(self, message: HeldMessage) -> None:
        """Hold a message instead of an older one of its kind and battery."""
        self._messages.pop(message.key, None)
        self._messages[message.key] = message
        if len(self._messages) > _MOST_HELD:
            del self._messages[next(iter(self._messages))]

    def due(self, now: dt.datetime, *, is_quiet: bool) -> HeldMessage | None:
        """Return the oldest message that can be sent now; forget those of more than a day ago."""
        for message in list(self._messages.values()):
            if now - message.happened > _OLDEST:
                self.discard(message)
            elif message.is_urgent or not is_quiet:
                return message
        return None

    def discard(self, message: HeldMessage) -> None:
        """Forget a message, unless a newer one has taken its place."""
        if self._messages.get(message.key) is message:
            del self._messages[message.key]

    def store(self) -> list[dict[str, Any]]:
        """Return the messages as JSON data."""
        return [message.store() for message in self._messages.values()]


def restored_messages(stored: StoredPart) -> HeldMessages:
    """Return the messages of a stored file that can be read."""
    return HeldMessages(stored.each("held", HeldMessage.restore))
