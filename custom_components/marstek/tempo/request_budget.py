"""Budget of requests per source: calls of the day, back-off, successes and failures.

It outlives a restart, so that restarting often neither asks more nor forgets who wants to be left
alone. A clock that jumps may cost a call, never more than the budget of a day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from .book import Source
from .calendar import PARIS
from .faults import FaultKind, SourceFault
from .schedule import HistoryTry
from .sources import LONGEST_RETRY_AFTER, Call

BUDGET: Final = 16
"""HTTP requests per day of Paris over all sources, tokens and redirects included."""
_FIRST_PAUSE: Final = timedelta(minutes=10)
_LONGEST_PAUSE: Final = timedelta(hours=2)
_CREDENTIALS_PAUSE: Final = timedelta(hours=12)
_MOST_FAILURES: Final = 20
HOST_FAULTS: Final = (FaultKind.TIMEOUT, FaultKind.CONNECTION, FaultKind.RATE_LIMITED)
"""The whole host is ill, rather than one of its pages."""
_DAY: Final = timedelta(days=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class BudgetSpentError(Exception):
    """No HTTP request is left for today."""


@dataclass(frozen=True, slots=True)
class SourceStatistics:
    """How a source has done."""

    last_success: datetime | None = None
    last_fault: SourceFault | None = None
    """The last failure, whether or not the source has answered since."""
    last_fault_at: datetime | None = None
    calls_today: int = 0
    """HTTP requests since midnight in Paris."""


@dataclass(slots=True)
class CallRecord:
    """How one kind of call has done lately."""

    failures: int = 0
    """How often it failed in a row."""
    until: datetime | None = None
    """It is left alone until then."""
    tried: datetime | None = None


@dataclass(slots=True)
class _Record:
    """What is kept per source."""

    last_success: datetime | None = None
    last_fault: SourceFault | None = None
    last_fault_at: datetime | None = None
    calls: int = 0


@dataclass(slots=True)
class RequestBudget:
    """Requests of this day and their outcome, by source and call, against the daily budget."""

    spread: float
    """Where in each interval this home asks, 0..1: all homes together ask evenly."""
    last_asked: datetime | None = None
    """When colours were last asked for."""
    was_in_vain: bool = False
    """Whether no source gave a sound answer then."""
    history: dict[str, HistoryTry] = field(default_factory=dict)
    """By the label of the season."""
    _day: date | None = None
    _records: dict[Source, _Record] = field(
        default_factory=lambda: {source: _Record() for source in Source}
    )
    _standings: dict[Call, CallRecord] = field(
        default_factory=lambda: {call: CallRecord() for call in Call}
    )

    def turn(self, now: datetime) -> None:
        """Start a new day when it is one, and drop times that a clock gone back left in future."""
        today = now.astimezone(PARIS).date()
        # A clock that goes back and forth around midnight must not bring a new budget each time.
        if self._day is None or today > self._day or today < self._day - _DAY:
            self._day = today
            for record in self._records.values():
                record.calls = 0
        if self.last_asked is not None and self.last_asked > now:
            self.last_asked = None
        for standing in self._standings.values():
            if standing.tried is not None and standing.tried > now:
                standing.tried = now
            if standing.until is not None and standing.until > now + LONGEST_RETRY_AFTER:
                standing.until = None
        for label, last in self.history.items():
            if last.at > now:
                self.history[label] = HistoryTry(now, last.succeeded)

    @property
    def remaining(self) -> int:
        """Return how many HTTP requests are left today."""
        return max(0, BUDGET - self.spent)

    def spend(self, source: Source) -> None:
        """Count an HTTP request before it is made. Raises BudgetSpentError."""
        if not self.remaining:
            raise BudgetSpentError
        self._records[source].calls += 1

    def standing(self, call: Call) -> CallRecord:
        """Return how a kind of call has done."""
        return self._standings[call]

    @property
    def spent(self) -> int:
        """Return how many HTTP requests were made today."""
        return sum(record.calls for record in self._records.values())

    def is_usable(self, call: Call, now: datetime) -> bool:
        """Return whether a kind of call may be made now."""
        until = self._standings[call].until
        return until is None or until <= now

    def usable_from(self, calls: tuple[Call, ...]) -> datetime:
        """Return from when on one of these may be made, long ago for those not left alone."""
        return min(self._standings[call].until or _LONG_AGO for call in calls)

    def succeeded(self, call: Call, now: datetime) -> None:
        """Note a sound answer."""
        self._records[call.source].last_success = now
        self._standings[call] = CallRecord(tried=now)
        for other in self._same_host(call):
            self._standings[other].failures = 0

    def failed(self, call: Call, fault: SourceFault, now: datetime, jitter: float) -> None:
        """Note a failure and leave the call, or all of its host, alone; `jitter` is 0..1."""
        record = self._records[call.source]
        record.last_fault, record.last_fault_at = fault, now
        self._standings[call].tried = now
        failures = min(self._standings[call].failures + 1, _MOST_FAILURES)
        pause = min(_FIRST_PAUSE * 2 ** (failures - 1), _LONGEST_PAUSE)
        if fault.kind is FaultKind.CREDENTIALS:
            pause = _CREDENTIALS_PAUSE
        pause = max(pause * (0.85 + 0.15 * jitter), fault.retry_after or timedelta())
        whole_host = fault.kind in HOST_FAULTS or fault.retry_after is not None
        for ill in self._same_host(call) if whole_host else (call,):
            standing = self._standings[ill]
            standing.failures = failures
            standing.until = max(standing.until or now, now + pause)

    def _same_host(self, call: Call) -> tuple[Call, ...]:
        return tuple(other for other in self._standings if other.source is call.source)

    def statistics(self, source: Source) -> SourceStatistics:
        """Return how a source has done."""
        record = self._records[source]
        return SourceStatistics(
            record.last_success, record.last_fault, record.last_fault_at, record.calls
        )

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "spread": self.spread,
            "day": self._day.isoformat() if self._day else None,
            "last_asked": _text(self.last_asked),
            "was_in_vain": self.was_in_vain,
            "calls": {source.value: record.calls for source, record in self._records.items()},
            "last_success": {
                source.value: _text(record.last_success) for source, record in self._records.items()
            },
            "resting": {
                call.value: {"failures": its.failures, "until": _text(its.until)}
                for call, its in self._standings.items()
                # Credentials may be others after a restart.
                if its.failures and call.source is not Source.RTE_API
            },
            "history": {
                label: {"at": _text(last.at), "succeeded": last.succeeded}
                for label, last in self.history.items()
            },
        }

    def restore(self, stored: object, on_bad: Callable[[str], None] = lambda _: None) -> None:
        """Take the stored state; `on_bad` is called with the path of each unreadable value."""
        fields = _StoredPart.of(stored, on_bad)
        self.spread = fields.read("spread", _share) or self.spread
        day = fields.read("day", _moment)
        self._day = day.date() if day else None
        self.last_asked = fields.read("last_asked", _moment)
        self.was_in_vain = fields.read("was_in_vain", _flag) or False
        calls, successes = fields.part("calls"), fields.part("last_success")
        for source, record in self._records.items():
            record.calls = min(calls.read(source.value, _count) or 0, BUDGET)
            record.last_success = successes.read(source.value, _moment)
        resting = fields.part("resting")
        for call in self._standings:
            its = resting.part(call.value)
            failures = min(its.read("failures", _count) or 0, _MOST_FAILURES)
            self._standings[call] = CallRecord(failures, its.read("until", _moment))
        history = fields.part("history")
        for label in history.values:
            last = history.part(label)
            if (at := last.read("at", _moment)) is not None:
                self.history[label] = HistoryTry(at, last.read("succeeded", _flag) or False)


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(value: object) -> datetime | None:
    """Return the aware moment that a text stands for."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except ValueError, OverflowError:
        return None


