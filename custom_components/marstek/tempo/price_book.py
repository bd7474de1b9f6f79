"""Known day-ahead prices, and the prices expected for other hours."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import groupby
from statistics import fmean
from typing import Any, Final, Self

from .spot_model import QUARTER

_QUARTER_S: Final = 900
_KEPT: Final = timedelta(days=8)
_PROFILE: Final = timedelta(days=7)
# Whoever tells more is wrong about the date.
_FARTHEST: Final = timedelta(days=3)
_LONGEST_PAST: Final = timedelta(days=2)
_PROVISIONAL: Final = "provisional"
# Per kWh in any currency; more is no price.
_MOST: Final = 1e6
# A quarter of an hour of the year 2200: later ones are no prices of ours.
_LAST_NUMBER: Final = 8_100_000


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A time of one price; bounds are UTC."""

    start: datetime
    end: datetime
    price: float | None
    """Currency per kWh as the source tells it, None when it is not known."""
    expected: float | None = None
    """What is to be expected where it is not known; None: nothing was ever known."""


@dataclass(slots=True)
class PriceBook:
    """Prices of quarters of an hour in currency per kWh, as the source publishes them.

    What is kept ends eight days before the latest known price, not before now: while a source is
    silent, its last week goes on to say what is to be expected.
    """

    _prices: dict[int, float] = field(default_factory=dict)
    """By quarters of an hour since 1970."""
    _provisional: set[int] = field(default_factory=set)
    """Those among them whose day is not proven."""

    def learn(
        self,
        prices: Mapping[datetime, float],
        now: datetime,
        *,
        provisional: Collection[datetime] = (),
        withdrawn: Collection[datetime] = (),
    ) -> bool:
        """Note prices by their starts; return whether that changes anything.

        A provisional price takes the place of a provisional one only. `withdrawn` are starts of
        prices that are forgotten where they are provisional and not among `prices`.
        """
        before = self._provisional.copy()
        repeated = set(map(_number, prices))
        wrong = set(map(_number, withdrawn)) & self._provisional - repeated
        for number in wrong:
            del self._prices[number]
        self._provisional -= wrong
        doubtful = set(map(_number, provisional))
        kept = doubtful & self._prices.keys() - self._provisional
        stated = {start: price for start, price in prices.items() if _number(start) not in kept}
        self._provisional -= set(map(_number, stated)) - doubtful
        is_changed = self._note(stated, now)
        self._provisional = (self._provisional | doubtful - kept) & self._prices.keys()
        return is_changed or self._provisional != before

    def _note(self, prices: Mapping[datetime, float], now: datetime) -> bool:
        """Note prices that hold whatever was known; return whether that changes anything."""
        earliest, latest = _number(now - _KEPT), _number(now + _FARTHEST)
        found = {
            number: price
            for start, price in prices.items()
            if earliest <= (number := _number(start)) <= latest
        }
        if not found:
            return False
        # Prices that were stored while the clock was wrong must not replace true ones.
        stale = [number for number in self._prices if number > latest]
        for number in stale:
            del self._prices[number]
        if not stale and all(self._prices.get(number) == found[number] for number in found):
            return False
        self._prices |= found
        oldest = max(self._prices, default=0) - _KEPT // QUARTER
        self._prices = {
            number: self._prices[number] for number in sorted(self._prices) if number >= oldest
        }
        return True

    def clear(self) -> None:
        """Drop all prices, for another source."""
        self._prices.clear()
        self._provisional.clear()

    def is_provisional(self, moment: datetime) -> bool:
        """Tell whether the day of a known price is likely, but not proven."""
        return _number(moment) in self._provisional

    def price_at(self, moment: datetime) -> float | None:
        """Return the price at a moment, None when it is not known."""
        return self._prices.get(_number(moment))

    def known_until(self, now: datetime) -> datetime | None:
        """Return until when prices are known from now on without a gap, None when not even now."""
        number = first = _number(now)
        while number in self._prices:
            number += 1
        return None if number == first else _moment(number)

    def is_known(self, start: datetime, end: datetime) -> bool:
        """Tell whether all prices between two moments are known."""
        return all(number in self._prices for number in range(_number(start), _number(end)))

    def between(self, start: datetime, end: datetime) -> dict[datetime, float]:
        """Return the known prices of the quarters of an hour between two moments, by their starts."""
        numbers = range(_number(start), _number(end))
        return {_moment(each): self._prices[each] for each in numbers if each in self._prices}

    def spans(self, now: datetime, end: datetime, zone: tzinfo) -> Iterator[PriceSpan]:
        """Yield spans of one price from the true start of the running one to `end`, in order."""
        profile = self._profile(zone)
        first = _number(now)
        running = self._kind(first, profile, zone)
        for _ in range(_LONGEST_PAST // QUARTER):
            if self._kind(first - 1, profile, zone) != running:
                break
            first -= 1
        numbers = range(first, _number(end - timedelta.resolution) + 1)
        for kind, group in groupby(numbers, lambda number: self._kind(number, profile, zone)):
            members = list(group)
            yield PriceSpan(_moment(members[0]), _moment(members[-1] + 1), *kind)

    def _kind(
        self, number: int, profile: Mapping[int, float], zone: tzinfo
    ) -> tuple[float | None, float | None]:
        """Return the known price of a quarter of an hour, or what is to be expected of it."""
        if (price := self._prices.get(number)) is not None:
            return price, None
        if not profile:
            return None, None
        hour = _moment(number).astimezone(zone).hour
        return None, profile.get(hour, fmean(profile.values()))

    def _profile(self, zone: tzinfo) -> Mapping[int, float]:
        """Return the mean price of each hour of the clock in the last seven days known."""
        since = max(self._prices, default=0) - _PROFILE // QUARTER
        hours: dict[int, list[float]] = {}
        for number, price in self._prices.items():
            if number > since:
                hours.setdefault(_moment(number).astimezone(zone).hour, []).append(price)
        return {hour: round(fmean(prices), 4) for hour, prices in hours.items()}

    def store(self) -> dict[str, Any]:
        """Return the value for `restore`: prices in a row by the start of the first.

        Under a name of their own there are the numbers of quarters whose day is not proven.
        """
        rows: dict[str, Any] = {}
        row: list[float] = []
        before = None
        for number in sorted(self._prices):
            if number - 1 != before:
                row = rows.setdefault(_moment(number).isoformat(), [])
            row.append(self._prices[number])
            before = number
        if self._provisional:
            rows[_PROVISIONAL] = sorted(self._provisional)
        return rows

    @classmethod
    def restore(cls, stored: Any, on_bad: Callable[[str], None] = lambda _: None) -> Self:
        """Return the stored book, without unreadable prices.

        `on_bad` hears the name of each row of which something is forgotten.
        """
        rows = dict(stored) if isinstance(stored, dict) else {}
        doubtful = rows.pop(_PROVISIONAL, [])
        prices: dict[int, float] = {}
        for text, row in rows.items():
            found = _restore_row(text, row)
            if not found or len(found) != len(row):
                on_bad(str(text))
            prices |= found
        numbers = (
            {each for each in doubtful if isinstance(each, int)}
            if isinstance(doubtful, list)
            else set[int]()
        )
        if not isinstance(doubtful, list) or len(numbers) != len(doubtful):
            on_bad(_PROVISIONAL)
        return cls(prices, numbers & prices.keys())


def _restore_row(text: object, row: object) -> dict[int, float]:
    """Return the prices of a row that can be read, by the numbers of their quarters."""
    if not isinstance(text, str) or not isinstance(row, list):
        return {}
    try:
        first = _number(datetime.fromisoformat(text))
    except ValueError:
        return {}
    return {
        number: float(price)
        for number, price in enumerate(row, first)
        if isinstance(price, (int, float)) and -_MOST <= price <= _MOST
        if 0 < number < _LAST_NUMBER
    }


def _number(moment: datetime) -> int:
    """Return the quarter of an hour that an aware moment lies in; ValueError without a zone."""
    if moment.utcoffset() is None:
        raise ValueError("A moment without a time zone has no price")
    return int(moment.timestamp() // _QUARTER_S)


def _moment(number: int) -> datetime:
    return datetime.fromtimestamp(number * _QUARTER_S, UTC)
