"""What is known of day-ahead prices, and what is expected where nothing is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.marstek.tempo import PARIS, PriceBook
from tests.support.examples import thorough

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_NOW = datetime(2026, 11, 18, 12, 20, tzinfo=PARIS)
_MIDNIGHT = datetime(2026, 11, 18, tzinfo=PARIS)


def _hours(first: datetime, *prices: float) -> Mapping[datetime, float]:
    start = first.astimezone(UTC)
    return {
        start + number * _HOUR + part * _QUARTER: price
        for number, price in enumerate(prices)
        for part in range(4)
    }


def _book(*told: Mapping[datetime, float], now: datetime = _NOW) -> PriceBook:
    book = PriceBook()
    for prices in told:
        book.learn(prices, now)
    return book


def test_equal_neighbours_are_one_span() -> None:
    """The running span begins where it truly began, and time is covered without a gap."""
    book = _book(_hours(_MIDNIGHT, *10 * [0.1], *4 * [0.2], *10 * [0.3]))
    spans = list(book.spans(_NOW, _MIDNIGHT + 2 * _DAY, PARIS))
    assert spans[0].start == _MIDNIGHT + 10 * _HOUR
    assert spans[0].price == 0.2
    assert [(span.end - span.start) // _HOUR for span in spans[:2]] == [4, 10]
    assert all(before.end == after.start for before, after in pairwise(spans))
    assert spans[-1].end == _MIDNIGHT + 2 * _DAY


def test_what_is_not_known_is_expected_by_the_hour() -> None:
    """The mean of that hour in the last week; of all where that hour was never known."""
    week = [_hours(_MIDNIGHT - day * _DAY, *range(20)) for day in range(7, 0, -1)]
    book = _book(*week, _hours(_MIDNIGHT, *(hour + 7 for hour in range(20))))
    spans = {
        span.start.astimezone(PARIS).hour: span
        for span in book.spans(_MIDNIGHT + _DAY, _MIDNIGHT + 2 * _DAY, PARIS)
    }
    assert spans[5].price is None
    assert spans[5].expected == pytest.approx((6 * 5 + 12) / 7)
    assert spans[20].expected == pytest.approx(9.5 + 1)


def test_the_last_week_outlives_its_source() -> None:
    """A month later the last known week still says what to expect."""
    book = _book(*(_hours(_MIDNIGHT + day * _DAY, *24 * [float(day)]) for day in range(-7, 1)))
    later = _NOW + 30 * _DAY
    assert not book.learn({}, later)
    assert book.known_until(later) is None
    (span,) = book.spans(later, later + _DAY, PARIS)
    assert span.price is None
    assert span.expected == pytest.approx(-3)


def test_nothing_known() -> None:
    """Then nothing is expected either."""
    (span,) = PriceBook().spans(_NOW, _NOW + _DAY, PARIS)
    assert (span.price, span.expected) == (None, None)


def test_what_comes_from_another_time_is_not_kept() -> None:
    """Prices of a week ago are the past's, those of next week a mistake."""
    book = _book(_hours(_MIDNIGHT, *24 * [0.1]))
    assert not book.learn(_hours(_MIDNIGHT - 20 * _DAY, 0.5), _NOW)
    assert not book.learn(_hours(_MIDNIGHT + 20 * _DAY, 0.5), _NOW)
    assert book.learn(_hours(_MIDNIGHT + 20 * _DAY, 0.5), _NOW + 20 * _DAY)
    assert book.learn(_hours(_MIDNIGHT, *24 * [0.2]), _NOW)
    assert book.known_until(_NOW) == _MIDNIGHT + _DAY
    assert book.price_at(_MIDNIGHT + 20 * _DAY) is None


