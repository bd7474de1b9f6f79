"""Division of the power that batteries shall carry together.

Each gets a part by its limit in that direction; one that is full, empty or does not follow gets
nothing, and the others take its part at once. No battery charges while another has to discharge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_HYSTERESIS: Final = 1.2
_DUTY_SECONDS: Final = 1200.0


@dataclass(frozen=True, slots=True)
class Capability:
    """Power range of a battery, in W, both >= 0; 0 where it is full, empty or not to be used."""

    charge: float = 2500.0
    discharge: float = 2500.0
    follows: bool = True
    """Whether the battery is in a mode in which it follows its meter."""


def wanted(load: float, aim: float, export_cap: float) -> float:
    """Return the AC power in W, + = discharging, that batteries shall have for the grid's sake.

    `load` is the power of the house without any battery and `aim` the grid power to hold, both + =
    import. Of an export up to `export_cap` W, >= 0, batteries charge nothing; 0 lets them charge all of it.
    No aim makes them charge while the house needs power.
    """
    if not export_cap:
        power = load - aim
        return 0.0 if power < 0 < load else power
    least = max(aim, -export_cap)
    return load - least if load > least else min(load + export_cap, 0.0)


def carried(power: float, outside: float) -> float:
    """Return the AC power in W, + = discharging, that the batteries that follow shall carry.

    `power` is that of all batteries for the grid's sake, `outside` that of the batteries that do not
    follow. What those charge is not discharged by others, and the reverse.
    """
    rest = power - outside
    if rest > 0:
        return min(rest, max(power, 0.0))
    return max(rest, min(power, 0.0))


def divided(power: float, members: Mapping[str, Capability]) -> dict[str, float]:
    """Divide a power in W, + = discharging, in proportion to the limits and never above them."""
    limits = {
        name: member.discharge if power > 0 else member.charge for name, member in members.items()
    }
    rest = min(abs(power), sum(limits.values()))
    whole = sum(limits.values())
    sign = 1.0 if power > 0 else -1.0
    return {name: sign * rest * limit / whole if whole else 0.0 for name, limit in limits.items()}


@dataclass(slots=True)
class Duty:
    """Choice of the one battery that carries a low load, where that is switched on.

    Inverters lose most at low power, so that below `threshold` W for each battery one carries all.
    It is relieved each 20 minutes.
    """

    threshold: float = 0.0
    """W per battery; 0 divides every load."""
    _on_duty: str | None = None
    _since: float = 0.0
    _is_low: bool = False

    def chosen(
        self, power: float, members: Mapping[str, Capability], now: float
    ) -> Mapping[str, Capability]:
        """Return the members that share a power in W: all, or the one on duty."""
        able = {
            name: member
            for name, member in members.items()
            if (member.discharge if power > 0 else member.charge) > 0
        }
        bound = self.threshold * len(able) * (_HYSTERESIS if self._is_low else 1.0)
        self._is_low = len(able) > 1 and 0 < abs(power) < bound
        if not self._is_low:
            return able
        names = sorted(able)
        if self._on_duty not in able:
            self._on_duty, self._since = names[0], now
        elif now - self._since > _DUTY_SECONDS:
            following = names[(names.index(self._on_duty) + 1) % len(names)]
            self._on_duty, self._since = following, now
        member = able[self._on_duty]
        limit = member.discharge if power > 0 else member.charge
        return able if limit < abs(power) else {self._on_duty: member}
