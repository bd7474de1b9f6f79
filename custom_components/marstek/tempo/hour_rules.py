"""Values by hour, day of the week and month, such as grid fees that vary.

Contracts write them in local time, for days of the week and for months. So a value depends on what a
clock on the wall shows, also on days of 23 and 25 hours. Where one of the rules names public holidays,
these are days of their own, whatever their day of the week is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, Final, Self

from .holidays import Country, holiday_months, public_holidays
from .wall_clock import DAY, bounds_of_day, local_of
from .windows import OffPeakWindow

_WEEK: Final = 7
_HOLIDAY: Final = 7
"""Day of the week of a public holiday, where rules name these."""
_MONTHS: Final = 12
_MIDNIGHT: Final = time()

type DayKind = tuple[int, int]
"""Day of the week, Monday is 0 and a public holiday 7, and month, January is 1."""


@dataclass(frozen=True, slots=True)
class HourRule:
    """A value for some hours of some days. Hours past midnight are of the day on which they begin."""

    value: float
    windows: tuple[OffPeakWindow, ...] = ()
    """None: all hours."""
    days: frozenset[int] = frozenset()
    """Days of the week, Monday is 0; none: all."""
    months: frozenset[int] = frozenset()
    """1 to 12; none: all."""
    holidays: Country | None = None
    """Whose public holidays it is for, beside its days of the week or alone; None: it names none."""

    def fits(self, clock: time, today: DayKind, yesterday: DayKind) -> bool:
        """Tell whether it has a value for what a wall clock shows on a day."""
        if not self.windows:
            return self.is_of(today)
        return any(
            clock in window and self.is_of(today if clock >= window.start else yesterday)
            for window in self.windows
        )

    def is_of(self, day: DayKind) -> bool:
        """Tell whether it is for hours that begin on a kind of day."""
        weekday, month = day
        return self._is_on(weekday) and (not self.months or month in self.months)

    def _is_on(self, weekday: int) -> bool:
        if weekday == _HOLIDAY:
            return self.holidays is not None or len(self.days) in (0, _WEEK)
        return weekday in self.days or not (self.days or self.holidays)

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`."""
        return {
            "windows": [[f"{w.start:%H:%M}", f"{w.end:%H:%M}"] for w in self.windows],
            "days": sorted(self.days),
            "months": sorted(self.months),
            "value": self.value,
            **({"holidays": self.holidays.value} if self.holidays else {}),
        }

    @classmethod
    def restore(cls, stored: Mapping[str, Any]) -> Self:
        """Return a stored rule; KeyError or ValueError for anything else."""
        return cls(
            float(stored["value"]),
            tuple(
                OffPeakWindow(time.fromisoformat(start), time.fromisoformat(end))
                for start, end in stored["windows"]
            ),
            frozenset(map(int, stored["days"])),
            frozenset(map(int, stored["months"])),
            Country(holidays) if (holidays := stored.get("holidays")) else None,
        )


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of a kind of day in which no rule begins or ends."""

    number: int | None
    """Of the rule that counts; None: no rule does."""
    month: int
    hours: float
    is_of_each_week: bool
    """False for the first day of a month, which each month has but once, and around holidays."""


@dataclass(frozen=True, slots=True)
class HourRules:
    """Rules of which the first that fits counts, by the wall clock of a zone.

    All methods take moments of any zone, answer in UTC and raise ValueError for a moment without one.
    """

    rules: tuple[HourRule, ...] = ()
    zone: tzinfo = UTC

    def value_at(self, moment: datetime) -> float | None:
        """Return the value at a moment, None where no rule fits."""
        if not self.rules:
            return None
        local = local_of(moment, self.zone)
        today, yesterday = map(self._kind_of, (local.date(), local.date() - DAY))
        number = self._number(local.time(), today, yesterday)
        return None if number is None else self.rules[number].value

    def changes(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the moments after `start` and before `end` at which the value changes, in order."""
        if not self.rules:
            return
        value, bounds = self.value_at(start), self.bounds
        day, last = (local_of(moment, self.zone).date() for moment in (start, end))
        day -= DAY
        while day <= last + DAY:
            for moment in sorted(bounds_of_day(bounds, self.zone, day)):
                if start < moment < end and (found := self.value_at(moment)) != value:
                    value = found
                    yield moment
            day += DAY

    @property
    def country(self) -> Country | None:
        """Return whose public holidays are days of their own; None: no rule names them."""
        return next((rule.holidays for rule in self.rules if rule.holidays), None)

    def _kind_of(self, day: date) -> DayKind:
        country = self.country
        is_holiday = country is not None and day in public_holidays(day.year, country)
        return _HOLIDAY if is_holiday else day.weekday(), day.month

    @property
    def bounds(self) -> frozenset[time]:
        """Return the times of the clock at which the value may change."""
        found = {
            bound
            for rule in self.rules
            for window in rule.windows
            for bound in (window.start, window.end)
        }
        # What holds all day begins and ends at midnight.
        return frozenset(found | {_MIDNIGHT})

    def never_used(self) -> int | None:
        """Return the number of the first rule without any hour; None: all have some.

        Others before it leave it none, or it is for public holidays of months without any.
        """
        used = {part.number for part in self.day_parts()}
        return next((number for number in range(len(self.rules)) if number not in used), None)

    @property
    def is_complete(self) -> bool:
        """Tell whether all hours have a value."""
        return all(part.number is not None for part in self.day_parts())

    def day_parts(self) -> Iterator[DayPart]:
        """Yield all kinds of days in parts in which no rule begins or ends."""
        starts = sorted(self.bounds)
        ends = [*map(_hours, starts[1:]), 24.0]
        lengths = [end - _hours(clock) for clock, end in zip(starts, ends, strict=True)]
        # Most kinds of days are alike, and trying each would take a tenth of a second.
        known: dict[tuple[tuple[bool, ...], ...], list[int | None]] = {}
        for today, yesterday in _kinds_of_days(self.country):
            kind = self._rules_of(today), self._rules_of(yesterday)
            if kind not in known:
                known[kind] = [self._number(clock, today, yesterday) for clock in starts]
            for number, hours in zip(known[kind], lengths, strict=True):
                is_usual = today[1] == yesterday[1] and _HOLIDAY not in (today[0], yesterday[0])
                yield DayPart(number, today[1], hours, is_usual)

    def _rules_of(self, day: DayKind) -> tuple[bool, ...]:
        """Return which rules are for hours that begin on a kind of day."""
        return tuple(rule.is_of(day) for rule in self.rules)

    def _number(self, clock: time, today: DayKind, yesterday: DayKind) -> int | None:
        fitting = (n for n, rule in enumerate(self.rules) if rule.fits(clock, today, yesterday))
        return next(fitting, None)

    def store(self) -> list[dict[str, Any]]:
        """Return the value for `restore`."""
        return [rule.store() for rule in self.rules]

    @classmethod
    def restore(cls, stored: Sequence[Mapping[str, Any]] | None, zone: tzinfo) -> Self:
        """Return stored rules, none for None; KeyError or ValueError for anything else."""
        return cls(tuple(map(HourRule.restore, stored or ())), zone)


NO_RULES: Final = HourRules()


def _kinds_of_days(country: Country | None) -> Iterator[tuple[DayKind, DayKind]]:
    """Yield all kinds of days with that of the day before, which may be of another month.

    Public holidays are those of a country, in the months that have one.
    """
    festive = frozenset[int]() if country is None else holiday_months(country)
    for month in range(1, _MONTHS + 1):
        for before in (month, (month - 2) % _MONTHS + 1):
            for weekday in range(_WEEK):
                yield (weekday, month), ((weekday - 1) % _WEEK, before)
            for weekday in range(_WEEK):
                if month in festive:
                    yield (_HOLIDAY, month), (weekday, before)
                if before in festive:
                    yield (weekday, month), (_HOLIDAY, before)
            if {month, before} <= festive:
                yield (_HOLIDAY, month), (_HOLIDAY, before)


def _hours(clock: time) -> float:
    return clock.hour + clock.minute / 60
