"""Day-ahead prices at one moment, and the periods derived from them."""

from collections.abc import Iterator
import datetime as dt
from itertools import pairwise
from statistics import fmean
from typing import Final

from ...planner import Period
from ...tempo import PriceBook, PriceSpan
from ..tariff_settings import TariffSettings
from .tariff_data import TariffData

_DAY: Final = dt.timedelta(days=1)


def dynamic_data(settings: TariffSettings, prices: PriceBook, now: dt.datetime) -> TariffData:
    """Return the tariff at an aware moment; prices in EUR/kWh."""
    paid, zone = settings.dynamic.paid, settings.off_peak.zone
    midnight = _midnight(now, zone)
    interval = settings.off_peak.current(now)
    known_today = prices.between(midnight, _midnight(now, zone, 1))
    today = [paid(price, start) for start, price in known_today.items()]
    known_until = prices.known_until(now)
    spans = paid_spans(settings, prices, now, known_until or now + _DAY)
    price = next(spans).price
    later = (span for span in spans if span.price != price)
    following = next(later, None) if price is not None else None
    return TariffData(
        is_off_peak=interval.is_off_peak,
        next_off_peak_change=interval.end,
        price=price,
        next_price=None if following is None else following.price,
        next_price_change=None if following is None else following.start,
        prices_until=known_until,
        price_average=round(fmean(today), 5) if today else None,
        price_lowest=min(today, default=None),
        price_highest=max(today, default=None),
    )


def paid_spans(
    settings: TariffSettings, prices: PriceBook, now: dt.datetime, end: dt.datetime
) -> Iterator[PriceSpan]:
    """Yield spans of one price that is paid, surcharges included, as `PriceBook.spans` does.

    They are cut where the surcharge of an hour changes later than `now`.
    """
    dynamic = settings.dynamic
    changes = list(dynamic.hourly.changes(now, end))
    for span in prices.spans(now, end, settings.off_peak.zone):
        inside = [change for change in changes if span.start < change < span.end]
        for start, last in pairwise((span.start, *inside, span.end)):
            price, expected = (
                None if each is None else dynamic.paid(each, max(start, now))
                for each in (span.price, span.expected)
            )
            yield PriceSpan(start, last, price, expected)


def dynamic_periods(
    settings: TariffSettings, prices: PriceBook, now: dt.datetime
) -> Iterator[Period]:
    """Yield the periods of one price from now on; unknown prices are expected ones.

    In any of them a charge may happen. Without any price ever they are the nominal night, which is
    held, and day.
    """
    zone = settings.off_peak.zone
    # Two days at least; an end that moved with the clock would have the plan made anew for nothing.
    end = _midnight(now, zone, 3)
    spans = list(paid_spans(settings, prices, now, end))
    if any(span.price is None and span.expected is None for span in spans):
        off_peak = settings.off_peak
        for part in off_peak.intervals(off_peak.current(now).start, end):
            yield Period(part.start, part.end, part.is_off_peak)
        return
    for span in spans:
        yield Period(
            span.start,
            span.end,
            is_off_peak=True,
            price=span.price,
            expected_price=span.expected,
        )


def _midnight(now: dt.datetime, zone: dt.tzinfo, days: int = 0) -> dt.datetime:
    """Return the beginning of a moment's local day, or of a day so many days later."""
    day = now.astimezone(zone).date() + days * _DAY
    return dt.datetime.combine(day, dt.time(), zone)
