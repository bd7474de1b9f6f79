"""Power that a battery gives or takes in Passive beside the one that it was sent (pure).

Owners report batteries that give less than Passive asks for, 240 W for 275 W. The share that flows
is learnt by direction and level, and what is sent is corrected by it. The power that an owner or
the plan has asked for stays the measure of every proof: `MOST` keeps a correction within the
tolerance of one (`Purpose.PROOF`), so that none fails because of a share that is outdated.

Powers are in W, + discharges; moments are monotonic seconds.
"""

from dataclasses import dataclass, field
from typing import Any, Final, Self

from ..limits import PowerLimits
from ..stored import StoredPart, fields, number, whole

LEVELS: Final = (200, 400, 800, 1200, 2000, 2500)
"""W. A power belongs to the nearest one."""
MOST: Final = 0.15
"""Largest correction, as a share of the power that is asked for."""
LEAST: Final = (20, 0.02)
"""A correction below so many W, or below such a share, is none."""
# Below this, in W, the error of a reading is as large as what is to be learnt.
_LEAST_POWER: Final = 150
# A share that is further from 1 is no error of control: cells, a limit or another mode decide.
_BELIEVABLE: Final = 0.2
# In s: a battery ramps up, and one reading a minute is enough.
_SETTLING: Final = 60.0
_PAUSE: Final = 60.0
# In % and degrees Celsius: outside, the cells decide what flows.
_SOCS: Final = range(20, 90)
_TEMPERATURES: Final = (10.0, 45.0)
# A share counts after so many readings; then each moves it by a tenth of the difference.
_ENOUGH: Final = 5
_WEIGHT: Final = 10
# One reading counts as no further off than this, so that a single wild one does little.
_LARGEST_STEP: Final = 0.05
_MOST_FIRMWARE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Share:
    """Running mean of the share of a power that flows."""

    mean: float = 1.0
    """0.8 to 1.2."""
    count: int = 0
    """Readings in it, at most `_WEIGHT`."""

    @property
    def is_known(self) -> bool:
        """Tell whether it was read often enough."""
        return self.count >= _ENOUGH

    def after(self, found: float) -> Share:
        """Return the mean with one more reading."""
        count = min(self.count + 1, _WEIGHT)
        # The first readings may be as far off as any: there is no mean yet.
        most = _LARGEST_STEP if self.is_known else _BELIEVABLE / 2
        step = min(max(found - self.mean, -most), most)
        return Share(self.mean + step / count, count)

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {"mean": round(self.mean, 4), "count": self.count}

    @classmethod
    def restore(cls, stored: object) -> Self:
        """Return a stored share; ValueError for an unreadable one."""
        given = fields(stored)
        mean = number(1 - _BELIEVABLE, 1 + _BELIEVABLE)(given.get("mean"))
        return cls(float(mean), whole(0, _WEIGHT)(given.get("count")))


@dataclass(slots=True)
class HeldPower:
    """Shares of the powers that Passive was sent with that flow, of one firmware."""

    firmware: int = 0
    """As sent, see DeviceStatus."""
    shares: dict[str, Share] = field(default_factory=dict)
    """By direction and level."""
    accuracy: float | None = None
    """How near to the powers asked for those that flow are, 0.8 to 1; None before any was read."""
    _sent: int | None = None
    _sent_since: float = 0.0
    _read_at: float = float("-inf")

    def of(self, firmware: int) -> HeldPower:
        """Return what is known of a firmware; another one begins anew."""
        return self if firmware == self.firmware else HeldPower(firmware)

    def correction(self, asked: int, limits: PowerLimits) -> int:
        """Return the W to add to a power that is asked for before it is sent, mostly 0.

        With it the power is within `limits`, of the same direction, and off by no more than `MOST`.
        """
        share = self.shares.get(_place(asked), Share())
        if abs(asked) < _LEAST_POWER or not share.is_known:
            return 0
        factor = min(max(1 / share.mean, 1 - MOST), 1 + MOST)
        # Towards the power asked for, so that rounding exceeds no bound.
        added = int((factor - 1) * asked)
        if added * asked > 0:
            added = limits.clamp(asked + added) - asked
        is_more = added * asked > 0 if factor > 1 else added * asked < 0
        watts, least = LEAST
        matters = is_more and abs(added) >= max(watts, least * abs(asked))
        return added if matters else 0

    def look(
        self,
        asked: int,
        sent: int | None,
        power: int,
        soc: int,
        temperature: float | None,
        now: float,
    ) -> None:
        """Take a read of the power; `sent` is what Passive was last sent with, None without one."""
        if sent != self._sent:
            self._sent, self._sent_since = sent, now
        is_due = now - self._sent_since >= _SETTLING and now - self._read_at >= _PAUSE
        lowest, highest = _TEMPERATURES
        is_mild = temperature is None or lowest <= temperature <= highest
        is_telling = sent is not None and min(abs(sent), abs(asked)) >= _LEAST_POWER
        if sent is None or not (is_due and is_mild and is_telling and soc in _SOCS):
            return
        share = power / sent
        if abs(share - 1) > _BELIEVABLE:
            return
        self._read_at = now
        place = _place(sent)
        self.shares[place] = self.shares.get(place, Share()).after(share)
        reached = max(1 - _BELIEVABLE, 1 - abs(power / asked - 1))
        before = reached if self.accuracy is None else self.accuracy
        self.accuracy = before + (reached - before) / _WEIGHT

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "firmware": self.firmware,
            "shares": {place: share.store() for place, share in self.shares.items()},
            "accuracy": None if self.accuracy is None else round(self.accuracy, 4),
        }

    @classmethod
    def restore(cls, stored: StoredPart) -> Self:
        """Return the stored shares, without unreadable ones."""
        shares = stored.mapping("shares", Share.restore)
        accuracy = stored.optional("accuracy", number(1 - _BELIEVABLE, 1.0))
        return cls(
            stored.value("firmware", whole(0, _MOST_FIRMWARE), 0),
            {place: share for place, share in shares.items() if place in _PLACES},
            accuracy,
        )


def _place(power: int) -> str:
    """Return the name of the direction and level of a power."""
    level = min(LEVELS, key=lambda each: abs(each - abs(power)))
    return f"{'charge' if power < 0 else 'discharge'}_{level}"


_PLACES: Final = frozenset(_place(sign * level) for sign in (-1, 1) for level in LEVELS)
