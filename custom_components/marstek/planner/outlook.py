"""The time that is planned: runs of one price in slots, and what the rest of the bill will be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, groupby
from typing import Final, Self

from ..tempo import Colour
from .bank import Bank
from .beliefs import Basis
from .economy import Economy
from .forecast import Energies
from .model import Context, Period
from .phases import most_charge, unloaded
from .water_value import Bills, PriceSlot, bills

_QUARTER: Final = 900.0
_HOUR: Final = 3600.0
_FINE: Final = timedelta(hours=24)
# A longer run may itself use what it stores, which the bill at its end does not show.
_LONGEST_EXPORT: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class PriceRun:
    """Consecutive hours of one price each way, from now on if it has begun."""

    start: datetime
    end: datetime
    price: float
    feed_in: float
    """EUR/kWh paid for what is fed in."""
    is_off_peak: bool
    periods: tuple[Period, ...]
    bill: Bills
    """At its end."""
    sun: tuple[datetime, datetime] | None
    """From when to when the sun is expected to give more than the house draws."""
    surplus: float
    """kWh that it gives so."""
    load: float
    """kWh of the house."""
    pv: float
    """kWh of the sun."""

    @property
    def is_brief(self) -> bool:
        """Return whether all that it does to the batteries shows at its end."""
        return self.end - self.start <= _LONGEST_EXPORT

    @property
    def may_sell(self) -> bool:
        """Return whether batteries may feed in what they hold: not at a price that is a guess."""
        first = self.periods[0]
        return not first.is_export_expected and _may_sell(first, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expectations up to the horizon."""

    bank: Bank
    economy: Economy
    energies: Energies
    runs: tuple[PriceRun, ...]

    def cheapest_after(self, start: datetime) -> float:
        """Return the lowest price of the 24 hours from the start of a run on."""
        end = start + _FINE
        return min(run.price for run in self.runs if run.start >= start and run.start < end)


@dataclass(frozen=True, slots=True)
class _PricePart:
    """A period, as far as it is still to come, at the price that is assumed for it."""

    period: Period
    start: datetime
    price: float
    feed_in: float
    load_factor: float

    @property
    def end(self) -> datetime:
        return self.period.end

    @property
    def kind(self) -> tuple[bool, datetime | None, float, float, bool]:
        period = self.period
        own = self.start if period.is_by_itself else None
        return period.is_off_peak, own, self.price, self.feed_in, period.is_export_expected


@dataclass(frozen=True, slots=True)
class _Slice:
    """A slot and when it is."""

    start: float
    end: float
    load: float
    pv: float
    slot: PriceSlot

    @classmethod
    def of(
        cls, part: _PricePart, start: float, end: float, energies: Energies, *, may_sell: bool
    ) -> Self:
        load, pv = energies.between(start, end)
        load *= part.load_factor
        slot = PriceSlot(
            hours=(end - start) / _HOUR,
            price=part.price,
            feed_in=part.feed_in,
            net=load - pv,
            is_free=part.period.is_off_peak,
            may_sell=may_sell,
        )
        return cls(start, end, load, pv, slot)

    def in_case(self, factor: float) -> PriceSlot:
        """Return the slot with so much of the expected sun."""
        return self.slot if factor == 1 else replace(self.slot, net=self.load - factor * self.pv)


def look_out(context: Context) -> Outlook | Basis:
    """Return the outlook, or the basis that is missing for one."""
    if not context.batteries:
        return Basis.NO_BATTERIES
    if context.forecast is None:
        return Basis.NO_FORECAST
    if all(battery.soc is None for battery in context.batteries):
        return Basis.NO_SOC
    economy = context.economy.with_aim(context.options.aim)
    efficiency = economy.efficiency(context.options.efficiency)
    bank = Bank.of(context.batteries, replace(context.options, efficiency=efficiency))
    if bank is None:
        return Basis.NO_ROOM
    energies = Energies.of(context.forecast)
    parts = _parts(context, economy)
    if not parts:
        return Basis.NO_PRICES
    parts = [part for part in parts if _is_covered(part, energies)]
    if not parts or parts[0].start != context.moment:
        return Basis.NO_FORECAST
    return Outlook(bank, economy, energies, _runs(context, bank, economy, energies, parts))


