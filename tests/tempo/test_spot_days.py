"""Lists without dates: which day they are of, against sources whose truth is known."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.marstek.tempo import Clues, DayList, Offer, PriceBook, SpotError, read_prices
from tests.support.examples import thorough

_PARIS = ZoneInfo("Europe/Paris")
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_QUARTER = timedelta(minutes=15)
_FIRST = date(2026, 11, 18)


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), _PARIS).astimezone(UTC)


@dataclass
class _Source:
    """An integration that publishes lists of today and tomorrow."""

    seed: int = 1
    step: timedelta = _HOUR
    rolls_at: str = "00:00"
    """When its lists become those of the new day."""
    has_tomorrow: bool = True
    state: str = "live"
    """Price of this hour: `live` as it is, `own` by its list, `none` for an entity without it."""
    shape: str = "lists"
    has_date: bool = False
    repeats_today: bool = False
    """Whether the list of tomorrow is that of today until tomorrow is published."""
    frozen_at: datetime | None = None

    def price(self, moment: datetime) -> float:
        """Return the true price of a quarter of an hour in EUR/kWh."""
        number = int(moment.timestamp() // self.step.total_seconds())
        return round(Random(f"{self.seed} {number}").uniform(0.05, 0.4), 4)

    def prices(self, day: date) -> list[float]:
        """Return the true prices of a local day, one per step."""
        start, end = _at(day, "00:00"), _at(day + _DAY, "00:00")
        return [self.price(start + n * self.step) for n in range(int((end - start) / self.step))]

    def today(self, now: datetime) -> date:
        """Return the day that its lists are of at a moment."""
        moment = min(now, self.frozen_at or now)
        day = moment.astimezone(_PARIS).date()
        return day if moment >= _at(day, self.rolls_at) else day - _DAY

    def payload(self, now: datetime) -> dict[str, Any]:
        """Return its attributes."""
        today = self.today(now)
        lists = {"today": self.prices(today)}
        moment = min(now, self.frozen_at or now)
        if self.has_tomorrow and moment >= _at(today, "13:00"):
            lists["tomorrow"] = self.prices(today + _DAY)
        elif self.repeats_today:
            lists["tomorrow"] = lists["today"]
        told: dict[str, Any] = {"unit_of_measurement": "EUR/kWh"}
        if self.has_date:
            told["date"] = today.isoformat()
        if self.shape == "lists":
            return {**told, **lists}
        names = {"today": "price", "tomorrow": "price_next_day"}
        for name, prices in lists.items():
            told |= {f"{names[name]}_{hour:02}h": price for hour, price in enumerate(prices)}
        return told

    def value(self, now: datetime) -> float | None:
        """Return the state of its entity."""
        if self.state == "none":
            return None
        if self.state == "live":
            return self.price(min(now, self.frozen_at or now))
        prices = self.prices(self.today(now))
        clock = now.astimezone(_PARIS)
        number = int(timedelta(hours=clock.hour, minutes=clock.minute) / self.step)
        return prices[min(number, len(prices) - 1)]


@dataclass
class _Home:
    """Reads a source, as the plan does."""

    source: _Source
    book: PriceBook = field(default_factory=PriceBook)
    before: tuple[DayList, ...] = ()
    has_seen_change: bool = False

    def read(self, now: datetime) -> Offer | None:
        """Read it now."""
        clues = Clues(now, self.book, self.source.value(now), self.before)
        day = now.astimezone(_PARIS).date()
        try:
            offer = read_prices(self.source.payload(now), zone=_PARIS, day=day, clues=clues)
        except SpotError:
            return None
        self.has_seen_change |= bool(self.before) and self.before[0] != offer.lists[0]
        self.before = offer.lists
        self.book.learn(offer.prices, now, provisional=offer.provisional, withdrawn=offer.withdrawn)
        return offer

    def restart(self) -> None:
        """Go on from what was stored."""
        self.book = PriceBook.restore(self.book.store())
        self.before = ()

    def known(self, since: datetime) -> Iterator[tuple[datetime, float, bool]]:
        """Yield the known prices from a moment on, and whether they are proven."""
        for number in range(4 * 24 * 4):
            moment = since + number * _QUARTER
            if (price := self.book.price_at(moment)) is not None:
                yield moment, price, not self.book.is_provisional(moment)

    def wrong(self, now: datetime, *, proven: bool = False) -> list[datetime]:
        """Return when a known price of today or later is not the true one."""
        since = _at(now.astimezone(_PARIS).date(), "00:00")
        return [
            moment
            for moment, price, is_proven in self.known(since)
            if price != self.source.price(moment) and (is_proven or not proven)
        ]


@pytest.mark.parametrize("state", ["live", "own", "none"])
@pytest.mark.parametrize("shape", ["lists", "names"])
def test_a_list_of_yesterday_after_midnight(state: str, shape: str) -> None:
    """Written anew at midnight, and fetched only at 00:20: until then nobody knows today."""
    home = _Home(_Source(rolls_at="00:20", state=state, shape=shape, has_tomorrow=False))
    home.read(_at(_FIRST, "12:00"))
    for clock in ("00:00", "00:05"):
        home.read(_at(_FIRST + _DAY, clock))
        assert home.book.price_at(_at(_FIRST + _DAY, clock)) is None
        home.restart()
    home.read(_at(_FIRST + _DAY, "00:20"))
    now = _at(_FIRST + _DAY, "00:20")
    assert home.book.price_at(now) == home.source.price(now)
    assert not home.wrong(now)


def test_tomorrow_has_become_today() -> None:
    """Lists that are left over from yesterday still say what today's prices are."""
    home = _Home(_Source(rolls_at="13:30"))
    now = _at(_FIRST, "09:00")
    offer = home.read(now)
    assert offer is not None
    assert not offer.provisional
    assert home.book.price_at(now) == home.source.price(now)


