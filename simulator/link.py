"""What lies between the network and a battery: one request at a time, and losses."""

from itertools import pairwise

from . import modes
from .clock import SimulationClock
from .device import Device
from .exchanges import Address, Exchange, Journal, Outcome
from .faults import Dice, Faults
from .garbage import corrupt
from .physics import FULL, Conditions
from .profiles import HURTFUL_READS
from .responder import Answer, Responder
from .wire import render

type Delivery = tuple[float, bytes, Address]
"""Seconds from now, payload, destination."""

WIPED = "settings wiped, the API is switched off"
_CHOKED = "frozen by an empty datagram"
_REPEAT_AFTER = 0.1
"""Seconds after which the modem repeats a reply that it thinks unsent."""
_HOUR = 3600.0


class Link:
    """Takes datagrams, keeps the record and hands back what is to be sent when."""

    def __init__(self, device: Device, faults: Faults, dice: Dice, clock: SimulationClock) -> None:
        """Connect a device to the network."""
        self.device = device
        self.faults = faults
        self.latency = (0.09, 0.25)
        """Bounds in real seconds."""
        self.dark_until = float("-inf")
        self.mute = ""
        """Why the API is silent until somebody does something about it."""
        self.journal = Journal(clock.real())
        self._clock = clock
        self._dice = dice
        self._responder = Responder(device, faults, dice)
        self._busy_until = float("-inf")

    def receive(self, datagram: bytes, source: Address) -> list[Delivery]:
        """Handle one datagram. The state changes now, replies leave after their delay."""
        now = self._clock.real()
        exchange = self.journal.open(datagram, source, now, busy=now < self._busy_until)
        self.advance()
        if self._is_dark(exchange, datagram) or self._is_too_early(exchange):
            return []
        latency = self._dice.latency(self.latency) + self.faults.delay
        if exchange.overlapped:
            return self._overlap(exchange, latency)
        lost = self._dice(self.faults.loss)
        if lost and self._dice(0.5):
            exchange.ended(Outcome.LOST, "request")
            return []
        self._busy_until = now + latency
        answer = self._responder.answer(datagram)
        if answer is None:
            exchange.ended(Outcome.SILENT)
            return []
        if lost:
            exchange.ended(Outcome.LOST, "reply")
            return []
        exchange.ended(answer.outcome)
        return self._send(exchange, answer, latency)

    def advance(self) -> None:
        """Bring the device up to now under the conditions that the faults set."""
        connected = not self.faults.ct_lost and not self._polled_too_fast()
        faults = self.faults
        self.device.conditions = Conditions(
            faults.clock_offset,
            connected,
            faults.full_at or FULL,
            faults.empty_at,
            faults.derated_to,
        )
        self.device.advance()
        self.device.settle()

    def wipe(self) -> None:
        """Lose all settings and switch the API off, as reset-prone firmware does."""
        modes.wipe(self.device.state)
        self.mute = WIPED

    def reboot(self, seconds: float) -> None:
        """Restart: silent for some real seconds, then in the persisted mode."""
        modes.reboot(self.device.state)
        self.dark_until = max(self.dark_until, self._clock.real() + seconds)
        self._busy_until = float("-inf")
        self.mute = "" if self.mute == _CHOKED else self.mute

    def _is_dark(self, exchange: Exchange, datagram: bytes) -> bool:
        """Return whether nothing listens, and write down why."""
        reasons = {
            "dark": self.faults.dark,
            "switched off or starting": exchange.received < self.dark_until,
        }
        reason = next((text for text, holds in reasons.items() if holds), "")
        if not reason:
            self._hurt(exchange, datagram)
            reason = self.mute
        if reason:
            exchange.ended(Outcome.DARK, reason)
        return bool(reason)

    def _hurt(self, exchange: Exchange, datagram: bytes) -> None:
        """Let an empty datagram or one hurtful read too many do its damage."""
        if not datagram:
            self.mute = self.mute or _CHOKED
        limit = self.faults.wipe_per_hour
        prone = self.device.profile.reset_prone and exchange.method in HURTFUL_READS
        if limit and prone and self._hurtful_reads(exchange.received) > limit:
            self.wipe()

    def _hurtful_reads(self, now: float) -> int:
        """Return how many reads of the last hour hurt reset-prone firmware."""
        return sum(
            item.method in HURTFUL_READS and item.received > now - _HOUR
            for item in self.journal.exchanges
        )

    def _is_too_early(self, exchange: Exchange) -> bool:
        """Return whether a request is lost because it came too soon after a reply."""
        gap = exchange.gap
        if gap is None or gap >= self.faults.quiet_gap:
            return False
        if not self._dice(self.faults.too_soon_loss):
            return False
        exchange.ended(Outcome.TOO_SOON, f"{gap:.3f} s after the last reply")
        return True

    def _overlap(self, exchange: Exchange, latency: float) -> list[Delivery]:
        """Lose a request that came while another was being handled, or answer 403."""
        exchange.ended(Outcome.BUSY, "another request was being handled")
        if not self._dice(self.faults.overlap_answered):
            return []
        answer = Answer(self._responder.error(403, 0), Outcome.BUSY)
        return self._send(exchange, answer, latency)

    def _send(self, exchange: Exchange, answer: Answer, latency: float) -> list[Delivery]:
        """Put an answer on the wire, through the faults of the way back."""
        faults = self.faults
        payload = render(answer.envelope).encode()
        if faults.garbage and self._dice(faults.garbage_rate):
            payload = corrupt(faults.garbage, answer.envelope, self._dice.random)
            exchange.ended(Outcome.GARBAGE, faults.garbage)
        delays = [latency]
        if self._dice(faults.late):
            delays = [latency + faults.lateness]
            exchange.ended(Outcome.LATE, f"by {faults.lateness:g} s")
        if self._dice(faults.duplicates):
            delays.append(delays[0] + _REPEAT_AFTER)
        destination = self._destination(exchange.source)
        exchange.replied = [exchange.received + delay for delay in delays]
        return [(delay, payload, destination) for delay in delays]

    def _destination(self, source: Address) -> Address:
        """Return where replies go: the source, or the device's own port at its address."""
        if self.device.profile.replies_to_source_port:
            return source
        return source[0], self.device.spec.port

    def _polled_too_fast(self) -> bool:
        """Return whether the last three intervals between requests were all too short."""
        threshold = self.faults.ct_lost_below
        times = [item.received for item in self.journal.exchanges[-4:]]
        if not threshold or len(times) < 4:
            return False
        intervals = [after - before for before, after in pairwise(times)]
        since = self._clock.real() - times[-1]
        return max(intervals) < threshold and since < threshold
