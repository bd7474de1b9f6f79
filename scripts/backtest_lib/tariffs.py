"""What a kWh costs in each quarter of an hour, and what a planner knows of it at a moment."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random
from typing import Final, override

from custom_components.marstek.planner import (
    OTHER_ECONOMY,
    TEMPO_ECONOMY,
    Certainty,
    Economy,
    Period,
)
from custom_components.marstek.tempo import (
    DECREES,
    PARIS,
    TEMPO_OFF_PEAK,
    Colour,
    Interval,
    Prices,
    Quotas,
    can_be_red,
    day_end,
    expected_price,
    odds,
    tempo_day,
)

from .home import NETWORK, VAT
from .world import SLOT, Slots, colours, known_before

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_COLOUR_KNOWN: Final = 11
_PRICES_KNOWN: Final = 13
_PROFILE_DAYS: Final = 7
_QUOTAS: Final = Quotas()


@dataclass(frozen=True, slots=True)
class Table:
    """EUR for a kWh; the defaults are the regulated ones since August 2026 (docs/tempo-facts.md, "Prices")."""

    tempo: Prices = DECREES[-1].tempo
    fixed: tuple[float, float] = (0.1589, 0.2142)
    """Off-peak and peak."""


class Tariff(ABC):
    """A tariff in one season."""

    economy: Economy = OTHER_ECONOMY
    asked_at: frozenset[float] = frozenset({6.0, 17.0, 22.0})
    """Hours of the clock at which a plan is made."""
    prices: list[float]
    """EUR for a kWh, by quarter of an hour."""
    may_charge: list[bool]
    """Whether it could pay to draw from the grid for later, by quarter of an hour."""

    @abstractmethod
    def periods(self, number: int) -> tuple[Period, ...]:
        """Return what is known of the tariff in a quarter of an hour."""


class Fixed(Tariff):
    """Two prices by the clock, off-peak from 22:00 to 06:00."""

    def __init__(self, slots: Slots, table: Table) -> None:
        """Price a season."""
        self._slots = slots
        self._table = table.fixed
        self.may_charge = [_is_night(hour) for hour in slots.hours]
        self.prices = [self._table[not cheap] for cheap in self.may_charge]

    @override
    def periods(self, number: int) -> tuple[Period, ...]:
        """Return three days."""
        now = self._slots.moment(number)
        start = TEMPO_OFF_PEAK.current(now).start
        end = TEMPO_OFF_PEAK.next_change(now + 2 * _DAY + 16 * _HOUR)
        return _with_peak_last(
            [
                Period(part.start, part.end, part.is_off_peak, self._table[not part.is_off_peak])
                for part in TEMPO_OFF_PEAK.intervals(start, end)
            ]
        )


class Tempo(Tariff):
    """The real colours at the prices of August 2026; tomorrow's is known at 11:00."""

    economy = TEMPO_ECONOMY

    def __init__(self, slots: Slots, table: Table) -> None:
        """Price a season."""
        self._slots = slots
        self._table = table.tempo
        self.may_charge = [_is_night(hour) for hour in slots.hours]
        self.prices = [
            self._table.of(colours()[day], off_peak=cheap)
            for day, cheap in zip(slots.days, self.may_charge, strict=True)
        ]

    @override
    def periods(self, number: int) -> tuple[Period, ...]:
        """Return three Tempo days."""
        now = self._slots.moment(number)
        today = tempo_day(now)
        hour = self._slots.hours[number]
        last_known = today + _DAY if hour >= _COLOUR_KNOWN or hour < 6 else today
        known = dict(known_before(today + _DAY))
        known[today] = colours()[today]
        if last_known in colours():
            known[last_known] = colours()[last_known]
        start = TEMPO_OFF_PEAK.current(now).start
        parts = TEMPO_OFF_PEAK.intervals(start, day_end(today + 2 * _DAY))
        return _with_peak_last(
            [
                self._period(part, known if tempo_day(part.start) <= last_known else None, known)
                for part in parts
            ]
        )

    def _period(
        self, part: Interval, told: Mapping[date, Colour] | None, known: Mapping[date, Colour]
    ) -> Period:
        """Return a period of a day whose colour has been told, or of another."""
        day, off_peak = tempo_day(part.start), part.is_off_peak
        colour = None if told is None else told.get(day)
        if colour is not None:
            price = self._table.of(colour, off_peak=off_peak)
            return Period(part.start, part.end, off_peak, price, day, colour, Certainty.BINDING)
        chances = odds(day, known, _QUOTAS)
        return Period(
            part.start,
            part.end,
            off_peak,
            day=day,
            can_be_red=can_be_red(day, known, _QUOTAS),
            expected_price=expected_price(self._table, chances, off_peak=off_peak),
            red_price=self._table.of(Colour.RED, off_peak=off_peak),
        )


