"""Powers of the intents, and the states of charge that are expected from them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from .energy import EFFICIENT_POWER, bank_soc, energy_to
from .forecast import Energies
from .model import BY_PERSON, Action, BatteryState, Context, Figure, House, Step, target_for
from .phases import most_charge, unloaded
from .selling import after_sale
from .service import served
from .share import share
from .spans import Intent, Span, intent_of

type _Bank = tuple[BatteryState, ...]

_ROUND_TO: Final = 50
# Where nobody knows what the house may draw, in VA.
_UNLIMITED: Final = 1_000_000
_BRIEF: Final = timedelta(minutes=30)


class Expectation:
    """The batteries as they will be, step after step."""

    def __init__(self, context: Context, energies: Energies | None = None) -> None:
        """Begin with the present state of the batteries; `energies` give load and sun in AUTO."""
        self.bank: _Bank = context.batteries
        self._context = context
        self._energies = energies
        self._before: list[_Bank] = []

    @property
    def soc(self) -> float | None:
        """The state of charge in % of all together, None when it is not known."""
        return bank_soc(self.bank)

    def step(self, span: Span) -> Step:
        """Return the step that a span makes, and go on to its end."""
        self._before.append(self.bank)
        hours = (span.end - span.start).total_seconds() / 3600
        power = 0
        energy = 0.0
        match span.intent.action:
            case Action.AUTO | Action.AI:
                self._serve(span)
            case Action.HOLD:
                pass
            case Action.CHARGE:
                self.bank, power, energy = _charge(self._context, self.bank, span, hours)
            case Action.DISCHARGE if span.intent.power is not None:
                self.bank, power, energy = _sale(self._context, self.bank, span.intent, hours)
            case Action.DISCHARGE:
                self.bank, power = _discharge(self._context, self.bank, span.intent, hours)
        step = _step(span, power, energy, self.soc)
        is_gentle = self._context.options.gentle_top and step.action is Action.CHARGE
        return replace(step, is_gentle=True) if is_gentle else step

    def instead(self, made: Sequence[Step], others: Sequence[Step]) -> list[Step]:
        """Return other steps for those that were made, with what is expected of them."""
        pairs = enumerate(zip(made, others, strict=True))
        first = next((number for number, (mine, other) in pairs if mine is not other), len(made))
        if first < len(made):
            self.bank = self._before[first]
            del self._before[first:]
        again = (self.step(Span(each.start, each.end, intent_of(each))) for each in others[first:])
        return [*made[:first], *again]

    def with_sent(self, steps: Sequence[Step], others: _Bank = ()) -> tuple[Step, ...]:
        """Return all steps that were made, each with the power that is sent when it begins.

        `others` are batteries that nothing is expected of, and that charge with the rest.
        """
        ends: list[datetime] = []
        for number in reversed(range(len(steps))):
            step, following = steps[number], steps[number + 1 : number + 2]
            goes_on = any(_goes_on(step, other) for other in following)
            ends.append(ends[-1] if goes_on else step.end)
        parts = zip(steps, self._before, reversed(ends), strict=True)
        sent = (
            (step, _sent(self._context, step, (*before, *others), end))
            for step, before, end in parts
        )
        return tuple(
            step if power == step.sent else replace(step, sent=power) for step, power in sent
        )

    def _serve(self, span: Span) -> None:
        """Serve the house as forecast, else forget the states of charge unless it is brief."""
        if self._energies is not None:
            self.bank = served(self._context.options, self.bank, span, self._energies)
        elif span.end - max(span.start, self._context.moment) > _BRIEF:
            self.bank = tuple(
                replace(battery, soc=None, is_complete=False) for battery in self.bank
            )


def _step(span: Span, power: int, energy: float, soc: float | None) -> Step:
    intent = span.intent
    return Step(
        start=span.start,
        end=span.end,
        action=intent.action,
        reason=intent.reason,
        figures=_figures(intent, power, energy),
        power=power,
        target=intent.target,
        floor=intent.floor,
        expected_soc=soc,
        battery_power=intent.battery_power,
        exceptions=intent.exceptions,
        due=intent.due,
    )


def _figures(intent: Intent, power: int, energy: float) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    if intent.action in (Action.CHARGE, Action.DISCHARGE):
        figures["power"] = power
    if intent.target is not None:
        figures["target"] = intent.target
    if intent.action is Action.CHARGE or intent.power is not None:
        figures["energy"] = round(energy)
    if (intent.reason in BY_PERSON or intent.power is not None) and intent.floor is not None:
        figures["floor"] = intent.floor
    if intent.colour is not None:
        figures["colour"] = intent.colour.value
    return figures | dict(intent.figures)


def _charge(context: Context, bank: _Bank, span: Span, hours: float) -> tuple[_Bank, int, float]:
    """Return the bank after a charge, and the W and Wh that it takes."""
    intent, efficiency = span.intent, context.options.efficiency
    is_running = span.start <= context.moment
    answering = [battery for battery in bank if battery.is_reachable]
    # Those that don't answer now may do so by a later night.
    taking = answering if is_running and answering else list(bank)
    needs = {
        battery.id: energy_to(
            battery, target_for(battery.id, intent.target, intent.due) or 0.0, efficiency
        )
        for battery in taking
    }
    energy = sum(needs.values())
    power = _charging_power(context, intent, taking, energy / hours, is_running=is_running)
    served = min(1.0, power * hours / energy) if energy else 1.0
    after = tuple(
        _charged(battery, served * needs.get(battery.id, 0.0), context.options.charge_efficiency)
        for battery in bank
    )
    return after, power if energy else 0, served * energy


def _charging_power(
    context: Context,
    intent: Intent,
    batteries: list[BatteryState],
    needed: float,
    *,
    is_running: bool,
) -> int:
    """Return the W that suffice, of one efficient battery at least, as far as limits allow."""
    limits = [battery.max_charge for battery in batteries]
    least = EFFICIENT_POWER if intent.battery_power is None else intent.battery_power
    if intent.reason in BY_PERSON:
        power = sum(min(least, limit) for limit in limits)
    else:
        power = max(ceil(needed / _ROUND_TO) * _ROUND_TO, min(least, max(limits)))
    most = sum(limits)
    if context.house is not None:
        house = context.house if is_running else unloaded(context.house)
        most = min(most, most_charge(house, batteries))
    return min(power, most)


def _goes_on(step: Step, following: Step) -> bool:
    """Tell whether a step is continued by the one after it."""
    mine = (step.end, step.action, step.reason, step.target)
    return mine == (following.start, following.action, following.reason, following.target)


def _sent(context: Context, step: Step, bank: _Bank, end: datetime) -> int:
    """Return the W that batteries are sent together when a step begins.

    `end` is when a charge that goes on in the steps after it is to be over.
    """
    if step.action is not Action.CHARGE:
        return step.power
    house = context.house or House(_UNLIMITED, 0)
    if step.start > context.moment:
        # What the house draws then is not known, and those that don't answer now may do so.
        house = unloaded(house)
        bank = tuple(replace(battery, is_reachable=True) for battery in bank)
    orders = share(step, bank, house, step.start, end, {}, {})
    return sum(order.power for order in orders.values() if order.action is Action.CHARGE)


def _charged(battery: BatteryState, drawn: float, efficiency: float) -> BatteryState:
    if not drawn:
        return battery
    soc = battery.soc_or_empty + 100 * drawn * efficiency / battery.capacity
    return replace(battery, soc=min(100.0, soc))


def _sale(context: Context, bank: _Bank, intent: Intent, hours: float) -> tuple[_Bank, int, float]:
    """Return the bank after a sale, and the W and Wh that it gives."""
    power, floor = intent.power or 0, intent.floor or 0.0
    efficiency = context.options.discharge_efficiency
    after, taken = after_sale(bank, power * hours / efficiency, floor)
    return after, power, taken * efficiency


def _discharge(context: Context, bank: _Bank, intent: Intent, hours: float) -> tuple[_Bank, int]:
    """Return the bank after a discharge that a person asked for, and its W."""
    wanted = intent.battery_power or 0
    efficiency = context.options.discharge_efficiency

    def discharged(battery: BatteryState) -> BatteryState:
        least = max(intent.floor or 0.0, 100 * (1 - battery.depth))
        if battery.soc is None or battery.soc <= least:
            return battery
        spent = 100 * min(wanted, battery.max_discharge) * hours / efficiency / battery.capacity
        return replace(battery, soc=max(least, battery.soc - spent))

    power = sum(min(wanted, battery.max_discharge) for battery in bank)
    return tuple(discharged(battery) for battery in bank), power
