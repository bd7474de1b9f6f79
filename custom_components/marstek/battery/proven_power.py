"""Largest powers that a battery has shown it does not exceed (pure).

The table of profiles holds for a model as it was sold. A limit in the vendor's app, another power
class or a firmware that nobody has read can hold a battery below it, and then a plan that counts on
the table charges too late. Such a limit shows as a plateau: the same power at several states of
charge, each time that more was commanded. It only lowers what the plan counts on. It never allows a
command above the table, because of what the grid operator allows a model to feed in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from ..limits import PowerLimits
from ..stored import MOST_POWER, StoredPart, number, whole

# So many reads in each of so many tenths of the state of charge make a plateau: cold, hot or
# unbalanced cells take another power as they fill.
_READS: Final = 3
_BANDS: Final = 3
_AGREEMENT: Final = 0.05
# In %: below and above, the cells themselves take or give less.
_SOCS: Final = range(20, 90)
# In degrees Celsius: outside, cells are derated.
_TEMPERATURES: Final = (10.0, 45.0)
# In W, and as a share: more than this has to be missing, and this has to flow.
_SHORTFALL: Final = 150
_SHORTFALL_SHARE: Final = 0.15
_LEAST_POWER: Final = 300
# In s: a battery ramps up.
_SETTLING: Final = 60.0
_TRIED_AFTER: Final = 7 * 86400.0
"""In s. Then the battery is given the table's power again, and has to prove its limit anew."""
_LATEST: Final = 1e11
_MOST_FIRMWARE: Final = 1_000_000


@dataclass(slots=True)
class Plateau:
    """Limit of one direction. Powers in W, 0 or more; moments in seconds since the epoch."""

    power: int | None = None
    """The proven limit; None without one."""
    proven_at: float = 0.0
    _seen: int = 0
    _reads: dict[int, int] = field(default_factory=dict)
    """Reads that agree, by tenth of the state of charge."""
    _above: int = 0

    def limit(self, now: float) -> int | None:
        """Return the proven limit in W; None without one, or when it is to be tried anew."""
        is_recent = 0 <= now - self.proven_at < _TRIED_AFTER
        return self.power if is_recent else None

    def look(self, asked: int, power: int, soc: int, now: float) -> None:
        """Take a read of the power in W in the direction that was asked for."""
        if self.power is not None and self.limit(now) is None:
            self._forget()
        if self.power is not None and power > self.power * (1 + _AGREEMENT):
            self._above += 1
            if self._above >= _READS:
                self._forget()
            return
        self._above = 0
        missing = asked - power
        is_short = missing > max(_SHORTFALL, _SHORTFALL_SHARE * asked) and power >= _LEAST_POWER
        if soc not in _SOCS or not is_short:
            if self._seen and power > self._seen * (1 + _AGREEMENT):
                self._reads = {}
            return
        if abs(power - self._seen) > _AGREEMENT * self._seen:
            self._seen, self._reads = power, {}
        self._reads[soc // 10] = self._reads.get(soc // 10, 0) + 1
        if sum(reads >= _READS for reads in self._reads.values()) >= _BANDS:
            self.power, self.proven_at = max(self._seen, power), now
            self._reads = {}

    def _forget(self) -> None:
        self.power, self._seen, self._reads, self._above = None, 0, {}, 0

    def store(self) -> list[Any] | None:
        """Return the value for `restore`, fit for JSON."""
        return None if self.power is None else [self.power, self.proven_at]

    @classmethod
    def restore(cls, stored: object) -> Self:
        """Return a stored limit; ValueError for an unreadable one."""
        match stored:
            case [power, proven_at]:
                return cls(
                    whole(_LEAST_POWER, MOST_POWER)(power), float(number(0.0, _LATEST)(proven_at))
                )
        raise ValueError("Not a limit with its moment")


@dataclass(slots=True)
class ProvenPower:
    """Limits of a battery in both directions, of one firmware."""

    firmware: int = 0
    """As sent, see DeviceStatus."""
    charge: Plateau = field(default_factory=Plateau)
    discharge: Plateau = field(default_factory=Plateau)
    _asked: int = 0
    _asked_since: float = 0.0

    def of(self, firmware: int) -> ProvenPower:
        """Return the proven powers of a firmware; another one begins anew."""
        return self if firmware == self.firmware else ProvenPower(firmware)

    def look(
        self, asked: int | None, power: int, soc: int, temperature: float | None, now: float
    ) -> None:
        """Take a read at seconds since the epoch; powers in W, + discharging.

        `asked` is the setpoint that is known to be in force; None without one.
        """
        if asked is None or asked != self._asked:
            self._asked, self._asked_since = asked or 0, now
        lowest, highest = _TEMPERATURES
        is_mild = temperature is None or lowest <= temperature <= highest
        if not asked or not is_mild or now - self._asked_since < _SETTLING or power * asked <= 0:
            return
        plateau = self.discharge if asked > 0 else self.charge
        plateau.look(abs(asked), abs(power), soc, now)

    def applied(self, limits: PowerLimits, now: float) -> PowerLimits:
        """Return limits in W that are lowered to those that are proven, never raised."""

        def lower(largest: int, proven: int | None) -> int:
            return largest if proven is None else min(largest, proven)

        return PowerLimits(
            lower(limits.charge, self.charge.limit(now)),
            lower(limits.discharge, self.discharge.limit(now)),
        )

    def describe(self, table: int, now: float) -> Mapping[str, Any]:
        """Return limits of the table and proven ones in W, as diagnostics show them."""
        return {
            "charge": {"table": table, "observed": self.charge.limit(now)},
            "discharge": {"table": table, "observed": self.discharge.limit(now)},
        }

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`, fit for JSON."""
        return {
            "firmware": self.firmware,
            "charge": self.charge.store(),
            "discharge": self.discharge.store(),
        }

    @classmethod
    def restore(cls, stored: StoredPart) -> Self:
        """Return the stored powers, without unreadable ones."""
        return cls(
            stored.value("firmware", whole(0, _MOST_FIRMWARE), 0),
            stored.optional("charge", Plateau.restore) or Plateau(),
            stored.optional("discharge", Plateau.restore) or Plateau(),
        )
