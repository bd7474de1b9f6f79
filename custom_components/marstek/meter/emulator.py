"""Answers to polls, from memory: what a CT or a Shelly would say, and when nothing is said.

Rules of silence (docs/meter.md): a source that is too old, a stranger, another meter in the house and a
wrong sign all end in no answer, after which a battery parks itself at 0 W.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from . import frame, shelly
from .askers import Asker, Askers, RateLimit
from .errors import DatagramError
from .quality import Quality
from .regulator import Regulator
from .sample import SampleLog

_PATIENT_POLLS: Final = 4
"""Polls of a Shelly in a row that stay without an answer; after more than 5 a battery starts anew."""
_NO_BATTERY: Final = (0, 0, 0, 0, 0)


def everybody(_: str, __: str) -> bool:
    """Know each address and MAC: for a bench and for looking."""
    return True


class Emulator(Protocol):
    """What a socket hands datagrams to."""

    askers: Askers

    def receive(self, datagram: bytes, address: str, now: float) -> bytes | None:
        """Return the answer to a datagram at a monotonic moment, or None for silence."""


@dataclass(slots=True, kw_only=True)
class Conduct:
    """When to answer whom, shared by the emulators."""

    knows: Callable[[str, str], bool] = everybody
    """Tells by IP address and battery MAC ("" for a Shelly's poll) whether a battery is ours."""
    is_listening_only: bool = False
    suspended: str = ""
    """Why nothing is answered at all, "" for no reason."""

    @property
    def is_silent(self) -> bool:
        """Whether nothing is answered."""
        return self.is_listening_only or bool(self.suspended)


@dataclass(slots=True, kw_only=True)
class CtEmulator:
    """A CT002 or CT003 that gives each battery a step of its own."""

    samples: SampleLog
    regulator: Regulator
    ct_mac: str = ""
    """12 hex digits; empty while none is chosen, when nothing is answered."""
    ct_type: str = frame.CT_TYPES[0]
    conduct: Conduct = field(default_factory=Conduct)
    askers: Askers = field(default_factory=Askers)
    quality: Quality = field(default_factory=Quality)
    _limit: RateLimit = field(default_factory=RateLimit)
    _index: dict[str, int] = field(default_factory=dict)
    _relayed: dict[str, int] = field(default_factory=dict)
    _was_alive: bool = False

    def receive(self, datagram: bytes, address: str, now: float) -> bytes | None:
        """Return the answer to a datagram at a monotonic moment, or None for silence."""
        try:
            request = frame.parse_request(datagram)
        except DatagramError:
            return None
        if not self._limit.allows(address, now):
            return None
        mac = request.battery_mac.lower()
        is_known = self.conduct.knows(address, mac)
        asker = self.askers.note(
            address,
            request.ct_type or "ct",
            now,
            kind=request.battery_type,
            mac=mac,
            ct=request.ct_mac.lower(),
            is_known=is_known,
        )
        if asker is None or not self._is_ours(request) or not is_known:
            return None
        if not self.regulator.report(mac, request.power, now):
            return None
        answer = None if self.conduct.is_silent else self._answer(request, mac, now)
        self._count(asker, mac, answer is not None, now)
        return answer

    def _is_ours(self, request: frame.CtRequest) -> bool:
        """Return whether the request is for this CT: else there may be a real one."""
        asked = request.ct_mac.lower()
        return bool(self.ct_mac) and asked in {self.ct_mac.lower(), frame.ANY_CT}

    def _answer(self, request: frame.CtRequest, mac: str, now: float) -> bytes | None:
        if not self.samples.is_alive(now):
            if self._was_alive:
                self._was_alive = False
                self.regulator.forget()
            return None
        self._was_alive = True
        reply = self._raw(mac) if request.is_looking else self._step(request.phase, mac, now)
        return frame.build_reply(request, reply, self.ct_type, self.ct_mac)

    def _step(self, phase: str, mac: str, now: float) -> frame.CtReply:
        """Return the battery's own step on its phase, or the hold: the old index and zeros."""
        step = self.regulator.step(mac, now)
        watts = 0 if step is None else round(step)
        if watts:
            self._index[mac] = self._index.get(mac, 0) % 255 + 1
        place = "ABCD".index(phase)
        self.quality.sent.append(watts)
        powers, counts = [0, 0, 0, watts], [0, 0, 0, 0]
        powers[place], counts[place] = watts, 1
        return frame.CtReply(
            (powers[0], powers[1], powers[2], powers[3]),
            self._index.setdefault(mac, 1),
            (counts[0], counts[1], counts[2], counts[3]),
        )

    def _raw(self, mac: str) -> frame.CtReply:
        """Return the newest sample as it is, for a battery that looks for its phase."""
        sample = self.samples.newest
        watts = 0 if sample is None else round(sample.power)
        if self._relayed.get(mac) != self.samples.number:
            self._relayed[mac] = self.samples.number
            self._index[mac] = self._index.get(mac, 0) % 255 + 1
        return frame.CtReply((watts, 0, 0, watts), self._index.setdefault(mac, 1))

    def _count(self, asker: Asker, mac: str, is_answered: bool, now: float) -> None:
        asker.answered += is_answered
        power = self.regulator.followers[mac].power
        self.quality.note_poll(mac, power, is_answered=is_answered, now=now)


@dataclass(slots=True, kw_only=True)
class ShellyEmulator:
    """A Shelly Pro 3EM for one battery: the newest sample, sent once.

    A battery does not say its own power here, so that the same sample sent twice would be corrected
    twice. Silence is the only brake, and is kept short enough for the battery to stay connected.
    """

    samples: SampleLog
    mac: str = "02b2500000ff"
    """12 hex digits of the made-up Shelly."""
    conduct: Conduct = field(default_factory=Conduct)
    askers: Askers = field(default_factory=Askers)
    quality: Quality = field(default_factory=Quality)
    follower: str | None = None
    """Address of the one battery that is answered: the first that asks, until it falls silent."""
    _limit: RateLimit = field(default_factory=RateLimit)
    _sent: int = 0
    _unanswered: int = 0
    _followed_at: float = 0.0

    def receive(self, datagram: bytes, address: str, now: float) -> bytes | None:
        """Return the answer to a datagram at a monotonic moment, or None for silence."""
        try:
            request_id = shelly.parse_request(datagram)
        except DatagramError:
            return None
        if not self._limit.allows(address, now):
            return None
        is_known = self.conduct.knows(address, "")
        asker = self.askers.note(address, "shelly", now, is_known=is_known)
        if asker is None or not is_known or not self._is_first(address, now):
            return None
        power = None if self.conduct.is_silent else self._due(now)
        asker.answered += power is not None
        self.quality.note_poll(address, None, is_answered=power is not None, now=now)
        return None if power is None else shelly.build_reply(request_id, power, self.mac)

    def _is_first(self, address: str, now: float) -> bool:
        """Return whether this is the battery that is followed; a second one would fight it."""
        if self.follower not in (None, address) and now - self._followed_at < 30:
            return False
        self.follower, self._followed_at = address, now
        return True

    def _due(self, now: float) -> float | None:
        """Return the power in W to tell with this poll, or None for silence."""
        sample = self.samples.newest
        if sample is None or not self.samples.is_alive(now):
            self._unanswered = 0
            return None
        is_new = self._sent != self.samples.number
        if not is_new and (self._unanswered < _PATIENT_POLLS or not self.samples.is_young(now)):
            self._unanswered += 1
            return None
        self._sent, self._unanswered = self.samples.number, 0
        self.quality.sent.append(int(sample.power))
        return sample.power


def grid_error(
    emulator: CtEmulator | ShellyEmulator, power: float, aim: float, now: float
) -> float:
    """Return by how many W a grid power, + = import, is off what is aimed at.

    A battery on a Shelly steers itself, so that only the aim counts there.
    """
    if isinstance(emulator, CtEmulator):
        return emulator.regulator.error(power, now)
    return power - aim