def _count(value: object) -> int | None:
    """Return a whole number that is not negative; such a one counts as 0."""
    return max(value, 0) if type(value) is int else None


def _share(value: object) -> float | None:
    """Return a number from 0 to below 1."""
    return value if isinstance(value, float) and 0 <= value < 1 else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class _StoredPart:
    """A mapping that was stored; `on_bad` hears the path of what can't be read."""

    values: Mapping[str, object]
    on_bad: Callable[[str], None]
    path: str = ""

    @classmethod
    def of(cls, stored: object, on_bad: Callable[[str], None], path: str = "") -> _StoredPart:
        """Return a mapping whose names are texts; empty for anything else."""
        if stored is not None and not isinstance(stored, dict):
            on_bad(path.removesuffix("."))
        found = stored if isinstance(stored, dict) else {}
        for name in found:
            if not isinstance(name, str):
                on_bad(f"{path}{name}")
        return cls(
            {name: each for name, each in found.items() if isinstance(name, str)}, on_bad, path
        )

    def part(self, key: str) -> _StoredPart:
        """Return a mapping in this one."""
        return self.of(self.values.get(key), self.on_bad, f"{self.path}{key}.")

    def read[T](self, key: str, read: Callable[[object], T | None]) -> T | None:
        """Return one value; None where it is None, missing or can't be read."""
        value = self.values.get(key)
        found = None if value is None else read(value)
        if value is not None and found is None:
            self.on_bad(f"{self.path}{key}")
        return found
