"""Batteries behind the polls, and what can be asked of each."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from homeassistant.const import CONF_HOST

from ...battery.poll_schedule import Reading
from ...battery.runtime import Battery
from ...meter.shares import Capability
from ...venus import Mode

_FULL: Final = 100
_EMPTY: Final = 10
_SETTLED_SECONDS: Final = 90.0
_SETTLED_WATTS: Final = 30.0
_FOLLOWING: Final = frozenset({Mode.AUTO, Mode.AI})


def elsewhere(addresses: Iterable[str | None], networks: Collection[IPv4Network]) -> list[str]:
    """Return the addresses that are in none of some networks, in order.

    What is no address, or not known yet, counts as near.
    """
    away: list[str] = []
    for text in addresses:
        try:
            address = IPv4Address(text or "")
        except ValueError:
            continue
        if not any(address in network for network in networks):
            away.append(str(address))
    return sorted(away)


def battery_at(batteries: Mapping[str, Battery], address: str, mac: str) -> Battery | None:
    """Return the battery that polls, by the MAC of the poll or else by its IP address."""
    for key, battery in batteries.items():
        if mac and key.lower() == mac.lower():
            return battery
    for battery in batteries.values():
        if address in (battery.data.address, battery.entry.data.get(CONF_HOST)):
            return battery
    return None


def ability_of(battery: Battery, *, is_discharge_only: bool) -> Capability:
    """Return the limits of a battery in W now, and whether its mode follows a meter.

    A full battery takes nothing, an empty one gives nothing. A source without a direction never
    makes a battery charge: it would do so while the house imports.
    """
    limits, soc = battery.expected_limits, battery.data.soc
    is_full, is_empty = soc is not None and soc >= _FULL, soc is not None and soc <= _EMPTY
    return Capability(
        charge=0.0 if is_full or is_discharge_only else float(limits.charge),
        discharge=0.0 if is_empty else float(limits.discharge),
        follows=battery.mode in _FOLLOWING and not battery.is_claimed,
    )


@dataclass(slots=True)
class SettledPower:
    """Power of batteries that has stood for a while, by readings that are far apart.

    A battery that asks for a Shelly does not say its own power; the usual polls do, each half minute.
    """

    _power: float = 0.0
    _since: float | None = None
    _has_begun: bool = False

    def power(self, batteries: Iterable[Battery], now: float) -> float | None:
        """Return the sum of AC powers in W, + = discharging, None while it moves or is unknown.

        The first one counts at once: it is from before the battery hears anything.
        """
        powers = [each.data.ac_power for each in batteries if Reading.POWER in each.data.fresh]
        known = [power for power in powers if power is not None]
        if not known or len(known) < len(powers):
            self._since = None
            return None
        total = float(sum(known))
        if self._since is None or abs(total - self._power) > _SETTLED_WATTS:
            self._power, self._since = total, now
        is_first, self._has_begun = not self._has_begun, True
        return total if is_first or now - self._since >= _SETTLED_SECONDS else None
