"""Notification options of the plan: recipients, kinds of events and quiet hours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import datetime as dt
from enum import StrEnum
from typing import Any, Final

from ..const import (
    CONF_KINDS,
    CONF_NOTIFY,
    CONF_NOTIFY_ENTITIES,
    CONF_PHONES,
    CONF_QUIET_END,
    CONF_QUIET_START,
    CONF_REPORT,
    Tariff,
)
from ..stored import LONGEST_TEXT, StoredPart, one_of, text, time
from .events import Alert, EventKind, Kind
from .quiet_hours import QuietHours

_MOST_RECIPIENTS: Final = 50

DEFAULT_KINDS: Final[frozenset[EventKind]] = frozenset(
    {
        Alert.RED_TOMORROW,
        Alert.COLOUR_MISSING,
        Alert.RED_UNCHARGED,
        Alert.NO_METER,
        Kind.PARTLY_FAILED,
        Kind.FAILED,
        Kind.OVERRIDE_STARTED,
        Kind.FOREIGN_SLOTS,
        Kind.CLOCK_WRONG,
        Kind.TAKES_NO_MORE,
        Alert.LEFT_IN_MANUAL,
        Alert.FOREIGN_CONTROLLER,
        Alert.LOW_SOC,
        Alert.HIGH_TEMPERATURE,
        Alert.ALL_OFFLINE,
        Alert.BATTERY_OFFLINE,
    }
)
"""Kinds that may need a person, as in the blueprint."""

_OF_TEMPO: Final[frozenset[EventKind]] = frozenset(
    {
        Alert.RED_TOMORROW,
        Alert.COLOUR_TOMORROW,
        Alert.COLOUR_MISSING,
        Alert.RED_UNCHARGED,
        Alert.NO_METER,
    }
)
# In the order of the form: what concerns red days first, what is only of interest last.
_ORDER: Final[tuple[EventKind, ...]] = (
    Alert.RED_TOMORROW,
    Alert.COLOUR_TOMORROW,
    Alert.COLOUR_MISSING,
    Alert.RED_UNCHARGED,
    Alert.NO_METER,
    Kind.FAILED,
    Kind.PARTLY_FAILED,
    Kind.OVERRIDE_STARTED,
    Kind.OVERRIDE_ENDED,
    Kind.TAKEN_OVER,
    Alert.LEFT_IN_MANUAL,
    Kind.FOREIGN_SLOTS,
    Alert.FOREIGN_CONTROLLER,
    Kind.CLOCK_WRONG,
    Kind.TAKES_NO_MORE,
    Kind.GIVES_NO_MORE,
    Alert.ALL_OFFLINE,
    Alert.BATTERY_OFFLINE,
    Alert.HIGH_TEMPERATURE,
    Alert.LOW_SOC,
    Alert.BATTERY_FULL,
    Alert.FEEDING_IN_COSTS,
    Kind.SWITCHED,
    Kind.CHARGE_COMPLETE,
    Kind.PUT_BACK,
)


class ReportFrequency(StrEnum):
    """How often a report is sent."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class NotifyOptions:
    """Recipients of notifications, and the events that they get."""

    entities: tuple[str, ...] = ()
    """Entity ids of the domain notify."""
    phones: Mapping[str, str] = field(default_factory=dict)
    """Names of devices of the mobile app by their id, as they were when they were chosen."""
    kinds: frozenset[EventKind] = DEFAULT_KINDS
    quiet: QuietHours | None = None
    report: ReportFrequency | None = None
    """None: no report is sent."""

    @property
    def has_recipients(self) -> bool:
        """Whether anybody is to be notified."""
        return bool(self.entities or self.phones)

    def store(self) -> dict[str, Any]:
        """Return the values as they stand in the options of the plan."""
        stored: dict[str, Any] = {
            CONF_NOTIFY_ENTITIES: list(self.entities),
            CONF_PHONES: dict(self.phones),
            CONF_KINDS: [kind.value for kind in _ORDER if kind in self.kinds],
        }
        if self.quiet is not None:
            stored[CONF_QUIET_START] = self.quiet.start.isoformat()
            stored[CONF_QUIET_END] = self.quiet.end.isoformat()
        if self.report is not None:
            stored[CONF_REPORT] = self.report.value
        return stored


def kinds_of(tariff: Tariff) -> list[EventKind]:
    """Return the kinds that can happen with a tariff, in the order of the form."""
    return [kind for kind in _ORDER if tariff is Tariff.TEMPO or kind not in _OF_TEMPO]


def event_kind(stored: object) -> EventKind:
    """Read a kind of event; ValueError when there is none of this name."""
    name = text(stored)
    return Kind(name) if name in Kind else Alert(name)


def _phones(part: StoredPart) -> Iterator[tuple[str, str]]:
    """Yield devices with their names; people give phones any name, and none costs the phone."""
    for device_id, name in part.mapping(CONF_PHONES, lambda stored: stored).items():
        is_text = isinstance(name, str) and name.encode(errors="ignore").decode() == name
        yield device_id, str(name)[:LONGEST_TEXT] if is_text else device_id


def _local_time(stored: object) -> dt.time:
    """Read a time of day without a zone, with which alone it could be compared."""
    found = time(stored)
    if found.tzinfo is not None:
        raise ValueError("A time with a zone")
    return found


def notify_options(options: Mapping[str, Any]) -> NotifyOptions:
    """Read the options of the plan; a value that can't be read is left out, or has its default."""
    part = StoredPart(options.get(CONF_NOTIFY, {}))
    kinds = frozenset(part.each(CONF_KINDS, event_kind))
    start, end = (part.optional(key, _local_time) for key in (CONF_QUIET_START, CONF_QUIET_END))
    return NotifyOptions(
        tuple(part.each(CONF_NOTIFY_ENTITIES, text))[:_MOST_RECIPIENTS],
        dict(list(_phones(part))[:_MOST_RECIPIENTS]),
        kinds if isinstance(part.contents.get(CONF_KINDS), list) else DEFAULT_KINDS,
        None if start is None or end is None else QuietHours(start, end),
        part.optional(CONF_REPORT, one_of(ReportFrequency)),
    )
