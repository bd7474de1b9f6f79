"""Power of each battery in a sale: one after the other, so that few are on and each is efficient."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from .model import BatteryState
from .turns import LEAST_POWER

# A battery that stands at the floor of a sale sells again with so many % more only.
_SLACK: Final = 2.0
# So long a battery may go on with an order that is not renewed.
_LASTS: Final = timedelta(minutes=6)


def sold(
    batteries: Sequence[BatteryState],
    power: int,
    floor: float,
    given: Mapping[str, int],
    standing: Mapping[str, timedelta],
) -> Mapping[str, int]:
    """Return W by id, together at most `power`, for batteries above a floor in %.

    `given` are the W that each gives now by its order: those go on first, then the fullest begin.
    One of which nothing is heard sells no more, as nobody knows what it still holds. Its last
    renewal may have reached it, so none begins before that is over: `standing` is how long orders
    have stood, those of long ago may be missing.
    """
    may_begin = all(
        _is_heard(each) or not (given.get(each.id) or standing.get(each.id, _LASTS) < _LASTS)
        for each in batteries
    )
    powers: dict[str, int] = {}
    left = power
    for battery in _in_turn(batteries, given):
        own = given.get(battery.id, 0)
        mine = min(left, battery.max_discharge if may_begin else own, battery.max_discharge)
        is_above = _is_heard(battery) and _is_above(battery, floor if own else floor + _SLACK)
        powers[battery.id] = mine if is_above and mine >= LEAST_POWER else 0
        left -= powers[battery.id]
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


def _in_turn(batteries: Sequence[BatteryState], given: Mapping[str, int]) -> Sequence[BatteryState]:
    return sorted(batteries, key=lambda each: (-given.get(each.id, 0), -(each.soc or 0.0), each.id))


def _is_heard(battery: BatteryState) -> bool:
    return battery.is_reachable and battery.soc is not None


def _is_above(battery: BatteryState, floor: float) -> bool:
    least = max(floor, 100 * (1 - battery.depth))
    return battery.soc is not None and battery.soc > least
