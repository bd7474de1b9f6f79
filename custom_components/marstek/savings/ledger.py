"""Ledger of what batteries saved: a line for each day, bounded, and a total for ever.

Money is in the currency of the prices. A day begins at midnight by the clock of the home.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import takewhile
import math
from typing import Any, Final

from .held_back import NOTHING_HELD, HeldEnergy
from .plain_auto import PlanGain
from .span import Exchange

MOST_DAYS: Final = 800
"""Two seasons and more; the total goes on beyond."""
_SEASON_STARTS: Final = 9
_MOST_MONEY: Final = 1e7
_MOST_ENERGY: Final = 1e9


class MoneyPeriod(StrEnum):
    """Spans of time that money is told for."""

    TODAY = "today"
    MONTH = "month"
    SEASON = "season"
    TOTAL = "total"


def first_day(period: MoneyPeriod, today: date) -> date | None:
    """Return the first day of the period that a day belongs to; None for the total."""
    return {
        MoneyPeriod.TODAY: today,
        MoneyPeriod.MONTH: today.replace(day=1),
        MoneyPeriod.SEASON: season_start(today),
    }.get(period)


def season_start(day: date) -> date:
    """Return the first day of the season of a day, which begins on 1 September."""
    return date(day.year - (day.month < _SEASON_STARTS), _SEASON_STARTS, 1)


@dataclass(frozen=True, slots=True)
class DayMoney:
    """What batteries saved on a day."""

    saved: float = 0.0
    estimated: float = 0.0
    """The part of it that is an estimate, because the grid is not metered."""
    stock: float = 0.0
    """By how much the cost of what is stored has risen; negative where it was used up."""
    seconds: float = 0.0
    """Of the day, in which all that counts was known."""
    by_colour: Mapping[str, float] = field(default_factory=dict)
    from_sun: float = 0.0
    """Wh that were charged instead of being fed in."""
    from_grid: float = 0.0
    """Wh that were charged from the grid."""
    unpriced: Mapping[str, Exchange] = field(default_factory=dict)
    """Exchanges whose price is not known yet, by the name of their price."""
    plan: float = 0.0
    """What the plan added over the same batteries in plain Auto, stored energy included."""
    plan_seconds: float = 0.0
    """Of the day, in which that is known."""
    plan_unpriced: Mapping[str, Exchange] = field(default_factory=dict)
    """The plan's part of `unpriced`, by the same names."""
    held: HeldEnergy = NOTHING_HELD
    """What batteries that must not feed something neither gave nor took."""

    def store(self) -> dict[str, Any]:
        """Return what `restore` takes; money to a hundredth of a cent."""
        given: dict[str, Any] = {
            "saved": round(self.saved, 4),
            "estimated": round(self.estimated, 4),
            "stock": round(self.stock, 4),
            "seconds": round(self.seconds),
            "by_colour": {key: round(value, 4) for key, value in self.by_colour.items()},
            "from_sun": round(self.from_sun),
            "from_grid": round(self.from_grid),
            "unpriced": _stored_exchanges(self.unpriced),
            "plan": round(self.plan, 4),
            "plan_seconds": round(self.plan_seconds),
            "plan_unpriced": _stored_exchanges(self.plan_unpriced),
            "not_served": round(self.held.not_served),
            "sun_refused": round(self.held.sun_refused),
        }
        return {key: value for key, value in given.items() if value}

    @classmethod
    def restore(cls, stored: object) -> DayMoney:
        """Return a day as it was stored; ValueError for what it can't be."""
        given = _mapping(stored)
        return cls(
            _number(given.get("saved", 0.0), _MOST_MONEY),
            _number(given.get("estimated", 0.0), _MOST_MONEY),
            _number(given.get("stock", 0.0), _MOST_MONEY),
            _number(given.get("seconds", 0.0), 90_000),
            {
                _text(key): _number(value, _MOST_MONEY)
                for key, value in _mapping(given.get("by_colour", {})).items()
            },
            _number(given.get("from_sun", 0.0), _MOST_ENERGY),
            _number(given.get("from_grid", 0.0), _MOST_ENERGY),
            _exchanges(given.get("unpriced", {})),
            _number(given.get("plan", 0.0), _MOST_MONEY),
            _number(given.get("plan_seconds", 0.0), 90_000),
            _exchanges(given.get("plan_unpriced", {})),
            HeldEnergy(
                _number(given.get("not_served", 0.0), _MOST_ENERGY),
                _number(given.get("sun_refused", 0.0), _MOST_ENERGY),
            ),
        )


