"""Value of a stored kWh, in EUR: a backward dynamic programme (docs/policy.md section 5).

As with water behind a dam, what is stored has no price of its own: it is worth what it spares
later. The programme asks at each level of storage and for each slot, from the last one back, what
the rest of the bill will be if the best is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from .bank import Bank
from .economy import Economy

LEVELS: Final = 20
"""Steps between empty and full."""

_LEAST_CHARGE: Final = 0.1

type Bills = list[float]
"""EUR still to pay, by level of storage from empty to full."""


@dataclass(frozen=True, slots=True)
class PriceSlot:
    """A time of one price each way, in EUR per kWh; either may be negative."""

    hours: float
    price: float
    """Of what is drawn from the grid."""
    feed_in: float
    """Of what is fed into it."""
    net: float
    """kWh that the house draws beyond what the sun gives; negative when there is too much sun."""
    is_free: bool
    """Whether batteries may do something else than serve the house."""
    may_sell: bool = False
    """Whether batteries may feed in what they hold."""


def bills(
    slots: Sequence[PriceSlot], bank: Bank, economy: Economy, limit: float | None = None
) -> list[Bills]:
    """Return the expected bills at the start of each slot, and at the end of the last.

    `limit` is what may be drawn from the grid in kW while charging.
    """
    step = bank.capacity / LEVELS
    end_value = economy.end_value
    if end_value is None:
        end_value = max(0.0, bank.discharge_efficiency * min(slot.price for slot in slots))
    stage = _Stage(bank, economy, limit, step, [level * step for level in range(LEVELS + 1)])
    after = [-end_value * stored for stored in stage.stored]
    made = [after]
    for slot in reversed(slots):
        after = stage.before(slot, after)
        made.append(after)
    made.reverse()
    return made


def bill_with(bill: Bills, stored: float, bank: Bank) -> float:
    """Return the bill with so many kWh, between those of the levels around."""
    whole, part = divmod(stored / bank.capacity * LEVELS, 1)
    level = min(int(whole), LEVELS - 1)
    return bill[level] + (whole - level + part) * (bill[level + 1] - bill[level])


def worth(bill: Bills, low: float, high: float, bank: Bank) -> float:
    """Return the EUR that each kWh between two amounts spares, where they are the same of the last."""
    if high - low < bank.capacity / LEVELS / 2:
        step = bank.capacity / LEVELS
        low = min(max(0.0, high - step), bank.capacity - step)
        high = low + step
    return (bill_with(bill, low, bank) - bill_with(bill, high, bank)) / (high - low)


def best_level(bill: Bills, price: float, low: float, high: float, bank: Bank) -> float:
    """Return the kWh within bounds at which bill and price are least, the lowest of several.

    Where each kWh more is worth less, that is up to where one is worth its price.
    """
    step = bank.capacity / LEVELS
    best, least = low, bill_with(bill, low, bank) + price * low
    for level in range(int(low / step) + 1, ceil(high / step)):
        if (total := bill[level] + price * level * step) < least:
            best, least = level * step, total
    return high if bill_with(bill, high, bank) + price * high < least else best


@dataclass(frozen=True, slots=True)
class _Stage:
    """One step of the programme."""

    bank: Bank
    economy: Economy
    limit: float | None
    step: float
    stored: list[float]

    def before(self, slot: PriceSlot, after: Bills) -> Bills:
        """Return the bills before a slot from those after it."""
        best = self._auto(slot, after)
        sold = self.bank.most_sale * slot.hours
        if slot.may_sell and slot.feed_in > 0 and sold > max(0.0, slot.net):
            best = list(map(min, best, self._sold(slot, sold, after), strict=True))
        if not slot.is_free:
            return best
        if slot.net > 0 or self.economy.export_gain is not None:
            cost = self._bill(slot, slot.net)
            best = list(map(min, best, [cost + bill for bill in after], strict=True))
        power = self.bank.most_charge
        if self.limit is not None:
            power = min(power, self.limit - slot.net / slot.hours)
        for charge in {min(power, self.bank.preferred_charge), power}:
            if charge > _LEAST_CHARGE and charge * slot.hours > -slot.net:
                best = list(
                    map(min, best, self._charged(slot, charge * slot.hours, after), strict=True)
                )
        return best

    def _auto(self, slot: PriceSlot, after: Bills) -> Bills:
        if slot.net <= 0:
            return self._charged(slot, min(-slot.net, self.bank.most_charge * slot.hours), after)
        return self._served(slot, after)

    def _served(self, slot: PriceSlot, after: Bills) -> Bills:
        """Return the bills when batteries serve the house as far as they can."""
        efficiency = self.bank.discharge_efficiency
        served = min(slot.net, self.bank.most_discharge * slot.hours)
        taken = served / efficiency
        whole, part = divmod(taken / self.step, 1)
        levels = min(int(whole), LEVELS)
        # Per kWh from the cells.
        gain = slot.price * efficiency - self.economy.wear
        bill = slot.price * slot.net
        short = [bill - gain * stored + after[0] for stored in self.stored[: levels + 1]]
        rest = bill - gain * taken
        upper = after[1 : LEVELS + 1 - levels]
        full = [rest + high + part * (low - high) for low, high in zip(after, upper, strict=False)]
        return short + full

    def _sold(self, slot: PriceSlot, given: float, after: Bills) -> Bills:
        """Return the bills when batteries give so many kWh as far as they hold them.

        A sale has to gain something, or nothing would be charged for one that is then left out.
        """
        efficiency = self.bank.discharge_efficiency
        wear = self.economy.wear + (self.economy.export_gain or 0.0)
        taken = given / efficiency
        whole, part = divmod(taken / self.step, 1)
        levels = min(int(whole), LEVELS)
        price, feed_in, net, rest = slot.price, slot.feed_in, slot.net, after[0]
        short = [
            (drawn := net - efficiency * stored) * (price if drawn > 0 else feed_in)
            + wear * stored
            + rest
            for stored in self.stored[: levels + 1]
        ]
        cost = self._bill(slot, slot.net - given) + wear * taken
        upper = after[1 : LEVELS + 1 - levels]
        full = [cost + high + part * (low - high) for low, high in zip(after, upper, strict=False)]
        return short + full

    def _charged(self, slot: PriceSlot, drawn: float, after: Bills) -> Bills:
        """Return the bills when so many kWh are drawn as far as they find room."""
        efficiency, capacity = self.bank.charge_efficiency, self.bank.capacity
        whole, part = divmod(drawn * efficiency / self.step, 1)
        levels = min(int(whole), LEVELS)
        cost = self._bill(slot, slot.net + drawn)
        lower = after[levels:LEVELS]
        full = [
            cost + low + part * (high - low)
            for low, high in zip(lower, after[levels + 1 :], strict=True)
        ]
        price, feed_in, most, last = (
            slot.price,
            slot.feed_in,
            slot.net + capacity / efficiency,
            after[LEVELS],
        )
        short = [
            (drawn := most - stored / efficiency) * (price if drawn > 0 else feed_in) + last
            for stored in self.stored[LEVELS - levels :]
        ]
        return full + short

    def _bill(self, slot: PriceSlot, drawn: float) -> float:
        return drawn * (slot.price if drawn > 0 else slot.feed_in)