def test_what_was_wrong_is_unlearnt() -> None:
    """Set up at 00:05 by lists of yesterday that nothing dates; at 00:20 they change."""
    home = _Home(_Source(rolls_at="00:20", state="none"))
    first, then = _at(_FIRST, "00:05"), _at(_FIRST, "00:20")
    home.read(first)
    assert home.wrong(first)
    assert not home.wrong(first, proven=True)
    home.read(then)
    assert not home.wrong(then)
    assert home.book.is_known(then, _at(_FIRST + _DAY, "00:00"))
    assert not home.book.is_known(_at(_FIRST + _DAY, "00:00"), _at(_FIRST + _DAY, "01:00"))


def test_a_date_beside_the_lists() -> None:
    """It says all."""
    home = _Home(_Source(rolls_at="00:20", state="none", has_date=True))
    offer = home.read(_at(_FIRST, "00:05"))
    assert offer is not None
    assert not offer.provisional
    assert not home.wrong(_at(_FIRST, "00:05"))


@pytest.mark.parametrize(
    "payload",
    [
        {"2026-11-18": [n / 100 for n in range(24)]},
        {"days": [{"date": "2026-11-18", "prices": [n / 100 for n in range(24)]}]},
    ],
)
def test_lists_by_date(payload: dict[str, Any]) -> None:
    """A list whose name is a date, or that stands beside one, has dates."""
    offer = read_prices(payload, zone=_PARIS, day=_FIRST + 3 * _DAY)
    assert offer.prices[_at(_FIRST, "05:00")] == 0.05
    assert len(offer.prices) == 96


def test_a_tariff_that_repeats_itself() -> None:
    """Two prices, the same each day: the list of yesterday is today's as well."""
    prices = {"unit": "EUR/kWh", "today": [0.1 if hour < 6 else 0.3 for hour in range(24)]}
    book = PriceBook()
    before: tuple[DayList, ...] = ()
    for number in range(3):
        now = _at(_FIRST + number * _DAY, "00:00")
        offer = read_prices(prices, zone=_PARIS, day=_FIRST, clues=Clues(now, book, None, before))
        book.learn(offer.prices, now, provisional=offer.provisional, withdrawn=offer.withdrawn)
        before = offer.lists
        assert book.price_at(now + 7 * _HOUR) == 0.3


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_twenty_four_prices_of_a_day_when_clocks_change(day: date) -> None:
    """Each is by the clock; only the doubtful hour is lost."""
    prices = [hour / 100 for hour in range(24)]
    offer = read_prices({"unit": "EUR/kWh", "today": prices}, zone=_PARIS, day=day)
    for hour in (0, 1, 3, 4, 23):
        assert offer.prices[_at(day, f"{hour:02}:00")] == hour / 100
    assert len(offer.prices) == 23 * 4


_CLOCKS = ("00:00", "00:05", "00:20", "07:00", "13:00", "13:30", "23:00")


@pytest.mark.exhaustive
@settings(thorough, max_examples=60)
@given(
    st.builds(
        _Source,
        seed=st.integers(0, 10**6),
        step=st.sampled_from([_HOUR, _HOUR, _QUARTER]),
        rolls_at=st.sampled_from(["00:00", "00:05", "00:20", "13:30"]),
        has_tomorrow=st.booleans(),
        state=st.sampled_from(["live", "own", "none"]),
        frozen_at=st.none()
        | st.integers(0, 72).map(lambda hour: _at(_FIRST, "00:00") + hour * _HOUR),
        has_date=st.booleans(),
        repeats_today=st.booleans(),
    ),
    st.sampled_from([_FIRST, date(2026, 3, 27), date(2026, 10, 24)]),
    st.sets(st.integers(0, 4 * len(_CLOCKS)), max_size=4),
    st.sampled_from([0, 1, 3, 5]),
)
def test_any_source(source: _Source, first: date, restarts: set[int], begin: int) -> None:
    """What is proven is true, what was seen to change is known, and what contradicts is unlearnt."""
    if source.frozen_at is not None:
        source.frozen_at += datetime.combine(first, time()) - datetime.combine(_FIRST, time())
    home = _Home(source)
    moments = [(first + n * _DAY, clock) for n in range(4) for clock in _CLOCKS][begin:]
    for number, (day, clock) in enumerate(moments):
        now = _at(day, clock)
        if number in restarts:
            home.restart()
        home.read(now)
        assert not home.wrong(now, proven=True), now
        if source.has_date or home.has_seen_change:
            assert not home.wrong(now), now
            if source.today(now) == day:
                assert home.book.price_at(now) == source.price(now)
