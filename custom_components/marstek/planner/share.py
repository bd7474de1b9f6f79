"""Share of each battery in the power of a step: pure decisions within a step of the plan.

Every write wears a battery's flash, and a battery is efficient from about 1,000 W on: so they
charge in turn rather than at once, and an order that can stand does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .energy import EFFICIENT_POWER, energy_to
from .model import BY_PERSON, Action, BatteryState, House, Override, Step
from .phases import Room, by_phase
from .selling import sold
from .turns import LEAST_POWER, Candidate, allot, are_done_in_turn

LEAST_CHANGE: Final = 200
"""W by which a charging power changes at least."""
CHANGE_PAUSE: Final = timedelta(minutes=5)
"""How long an order stands unless the house draws too much."""

_HOUR: Final = timedelta(hours=1)
_LONG_AGO: Final = timedelta.max
_FULL: Final = 100.0
# A battery that is held at its floor is only let go with so many % more.
_FLOOR_SLACK: Final = 2.0
# From so many % on a gentle charge goes on with so many W: a sixth of a pack of 5.12 kWh an hour,
# and little less efficient than more (docs/policy.md section 4). A reading that falls back a
# little changes nothing.
_TOP: Final = 90.0
_TOP_SLACK: Final = 5.0
GENTLE_POWER: Final = 800
# By so many hours earlier a gentle charge has to be over, else it is none.
_GENTLE_SPARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Allocation:
    """Share of one battery: W in the direction of the action, target and floor in %."""

    action: Action
    power: int = 0
    target: float | None = None
    floor: float | None = None


_HOLD: Final = Allocation(Action.HOLD)


@dataclass(frozen=True, slots=True)
class _Charge:
    """A battery that should charge and can be commanded."""

    battery: BatteryState
    target: float
    need: float
    """Wh."""
    power: int | None
    """W that are wanted of it; None: as needed."""
    is_by_owner: bool
    last: Allocation | None
    standing: timedelta

    @property
    def id(self) -> str:
        return self.battery.id

    @property
    def phase(self) -> str | None:
        return self.battery.phase

    @property
    def drawn(self) -> int:
        """Return the W that it draws by the order that stands."""
        return self.last.power if self.last and self.last.action is Action.CHARGE else 0

    @property
    def has_to_stand(self) -> bool:
        """Return whether its order is too young to be changed."""
        is_of_charging = self.last and self.last.action in (Action.CHARGE, Action.HOLD)
        return bool(is_of_charging) and self.standing < CHANGE_PAUSE

    @property
    def is_at_top(self) -> bool:
        """Return whether less power spares its cells."""
        is_gentle = 0 < self.drawn <= GENTLE_POWER
        top = _TOP - _TOP_SLACK if is_gentle else _TOP
        return self.battery.soc is not None and self.battery.soc >= top

    @property
    def preferred(self) -> int:
        wanted = EFFICIENT_POWER if self.power is None else self.power
        return min(wanted, self.battery.max_charge)

    def order(self, power: int) -> Allocation:
        """Return the order for a power."""
        return Allocation(Action.CHARGE, power, self.target) if power else _HOLD


def share(
    step: Step,
    batteries: Sequence[BatteryState],
    house: House,
    now: datetime,
    end: datetime,
    previous: Mapping[str, Allocation],
    since_change: Mapping[str, timedelta],
    *,
    efficiency: float = 0.80,
) -> Mapping[str, Allocation]:
    """Return an order for each battery, by id.

    `step` is the running one, `now` aware, `end` the moment by which charging is to be over.
    `previous` are the orders that stand, `since_change` for how long; a battery that is missing
    there is free to change. At its target, or at a floor, a battery is commanded to hold. One that
    charges and does not answer keeps its order, since it may well go on: its power is set aside.
    An unknown state of charge counts as empty. `efficiency` is that of the round trip, 0..1.
    """
    left = (end.astimezone(UTC) - now.astimezone(UTC)) / _HOUR
    orders: dict[str, Allocation] = {}
    charges: list[_Charge] = []
    sellers: list[BatteryState] = []
    for battery in batteries:
        action, power, target, floor, is_by_owner = _wanted(step, battery)
        last = previous.get(battery.id)
        if action is Action.DISCHARGE and power is None:
            sellers.append(battery)
            continue
        if action is not Action.CHARGE:
            orders[battery.id] = _without_charge(action, power, floor, battery, last)
            continue
        need = energy_to(battery, target, efficiency)
        if not battery.is_reachable:
            is_charging = last is not None and last.action is Action.CHARGE
            orders[battery.id] = last if last is not None and is_charging else _HOLD
        elif need <= 0 or left <= 0:
            orders[battery.id] = _HOLD
        else:
            standing = since_change.get(battery.id, _LONG_AGO)
            charges.append(_Charge(battery, target, need, power, is_by_owner, last, standing))
    orders |= _sales(step, sellers, previous, since_change)
    room = _room_beside(orders, batteries, house)
    wanted = _wanted_powers(charges, room, left, is_gentle=step.is_gentle)
    given = _given(charges, wanted, _room_beside(orders, batteries, house))
    return {
        battery.id: orders[battery.id] if battery.id in orders else given[battery.id]
        for battery in batteries
    }


def _sales(
    step: Step,
    sellers: Sequence[BatteryState],
    previous: Mapping[str, Allocation],
    since_change: Mapping[str, timedelta],
) -> dict[str, Allocation]:
    """Return the orders of batteries that sell; those whose turn has not come stand still.

    In AUTO they would store what the others feed in.
    """
    floor = step.floor or 0.0
    given = {
        key: order.power for key, order in previous.items() if order.action is Action.DISCHARGE
    }
    powers = sold(sellers, step.power, floor, given, since_change)
    return {
        key: Allocation(Action.DISCHARGE, power, floor=floor) if power else _HOLD
        for key, power in powers.items()
    }


def _room_beside(
    orders: Mapping[str, Allocation], batteries: Sequence[BatteryState], house: House
) -> Room:
    """Return what is left beside the orders of batteries that go on charging unheard."""
    room = Room(house)
    for battery in batteries:
        order = orders.get(battery.id)
        if order is not None and order.action is Action.CHARGE:
            room.take(battery.phase, order.power)
    return room


def _wanted(
    step: Step, battery: BatteryState
) -> tuple[Action, int | None, float, float | None, bool]:
    """Return action, W, target, floor and whether a person wants it so."""
    override: Override | None = next(
        (each for each in reversed(step.exceptions) if battery.id in (each.batteries or ())), None
    )
    if override is None:
        own = step.target_of(battery.id)
        action = Action.HOLD if step.action is Action.CHARGE and own is None else step.action
        target = _FULL if own is None else own
        is_by_owner = step.reason in BY_PERSON
        return action, step.battery_power, target, step.floor, is_by_owner
    target = _FULL if override.target is None else override.target
    return override.action, override.power, target, override.floor, True


def _without_charge(
    action: Action,
    power: int | None,
    floor: float | None,
    battery: BatteryState,
    last: Allocation | None,
) -> Allocation:
    """Return the order for a battery that neither charges from the grid nor sells."""
    if action is Action.AI:
        return Allocation(action)
    if floor is not None and battery.soc is not None:
        slack = _FLOOR_SLACK if last is not None and last.action is Action.HOLD else 0.0
        if battery.soc <= floor + slack:
            return _HOLD
    if action is Action.DISCHARGE and power:
        return Allocation(action, min(power, battery.max_discharge), floor=floor)
    return Allocation(Action.AUTO, floor=floor) if action is Action.AUTO else _HOLD


def _wanted_powers(
    charges: list[_Charge], room: Room, hours: float, *, is_gentle: bool
) -> dict[str, int]:
    """Return the W that each should charge with if orders could change at will."""
    wanted: dict[str, int] = {}
    for charge in charges:
        if charge.is_by_owner:
            power = min(charge.preferred, room.on(charge.phase))
            wanted[charge.id] = power if power >= LEAST_POWER else 0
            room.take(charge.phase, wanted[charge.id])
    turns = [charge for charge in charges if not charge.is_by_owner]
    candidates = [_candidate(charge, charge.preferred) for charge in turns]
    if is_gentle:
        left = hours - _GENTLE_SPARE
        gentle = [
            _candidate(charge, min(charge.preferred, GENTLE_POWER))
            if charge.is_at_top and charge.need <= GENTLE_POWER * left
            else candidate
            for charge, candidate in zip(turns, candidates, strict=True)
        ]
        if are_done_in_turn(gentle, room, left):
            candidates = gentle
    return wanted | dict(allot(candidates, room, hours))


def _candidate(charge: _Charge, preferred: int) -> Candidate:
    most = charge.battery.max_charge
    return Candidate(charge.id, charge.need, most, preferred, charge.drawn, charge.phase)


def _given(charges: list[_Charge], wanted: Mapping[str, int], room: Room) -> dict[str, Allocation]:
    """Return orders on the way to the powers wanted, as far as they may change now."""
    orders: dict[str, Allocation] = {}
    is_over = sum(charge.drawn for charge in charges) > room.left
    others = sum(max(wanted[charge.id], charge.drawn) for charge in charges)
    for phase, members in by_phase(charges):
        others -= sum(max(wanted[charge.id], charge.drawn) for charge in members)
        most = room.on(phase)
        given = _given_on(
            members,
            _within(most, members, wanted),
            room.on(phase, beside=others),
            is_over=is_over or sum(charge.drawn for charge in members) > most,
        )
        room.take(phase, sum(order.power for order in given.values()))
        orders |= given
    return orders


def _within(room: int, charges: list[_Charge], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return the powers wanted as far as there is room, which orders that stand may take."""
    powers: dict[str, int] = {}
    for charge in charges:
        power = min(wanted[charge.id], room)
        powers[charge.id] = power if power >= LEAST_POWER else 0
        room -= powers[charge.id]
    return powers