class Ledger:
    """A line for each day, and what was saved before the first of them."""

    def __init__(self, days: Mapping[date, DayMoney] | None = None, before: float = 0.0) -> None:
        """Go on from these days."""
        self._days = dict(sorted((days or {}).items()))
        self._before = before
        self._total = before + sum(line.saved for line in self._days.values())
        self.version = 0
        """Number that changes with each note, for those who keep what they have summed up."""
        self._bound()

    @property
    def days(self) -> Mapping[date, DayMoney]:
        """The days that are kept, in order."""
        return self._days

    @property
    def before(self) -> float:
        """What was saved on days that are no longer kept."""
        return self._before

    def day(self, day: date) -> DayMoney:
        """Return a day, an empty one where nothing was noted."""
        return self._days.get(day, DayMoney())

    def add(
        self,
        day: date,
        exchange: Exchange,
        seconds: float,
        price: tuple[float, float] | None,
        *,
        colour: str | None = None,
        unpriced_as: str = "",
        is_estimate: bool = False,
    ) -> float | None:
        """Note a span of a day; return what it saved, None while its price is not known.

        `price` is what import costs and what feeding in pays; without one, the exchange is kept
        under the name `unpriced_as` until `settle` prices it.
        """
        line = self.day(day)
        line = replace(
            line,
            seconds=line.seconds + seconds,
            from_sun=line.from_sun + max(0.0, exchange.forgone),
            from_grid=line.from_grid + max(0.0, -exchange.avoided),
        )
        if price is None:
            known = line.unpriced.get(unpriced_as, Exchange())
            line = replace(line, unpriced={**line.unpriced, unpriced_as: known + exchange})
            self._put(day, line)
            return None
        saved = exchange.money(*price)
        self._put(day, _with_money(line, saved, colour, saved if is_estimate else 0.0))
        return saved

    def settle(
        self, day: date, unpriced_as: str, price: tuple[float, float], colour: str | None
    ) -> None:
        """Price what was kept of a day under a name."""
        line = self.day(day)
        if (exchange := line.unpriced.get(unpriced_as)) is None:
            return
        of_plan = line.plan_unpriced.get(unpriced_as, Exchange())
        line = replace(
            line,
            unpriced=_without(line.unpriced, unpriced_as),
            plan=line.plan + of_plan.money(*price),
            plan_unpriced=_without(line.plan_unpriced, unpriced_as),
        )
        self._put(day, _with_money(line, exchange.money(*price), colour))

    def add_plan(
        self,
        day: date,
        gain: PlanGain,
        seconds: float,
        price: tuple[float, float] | None,
        *,
        unpriced_as: str = "",
    ) -> None:
        """Note what the plan added in a span that `add` has noted, priced as that is."""
        line = self.day(day)
        line = replace(line, plan=line.plan + gain.worth, plan_seconds=line.plan_seconds + seconds)
        if price is not None:
            line = replace(line, plan=line.plan + gain.exchange.money(*price))
        else:
            known = line.plan_unpriced.get(unpriced_as, Exchange())
            waiting = {**line.plan_unpriced, unpriced_as: known + gain.exchange}
            line = replace(line, plan_unpriced=waiting)
        self._put(day, line)

    def add_held(self, day: date, held: HeldEnergy) -> None:
        """Note what batteries neither gave nor took in a span of a hold."""
        line = self.day(day)
        self._put(day, replace(line, held=line.held + held))

    def note_stock(self, day: date, change: float) -> None:
        """Note by how much the cost of what is stored has risen."""
        line = self.day(day)
        self._put(day, replace(line, stock=line.stock + change))

    def saved(self, period: MoneyPeriod, today: date) -> float:
        """Return what was saved in the period that a day belongs to."""
        first = first_day(period, today)
        if first is None:
            return self._total
        return sum(line.saved for line in self._lines(first, today))

    def plan_added(self, first: date, last: date) -> float | None:
        """Return what the plan added from one day to another; None where none of it is known."""
        lines = [line for line in self._lines(first, last) if line.plan_seconds]
        return sum(line.plan for line in lines) if lines else None

    def plan_seconds(self, first: date, last: date) -> tuple[float, int]:
        """Return for how many seconds that is known, and of how many days anything is."""
        lines = self._lines(first, last)
        return sum(line.plan_seconds for line in lines), len(lines)

    def charged(self, first: date, last: date) -> tuple[float, float]:
        """Return the Wh charged from the sun and from the grid, from one day to another."""
        lines = self._lines(first, last)
        return sum(line.from_sun for line in lines), sum(line.from_grid for line in lines)

    def _lines(self, first: date, last: date) -> list[DayMoney]:
        """Return the lines from one day to another; days before these take no time."""
        latest = takewhile(lambda item: item[0] >= first, reversed(self._days.items()))
        return [line for day, line in latest if day <= last][::-1]

    def by_colour(self, first: date, last: date) -> dict[str, float]:
        """Return what was saved from one day to another, by colour."""
        found: dict[str, float] = {}
        for line in self._lines(first, last):
            for colour, saved in line.by_colour.items():
                found[colour] = found.get(colour, 0.0) + saved
        return found

    def _put(self, day: date, line: DayMoney) -> None:
        self.version += 1
        is_new = day not in self._days
        self._total += line.saved - self.day(day).saved
        self._days[day] = line
        if is_new:
            self._days = dict(sorted(self._days.items()))
            self._bound()

    def _bound(self) -> None:
        while len(self._days) > MOST_DAYS:
            oldest = next(iter(self._days))
            self._before += self._days.pop(oldest).saved

    def store(self) -> dict[str, Any]:
        """Return the ledger as it is stored."""
        return {
            "before": round(self._before, 4),
            "days": {day.isoformat(): line.store() for day, line in self._days.items()},
        }


