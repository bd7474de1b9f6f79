"""Contracts of a replay: what each quarter of an hour cost, and what was known of it beforehand."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import fmean
from typing import ClassVar, Final, Protocol, Self, override

from ..planner import HOURLY_ECONOMY, OTHER_ECONOMY, TEMPO_ECONOMY, Certainty, Economy, Period
from ..tempo import (
    NO_RULES,
    PARIS,
    TEMPO_OFF_PEAK,
    Colour,
    HourRules,
    Interval,
    OffPeakHours,
    Prices,
    Quotas,
    can_be_red,
    day_end,
    expected_price,
    odds,
    season_of,
    tempo_day,
)
from .quarters import QUARTER, Quarters

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
# A plan of fixed hours looks so far ahead, until the next change of price.
_HORIZON: Final = timedelta(days=2, hours=16)
# In a season of one price there are no off-peak hours for months.
_FARTHEST: Final = timedelta(days=14)
_EVENING: Final = 17.0
_COLOUR_KNOWN: Final = 11
_TEMPO_STARTS: Final = 6
_PRICES_KNOWN: Final = 13
_PROFILE_DAYS: Final = 7
_HOURS_AHEAD: Final = 72
# Prices are expected for some days after the last one.
_HOURS_BEYOND: Final = 96
_QUOTAS: Final = Quotas()


class ExportTerms(Protocol):
    """Terms of feeding in that are no constant, in currency per kWh; negative where it costs."""

    def price_at(self, moment: datetime, price: float | None) -> float | None:
        """Return what a kWh fed in earns while drawing one costs `price`; None: not known."""

    def on(self, periods: Sequence[Period], now: datetime) -> tuple[Period, ...]:
        """Return periods with what feeding in earns in them."""


class Contract(ABC):
    """A contract over the time of a replay; prices in currency per kWh."""

    margins: ClassVar[Economy] = OTHER_ECONOMY
    asked_at: frozenset[float] = frozenset({6.0, _EVENING, 22.0})
    """Hours of the local clock at which a plan is made."""
    may_charge: list[bool]
    """Whether it could pay to draw from the grid for later, by quarter of an hour."""

    def __init__(
        self,
        quarters: Quarters,
        prices: Sequence[float],
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
        estimated: frozenset[date] = frozenset(),
    ) -> None:
        """Price the quarters; `export` replaces the constant `feed_in` where it knows better."""
        self.quarters = quarters
        self.prices = prices
        self.economy = replace(self.margins, feed_in=feed_in)
        self.estimated = estimated
        """Days whose true price nobody knows: they have the price that was to be expected."""
        self._export = export
        self._earned = [feed_in] * len(prices) if export is None else self._by_terms(export)

    def _by_terms(self, export: ExportTerms) -> list[float]:
        found = (
            export.price_at(self.quarters.moment(number), price)
            for number, price in enumerate(self.prices)
        )
        return [self.economy.feed_in if each is None else each for each in found]

    def bill(self, number: int, drawn: float) -> float:
        """Return the money for the kWh drawn in a quarter; negative ones are fed in."""
        return drawn * (self.prices[number] if drawn > 0 else self._earned[number])

    def periods(self, number: int) -> tuple[Period, ...]:
        """Return what is known of the contract in a quarter, for a planner."""
        found = self._periods(number)
        return (
            found if self._export is None else self._export.on(found, self.quarters.moment(number))
        )

    @abstractmethod
    def _periods(self, number: int) -> tuple[Period, ...]:
        """Return it without what feeding in earns."""


class FlatContract(Contract):
    """One price at all hours."""

    def __init__(
        self,
        quarters: Quarters,
        price: float,
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
    ) -> None:
        """Price the quarters."""
        super().__init__(quarters, [price] * len(quarters), feed_in, export)
        self.may_charge = [False] * len(quarters)

    @override
    def _periods(self, number: int) -> tuple[Period, ...]:
        now = self.quarters.moment(number)
        return (Period(now, now + _HORIZON, False, self.prices[number]),)


class HoursContract(Contract):
    """Prices by the clock: off-peak and peak hours, or more levels than two."""

    def __init__(
        self,
        quarters: Quarters,
        off_peak: OffPeakHours,
        prices: tuple[float, float],
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
        levels: HourRules = NO_RULES,
    ) -> None:
        """Price the quarters by off-peak and peak price, or by levels where those have one."""
        self._off_peak = off_peak
        self._prices = prices
        self._levels = levels
        cheap = off_peak_quarters(quarters, off_peak)
        self.may_charge = [
            is_cheap or off_peak.is_middle(quarters.moment(number))
            for number, is_cheap in enumerate(cheap)
        ]
        priced = [
            self._price(quarters.moment(number), is_cheap) for number, is_cheap in enumerate(cheap)
        ]
        super().__init__(quarters, priced, feed_in, export)
        self.asked_at = changes_of(quarters, cheap) | changes_of(quarters, self.may_charge)

    def _price(self, moment: datetime, is_off_peak: bool) -> float:
        price = self._levels.value_at(moment) if self._levels.rules else None
        return self._prices[not is_off_peak] if price is None else price

    @override
    def _periods(self, number: int) -> tuple[Period, ...]:
        now = self.quarters.moment(number)
        start = self._off_peak.current(now).start
        end = min(self._off_peak.next_change(now + _HORIZON), now + _FARTHEST)
        parts = with_peak_last(list(self._off_peak.intervals(start, end)))
        return tuple(period for part in parts for period in self._of_part(part, now))

    def _of_part(self, part: Interval, now: datetime) -> Iterator[Period]:
        off_peak, since = self._off_peak, max(part.start, now)
        changes = {
            *self._levels.changes(since, part.end),
            *off_peak.middle_changes(since, part.end),
        }
        for start, end in pairwise((part.start, *sorted(changes), part.end)):
            moment = max(start, now)
            price, is_middle = self._price(moment, part.is_off_peak), off_peak.is_middle(moment)
            yield Period(start, end, part.is_off_peak, price, is_middle=is_middle)


class TempoContract(Contract):
    """Tempo by the colours of its days; tomorrow's is known at 11:00."""

    margins = TEMPO_ECONOMY

    def __init__(
        self,
        quarters: Quarters,
        prices_on: Callable[[date], Prices],
        colours: Mapping[date, Colour],
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
        off_peak: OffPeakHours = TEMPO_OFF_PEAK,
        quotas: Quotas = _QUOTAS,
    ) -> None:
        """Price the quarters; a day without a colour has the price that its odds let expect."""
        self._prices_on = prices_on
        self._colours = colours
        self._off_peak = off_peak
        self._quotas = quotas
        self.may_charge = off_peak_quarters(quarters, off_peak)
        days = [tempo_day(quarters.moment(number)) for number in range(len(quarters))]
        by_day = {day: self._prices_of(day) for day in sorted(set(days))}
        priced = [
            by_day[day][not is_cheap] for day, is_cheap in zip(days, self.may_charge, strict=True)
        ]
        estimated = frozenset(by_day.keys() - colours.keys())
        super().__init__(quarters, priced, feed_in, export, estimated)
        self.asked_at = changes_of(quarters, self.may_charge) | {float(_TEMPO_STARTS)}

    def _prices_of(self, day: date) -> tuple[float, float]:
        """Return off-peak and peak price of a day, or what is to be expected of them."""
        prices, colour = self._prices_on(day), self._colours.get(day)
        if colour is not None:
            return prices.of(colour, off_peak=True), prices.of(colour, off_peak=False)
        chances = odds(day, self._colours, self._quotas)
        cheap, dear = (expected_price(prices, chances, off_peak=each) for each in (True, False))
        return cheap, dear

    @override
    def _periods(self, number: int) -> tuple[Period, ...]:
        now = self.quarters.moment(number)
        today, hour = tempo_day(now), now.astimezone(PARIS).hour
        is_published = hour >= _COLOUR_KNOWN or hour < _TEMPO_STARTS
        last_known = today + _DAY if is_published else today
        # Of the season that the next day belongs to, and of the running day.
        first = season_of(today + _DAY).first
        known = {
            day: colour
            for day, colour in self._colours.items()
            if first <= day <= today or day in (today, last_known)
        }
        start = self._off_peak.current(now).start
        parts = with_peak_last(list(self._off_peak.intervals(start, day_end(today + 2 * _DAY))))
        return tuple(
            self._period(part, known, tempo_day(part.start) <= last_known) for part in parts
        )

    def _period(self, part: Interval, known: Mapping[date, Colour], is_announced: bool) -> Period:
        """Return a period of a day whose colour was announced, or of another."""
        day, off_peak = tempo_day(part.start), part.is_off_peak
        prices = self._prices_on(day)
        colour = known.get(day) if is_announced else None
        if colour is not None:
            price = prices.of(colour, off_peak=off_peak)
            return Period(part.start, part.end, off_peak, price, day, colour, Certainty.BINDING)
        chances = odds(day, known, self._quotas)
        return Period(
            part.start,
            part.end,
            off_peak,
            day=day,
            can_be_red=can_be_red(day, known, self._quotas),
            expected_price=expected_price(prices, chances, off_peak=off_peak),
            red_price=prices.of(Colour.RED, off_peak=off_peak),
        )


