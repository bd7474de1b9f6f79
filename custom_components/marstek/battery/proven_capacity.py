"""Capacity of a battery by the energy that moves its state of charge (pure).

A reply may name one pack where there are three, and firmware without the method leaves only the
table. A plan that counts on a third of the capacity starts to charge too late. Swings of the state
of charge tell the truth within losses, which is enough to tell numbers of packs apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Self

from ..stored import MOST_ENERGY, StoredPart, number, whole

# Sizes of a pack in Wh (docs/protocol.md section 3), and how many there can be.
_PACKS: Final = (2080.0, 2560.0)
_MOST_PACKS: Final = 6
# In % of the state of charge, for one comparison.
_SWING: Final = 30
# In % between two readings: more is a battery that has corrected itself.
_JUMP: Final = 5
_ONE_WAY_EFFICIENCY: Final = 0.92
# Of what flows, at most this share may flow back: losses would add up.
_BACK: Final = 0.25
# A factor within which losses and a coarse state of charge explain a difference.
_EXPLAINED: Final = 1.4
_AGREEMENT: Final = 1.25
_VOTES: Final = 3
_MOST_FIRMWARE: Final = 1_000_000


def _sizes(pack: float) -> Iterator[float]:
    return (pack * packs for packs in range(1, _MOST_PACKS + 1))


def _pack_of(capacity: float) -> float:
    """Return the size of a pack in Wh that a capacity is made of; the common one if none is."""
    return next((pack for pack in _PACKS if capacity % pack == 0), _PACKS[-1])


@dataclass(slots=True)
class ProvenCapacity:
    """Capacity that differs from the one that the battery or its table names, in Wh."""

    firmware: int = 0
    """As sent, see DeviceStatus."""
    value: float | None = None
    """None while nothing is proven to differ."""
    _anchor: tuple[float, float, int] | None = None
    """Charged and discharged Wh and the state of charge in % at which a swing began."""
    _last_soc: int = 0
    _votes: list[float | None] = field(default_factory=list)

    def of(self, firmware: int) -> ProvenCapacity:
        """Return the proven capacity of a firmware; another one begins anew."""
        return self if firmware == self.firmware else ProvenCapacity(firmware)

    def add(
        self, charged: float, discharged: float, soc: int, *, named: float, complete: bool
    ) -> None:
        """Follow totals in Wh and a state of charge in %; `named` is the capacity in question.

        `complete` is False when energy may have flowed since the last call that no total knows.
        """
        is_jump = abs(soc - self._last_soc) > _JUMP
        self._last_soc = soc
        if self._anchor is None or not complete or is_jump:
            self._anchor = charged, discharged, soc
            return
        swing = soc - self._anchor[2]
        taken, given = charged - self._anchor[0], discharged - self._anchor[1]
        has_turned = min(taken, given) > _BACK * max(taken, given)
        if has_turned or abs(swing) >= _SWING:
            self._anchor = charged, discharged, soc
        if has_turned or abs(swing) < _SWING:
            return
        gained = taken * _ONE_WAY_EFFICIENCY - given / _ONE_WAY_EFFICIENCY
        self._vote(100 * gained / swing, named)

    def _vote(self, measured: float, named: float) -> None:
        """Take a capacity in Wh as measured; several in a row that agree decide."""
        if _within(measured, named, _EXPLAINED):
            found: float | None = None
        elif measured <= 0:
            return
        else:
            found = min(_sizes(_pack_of(named)), key=lambda size: abs(size - measured))
            if not _within(measured, found, _AGREEMENT):
                self._votes = []
                return
        self._votes = [*self._votes, found][-_VOTES:]
        if len(self._votes) == _VOTES and len(set(self._votes)) == 1:
            self.value = found

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {"firmware": self.firmware, "value": self.value}

    @classmethod
    def restore(cls, stored: StoredPart) -> Self:
        """Return the stored capacity, without an unreadable one."""
        return cls(
            stored.value("firmware", whole(0, _MOST_FIRMWARE), 0),
            stored.optional("value", _size),
        )


def _within(measured: float, size: float, factor: float) -> bool:
    return size / factor <= measured <= size * factor


def _size(stored: object) -> float:
    """Return a stored capacity; ValueError for one that no number of packs has."""
    value = float(number(0.0, MOST_ENERGY)(stored))
    if value not in _sizes(_pack_of(value)):
        raise ValueError("Not a number of packs")
    return value
