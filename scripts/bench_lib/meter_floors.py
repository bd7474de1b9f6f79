"""Simple ways to answer polls, which ours is compared with in the same world.

*truth* relays the newest sample, once per sample; *calm* steps only after the reported own power has
moved and stood still; *calm + repeat* tells a jump once more where that power has not moved.
"""

from dataclasses import dataclass, field

from custom_components.marstek.meter import frame, shelly

_MAC = "02b2500000ff"


@dataclass(slots=True)
class _Seen:
    power: float = 0.0
    still_since: float = 0.0
    told: int = 0
    told_at: float = -99.0
    power_then: float = 0.0
    is_pending: bool = False
    has_moved: bool = False
    is_jump: bool = False
    value: float = 0.0
    index: int = 0


@dataclass(slots=True)
class CtFloor:
    """Truth or calm answers of a CT."""

    is_calm: bool = False
    repeats: bool = False
    count: int = 1
    zeros: bool = False
    _value: float = 0.0
    _measured: float = 0.0
    _number: int = 0
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def sample(self, power: float, measured_at: float, _: float) -> None:
        """Take a sample in."""
        self._value, self._measured, self._number = power, measured_at, self._number + 1

    def answer(self, datagram: bytes, _: str, now: float) -> bytes | None:
        """Answer a poll."""
        request = frame.parse_request(datagram)
        seen = self._seen.setdefault(request.battery_mac, _Seen())
        if abs(request.power - seen.power) > 10:
            seen.power, seen.still_since = request.power, now
        if self._is_due(seen, now):
            seen.index = seen.index % 255 + 1
        value = seen.value if not self.zeros or seen.told_at == now else 0.0
        counts = (self.count, 0, 0, 0)
        reply = frame.CtReply((round(value), 0, 0, round(value)), seen.index or 1, counts)
        return frame.build_reply(request, reply, "HME-4", _MAC)

    def _is_due(self, seen: _Seen, now: float) -> bool:
        if not self.is_calm:
            return seen.told != self._number and self._tell(seen, now)
        if seen.is_pending:
            seen.has_moved |= abs(seen.power - seen.power_then) > 10
            if self.repeats and seen.is_jump and not seen.has_moved:
                seen.is_jump, seen.told_at = False, now
                return True
            if (
                seen.has_moved
                and now - seen.still_since >= 1
                and self._measured >= seen.still_since
            ) or (not seen.has_moved and now - seen.told_at >= 4):
                seen.is_pending = False
        if seen.is_pending or seen.told == self._number:
            return False
        return self._tell(seen, now)

    def _tell(self, seen: _Seen, now: float) -> bool:
        seen.is_jump = abs(self._value - seen.value) > 50
        seen.told, seen.told_at, seen.value = self._number, now, self._value
        seen.power_then, seen.has_moved = seen.power, False
        seen.is_pending = abs(self._value) > 20
        return True


@dataclass(slots=True)
class ShellyFloor:
    """Truth of a Shelly, told once per sample or with each poll."""

    is_once: bool = True
    _value: float = 0.0
    _number: int = 0
    _told: dict[str, int] = field(default_factory=dict)

    def sample(self, power: float, _: float, __: float) -> None:
        """Take a sample in."""
        self._value, self._number = power, self._number + 1

    def answer(self, datagram: bytes, address: str, _: float) -> bytes | None:
        """Answer a poll."""
        if self.is_once and self._told.get(address) == self._number:
            return None
        self._told[address] = self._number
        return shelly.build_reply(shelly.parse_request(datagram), self._value, _MAC)