class HourlyContract(Contract):
    """A price for each hour: tomorrow's are known at 13:00.

    Beyond what is known the mean of the same hour in the last seven days is expected.
    """

    margins = HOURLY_ECONOMY
    asked_at = frozenset(float(hour) for hour in range(1, 24, 3))

    def __init__(
        self,
        quarters: Quarters,
        hours: Sequence[float],
        start: datetime,
        zone: tzinfo,
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
        estimated: frozenset[date] = frozenset(),
    ) -> None:
        """Price the quarters by hours in a row from `start` on, at or before the first quarter."""
        self._hours = hours
        self._zone = zone
        self._start = start
        offset = round((quarters.start - self._start) / QUARTER)
        priced = [hours[(offset + number) // 4] for number in range(len(quarters))]
        self.may_charge = [True] * len(quarters)
        super().__init__(quarters, priced, feed_in, export, estimated)

    @classmethod
    def recorded(
        cls,
        quarters: Quarters,
        prices: Mapping[datetime, float],
        zone: tzinfo,
        feed_in: float = 0.0,
        export: ExportTerms | None = None,
    ) -> Self:
        """Return recorded prices, by the starts of their hours in UTC.

        An hour without one costs what the same hour of other days does. Raises ValueError where no
        price is recorded.
        """
        if not prices:
            raise ValueError("No price is recorded")
        by_hour: dict[int, list[float]] = {}
        for moment, price in prices.items():
            by_hour.setdefault(moment.astimezone(zone).hour, []).append(price)
        mean, usual = fmean(prices.values()), {hour: fmean(p) for hour, p in by_hour.items()}
        hours, estimated = list[float](), set[date]()
        for number in range(len(quarters) // 4 + _HOURS_BEYOND):
            moment = quarters.start + number * _HOUR
            local = moment.astimezone(zone)
            if moment not in prices and moment < quarters.end:
                estimated.add(local.date())
            hours.append(prices.get(moment, usual.get(local.hour, mean)))
        return cls(quarters, hours, quarters.start, zone, feed_in, export, frozenset(estimated))

    @override
    def _periods(self, number: int) -> tuple[Period, ...]:
        """Return three days; all hours count as off-peak, so that the planner decides about each."""
        now = self.quarters.moment(number)
        first = (now - self._start) // _HOUR
        known_days = 2 if now.astimezone(self._zone).hour >= _PRICES_KNOWN else 1
        known = (_midnight(now, self._zone) + known_days * _DAY - self._start) // _HOUR
        made = []
        for hour in range(first, min(first + _HOURS_AHEAD, len(self._hours))):
            start = self._start + hour * _HOUR
            price = self._hours[hour] if hour < known else None
            usual = self._usual(hour, known) if price is None else None
            made.append(Period(start, start + _HOUR, True, price, expected_price=usual))
        return tuple(made)

    def _usual(self, hour: int, known: int) -> float:
        """Return the mean of the same hour in the last days that are known."""
        latest = hour - 24 * -(-(hour - known + 1) // 24)
        past = [self._hours[n] for n in range(latest, -1, -24)][:_PROFILE_DAYS]
        return sum(past) / len(past) if past else self._hours[0]


def off_peak_quarters(quarters: Quarters, off_peak: OffPeakHours) -> list[bool]:
    """Tell of each quarter whether its middle is off-peak."""
    made: list[bool] = []
    for part in off_peak.intervals(quarters.start, quarters.end):
        count = round((part.end - quarters.start) / QUARTER) - len(made)
        made += [part.is_off_peak] * count
    return (made + [False] * len(quarters))[: len(quarters)]


def changes_of(quarters: Quarters, off_peak: Sequence[bool]) -> frozenset[float]:
    """Return the hours of the local clock at which a plan is made: each change, and the evening."""
    changes = (number for number, (a, b) in enumerate(pairwise(off_peak), 1) if a is not b)
    return frozenset({quarters.hours[number] for number in changes} | {_EVENING})


def with_peak_last(parts: list[Interval]) -> list[Interval]:
    """Return parts that end with peak hours, for which the night before is prepared."""
    while len(parts) > 1 and parts[-1].is_off_peak:
        parts.pop()
    return parts


def _midnight(moment: datetime, zone: tzinfo) -> datetime:
    local = moment.astimezone(zone)
    return datetime(local.year, local.month, local.day, tzinfo=zone).astimezone(UTC)
