"""What feeding in earns: a constant, prices of hours or of a source, or net metering, until each ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
import datetime as dt

from ...planner import Period
from ...tempo import PriceBook
from ..tariff_settings import ExportSettings

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ExportPrices:
    """What a kWh fed in earns at any moment, in currency per kWh; negative where it costs."""

    settings: ExportSettings
    book: PriceBook
    """Prices of its own source, before surcharges."""
    zone: dt.tzinfo
    """In which days begin."""

    def price_at(self, moment: dt.datetime, price: float | None) -> float | None:
        """Return what a kWh fed in earns at a moment, when drawing one costs `price`.

        None where that is not known.
        """
        if self._is_net_metered(moment):
            return price
        if self._is_over(moment):
            return 0.0
        source = self.settings.source
        if source is None:
            by_hour = self.settings.hours.value_at(moment)
            return self.settings.constant if by_hour is None else by_hour
        known = self.book.price_at(moment)
        return None if known is None else source.paid(known, moment)

    def next_bound(self, now: dt.datetime, end: dt.datetime) -> dt.datetime | None:
        """Return the first moment between two at which that may change by itself, if any."""
        return min(self._bounds(now, end), default=None)

    def on(self, periods: Sequence[Period], now: dt.datetime) -> tuple[Period, ...]:
        """Return periods with what feeding in is expected to earn in them.

        They are cut where that changes later than `now`.
        """
        if self.settings.is_constant or not periods:
            return tuple(periods)
        bounds = sorted(self._bounds(now, periods[-1].end))
        return tuple(part for period in periods for part in self._parts(period, bounds, now))

    def _parts(
        self, period: Period, bounds: Sequence[dt.datetime], now: dt.datetime
    ) -> Iterator[Period]:
        inside = [bound for bound in bounds if period.start < bound < period.end]
        starts, ends = [period.start, *inside], [*inside, period.end]
        for start, end in zip(starts, ends, strict=True):
            moment = max(start, now)
            price = period.expected_price if period.price is None else period.price
            earned = self.price_at(moment, price)
            yield replace(
                period,
                start=start,
                end=end,
                export_price=self._expected(moment) if earned is None else earned,
                is_export_expected=self.price_at(moment, period.price) is None,
            )

    def _expected(self, moment: dt.datetime) -> float:
        """Return what is to be expected of a source that has not told a price."""
        source = self.settings.source
        span = next(self.book.spans(moment, moment + _DAY, self.zone))
        if source is None or span.expected is None:
            return self.settings.constant
        return source.paid(span.expected, moment)

    def _bounds(self, now: dt.datetime, end: dt.datetime) -> set[dt.datetime]:
        """Return the moments between two at which what feeding in earns may change."""
        bounds = set(self.settings.hours.changes(now, end))
        if (source := self.settings.source) is not None:
            bounds |= {span.start for span in self.book.spans(now, end, self.zone)}
            bounds |= set(source.hourly.changes(now, end))
        for last in (self.settings.net_metered_until, self.settings.until):
            if last is not None:
                midnight = dt.datetime.combine(last + _DAY, dt.time(), self.zone)
                bounds.add(midnight.astimezone(dt.UTC))
        return {bound for bound in bounds if now < bound < end}

    def _is_net_metered(self, moment: dt.datetime) -> bool:
        last = self.settings.net_metered_until
        return last is not None and moment.astimezone(self.zone).date() <= last

    def _is_over(self, moment: dt.datetime) -> bool:
        """Tell whether the contract of feeding in has ended."""
        last = self.settings.until
        return last is not None and moment.astimezone(self.zone).date() > last