def _parts(context: Context, economy: Economy) -> list[_PricePart]:
    """Return what can be planned: all periods up to the first without any price."""
    parts: list[_PricePart] = []
    for period in context.periods:
        is_red, price = _assumed(context, period)
        if price is None:
            break
        factor = economy.red_load if is_red else 1.0
        feed_in = economy.feed_in if period.export_price is None else period.export_price
        start = max(period.start, context.moment)
        parts.append(_PricePart(period, start, price, feed_in, factor))
    return parts


def _assumed(context: Context, period: Period) -> tuple[bool, float | None]:
    """Return whether a period is taken for red, and its price.

    The next day is taken for red as long as it may be: not to have charged costs far more than to
    have charged in vain (docs/policy.md section 1). Later days have the price to be expected.
    """
    known, expected = period.price, period.expected_price
    if not period.may_be_red or period.colour is Colour.RED:
        return period.may_be_red, expected if known is None else known
    today = context.periods[0].day
    is_next = period.day is not None and today is not None and (period.day - today).days <= 1
    if is_next and period.red_price is not None:
        return True, period.red_price
    return False, known if expected is None else expected


def _is_covered(part: _PricePart, energies: Energies) -> bool:
    return energies.covers(part.start.timestamp(), part.end.timestamp())


def _runs(
    context: Context, bank: Bank, economy: Economy, energies: Energies, parts: list[_PricePart]
) -> tuple[PriceRun, ...]:
    """Return the runs with the bills at their ends."""
    fine_until = (context.moment + _FINE).timestamp()
    groups = [list(group) for _, group in groupby(parts, key=lambda part: part.kind)]
    sliced = [list(_slices(group, energies, fine_until)) for group in groups]
    house = context.house
    limit = None if house is None else most_charge(unloaded(house), context.batteries) / 1000
    expected = _expected_bills(list(chain(*sliced)), bank, economy, limit)
    runs: list[PriceRun] = []
    number = 0
    for group, slices in zip(groups, sliced, strict=True):
        number += len(slices)
        first = group[0]
        surplus, sun = _sun(slices, first.start)
        runs.append(
            PriceRun(
                start=first.start,
                end=group[-1].end,
                price=first.price,
                feed_in=first.feed_in,
                is_off_peak=first.period.is_off_peak,
                periods=tuple(part.period for part in group),
                bill=expected[number],
                sun=sun,
                surplus=surplus,
                load=sum(each.load for each in slices),
                pv=sum(each.pv for each in slices),
            )
        )
    return tuple(runs)


def _expected_bills(
    slices: list[_Slice], bank: Bank, economy: Economy, limit: float | None
) -> list[Bills]:
    """Return the mean of the bills over the cases of the sun, which are all one without any sun."""
    is_dark = all(each.pv == 0 for each in slices)
    cases = [
        bills([each.in_case(factor) for each in slices], bank, economy, limit)
        for factor in (economy.sun_cases[:1] if is_dark else economy.sun_cases)
    ]
    if len(cases) == 1:
        return cases[0]
    return [
        [sum(levels) / len(levels) for levels in zip(*at_once, strict=True)]
        for at_once in zip(*cases, strict=True)
    ]


def _slices(group: Sequence[_PricePart], energies: Energies, fine_until: float) -> Iterator[_Slice]:
    """Yield the parts of a run in quarters of an hour, later than a day from now in hours."""
    may_sell = _may_sell(group[0].period, group[-1].end - group[0].start)
    for part in group:
        start, end = part.start.timestamp(), part.end.timestamp()
        while start < end:
            length = _QUARTER if start < fine_until else _HOUR
            until = min(end, start - start % length + length)
            yield _Slice.of(part, start, until, energies, may_sell=may_sell)
            start = until


def _may_sell(first: Period, length: timedelta) -> bool:
    """Tell whether batteries may feed in what they hold in a run: never with Tempo."""
    return first.day is None and length <= _LONGEST_EXPORT


def _sun(slices: list[_Slice], start: datetime) -> tuple[float, tuple[datetime, datetime] | None]:
    """Return the kWh of sun beyond the house's own needs, and from when to when they come."""
    sunny = [each for each in slices if each.slot.net < 0]
    if not sunny:
        return 0.0, None
    origin = slices[0].start
    since, until = (
        start + timedelta(seconds=moment - origin) for moment in (sunny[0].start, sunny[-1].end)
    )
    return -sum(each.slot.net for each in sunny), (since, until)
