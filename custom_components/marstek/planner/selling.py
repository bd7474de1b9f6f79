"""Power of each battery in a sale: one after the other, so that few are on and each is efficient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from .model import BatteryState
from .turns import LEAST_POWER

# A battery that stands at the floor of a sale sells again with so many % more only.
_SLACK: Final = 2.0


def sold(
    batteries: Iterable[BatteryState], power: int, floor: float, given: Mapping[str, int]
) -> Mapping[str, int]:
    """Return W by id, together at most `power`, for batteries above a floor in %.

    `given` are the W that each gives now by its order: those go on first, then the fullest begin.
    One of which nothing is heard may well go on with that: its power is set aside.
    """
    powers: dict[str, int] = {}
    left = power
    for battery in _in_turn(batteries, given):
        own = given.get(battery.id, 0)
        mine = min(left, battery.max_discharge)
        if not _is_heard(battery):
            mine = own
        elif mine < LEAST_POWER or not _is_above(battery, floor if own else floor + _SLACK):
            mine = 0
        powers[battery.id] = mine
        left = max(0, left - mine)
    return powers


def after_sale(
    batteries: Sequence[BatteryState], energy: float, floor: float
) -> tuple[tuple[BatteryState, ...], float]:
    """Return batteries from whose cells so many Wh have been taken down to a floor in %, and the Wh."""
    after: dict[str, BatteryState] = {}
    taken = 0.0
    for battery in _in_turn(batteries, {}):
        least = max(floor, 100 * (1 - battery.depth))
        soc = battery.soc
        if soc is None or soc <= least:
            continue
        own = min(energy - taken, (soc - least) / 100 * battery.capacity)
        taken += own
        after[battery.id] = replace(battery, soc=soc - 100 * own / battery.capacity)
    return tuple(after.get(battery.id, battery) for battery in batteries), taken


def _in_turn(batteries: Iterable[BatteryState], given: Mapping[str, int]) -> Sequence[BatteryState]:
    def turn(battery: BatteryState) -> tuple[bool, bool, float, str]:
        is_new = not given.get(battery.id, 0)
        return _is_heard(battery), is_new, -(battery.soc or 0.0), battery.id

    return sorted(batteries, key=turn)


def _is_heard(battery: BatteryState) -> bool:
    return battery.is_reachable and battery.soc is not None


def _is_above(battery: BatteryState, floor: float) -> bool:
    least = max(floor, 100 * (1 - battery.depth))
    return battery.soc is not None and battery.soc > least
