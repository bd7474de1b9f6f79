"""Steadier plans: a change of what batteries do has to gain something.

Each one is written to a battery's flash, and prices that differ from quarter to quarter would ask
for dozens a day, for tenths of a cent each.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Final

from .model import Action, Context, Reason, Step
from .outlook import Outlook, PriceRun

# What a change has to gain until the next one, as a share of what full batteries are worth at the
# mean price.
_LEAST_GAIN: Final = 0.001
# In a day; where there would be more, each has to gain more, up to so many times as much.
_MOST_CHANGES: Final = 6
_MOST_RAISE: Final = 4096
_RAISE: Final = 4
_REFINEMENTS: Final = 2
_DAY: Final = timedelta(hours=24)
# Charges of which one begins so soon after the other may go on in between.
_PAUSE: Final = timedelta(hours=1)
_JOINING: Final = (Reason.LATER_WORTH_MORE, Reason.NOW_WORTH_MORE)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Ways:
    """What batteries could do in a step, with the EUR that each loses against what is planned."""

    step: Step
    losses: Mapping[Action, float]
    charge: Step | None = None
    """The charge that it could go on with."""


def steadied(
    steps: Sequence[Step],
    context: Context,
    outlook: Outlook,
    floor_of: Callable[[PriceRun], float | None],
) -> tuple[Step, ...]:
    """Return steps of which those that gain too little do what is done before or after them.

    Only what a strategy does for the sake of prices is changed. Batteries begin with what they do
    now, `Context.current`; `floor_of` tells the owner's floor of AUTO in a run, in %.
    """
    ways = list(_ways(steps, outlook))
    prices = [abs(run.price) for run in outlook.runs]
    least = _LEAST_GAIN * outlook.bank.capacity * sum(prices) / len(prices)
    actions = _few(ways, context, least)
    return tuple(
        way.step
        if action is way.step.action
        else _instead(way, action, floor_of(_run_of(way.step, outlook.runs)))
        for way, action in zip(ways, actions, strict=True)
    )


def _few(ways: Sequence[_Ways], context: Context, least: float) -> list[Action]:
    """Return the actions that lose least with few changes, each of which gains `least` EUR or more."""

    def tried(gain: float) -> tuple[list[Action], bool]:
        actions = _cheapest(ways, context.current, gain)
        return actions, _changes(ways, actions, context) <= _MOST_CHANGES

    actions, is_few = tried(least)
    low = high = least
    while not is_few and high < least * _MOST_RAISE:
        low, high = high, _RAISE * high
        actions, is_few = tried(high)
    for _ in range(_REFINEMENTS if low < high else 0):
        between = (low + high) / 2
        more, is_few = tried(between)
        if is_few:
            actions, high = more, between
        else:
            low = between
    return actions


def _changes(ways: Sequence[_Ways], actions: Sequence[Action], context: Context) -> int:
    """Return how often the action changes in a day from now on."""
    until = context.moment + _DAY
    near = [action for way, action in zip(ways, actions, strict=True) if way.step.start < until]
    begin = near[:1] if context.current is None else [context.current]
    return sum(before is not after for before, after in pairwise([*begin, *near]))


def _cheapest(ways: Sequence[_Ways], current: Action | None, least: float) -> list[Action]:
    """Return the actions that lose least, each change counted as a loss of `least` EUR."""
    lost: dict[Action, float] = {} if current is None else {current: 0.0}
    before: list[dict[Action, Action]] = []
    for way in ways:
        arrived: dict[Action, float] = {}
        origins: dict[Action, Action] = {}
        # Whatever was done before, to change from the best of it is one way.
        best = _least(lost)
        for action, loss in way.losses.items():
            origin, before_it = action, lost.get(action)
            if best is not None and (before_it is None or lost[best] + least < before_it):
                origin, before_it = best, lost[best] + least
            origins[action] = origin
            arrived[action] = (before_it or 0.0) + loss
        lost = arrived
        before.append(origins)
    chosen: list[Action] = []
    if (last := _least(lost)) is not None:
        action = last
        for origins in reversed(before):
            chosen.append(action)
            action = origins[action]
    return chosen[::-1]


def _least(lost: Mapping[Action, float]) -> Action | None:
    """Return the action that has lost least, None without any."""
    best: Action | None = None
    for action, loss in lost.items():
        if best is None or loss < lost[best]:
            best = action
    return best


def _ways(steps: Sequence[Step], outlook: Outlook) -> Iterator[_Ways]:
    """Yield what each step may do, with the EUR that it then loses."""
    losses = _Losses(outlook)
    coming = [step for step in steps if step.reason is Reason.LATER_WORTH_COST]
    last: Step | None = None
    for step in steps:
        own = losses.of(step)
        if coming and step is coming[0]:
            last = coming.pop(0)
            yield _Ways(step, own)
        elif last is None or not coming or coming[0].start - last.end > _PAUSE:
            yield _Ways(step, own)
        elif step.reason in _JOINING and Action.HOLD in own:
            going_on = own[Action.HOLD] + losses.going_on(step, last)
            yield _Ways(step, own | {Action.CHARGE: going_on}, last)
        else:
            yield _Ways(step, own)


class _Losses:
    """EUR that are lost where a step does something else than is planned."""

    def __init__(self, outlook: Outlook) -> None:
        """Go by expectations up to the horizon."""
        self._energies = outlook.energies
        self._charge = outlook.bank.charge_efficiency
        self._discharge = outlook.bank.discharge_efficiency
        self._wear = outlook.economy.wear
        self._runs = outlook.runs
        self._dearest = max(run.price for run in outlook.runs)

    def of(self, step: Step) -> dict[Action, float]:
        """Return what a step may do."""
        own = {step.action: 0.0}
        if step.exceptions or "value" not in step.figures:
            return own
        value = float(step.figures["value"])
        load, pv = self._energies.between(step.start.timestamp(), step.end.timestamp())
        # kWh from and to the cells.
        served = max(0.0, load - pv) / self._discharge
        stored = max(0.0, pv - load) * self._charge
        energy = float(step.figures.get("energy", 0.0)) / 1000
        now = float(step.figures.get("worth_now", value))
        match step.reason:
            case Reason.NOW_WORTH_MORE if not stored:
                own[Action.HOLD] = (now - value) * served
            case Reason.LATER_WORTH_MORE:
                own[Action.AUTO] = (value - now) * served
            case Reason.EXPORT_WORTH_MORE:
                own[Action.AUTO] = (now - value) * stored
            case Reason.SALE:
                own[Action.AUTO] = (now - value) * energy / self._discharge
            case Reason.LATER_WORTH_COST:
                cost = float(step.figures["cost"])
                # What is left out in each hour because it could be made up for later never is.
                most = max(value, self._dearest * self._discharge - self._wear)
                own[Action.HOLD] = (most - cost) * energy * self._charge
                used = cost * self._charge * self._discharge - self._wear
                own[Action.AUTO] = own[Action.HOLD] + max(0.0, most - used) * served
        return own

    def going_on(self, step: Step, charge: Step) -> float:
        """Return what is lost where batteries that would stand still go on with a charge instead."""
        more = self._price(step) - self._price(charge)
        hours = (step.end - step.start) / _HOUR
        return max(0.0, more) * charge.power / 1000 * hours

    def _price(self, step: Step) -> float:
        return _run_of(step, self._runs).price


def _run_of(step: Step, runs: Sequence[PriceRun]) -> PriceRun:
    return runs[bisect_right(runs, step.start, key=lambda run: run.start) - 1]


def _instead(way: _Ways, action: Action, floor: float | None) -> Step:
    """Return a step that does something else; `floor` is that of AUTO."""
    step = replace(way.step, action=action, reason=Reason.SMALL_GAIN, figures={}, floor=None)
    if action is Action.CHARGE and way.charge is not None:
        charge = way.charge
        return replace(step, target=charge.target, battery_power=charge.battery_power)
    own = floor if action is Action.AUTO else None
    return replace(step, target=None, floor=own, battery_power=None)
