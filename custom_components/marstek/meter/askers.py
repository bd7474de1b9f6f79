"""Who asks for which meter, and how often: what an owner sees before anything is answered."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_MOST: Final = 32
_KEPT: Final = 20
_FORGOTTEN_AFTER: Final = 3600.0


@dataclass(slots=True)
class Asker:
    """One battery, or whoever asks like one, at one address."""

    address: str
    meter: str
    """"shelly", "HME-4", "HME-3" or "ct" where the battery names no type."""
    battery_type: str = ""
    battery_mac: str = ""
    ct_mac: str = ""
    polls: int = 0
    answered: int = 0
    last: float = 0.0
    _moments: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def note(self, now: float) -> None:
        """Count a poll at a monotonic moment."""
        self.polls += 1
        self.last = now
        self._moments.append(now)

    @property
    def period(self) -> float | None:
        """Return the mean seconds between the last polls, None before the second."""
        if len(self._moments) < 2:
            return None
        return (self._moments[-1] - self._moments[0]) / (len(self._moments) - 1)


class Askers:
    """The batteries heard within the last hour, at most 32."""

    def __init__(self) -> None:
        """Start with nobody heard."""
        self._known: dict[tuple[str, str, str], Asker] = {}

    def __iter__(self) -> Iterator[Asker]:
        """Iterate over those heard."""
        return iter(self._known.values())

    def note(
        self,
        address: str,
        meter: str,
        now: float,
        *,
        kind: str = "",
        mac: str = "",
        ct: str = "",
        is_known: bool = False,
    ) -> Asker | None:
        """Count a poll; None where there is no room, which a known battery always gets."""
        key = (address, meter, mac)
        asker = self._known.get(key)
        if asker is None:
            self._forget(now)
            if len(self._known) >= _MOST:
                if not is_known:
                    return None
                del self._known[min(self._known, key=lambda each: self._known[each].last)]
            asker = self._known[key] = Asker(address, meter, kind, mac, ct)
        asker.ct_mac = ct
        asker.note(now)
        return asker

    def _forget(self, now: float) -> None:
        old = [key for key, asker in self._known.items() if now - asker.last > _FORGOTTEN_AFTER]
        for key in old:
            del self._known[key]


@dataclass(slots=True)
class RateLimit:
    """At most 10 answers a second to one address; a flood of addresses is bounded too."""

    _seen: dict[str, deque[float]] = field(default_factory=dict)

    def allows(self, address: str, now: float) -> bool:
        """Count a datagram; False for one that is too many."""
        moments = self._seen.get(address)
        if moments is None:
            if len(self._seen) >= 4 * _MOST:
                self._seen.clear()
            moments = self._seen[address] = deque(maxlen=10)
        if len(moments) == 10 and now - moments[0] < 1.0:
            return False
        moments.append(now)
        return True
