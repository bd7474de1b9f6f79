"""The least that a home could have paid, had everything been known beforehand.

A backward dynamic programme over levels of what is stored, then a walk forward on the same
batteries that does at each moment what the programme found best. The walk is what counts: it can
be done, so that it is never too good to be true.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Final

from custom_components.marstek.replay import (
    DEADBAND,
    QUARTER_HOURS,
    Contract,
    Quarters,
    stored_by,
    taken_for,
)

from .home import END_VALUE, PACK, Home

_LEVELS: Final = 80
_EFFICIENT: Final = 1.25
_IMPORT_SHARE: Final = 0.95

type Move = tuple[float, float]
"""kWh into the cells, and kWh drawn at the socket, of a slot that nothing cuts short."""


def moves(home: Home, net: float, *, may_charge: bool) -> list[Move]:
    """Return all that batteries could do in a slot in which the house draws so many kW."""
    count = home.batteries
    made = [(0.0, PACK.standby * QUARTER_HOURS * count)]
    if abs(net) > DEADBAND:
        power = min(abs(net) / count, PACK.max_charge)
        if net > 0:
            made.append((-count * QUARTER_HOURS * taken_for(power), -count * QUARTER_HOURS * power))
        elif stored_by(power) > 0:
            made.append((count * QUARTER_HOURS * stored_by(power), count * QUARTER_HOURS * power))
    most = _IMPORT_SHARE * home.subscribed / 1000
    if may_charge:
        for active, power in (
            *((n, _EFFICIENT) for n in range(1, count + 1)),
            (count, PACK.max_charge),
        ):
            if active * power <= most - net:
                idle = PACK.standby * QUARTER_HOURS * (count - active)
                own = active * QUARTER_HOURS * stored_by(power)
                made.append((own, idle + active * QUARTER_HOURS * power))
    for active, power in _sales(home):
        # Less than the house draws is no move of its own: AUTO serves all of it.
        if max(0.0, net) < active * power <= most + net:
            idle = PACK.standby * QUARTER_HOURS * (count - active)
            own = active * QUARTER_HOURS * taken_for(power)
            made.append((-own, idle - active * QUARTER_HOURS * power))
    return made


def _sales(home: Home) -> Iterator[tuple[int, float]]:
    """Yield how many batteries sell, and the kW of each: at most the power that they may sell at."""
    most = min(home.sale_power / 1000, home.batteries * PACK.max_discharge)
    if most <= 0:
        return
    yield from ((n, _EFFICIENT) for n in range(1, home.batteries + 1) if n * _EFFICIENT < most)
    active = ceil(most / PACK.max_discharge)
    yield active, most / active


def least_bill(home: Home, slots: Quarters, tariff: Contract, within: range, start: float) -> float:
    """Return the EUR that would have been paid within slots, what is left deducted.

    `start` are the kWh in the batteries at first.
    """
    capacity = home.capacity
    step = capacity / _LEVELS
    after = [-END_VALUE * level * step for level in range(_LEVELS + 1)]
    bills = [array("d", after)]
    every = [
        moves(home, slots.load[n] - slots.pv[n], may_charge=tariff.may_charge[n]) for n in within
    ]
    for number, own in zip(reversed(within), reversed(every), strict=True):
        net = slots.load[number] - slots.pv[number]
        price = tariff.prices[number]
        options = [_before(home, net, price, move, after) for move in own]
        after = list(map(min, *options, strict=True)) if len(options) > 1 else options[0]
        bills.append(array("d", after))
    bills.reverse()
    paid, stored = 0.0, start
    for number, own, later in zip(within, every, bills[1:], strict=True):
        net = slots.load[number] - slots.pv[number]
        price = tariff.prices[number]
        tried = [_done(home, net, price, move, stored) for move in own]
        bill, stored = min(tried, key=lambda each: each[0] + _between(later, each[1], step))
        paid += bill
    return paid - END_VALUE * stored


def _done(home: Home, net: float, price: float, move: Move, stored: float) -> tuple[float, float]:
    """Return the bill of a slot, and what is stored after it."""
    change, drawn = move
    share = 1.0
    if change > 0:
        share = min(1.0, (home.capacity - stored) / change)
    elif change < 0:
        share = min(1.0, stored / -change)
    idle = PACK.standby * QUARTER_HOURS * home.batteries
    drawn = share * drawn + (1 - share) * idle
    return home.bill(price, net * QUARTER_HOURS + drawn), stored + share * change


def _between(bills: Sequence[float], stored: float, step: float) -> float:
    level = min(int(stored / step), _LEVELS - 1)
    return bills[level] + (stored / step - level) * (bills[level + 1] - bills[level])


def _before(home: Home, net: float, price: float, move: Move, after: list[float]) -> list[float]:
    """Return the bills at each level before a slot with a move."""
    change, drawn = move
    step = home.capacity / _LEVELS
    cost = home.bill(price, net * QUARTER_HOURS + drawn)
    whole, part = divmod(abs(change) / step, 1)
    levels = min(int(whole), _LEVELS)
    if change == 0:
        return [cost + bill for bill in after]
    if change > 0:
        full = [cost + low + part * (high - low) for low, high in pairwise(after[levels:])]
        cut = range(_LEVELS - levels, _LEVELS + 1)
    else:
        full = [
            cost + high + part * (low - high)
            for low, high in pairwise(after[: _LEVELS + 1 - levels])
        ]
        cut = range(levels + 1)
    end = after[_LEVELS] if change > 0 else after[0]
    short = [_done(home, net, price, move, level * step)[0] + end for level in cut]
    return full + short if change > 0 else short + full