class DayAhead(Tariff):
    """A price for each hour, made up: tomorrow's are known at 13:00.

    Dear in the morning and more so in the evening, cheap at night, and around noon in summer;
    levels last for days. Beyond what is known the mean of the last seven days is expected.
    """

    asked_at = frozenset(float(hour) for hour in range(1, 24, 3))

    def __init__(self, slots: Slots, _: Table) -> None:
        """Make the prices of a season up."""
        self._slots = slots
        random = Random(f"prices {slots.start.year}")
        first = slots.moment(0).astimezone(PARIS).date()
        self._start = datetime(first.year, first.month, first.day, tzinfo=PARIS).astimezone(UTC)
        count = round((slots.moment(len(slots)) - self._start) / _HOUR) + 96
        self._hours = list(_day_ahead_prices(random, self._start, count))
        offset = round((slots.start - self._start) / SLOT)
        self.prices = [self._hours[(offset + n) // 4] for n in range(len(slots))]
        self.may_charge = [True] * len(slots)

    @override
    def periods(self, number: int) -> tuple[Period, ...]:
        """Return three days; all hours count as off-peak, so that the planner decides about each."""
        now = self._slots.moment(number)
        local = now.astimezone(PARIS)
        first = (now - self._start) // _HOUR
        known_days = 2 if local.hour >= _PRICES_KNOWN else 1
        midnight = datetime(local.year, local.month, local.day, tzinfo=PARIS)
        known = (midnight.astimezone(UTC) + known_days * _DAY - self._start) // _HOUR
        made = []
        for hour in range(first, min(first + 72, len(self._hours))):
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


def _day_ahead_prices(random: Random, start: datetime, count: int) -> list[float]:
    """Return EUR for a kWh by the hour: network and taxes, and a market with moods."""
    made = []
    level = noise = 0.0
    day: date | None = None
    for number in range(count):
        local = (start + number * _HOUR).astimezone(PARIS)
        if local.date() != day:
            day = local.date()
            level = 0.85 * level + random.gauss(0, 0.008)
        noise = 0.7 * noise + random.gauss(0, 0.006)
        summer = 4 <= local.month <= 9
        hour = local.hour + 0.5
        shape = 0.035 * exp(-0.5 * ((hour - 8.5) / 1.6) ** 2)
        shape += 0.06 * exp(-0.5 * ((hour - 19.8) / 1.9) ** 2)
        shape -= (0.055 if summer else 0.01) * exp(-0.5 * ((hour - 14) / 2.2) ** 2)
        shape -= 0.025 * exp(-0.5 * ((hour - 3.5) / 2.0) ** 2)
        weekend = -0.012 if local.weekday() >= 5 else 0.0
        market = max(-0.02, 0.075 + shape + weekend + level + noise)
        made.append(NETWORK + VAT * market)
    return made


def _is_night(hour: float) -> bool:
    return hour >= 22 or hour < 6


def _with_peak_last(periods: list[Period]) -> tuple[Period, ...]:
    while len(periods) > 1 and periods[-1].is_off_peak:
        periods.pop()
    return tuple(periods)


TARIFFS: Final[Mapping[str, Callable[[Slots, Table], Tariff]]] = {
    "tempo": Tempo,
    "fixed": Fixed,
    "day-ahead": DayAhead,
}
"""By the name that a person types."""
