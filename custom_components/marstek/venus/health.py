"""Pauses for a battery, or for one of its methods, that does not answer."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from .clock import Clock
from .models import Method

_LOSSES_TO_OPEN: Final = 4
_PROBE_INTERVAL: Final = 20.0
_LONG_DARKNESS: Final = 900.0
_LONG_PROBE_INTERVAL: Final = 60.0
_FAILURES_TO_REST: Final = 3
_FIRST_REST: Final = 60.0
_LONGEST_REST: Final = 3600.0
# Every known battery answers these at times: it is asked again soon after it has come to its senses.
_INDISPENSABLE: Final = frozenset({Method.DEVICE, Method.ENERGY, Method.MODE})
_LONGEST_INDISPENSABLE_REST: Final = 300.0
# A search by another program is answered in one minute of thirty, a program that polls every two
# minutes in fifteen.
_NOISY_MINUTES: Final = 10
_NOISE_WINDOW: Final = 1800.0
_MINUTE: Final = 60.0
# A late duplicate of our own acceptance may be one of them.
_FOREIGN_COMMANDS: Final = 3
_COMMANDS_WINDOW: Final = 86400.0


class Breaker:
    """Notices that a battery is dark, and lets a single poll through now and then."""

    def __init__(self, clock: Clock) -> None:
        """Start closed: the battery is taken to be there."""
        self._clock = clock
        self._losses = 0
        self._opened_at: float | None = None
        self._first_lost_at: float | None = None
        self._last_sent = float("-inf")

    @property
    def is_open(self) -> bool:
        """Tell whether the battery is taken to be dark."""
        return self._opened_at is not None

    @property
    def probe_interval(self) -> float:
        """Seconds between two probes of a dark battery."""
        if self._opened_at is None or self._clock.time() - self._opened_at < _LONG_DARKNESS:
            return _PROBE_INTERVAL
        return _LONG_PROBE_INTERVAL

    @property
    def seconds_to_probe(self) -> float:
        """Seconds until a poll may be sent, 0 for now."""
        if not self.is_open:
            return 0.0
        return max(0.0, self._last_sent + self.probe_interval - self._clock.time())

    def may_probe(self) -> bool:
        """Tell whether a poll may be sent now."""
        return self.seconds_to_probe == 0

    def sent(self) -> None:
        """Note that something was sent."""
        self._last_sent = self._clock.time()

    @property
    def silent_for(self) -> float:
        """Seconds since the first of the requests that were all lost, 0 when the last was not."""
        return 0.0 if self._first_lost_at is None else self._clock.time() - self._first_lost_at

    def lost(self, sent_at: float) -> None:
        """Count a request without any answer, sent at a monotonic time."""
        if self._first_lost_at is None:
            self._first_lost_at = sent_at
        self._losses += 1
        if self._losses >= _LOSSES_TO_OPEN and self._opened_at is None:
            self._opened_at = self._clock.time()

    def close(self) -> None:
        """Note that the battery was heard."""
        self._losses = 0
        self._opened_at = self._first_lost_at = None


@dataclass(slots=True)
class _MethodHealth:
    failures: int = 0
    rest_until: float = float("-inf")


class MethodBackoff:
    """Polls a method less and less that a battery, otherwise well, does not answer."""

    def __init__(self, clock: Clock) -> None:
        """Start with every method allowed."""
        self._clock = clock
        self._health: dict[Method, _MethodHealth] = {}

    def may_try(self, method: Method) -> bool:
        """Tell whether a poll of this method may be sent now."""
        return self._clock.time() >= self.rest_until(method)

    def rest_until(self, method: Method) -> float:
        """Return the monotonic time from which on the method may be polled."""
        health = self._health.get(method)
        return health.rest_until if health else float("-inf")

    def answered(self, method: Method, *, missing: bool = False) -> None:
        """Start afresh; a method that the firmware lacks rests for as long as any does."""
        self._health[method] = _MethodHealth()
        if missing:
            self._health[method].rest_until = self._clock.time() + _longest_rest(method)

    def failed(self, method: Method) -> None:
        """Count a call that failed although the battery is not dark."""
        health = self._health.setdefault(method, _MethodHealth())
        health.failures += 1
        if health.failures >= _FAILURES_TO_REST:
            rest = _FIRST_REST * 2 ** (health.failures - _FAILURES_TO_REST)
            health.rest_until = self._clock.time() + min(rest, _longest_rest(method))


def _longest_rest(method: Method) -> float:
    return _LONGEST_INDISPENSABLE_REST if method in _INDISPENSABLE else _LONGEST_REST


class Noise:
    """Minutes in which datagrams came from a battery's address that answer no request of ours.

    Some models answer to port 30000 whoever asked (docs/protocol.md 1.1), so another program that
    polls the battery shows here; a battery that two programs poll loses requests of both.
    """

    def __init__(self, clock: Clock) -> None:
        """Start quiet."""
        self._clock = clock
        self._minutes: deque[float] = deque(maxlen=_NOISY_MINUTES)
        self._acceptances: deque[float] = deque(maxlen=_FOREIGN_COMMANDS)

    def heard(self, *, is_acceptance: bool = False) -> None:
        """Note a datagram that answers no request of ours, perhaps the acceptance of a command."""
        now = self._clock.time()
        if is_acceptance:
            self._acceptances.append(now)
        if not self._minutes or now - self._minutes[-1] >= _MINUTE:
            self._minutes.append(now)

    @property
    def is_noisy(self) -> bool:
        """Tell whether at least 10 of the last 30 minutes had such datagrams."""
        is_full = len(self._minutes) == _NOISY_MINUTES
        return is_full and self._clock.time() - self._minutes[0] < _NOISE_WINDOW

    @property
    def is_commanded(self) -> bool:
        """Tell whether at least 3 acceptances of commands in 24 hours were not ours."""
        is_full = len(self._acceptances) == _FOREIGN_COMMANDS
        return is_full and self._clock.time() - self._acceptances[0] < _COMMANDS_WINDOW
