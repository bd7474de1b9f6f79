"""Frozen snapshot of the tariff at one moment, computed without clock or network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import datetime as dt
from typing import Final

from ...const import Tariff
from ...tempo import (
    Colour,
    ColourBook,
    Source,
    StoredColour,
    can_be_red,
    day_end,
    days_left,
    season_of,
    tempo_day,
)
from ..tariff_settings import TariffSettings
from .colour_forecast import ColourForecast

# A price of fixed hours that stays for longer has no next one.
_AHEAD: Final = dt.timedelta(days=8)


@dataclass(frozen=True, slots=True)
class TariffData:
    """Tariff at one moment; prices in EUR/kWh, None for unknown.

    What RTE shows while its own choice is missing does not count as a colour (docs/tempo-facts.md
    2): a day of which only that is known has no colour, though it has a source and is provisional.
    """

    is_off_peak: bool
    next_off_peak_change: dt.datetime
    price: float | None
    day: dt.date | None = None
    """The running Tempo day; it begins at 06:00."""
    today: Colour | None = None
    tomorrow: Colour | None = None
    tomorrow_is_provisional: bool | None = None
    tomorrow_source: Source | None = None
    tomorrow_can_be_red: bool | None = None
    next_colour_change: dt.datetime | None = None
    """Next change of colour; None where it is unknown."""
    days_left: Mapping[Colour, int] = field(default_factory=dict)
    forecast: ColourForecast | None = None
    """Colours to be expected after tomorrow; None where nothing uses them."""
    export_price: float | None = None
    """What a kWh fed in earns now, below 0 where it costs."""
    next_price: float | None = None
    next_price_change: dt.datetime | None = None
    """Next change of price; None where a day-ahead price is unknown."""
    prices_until: dt.datetime | None = None
    """End of the known day-ahead prices; None when the present one is unknown."""
    price_average: float | None = None
    """Of what is known of today, as the next two."""
    price_lowest: float | None = None
    price_highest: float | None = None
    last_success: dt.datetime | None = None
    last_source: Source | None = None

    @property
    def tomorrow_date(self) -> dt.date | None:
        """The Tempo day after the running one."""
        return None if self.day is None else self.day + dt.timedelta(days=1)

    @property
    def day_end(self) -> dt.datetime | None:
        """End of the running Tempo day."""
        return None if self.day is None else day_end(self.day)


def tariff_data(
    settings: TariffSettings,
    book: ColourBook,
    now: dt.datetime,
    last_answer: tuple[dt.datetime, Source] | None = None,
) -> TariffData:
    """Return the tariff at an aware moment."""
    interval = settings.off_peak.current(now)
    if settings.tariff is Tariff.FIXED:
        change = next(settings.levels.changes(now, now + _AHEAD), None)
        return TariffData(
            is_off_peak=interval.is_off_peak,
            next_off_peak_change=interval.end,
            price=settings.fixed_price_at(now),
            next_price=None if change is None else settings.fixed_price_at(change),
            next_price_change=change,
        )
    day = tempo_day(now)
    tomorrow = day + dt.timedelta(days=1)
    colours, entry = book.known, book.get(tomorrow)
    today_colour = colours.get(day)
    price = None
    if today_colour is not None:
        price = settings.tempo_prices.of(today_colour, off_peak=interval.is_off_peak)
    return TariffData(
        is_off_peak=interval.is_off_peak,
        next_off_peak_change=interval.end,
        price=price,
        day=day,
        today=today_colour,
        tomorrow=colours.get(tomorrow),
        tomorrow_is_provisional=None if entry is None else not entry.is_binding,
        tomorrow_source=None if entry is None else entry.source,
        tomorrow_can_be_red=_can_be_red(tomorrow, entry, colours, settings),
        next_colour_change=_next_colour_change(day, today_colour, colours.get(tomorrow)),
        days_left={
            colour: days_left(colour, season_of(day), colours, settings.quotas) for colour in Colour
        },
        last_success=last_answer[0] if last_answer else None,
        last_source=last_answer[1] if last_answer else None,
    )


def _can_be_red(
    tomorrow: dt.date,
    entry: StoredColour | None,
    colours: Mapping[dt.date, Colour],
    settings: TariffSettings,
) -> bool:
    if entry is not None and entry.is_binding:
        return entry.colour is Colour.RED
    return can_be_red(tomorrow, colours, settings.quotas)


def _next_colour_change(
    day: dt.date, today: Colour | None, tomorrow: Colour | None
) -> dt.datetime | None:
    if today is None or tomorrow is None or tomorrow is today:
        return None
    return day_end(day)
