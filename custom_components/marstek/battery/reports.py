"""Reports of the parts of one battery, and their path to the parts that act on them.

A part that is built early, such as the client, reports; parts that are built later listen. So no
part holds another that does not exist yet. What is reported: a status that was read, a slot that
was sent, how a command fares, settings, a new address, and trouble for the owner.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..venus import ModeStatus, Slot, Status
from .settings import SettingsData


@dataclass(frozen=True, slots=True)
class StatusRead:
    """A status that a poll has brought, or an answer that came late."""

    status: Status


@dataclass(frozen=True, slots=True)
class ModeProven:
    """A mode that was read to prove a command, and is to be shown at once."""

    status: ModeStatus


@dataclass(frozen=True, slots=True)
class SlotSent:
    """A slot that was sent to the battery, whoever wanted it."""

    slot: Slot
    accepted: bool | None
    """None without an answer: the battery may have written the slot all the same."""


@dataclass(frozen=True, slots=True)
class BackupEntered:
    """UPS is on, or may be."""


@dataclass(frozen=True, slots=True)
class SettingsWritten:
    """Settings that are in force from now on."""

    settings: SettingsData


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """The battery answers at another address."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that the owner has to set right, or no longer."""

    kind: str
    """One of the kinds in `issues`."""
    is_so: bool


class Reports:
    """Path of reports: from the parts of a battery to their listeners."""

    def __init__(self) -> None:
        """Start without listeners."""
        self._listeners: dict[type, list[Callable[[Any], None]]] = {}

    def listen[T](self, kind: type[T], listener: Callable[[T], None]) -> None:
        """Call `listener` with each report of a kind, after those that listen already."""
        self._listeners.setdefault(kind, []).append(listener)

    def send(self, report: object) -> None:
        """Inform the listeners of a report, before returning."""
        for listener in self._listeners.get(type(report), ()):
            listener(report)
