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
    One of which nothing is heard sells no more, as nobody knows what it still holds.

    None begins before those that stop have done so, or their last renewal must be over. `standing`
    is how long orders have stood, those of long ago may be missing.
    """
    turns = _in_turn(batteries, given)
    powers = {each.id: 0 for each in batteries}
    left = power
    for battery in turns:
        if (own := given.get(battery.id, 0)) and _may_sell(battery, floor):
            powers[battery.id] = _useful(min(left, own, battery.max_discharge))
            left -= powers[battery.id]
    if any(not powers[each.id] and _may_go_on(each, given, standing) for each in turns):
        return powers
    for battery in turns:
        mine = powers[battery.id]
        if _may_sell(battery, floor if mine else floor + _SLACK):
            powers[battery.id] = _useful(min(left + mine, battery.max_discharge))
            left += mine - powers[battery.id]
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


def _may_go_on(
    battery: BatteryState,
    given: Mapping[str, int],
    standing: Mapping[str, timedelta],
) -> bool:
    """Tell whether a battery that is to sell no more may still do so."""
    if given.get(battery.id):
        return True
    is_doubtful = battery.is_giving or not _is_heard(battery)
    return is_doubtful and standing.get(battery.id, _LASTS) < _LASTS


def _useful(power: int) -> int:
    return power if power >= LEAST_POWER else 0


def _may_sell(battery: BatteryState, floor: float) -> bool:
    return _is_heard(battery) and _is_above(battery, floor)


def _is_heard(battery: BatteryState) -> bool:
    return battery.is_reachable and battery.soc is not None


def _is_above(battery: BatteryState, floor: float) -> bool:
    least = max(floor, 100 * (1 - battery.depth))
    return battery.soc is not None and battery.soc > least