def _given_on(
    charges: list[_Charge], wanted: Mapping[str, int], room: int, *, is_over: bool
) -> dict[str, Allocation]:
    """Return the orders of the batteries of one phase.

    `room` is what is left for them beside what others draw or are to draw, in W. Where `is_over`,
    too much is drawn now.
    """
    spare = room - sum(wanted[charge.id] for charge in charges)
    powers: dict[str, int] = {}
    for charge in charges:
        aim, drawn = wanted[charge.id], charge.drawn
        if not aim and drawn <= spare:
            # To stop what would have to start again is no gain.
            spare -= drawn
            powers[charge.id] = drawn
        elif aim >= drawn or (not is_over and not _may_change(charge, aim)):
            powers[charge.id] = drawn
        else:
            powers[charge.id] = _lowered(drawn, aim)
    left = room - sum(powers.values())
    for charge in charges:
        aim = wanted[charge.id]
        power = min(aim, charge.drawn + left)
        # Orders that stand may leave less than is wanted; with next to nothing a start can wait.
        is_start_too_weak = not charge.drawn and power < aim / 2
        if power > charge.drawn and _may_change(charge, power) and not is_start_too_weak:
            left -= power - powers[charge.id]
            powers[charge.id] = power
    return {charge.id: charge.order(powers[charge.id]) for charge in charges}


def _may_change(charge: _Charge, power: int) -> bool:
    return not charge.has_to_stand and abs(power - charge.drawn) >= LEAST_CHANGE


def _lowered(drawn: int, aim: int) -> int:
    """Return a power not above the one aimed at, and lower by a whole step."""
    power = min(aim, drawn - LEAST_CHANGE)
    return power if power >= LEAST_POWER else 0