def _with_money(
    line: DayMoney, saved: float, colour: str | None, estimated: float = 0.0
) -> DayMoney:
    by_colour = dict(line.by_colour)
    if colour is not None:
        by_colour[colour] = by_colour.get(colour, 0.0) + saved
    return replace(
        line,
        saved=line.saved + saved,
        estimated=line.estimated + estimated,
        by_colour=by_colour,
    )


def _without(exchanges: Mapping[str, Exchange], name: str) -> dict[str, Exchange]:
    return {key: value for key, value in exchanges.items() if key != name}


def _stored_exchanges(exchanges: Mapping[str, Exchange]) -> dict[str, list[float]]:
    return {
        key: [round(each.avoided, 1), round(each.forgone, 1)] for key, each in exchanges.items()
    }


def _exchanges(stored: object) -> dict[str, Exchange]:
    return {_text(key): Exchange(*_pair(value)) for key, value in _mapping(stored).items()}


def _mapping(stored: object) -> dict[Any, Any]:
    if not isinstance(stored, dict):
        raise ValueError("Not a mapping")  # noqa: TRY004 - as all readers of stored values
    return stored


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise ValueError("Not a text")  # noqa: TRY004 - as all readers of stored values
    return stored


def _number(stored: object, most: float) -> float:
    if type(stored) not in (int, float) or not math.isfinite(stored):  # type: ignore[arg-type]
        raise ValueError("Not a number")
    if abs(stored) > most:  # type: ignore[arg-type]
        raise ValueError("Too large")
    return float(stored)  # type: ignore[arg-type]


def _pair(stored: object) -> tuple[float, float]:
    if not isinstance(stored, list) or len(stored) != 2:
        raise ValueError("Not a pair")
    return _number(stored[0], _MOST_ENERGY), _number(stored[1], _MOST_ENERGY)
