"""Input of the planner: tariff periods, batteries and the house as they are now."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
import datetime as dt
from itertools import pairwise
from typing import Final

from ..battery.poll_schedule import Reading
from ..battery.runtime import Battery
from ..const import CONF_BLE_MAC, Tariff
from ..planner import (
    HOURLY_ECONOMY,
    OTHER_ECONOMY,
    TEMPO_ECONOMY,
    BatteryState,
    Certainty,
    Economy,
    Period,
)
from ..tempo import (
    Colour,
    ColourBook,
    Interval,
    OffPeakHours,
    can_be_red,
    day_end,
    expected_price,
    odds,
    tempo_day,
)
from .memory import PlanMemory
from .tariff.dynamic_data import dynamic_periods
from .tariff.export_prices import ExportPrices
from .tariff_settings import TariffSettings

_FIXED_HORIZON: Final = dt.timedelta(hours=40)
_LONG_HORIZON: Final = dt.timedelta(hours=72)
# In a season of one price there are no off-peak hours for months.
_FARTHEST: Final = dt.timedelta(days=14)
_HOUR: Final = dt.timedelta(hours=1)
_MOMENT: Final = dt.timedelta(seconds=1)
_MARGINS: Final[Mapping[Tariff, Economy]] = {
    Tariff.TEMPO: TEMPO_ECONOMY,
    Tariff.FIXED: OTHER_ECONOMY,
    Tariff.DYNAMIC: HOURLY_ECONOMY,
}


def economy(settings: TariffSettings) -> Economy:
    """Return the margins of the tariff in EUR/kWh, with what feeding in earns if that is constant."""
    return replace(_MARGINS[settings.tariff], feed_in=settings.export.constant)


def periods(
    settings: TariffSettings,
    memory: PlanMemory,
    now: dt.datetime,
    *,
    is_long: bool = False,
) -> tuple[Period, ...]:
    """Return the periods of one price from now on, as far as the tariff is known or expected.

    With `is_long` to the end of the day after tomorrow, by what is to be expected of it. The last
    is one of peak hours: the night before it is prepared for it.
    """
    export = ExportPrices(settings.export, memory.export.prices, settings.off_peak.zone)
    if settings.tariff is Tariff.DYNAMIC:
        return export.on(tuple(dynamic_periods(settings, memory.prices, now)), now)
    off_peak, is_tempo = settings.off_peak, settings.tariff is Tariff.TEMPO
    # An end that moved with the clock would have the plan made anew for nothing.
    hour = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    end = hour + (_LONG_HORIZON if is_long else _FIXED_HORIZON)
    if is_tempo:
        end = day_end(tempo_day(now) + dt.timedelta(days=2 if is_long else 1))
    else:
        end = max(end, min(_end_of_next_peak(off_peak, now), hour + _FARTHEST))
    parts = list(off_peak.intervals(off_peak.current(now).start, end))
    while len(parts) > 1 and parts[-1].is_off_peak:
        parts.pop()
    if is_tempo:
        return export.on([_tempo_period(part, settings, memory.book) for part in parts], now)
    return export.on([each for part in parts for each in _fixed_periods(part, settings, now)], now)


def _end_of_next_peak(off_peak: OffPeakHours, now: dt.datetime) -> dt.datetime:
    """Return the end of the peak hours after the off-peak hours that run or come next."""
    end = off_peak.next_change(now)
    changes = 1 if off_peak.is_off_peak(now) else 2
    for _ in range(changes):
        end = off_peak.next_change(end)
    return end


def _fixed_periods(part: Interval, settings: TariffSettings, now: dt.datetime) -> Iterator[Period]:
    """Yield a part in periods of one price, the first from its true start on."""
    off_peak, since = settings.off_peak, max(part.start, now)
    changes = {*settings.levels.changes(since, part.end), *off_peak.middle_changes(since, part.end)}
    for start, end in pairwise((part.start, *sorted(changes), part.end)):
        moment = max(start, now)
        price, is_middle = settings.fixed_price_at(moment), off_peak.is_middle(moment)
        yield Period(start, end, part.is_off_peak, price, is_middle=is_middle)


def _tempo_period(part: Interval, settings: TariffSettings, book: ColourBook) -> Period:
    """Return a part of a Tempo day: a night belongs to the day before it."""
    day = tempo_day(part.start if part.is_off_peak else part.end - _MOMENT)
    entry, can = book.get(day), can_be_red(day, book.known, settings.quotas)
    prices = settings.tempo_prices
    chances = odds(day, book.known, settings.quotas)
    unknown = Period(
        part.start,
        part.end,
        part.is_off_peak,
        day=day,
        can_be_red=can,
        expected_price=expected_price(prices, chances, off_peak=part.is_off_peak),
        red_price=prices.of(Colour.RED, off_peak=part.is_off_peak),
    )
    if entry is None or entry.is_fallback:
        return unknown
    return replace(
        unknown,
        price=prices.of(entry.colour, off_peak=part.is_off_peak),
        colour=entry.colour,
        certainty=Certainty.BINDING if entry.is_binding else Certainty.PROVISIONAL,
    )


def battery_id(battery: Battery) -> str:
    """Return the id of a battery in the plan: its BLE MAC."""
    ble_mac: str = battery.entry.data[CONF_BLE_MAC]
    return ble_mac


def battery_state(
    battery: Battery,
    *,
    is_complete: bool,
    full_due: dt.datetime | None = None,
    phase: str | None = None,
) -> BatteryState:
    """Return the state of a battery for the planner, with None for stale readings.

    `phase` is the name of the one of three that it hangs on.
    """
    data, limits = battery.data, battery.expected_limits
    is_fresh = battery.is_reachable and Reading.POWER in data.fresh
    return BatteryState(
        id=battery_id(battery),
        soc=data.soc if is_fresh else None,
        capacity=data.rated_capacity or battery.profile.rated_capacity,
        depth=data.depth_of_discharge,
        max_charge=limits.charge,
        max_discharge=limits.discharge,
        is_reachable=battery.is_reachable,
        is_complete=is_complete,
        phase=phase,
        full_due=full_due,
    )
