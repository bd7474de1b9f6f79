"""The record of what a battery was asked and how it fared."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .profiles import DANGEROUS
from .wire import glimpse

type Address = tuple[str, int]


class Outcome(StrEnum):
    """How an exchange ended, from the battery's side."""

    ANSWERED = "answered"
    ERROR = "error"
    """An error of the table."""
    PARSE_ERROR = "parse_error"
    """A sporadic 403 to a valid request."""
    REFUSED = "refused"
    """A write answered with set_result false because of a fault."""
    LIED = "lied"
    """A write answered with set_result true and not carried out."""
    LATE = "late"
    GARBAGE = "garbage"
    LOST = "lost"
    BUSY = "busy"
    TOO_SOON = "too_soon"
    SILENT = "silent"
    """A method that this firmware never answers."""
    DARK = "dark"


@dataclass(slots=True)
class Exchange:
    """One request and what became of it. Times are real monotonic seconds."""

    received: float
    method: str
    """"" when there is none."""
    params: Mapping[str, object]
    id: object
    """As sent; None when there is none."""
    source: Address
    gap: float | None
    """Seconds since the last reply; None before the first."""
    overlapped: bool
    """Whether another request was being handled."""
    outcome: Outcome = Outcome.ANSWERED
    reason: str = ""
    replied: list[float] = field(default_factory=list)
    """When replies left: none, one, or several with duplicates."""

    @property
    def config(self) -> Mapping[str, Any]:
        """The `config` of an ES.SetMode, empty for other requests."""
        config = self.params.get("config")
        return config if isinstance(config, Mapping) else {}

    def ended(self, outcome: Outcome, reason: str = "") -> None:
        """Write down how the exchange ended."""
        self.outcome, self.reason = outcome, reason


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures over a span of real time."""

    seconds: float
    requests: int
    requests_per_hour: float
    outcomes: Mapping[str, int]
    methods: Mapping[str, int]
    overlaps: int
    smallest_gap: float | None
    """Seconds from a reply to the next request."""
    forbidden: int


class Journal:
    """All exchanges of one battery since the start or the last clearing."""

    def __init__(self, started: float) -> None:
        """Begin an empty record at a monotonic time."""
        self.started = started
        self.exchanges: list[Exchange] = []
        self.forbidden: list[Exchange] = []
        """Dangerous methods and empty datagrams, whatever became of them."""

    def open(self, datagram: bytes, source: Address, now: float, *, busy: bool) -> Exchange:
        """Write a request down before anything happens to it."""
        seen = glimpse(datagram)
        method, params = seen.get("method"), seen.get("params")
        last = self._last_reply(now)
        exchange = Exchange(
            received=now,
            method=method if isinstance(method, str) else "",
            params=params if isinstance(params, Mapping) else {},
            id=seen.get("id"),
            source=source,
            gap=None if last is None else now - last,
            overlapped=busy,
        )
        self.exchanges.append(exchange)
        if not datagram or exchange.method in DANGEROUS:
            self.forbidden.append(exchange)
        return exchange

    def clear(self, now: float) -> None:
        """Forget everything."""
        self.started = now
        self.exchanges.clear()
        self.forbidden.clear()

    def statistics(self, since: float | None, now: float) -> Statistics:
        """Return the figures from a monotonic time, or from the start, until now."""
        since = self.started if since is None else since
        chosen = [item for item in self.exchanges if since <= item.received <= now]
        seconds = now - since
        gaps = [item.gap for item in chosen if item.gap is not None]
        return Statistics(
            seconds=seconds,
            requests=len(chosen),
            requests_per_hour=len(chosen) / seconds * 3600 if seconds > 0 else 0.0,
            outcomes=dict(Counter(str(item.outcome) for item in chosen)),
            methods=dict(Counter(item.method for item in chosen)),
            overlaps=sum(item.overlapped for item in chosen),
            smallest_gap=min(gaps, default=None),
            forbidden=sum(item.received >= since for item in self.forbidden),
        )

    def _last_reply(self, now: float) -> float | None:
        """Return when the last reply left before now; late ones are not far back."""
        recent = (moment for item in self.exchanges[-20:] for moment in item.replied)
        return max((moment for moment in recent if moment <= now), default=None)
