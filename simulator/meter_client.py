"""The side of a battery that polls its meter, without any socket and without any clock.

Requests leave each `poll` seconds; a reply is looked for once, some time after its request, so that a
late one is found together with the next. The phase test drives power and looks for the phase that
moves with it.
"""

from dataclasses import dataclass

from .following import LOST_AFTER, FollowLaw, FollowProfile
from .meter_wire import (
    MeterReply,
    UnreadableReplyError,
    ct_request,
    read_ct,
    read_shelly,
    shelly_request,
)

_MOST_ERRORS = 5
_PAUSE = 3.0
_TEST_WATTS = 600.0
_TEST_SECONDS = 20.0
_TEST_PAUSE = 60.0
PORTS = {"shelly": 1010, "ct": 12345}


@dataclass(slots=True)
class MeterStatistics:
    """Counts of what became of a battery's polls."""

    polls: int = 0
    read: int = 0
    unreadable: int = 0
    missing: int = 0
    thrown_away: int = 0


class MeterClient:
    """A battery that looks for a meter of one kind, "shelly" or "ct"."""

    def __init__(
        self,
        kind: str,
        law: FollowLaw,
        *,
        battery: tuple[str, str],
        ct: tuple[str, str] = ("HME-4", "02b2500000ff"),
        phase: str = "A",
    ) -> None:
        """Take type and MAC of battery and CT. Phase "0" begins with the phase test."""
        if kind not in PORTS:
            raise ValueError(f"no meter {kind!r}; there are: {', '.join(PORTS)}")
        self.kind = kind
        self.law = law
        self.phase = phase
        self.last: MeterReply | None = None
        self.last_reply_at: float | None = None
        self.is_lost = True
        self.statistics = MeterStatistics()
        self._battery, self._ct = battery, ct
        self._buffer: list[bytes] = []
        self._number = 0
        self._errors = 0
        self._size = 0
        self._index: int | None = None
        self._tested: tuple[MeterReply, float, float] | None = None
        self._test_after = 0.0
        self.is_unicast = False
        self.is_steering = True
        """Whether the mode follows the meter; the polls go on in every mode."""
        self.resumes_at = 0.0

    @property
    def profile(self) -> FollowProfile:
        """The kind of battery."""
        return self.law.profile

    def request(self, output: float, now: float) -> bytes | None:
        """Return the next request, with the own output in W; None in the pause after failures."""
        self.law.observe(output, now)
        if not self.is_lost and now - (self.last_reply_at or 0.0) > LOST_AFTER:
            self.is_lost = True
            self.law.lose()
        if now < self.resumes_at:
            return None
        self.statistics.polls += 1
        self._number = (self._number + 1) % 256
        if self.kind == "shelly":
            return shelly_request(self._number)
        return ct_request(self._battery, self._ct, self.phase, round(output))

    def deliver(self, datagram: bytes) -> None:
        """Put a datagram into the socket's buffer."""
        self._buffer.append(datagram)

    def look(self, output: float, now: float) -> None:
        """Look for the reply, once, and steer by it. `output` is the own power in W."""
        found, self._buffer = b"".join(self._buffer), []
        if not found:
            self.statistics.missing += 1
            self._fail(now)
            return
        most = self.profile.backlog or (1.5 * self._size if self._size else 4096)
        if len(found) > most:
            self.statistics.thrown_away += 1
            self._fail(now)
            return
        try:
            reply = self._read(found)
        except UnreadableReplyError:
            self.statistics.unreadable += 1
            self._fail(now)
            return
        self._size, self._errors = len(found), 0
        self.statistics.read += 1
        self.last, self.last_reply_at = reply, now
        self.is_lost, self.is_unicast = False, True
        self._steer(reply, output, now)

    def _read(self, datagram: bytes) -> MeterReply:
        if self.kind == "shelly":
            return read_shelly(datagram)
        return read_ct(datagram, self._ct, self.profile.longest_reply)

    def _fail(self, now: float) -> None:
        self._errors += 1
        if self._errors > _MOST_ERRORS:
            self._errors, self._size = 0, 0
            self.is_unicast, self.resumes_at = False, now + _PAUSE

    def _steer(self, reply: MeterReply, output: float, now: float) -> None:
        if not self.is_steering:
            self._index, self.law.setpoint = reply.index, output
            return
        if self.phase == "0":
            self._test(reply, output, now)
            return
        is_old = reply.index != 0 and reply.index == self._index
        self._index = reply.index
        if is_old and self.kind == "ct" and not self.profile.deaf:
            return
        place = "ABCD".index(self.phase)
        charging, discharging = reply.charging[place + 1], reply.discharging[place + 1]
        others = (charging < 0 and output > 0) or (discharging > 0 and output < 0)
        crosstalk = bool(reply.charging[0] or reply.discharging[0] or others)
        self.law.sample(
            reply.powers[place], output, now, count=reply.counts[place], crosstalk=crosstalk
        )

    def _test(self, reply: MeterReply, output: float, now: float) -> None:
        """Drive power and look for the phase that moves by half of it."""
        if now < self._test_after:
            return
        if self._tested is None:
            self._tested = (reply, output, now)
            self.law.setpoint = output + _TEST_WATTS
            return
        first, at_first, since = self._tested
        moved = output - at_first
        if moved >= _TEST_WATTS / 2:
            for name, old, new in zip("ABC", first.powers, reply.powers, strict=False):
                if old - new >= moved / 2:
                    self.phase, self._tested, self.law.setpoint = name, None, 0.0
                    return
        if now - since > _TEST_SECONDS:
            self._tested, self._test_after = None, now + _TEST_PAUSE
            self.law.setpoint = 0.0
