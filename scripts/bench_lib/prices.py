"""Time that it takes to read day-ahead prices, in each shape that integrations publish."""

from datetime import UTC, date, datetime, time, timedelta
from math import sin
from statistics import median
from time import process_time
from typing import Any, Final
from zoneinfo import ZoneInfo

from custom_components.marstek.tempo import Clues, Offer, PriceBook, read_prices

from .cost import Row

_ZONE: Final = ZoneInfo("Europe/Paris")
_DAY: Final = timedelta(days=1)
_QUARTER: Final = timedelta(minutes=15)
_FIRST: Final = date(2026, 11, 18)
_RUNS: Final = 21
_DAYS: Final = 3
_LIMIT: Final = "< 20"


def prices(row: Row) -> None:
    """Print how long three days of quarters of an hour take, and the slowest run."""
    for name, payload in _payloads().items():
        times = [_measure(payload) for _ in range(_RUNS)]
        row(f"{name}, processor ms, median", 1000 * median(times), _LIMIT)
        row("  slowest", 1000 * max(times), "")


def _measure(payload: object) -> float:
    """Return the processor seconds of one reading by a home that knows the last week."""
    book = _known_week()
    now = datetime.combine(_FIRST + _DAY, time(0, 5), _ZONE)
    began = process_time()
    offer = _read(payload, now, book)
    took = process_time() - began
    if len(offer.prices) < _DAY // _QUARTER:
        raise RuntimeError("The shape was not read")
    return took


def _read(payload: object, now: datetime, book: PriceBook) -> Offer:
    clues = Clues(now, book, 0.2345)
    return read_prices(payload, zone=_ZONE, day=now.date(), clues=clues)


def _known_week() -> PriceBook:
    """Return a book that knows other prices of each day, so that every day is compared."""
    book, start = PriceBook(), datetime.combine(_FIRST - 7 * _DAY, time(), _ZONE)
    known = {start.astimezone(UTC) + n * _QUARTER: _price(n) + 0.01 for n in range(8 * 96)}
    book.learn(known, datetime.combine(_FIRST, time(12), _ZONE))
    return book


def _price(number: int) -> float:
    return round(0.2 + 0.1 * sin(number / 15), 5)


def _payloads() -> dict[str, dict[str, Any]]:
    """Return three days of prices by the name of their shape; lists without dates have two."""
    midnight = datetime.combine(_FIRST, time(), _ZONE)
    starts = [midnight + number * _QUARTER for number in range(_DAYS * 96)]
    told = [_price(number) for number in range(len(starts))]
    both = list(zip(starts, told, strict=True))
    return {
        "rows with start and end": {
            "raw": [
                {"start": start.isoformat(), "end": (start + _QUARTER).isoformat(), "value": price}
                for start, price in both
            ]
        },
        "rows with local times": {
            "raw": [{"time": f"{start:%Y-%m-%d %H:%M:%S}", "price": price} for start, price in both]
        },
        "rows with datetimes, and hourly means": {
            "raw": [{"start": start, "value": price} for start, price in both],
            "hours": [{"start": start, "value": price} for start, price in both[::4]],
        },
        "seconds since 1970": {
            "data": [
                {"timestamp": start.timestamp(), "marketprice": 1000 * price}
                for start, price in both
            ]
        },
        "prices by start": {"prices": {start.isoformat(): price for start, price in both}},
        "lists by date": {
            (_FIRST + day * _DAY).isoformat(): told[96 * day : 96 * day + 96]
            for day in range(_DAYS)
        },
        "lists today and tomorrow": {"today": told[:96], "tomorrow": told[96:192]},
        "names of hours": {
            f"{name}_{hour:02}h": _price(hour + 24 * day)
            for day, name in enumerate(("price", "price_next_day"))
            for hour in range(24)
        },
    }