def test_the_same_again_changes_nothing() -> None:
    """So nothing is stored and nothing is planned anew."""
    prices = _hours(_MIDNIGHT, *24 * [0.1])
    book = PriceBook()
    assert book.learn(prices, _NOW)
    assert not book.learn(prices, _NOW)
    assert book.learn({**prices, min(prices): 0.2}, _NOW)
    assert list(book.between(_MIDNIGHT, _MIDNIGHT + _HOUR).values()) == [0.2, 0.1, 0.1, 0.1]
    assert book.is_known(_MIDNIGHT, _MIDNIGHT + _DAY)
    assert not book.is_known(_MIDNIGHT, _MIDNIGHT + _DAY + _QUARTER)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_nights_of_a_clock_change(day: str) -> None:
    """A day of 23 or 25 hours has as many, each expected by what the clock shows."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=PARIS)
    book = _book(
        *(_hours(midnight - number * _DAY, *range(24)) for number in range(7, 0, -1)), now=midnight
    )
    spans = list(book.spans(midnight, midnight + _DAY, PARIS))
    for span in spans:
        assert span.expected == span.start.astimezone(PARIS).hour
    assert sum((span.end - span.start for span in spans), timedelta()) == (
        (midnight + _DAY).astimezone(UTC) - midnight.astimezone(UTC)
    )


@thorough
@given(
    st.dictionaries(st.integers(-900, 280), st.floats(-5, 5), max_size=300),
    st.integers(-200, 200),
    st.sampled_from(["Europe/Paris", "Australia/Lord_Howe", "Asia/Kolkata"]),
)
def test_any_prices(known: dict[int, float], minutes: int, zone: str) -> None:
    """What is stored comes back, and spans say of each quarter of an hour what is known of it."""
    start = _MIDNIGHT.astimezone(UTC)
    prices = {start + number * _QUARTER: price for number, price in known.items()}
    book = _book(prices)
    again = PriceBook.restore(book.store())
    assert again == book
    now = _NOW + timedelta(minutes=minutes)
    spans = list(again.spans(now, now + 2 * _DAY, ZoneInfo(zone)))
    assert spans[0].start <= now < spans[0].end
    assert spans[-1].end >= now + 2 * _DAY
    for before, after in pairwise(spans):
        assert before.end == after.start
        assert (before.price, before.expected) != (after.price, after.expected)
    for span in spans:
        moment = max(span.start, now)
        while moment < span.end:
            assert book.price_at(moment) == span.price
            assert (span.expected is None) or span.price is None
            moment += _QUARTER


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        {"x": [0.1]},
        {"2026-11-18T00:00:00": [0.1]},
        {"2026-11-18T00:00:00+00:00": 0.1},
        {"2026-11-18T00:00:00+00:00": [None, "x", float("nan")]},
        {7: [0.1]},
        {"provisional": [10**400, "x", None, [7]]},
        {"provisional": 7},
    ],
)
def test_a_file_that_cannot_be_read(stored: object) -> None:
    """It is forgotten."""
    assert PriceBook.restore(stored) == PriceBook()


def test_a_moment_without_a_zone_is_refused() -> None:
    """Whose clock it was can't be guessed."""
    with pytest.raises(ValueError, match="time zone"):
        PriceBook().price_at(datetime(2026, 1, 1))  # noqa: DTZ001 - the point


@thorough
@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.integers(0, 9), st.floats(-1, 1), max_size=6),
            st.booleans(),
            st.sets(st.integers(0, 9), max_size=3),
        ),
        max_size=8,
    )
)
def test_provisional_prices(
    told: list[tuple[dict[int, float], bool, set[int]]],
) -> None:
    """Proven prices stand until others are proven; provisional ones give way and can be withdrawn."""
    book = PriceBook()
    starts = [_MIDNIGHT.astimezone(UTC) + number * _QUARTER for number in range(10)]
    proven: dict[int, float] = {}
    likely: dict[int, float] = {}
    for prices, is_proven, withdrawn in told:
        offered = {starts[number]: price for number, price in prices.items()}
        before = book.store()
        changed = book.learn(
            offered,
            _NOW,
            provisional=() if is_proven else offered,
            withdrawn=[starts[number] for number in withdrawn],
        )
        assert changed is (book.store() != before)
        for number in withdrawn - prices.keys():
            likely.pop(number, None)
        for number, price in prices.items():
            if is_proven:
                proven[number] = price
                likely.pop(number, None)
            elif number not in proven:
                likely[number] = price
        book = PriceBook.restore(book.store())
        for number, start in enumerate(starts):
            assert book.price_at(start) == proven.get(number, likely.get(number))
            assert book.is_provisional(start) is (number in likely)
